//! The models that are known: `config/catalog.toml`, and a further file of the user's.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{StoreError, formats};
use crate::domain::{
    Architecture, GenerationOptions, Language, LanguagePair, Languages, ModelCard, ModelFile, ModelId, ModelOrigin,
    Task,
};

const COMPILED_IN: &str = include_str!("../../config/catalog.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalog {
    #[serde(default)]
    model: Vec<CatalogEntry>,
}

/// A card as it is written in a catalog, and in the record of an added directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogEntry {
    id: ModelId,
    #[serde(default)]
    builtin: bool,
    #[serde(default)]
    repository: String,
    #[serde(default)]
    revision: String,
    task: Task,
    architecture: Architecture,
    languages: LanguageList,
    license: String,
    size_bytes: u64,
    context_tokens: usize,
    quality: u32,
    #[serde(default)]
    prefix: String,
    description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    files: Option<Vec<FileEntry>>,
    #[serde(default)]
    generation: GenerationOptions,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LanguageList {
    Text(Vec<Language>),
    Pairs(Vec<String>),
    Between(Vec<Language>),
    Any,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    name: String,
    #[serde(default)]
    optional: bool,
}

impl CatalogEntry {
    pub(super) fn of(card: &ModelCard) -> Self {
        let card = card.clone();
        let (repository, revision) = match card.origin {
            ModelOrigin::Hub { repository, revision } => (repository, revision),
            ModelOrigin::BuiltIn | ModelOrigin::Local(_) => Default::default(),
        };
        Self {
            id: card.id,
            builtin: false,
            repository,
            revision,
            task: card.task,
            architecture: card.architecture,
            languages: LanguageList::of(card.languages),
            license: card.license,
            size_bytes: card.size_bytes,
            context_tokens: card.context_tokens,
            quality: card.quality,
            prefix: card.prefix,
            description: card.description,
            files: Some(card.files.into_iter().map(|f| FileEntry { name: f.name, optional: f.optional }).collect()),
            generation: card.generation,
        }
    }

    /// The card, with the origin that this entry itself names.
    pub(super) fn into_card(self) -> Result<ModelCard, String> {
        let origin = self.origin()?;
        self.into_card_from(origin)
    }

    pub(super) fn into_card_from(self, origin: ModelOrigin) -> Result<ModelCard, String> {
        let languages = self.languages.parse().map_err(|reason| format!("{}: {reason}", self.id))?;
        let files = match self.files {
            Some(files) => files.into_iter().map(|f| ModelFile { name: f.name, optional: f.optional }).collect(),
            None => formats::files(self.architecture),
        };
        if let Some(file) = files.iter().find(|file| !is_plain_path(&file.name)) {
            return Err(format!("{}: {:?} is not a path inside a repository", self.id, file.name));
        }
        Ok(ModelCard {
            id: self.id,
            origin,
            task: self.task,
            architecture: self.architecture,
            languages,
            license: self.license,
            size_bytes: self.size_bytes,
            context_tokens: self.context_tokens,
            prefix: self.prefix,
            description: self.description,
            quality: self.quality,
            files,
            generation: self.generation,
        })
    }

    fn origin(&self) -> Result<ModelOrigin, String> {
        match (self.builtin, self.repository.is_empty()) {
            (true, true) => Ok(ModelOrigin::BuiltIn),
            (true, false) => Err(format!("{}: a built-in model has no repository", self.id)),
            (false, _) => self.hub_origin(),
        }
    }

    fn hub_origin(&self) -> Result<ModelOrigin, String> {
        let revision = if self.revision.is_empty() { "main" } else { &self.revision };
        let parts = self.repository.split('/').count();
        // Repositories of the hub's early days have no owner.
        if !is_plain_path(&self.repository) || parts > 2 {
            return Err(format!("{}: {:?} is not a repository (owner/name)", self.id, self.repository));
        }
        if !is_plain_path(revision) {
            return Err(format!("{}: {revision:?} is not a branch, tag or commit", self.id));
        }
        Ok(ModelOrigin::Hub { repository: self.repository.clone(), revision: revision.to_owned() })
    }
}

