use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{GenerationOptions, InputError, Language, LanguagePair};

/// The name of a model: letters, digits, `.`, `_` and `-`, at most 96 of them. Never a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId(String);

impl ModelId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModelId {
    type Err = InputError;

    fn from_str(name: &str) -> Result<Self, InputError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let plain = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(allowed);
        if !plain || name.len() > 96 {
            let reason =
                "a model's name is up to 96 letters, digits, '.', '_' and '-', and starts with a letter or digit";
            return Err(InputError::invalid("model", reason));
        }
        Ok(Self(name.to_owned()))
    }
}

impl TryFrom<String> for ModelId {
    type Error = InputError;

    fn try_from(name: String) -> Result<Self, InputError> {
        name.parse()
    }
}

impl From<ModelId> for String {
    fn from(id: ModelId) -> Self {
        id.0
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Shortens a text in its own language.
    Summarization,
    /// Turns sentences into another language.
    Translation,
}

/// A family of models that share code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Sentence selection; no weights.
    Extractive,
    /// Transformer encoder with an SSRU decoder: the built-in translators.
    MarianSsru,
    /// BART and DistilBART.
    Bart,
    /// Marian (OPUS-MT).
    Marian,
    /// Pegasus.
    Pegasus,
    /// T5, version 1.0 and 1.1.
    T5,
    /// M2M100.
    M2m100,
    /// NLLB-200: M2M100's network with its own language codes.
    Nllb,
    /// mBART-50.
    Mbart50,
}

impl Architecture {
    /// The family that a `config.json` of the hub describes: by its `model_type`, and where two families share one,
    /// by the `tokenizer_class`; where no file names that, by whether there is a `vocab.json`, which M2M100 has and
    /// NLLB has not. `None` for a family that Breve does not know.
    pub fn of_hub_model(model_type: &str, tokenizer_class: Option<&str>, has_vocabulary: bool) -> Option<Self> {
        let class = tokenizer_class.map(|class| class.trim_end_matches("Fast"));
        match (model_type, class) {
            ("bart", _) => Some(Self::Bart),
            ("marian", _) => Some(Self::Marian),
            ("pegasus", _) => Some(Self::Pegasus),
            ("t5", _) => Some(Self::T5),
            ("m2m_100", Some("NllbTokenizer")) => Some(Self::Nllb),
            ("m2m_100", None) if !has_vocabulary => Some(Self::Nllb),
            ("m2m_100", _) => Some(Self::M2m100),
            ("mbart", Some("MBart50Tokenizer")) => Some(Self::Mbart50),
            _ => None,
        }
    }
}

/// Which languages a model serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Languages {
    /// A summariser: text in any of these.
    Text(Vec<Language>),
    /// A translator of exactly these directions.
    Pairs(Vec<LanguagePair>),
    /// A translator between any two of these.
    Between(Vec<Language>),
    /// Text in any language (sentence selection).
    Any,
}

impl Languages {
    /// Whether text in `language` can be summarised.
    pub fn reads(&self, language: Language) -> bool {
        match self {
            Self::Text(languages) => languages.contains(&language),
            Self::Any => true,
            Self::Pairs(_) | Self::Between(_) => false,
        }
    }

    /// Whether the direction can be translated.
    pub fn translates(&self, pair: LanguagePair) -> bool {
        match self {
            Self::Pairs(pairs) => pairs.contains(&pair),
            Self::Between(languages) => {
                pair.source != pair.target && languages.contains(&pair.source) && languages.contains(&pair.target)
            }
            Self::Text(_) | Self::Any => false,
        }
    }

    /// Every direction served; a model between n languages has n·(n-1).
    pub fn pairs(&self) -> Vec<LanguagePair> {
        match self {
            Self::Pairs(pairs) => pairs.clone(),
            Self::Between(languages) => languages
                .iter()
                .flat_map(|&source| languages.iter().map(move |&target| LanguagePair { source, target }))
                .filter(|pair| pair.source != pair.target)
                .collect(),
            Self::Text(_) | Self::Any => Vec::new(),
        }
    }
}

/// Where a model's files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelOrigin {
    /// Ships with Breve.
    BuiltIn,
    /// A repository on a model hub: `owner/name`, at a branch, tag or commit.
    Hub {
        /// `owner/name`.
        repository: String,
        /// A branch, a tag or a commit.
        revision: String,
    },
    /// A directory that the user named.
    Local(std::path::PathBuf),
}

/// One file of a model in its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// Path inside the repository.
    pub name: String,
    /// Whether the model works without it.
    pub optional: bool,
}

/// What is known of a model before its files are opened: one entry of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelCard {
    /// The name used everywhere.
    pub id: ModelId,
    /// Where the files come from.
    pub origin: ModelOrigin,
    /// What it does.
    pub task: Task,
    /// Which code runs it.
    pub architecture: Architecture,
    /// Which languages it serves.
    pub languages: Languages,
    /// SPDX expression, or the name the model's authors use.
    pub license: String,
    /// What is downloaded, in bytes; 0 where nothing is.
    pub size_bytes: u64,
    /// Longest source in tokens, special tokens included.
    pub context_tokens: usize,
    /// Text put before every source, such as T5's `summarize: `.
    pub prefix: String,
    /// One line for people.
    pub description: String,
    /// Higher is chosen first when no model is named.
    pub quality: u32,
    /// The names of the files, in the order they are fetched. Weights: the first that the repository has.
    pub files: Vec<ModelFile>,
    /// Defaults of generation.
    pub generation: GenerationOptions,
}

/// Where a model stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelState {
    /// Known, not on this machine.
    Available,
    /// Being fetched: bytes so far and in all.
    Downloading {
        /// Bytes on disk.
        done: u64,
        /// Bytes expected, 0 while unknown.
        total: u64,
    },
    /// On disk, checked, not in memory.
    Ready,
    /// Being read into memory.
    Loading,
    /// In memory.
    Loaded {
        /// Estimated resident bytes.
        memory_bytes: u64,
    },
    /// The last download or load went wrong.
    Failed {
        /// Why, for people.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_id_is_never_a_path() {
        for name in ["", ".", "..", "../x", "a/b", "a\\b", "-rf", "x y", "ñ", &"a".repeat(97)] {
            assert!(name.parse::<ModelId>().is_err(), "{name:?}");
        }
        assert!("opus-mt-en-es".parse::<ModelId>().is_ok());
        assert!("m2m100_418M".parse::<ModelId>().is_ok());
    }
}