impl LanguageList {
    fn of(languages: Languages) -> Self {
        match languages {
            Languages::Text(list) => Self::Text(list),
            Languages::Pairs(pairs) => Self::Pairs(pairs.iter().map(ToString::to_string).collect()),
            Languages::Between(list) => Self::Between(list),
            Languages::Any => Self::Any,
        }
    }

    fn parse(self) -> Result<Languages, String> {
        Ok(match self {
            Self::Text(list) => Languages::Text(list),
            Self::Pairs(pairs) => {
                Languages::Pairs(pairs.iter().map(|pair| parse_pair(pair)).collect::<Result<_, _>>()?)
            }
            Self::Between(list) => Languages::Between(list),
            Self::Any => Languages::Any,
        })
    }
}

fn parse_pair(text: &str) -> Result<LanguagePair, String> {
    let (source, target) = text.split_once('-').ok_or_else(|| format!("{text:?} is not a direction such as en-es"))?;
    let parse = |code: &str| code.parse::<Language>().map_err(|error| error.to_string());
    Ok(LanguagePair::new(parse(source)?, parse(target)?))
}

/// Relative, forward slashes, no `..`: safe to join to a directory and to put into an address.
fn is_plain_path(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    path.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && part.chars().all(plain))
}

fn parse(text: &str, path: &Path) -> Result<Vec<ModelCard>, StoreError> {
    let catalog: Catalog = toml::from_str(text).map_err(|error| StoreError::bad_file(path, error))?;
    let cards = catalog.model.into_iter().map(CatalogEntry::into_card);
    cards.collect::<Result<_, _>>().map_err(|reason| StoreError::bad_file(path, reason))
}

/// The compiled-in catalog with the entries of `further` added or put in the place of those of the same id.
pub(super) fn load(further: &Path) -> Result<Vec<ModelCard>, StoreError> {
    let mut cards = parse(COMPILED_IN, Path::new("config/catalog.toml"))?;
    if further.as_os_str().is_empty() {
        return Ok(cards);
    }
    let text = std::fs::read_to_string(further).map_err(|source| StoreError::io(further, source))?;
    for card in parse(&text, further)? {
        match cards.iter_mut().find(|known| known.id == card.id) {
            Some(known) => *known = card,
            None => cards.push(card),
        }
    }
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled_in() -> Vec<ModelCard> {
        load(Path::new("")).unwrap()
    }

    #[test]
    fn every_entry_is_complete() {
        let cards = compiled_in();
        let mut ids: Vec<_> = cards.iter().map(|card| card.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), cards.len(), "an id occurs twice");
        for card in &cards {
            let id = &card.id;
            assert!(!card.license.is_empty() && !card.description.is_empty() && card.context_tokens >= 256, "{id}");
            let translator = card.task == Task::Translation;
            assert_eq!(translator, !card.languages.pairs().is_empty(), "{id}");
            let ModelOrigin::Hub { repository, revision } = &card.origin else { continue };
            assert!(repository.contains('/') && revision == "main" && card.size_bytes > 100_000_000, "{id}");
            assert!(card.files.iter().any(|file| formats::is_weights(&file.name)), "{id}");
            assert!(card.files.iter().any(|file| file.name == "config.json" && !file.optional), "{id}");
        }
    }

    #[test]
    fn every_model_of_the_issue_is_there() {
        let cards = compiled_in();
        for (id, repository) in [
            ("distilbart-cnn-12-6", "sshleifer/distilbart-cnn-12-6"),
            ("distilbart-cnn-6-6", "sshleifer/distilbart-cnn-6-6"),
            ("bart-large-cnn", "facebook/bart-large-cnn"),
            ("pegasus-cnn_dailymail", "google/pegasus-cnn_dailymail"),
            ("t5-small", "google-t5/t5-small"),
            ("opus-mt-en-es", "Helsinki-NLP/opus-mt-en-es"),
            ("opus-mt-es-en", "Helsinki-NLP/opus-mt-es-en"),
            ("opus-mt-en-ROMANCE", "Helsinki-NLP/opus-mt-en-ROMANCE"),
            ("m2m100_418M", "facebook/m2m100_418M"),
            ("nllb-200-distilled-600M", "facebook/nllb-200-distilled-600M"),
            ("mbart-large-50-many-to-many-mmt", "facebook/mbart-large-50-many-to-many-mmt"),
        ] {
            let card = cards.iter().find(|card| card.id.as_str() == id).unwrap_or_else(|| panic!("{id} is missing"));
            let expected = ModelOrigin::Hub { repository: repository.into(), revision: "main".into() };
            assert_eq!(card.origin, expected, "{id}");
        }
    }

    #[test]
    fn spanish_is_reached_both_ways_by_the_multilingual_models() {
        let ways = [
            LanguagePair::new(Language::ENGLISH, Language::SPANISH),
            LanguagePair::new(Language::SPANISH, Language::ENGLISH),
        ];
        let cards = compiled_in();
        let between: Vec<_> = cards.iter().filter(|card| matches!(card.languages, Languages::Between(_))).collect();
        assert_eq!(between.len(), 3);
        for card in between {
            assert!(ways.iter().all(|&way| card.languages.translates(way)), "{}", card.id);
        }
    }

    #[test]
    fn a_further_catalog_adds_and_overrides_and_says_what_is_wrong() {
        let entry = |id: &str, more: &str| {
            format!(
                "[[model]]\nid = \"{id}\"\ntask = \"translation\"\narchitecture = \"marian\"\nlicense = \"x\"\n\
                 size_bytes = 1\ncontext_tokens = 512\nquality = 1\ndescription = \"mine\"\n{more}\n"
            )
        };
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("more.toml");
        let good = "repository = \"me/mine\"\nlanguages = { pairs = [\"en-ast\"] }";
        std::fs::write(&path, entry("opus-mt-en-es", good) + &entry("opus-mt-en-ast", good)).unwrap();
        let cards = load(&path).unwrap();
        assert_eq!(cards.len(), compiled_in().len() + 1);
        let replaced = cards.iter().find(|card| card.id.as_str() == "opus-mt-en-es").unwrap();
        assert_eq!(replaced.description, "mine");

        for (more, expected) in [
            ("languages = \"any\"", "is not a repository"),
            ("repository = \"../x\"\nlanguages = \"any\"", "is not a repository"),
            ("repository = \"a/b\"\nrevision = \"../main\"\nlanguages = \"any\"", "is not a branch"),
            ("repository = \"a/b\"\nlanguages = { pairs = [\"enes\"] }", "is not a direction"),
            ("repository = \"a/b\"\nlanguages = { between = [\"xx\"] }", "ISO 639"),
            ("repository = \"a/b\"\nlanguages = \"any\"\nfiles = [{ name = \"/etc/passwd\" }]", "is not a path inside"),
            ("repository = \"a/b\"\nlanguages = \"any\"\ncolour = 1", "unknown field `colour`"),
        ] {
            std::fs::write(&path, entry("mine", more)).unwrap();
            let message = load(&path).unwrap_err().to_string();
            assert!(message.contains(expected) && message.contains("more.toml"), "{more}: {message}");
        }
    }

    #[test]
    fn an_entry_survives_being_written_and_read() {
        for card in compiled_in() {
            let written = serde_json::to_string(&CatalogEntry::of(&card)).unwrap();
            let read: CatalogEntry = serde_json::from_str(&written).unwrap();
            assert_eq!(read.into_card_from(card.origin.clone()).unwrap(), card);
        }
    }
}
