//! What a directory in the hub's layout holds: `config.json` and its neighbours, read into a model card.

use std::{fs, path::Path};

use serde_json::{Map, Value};

use super::{StoreError, formats};
use crate::domain::{
    Architecture, GenerationOptions, Language, LanguagePair, Languages, ModelCard, ModelId, ModelOrigin, Task,
};

/// Larger files are not configuration.
const MOST_BYTES: u64 = 64 << 20;

/// Reads the directory as a model called `id`. `catalog` tells which languages a family speaks, and how well.
pub(super) fn inspect(directory: &Path, id: &ModelId, catalog: &[ModelCard]) -> Result<ModelCard, StoreError> {
    Reader { directory }.card(id, catalog)
}

struct Reader<'a> {
    directory: &'a Path,
}

impl Reader<'_> {
    fn card(&self, id: &ModelId, catalog: &[ModelCard]) -> Result<ModelCard, StoreError> {
        let config = self.json("config.json")?.ok_or_else(|| self.bad("config.json is missing"))?;
        let architecture = self.architecture(&config)?;
        let family = || catalog.iter().filter(|card| card.architecture == architecture);
        let task = task_of(architecture);
        let languages = match architecture {
            Architecture::Marian => Languages::Pairs(self.marian_pairs(id)?),
            Architecture::MarianSsru => Languages::Pairs(vec![self.ssru_pair(&config)?]),
            _ => family().map(|card| card.languages.clone()).next().unwrap_or(Languages::Text(vec![Language::ENGLISH])),
        };
        Ok(ModelCard {
            id: id.clone(),
            origin: ModelOrigin::Local(self.directory.to_owned()),
            task,
            architecture,
            languages,
            license: "unknown (added from a directory)".to_owned(),
            size_bytes: 0,
            context_tokens: context_tokens(architecture, &config),
            prefix: text(&summarization(&config), "prefix").unwrap_or_default().to_owned(),
            // Without the directory: every client of the service reads this.
            description: format!("{}, added from a directory", text(&config, "model_type").unwrap_or("a model")),
            // As good as the plainest of its family: a model from the catalog is preferred while nothing else is known.
            quality: family().map(|card| card.quality).min().unwrap_or(1),
            files: formats::files(architecture),
            generation: self.generation(architecture, &config)?,
        })
    }

    fn bad(&self, reason: impl Into<String>) -> StoreError {
        StoreError::bad_directory(self.directory, reason)
    }

    /// A JSON object; `None` when there is no such file.
    fn json(&self, name: &str) -> Result<Option<Map<String, Value>>, StoreError> {
        let path = self.directory.join(name);
        let data = match fs::metadata(&path) {
            Ok(data) => data,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.bad(format!("{name}: {error}"))),
        };
        if !data.is_file() || data.len() > MOST_BYTES {
            return Err(self.bad(format!("{name} is not a configuration file")));
        }
        let bytes = fs::read(&path).map_err(|source| StoreError::io(&path, source))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| self.bad(format!("{name} is not JSON: {error}")))?;
        match value {
            Value::Object(object) => Ok(Some(object)),
            _ => Err(self.bad(format!("{name} is not a JSON object"))),
        }
    }

    fn architecture(&self, config: &Map<String, Value>) -> Result<Architecture, StoreError> {
        if text(config, "decoder_cell") == Some("ssru") {
            return Ok(Architecture::MarianSsru);
        }
        let kind = text(config, "model_type").ok_or_else(|| self.bad("config.json names no model_type"))?;
        let tokenizer = self.tokenizer_class(config)?;
        let has_vocabulary = self.directory.join("vocab.json").exists();
        match Architecture::of_hub_model(kind, tokenizer.as_deref(), has_vocabulary) {
            Some(architecture) => self.with_generator(config, architecture),
            None if kind == "mbart" => {
                Err(self.bad("it is an mBART that is not mBART-50 (tokenizer_class MBart50Tokenizer)"))
            }
            None => Err(self.bad(format!(
                "model_type {kind:?} is not one of bart, marian, pegasus, t5, m2m_100 (M2M100 or NLLB) and mbart (mBART-50)"
            ))),
        }
    }

    /// A head for another task, such as classification, generates nothing.
    fn with_generator(
        &self,
        config: &Map<String, Value>,
        architecture: Architecture,
    ) -> Result<Architecture, StoreError> {
        let Some(Value::Array(heads)) = config.get("architectures") else { return Ok(architecture) };
        let generates = |head: &str| head.ends_with("ForConditionalGeneration") || head == "MarianMTModel";
        let mut heads = heads.iter().filter_map(Value::as_str).peekable();
        match heads.peek().copied() {
            Some(first) if !heads.any(generates) => Err(self.bad(format!("it is a {first}, which generates no text"))),
            _ => Ok(architecture),
        }
    }

    fn tokenizer_class(&self, config: &Map<String, Value>) -> Result<Option<String>, StoreError> {
        let tokenizer = self.json("tokenizer_config.json")?.unwrap_or_default();
        Ok(text(&tokenizer, "tokenizer_class").or(text(config, "tokenizer_class")).map(str::to_owned))
    }

    fn marian_pairs(&self, id: &ModelId) -> Result<Vec<LanguagePair>, StoreError> {
        let tokenizer = self.json("tokenizer_config.json")?.unwrap_or_default();
        let named = text(&tokenizer, "source_lang").zip(text(&tokenizer, "target_lang"));
        let directory_name = self.directory.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let pair = named
            .and_then(|(source, target)| pair(source, target))
            .or_else(|| pair_in_name(directory_name))
            .or_else(|| pair_in_name(id.as_str()));
        pair.map(|pair| vec![pair]).ok_or_else(|| {
            self.bad(
                "its languages are unknown: tokenizer_config.json has no source_lang and target_lang, and neither \
                 the directory nor the name is like opus-mt-en-es",
            )
        })
    }

    fn ssru_pair(&self, config: &Map<String, Value>) -> Result<LanguagePair, StoreError> {
        let named = text(config, "source_language").zip(text(config, "target_language"));
        let pair = named.and_then(|(source, target)| pair(source, target));
        pair.ok_or_else(|| self.bad("config.json names no source_language and target_language"))
    }

    /// The model's own defaults: for summarising, else for generating, else those that older models keep in
    /// `config.json`.
    fn generation(
        &self,
        architecture: Architecture,
        config: &Map<String, Value>,
    ) -> Result<GenerationOptions, StoreError> {
        // The built-in format describes its search in words; its engine knows the numbers.
        if architecture == Architecture::MarianSsru {
            return Ok(GenerationOptions::default());
        }
        let own = match self.json("generation_config.json")? {
            Some(generation) => self.options("generation_config.json", &generation)?,
            None => self.options("config.json", config)?,
        };
        Ok(self.options("config.json", &summarization(config))?.or(&own))
    }

    fn options(&self, file: &str, object: &Map<String, Value>) -> Result<GenerationOptions, StoreError> {
        GenerationOptions::among(object).map_err(|error| self.bad(format!("{file}: {error}")))
    }
}

fn task_of(architecture: Architecture) -> Task {
    match architecture {
        Architecture::Extractive | Architecture::Bart | Architecture::Pegasus | Architecture::T5 => Task::Summarization,
        Architecture::MarianSsru
        | Architecture::Marian
        | Architecture::M2m100
        | Architecture::Nllb
        | Architecture::Mbart50 => Task::Translation,
    }
}

fn context_tokens(architecture: Architecture, config: &Map<String, Value>) -> usize {
    let number = |name: &str| config.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    match architecture {
        // Relative positions have no end; 512 is what T5 was trained with.
        Architecture::T5 => number("n_positions").unwrap_or(512),
        Architecture::MarianSsru => 256,
        _ => number("max_position_embeddings").unwrap_or(512),
    }
}

fn summarization(config: &Map<String, Value>) -> Map<String, Value> {
    let params = config.get("task_specific_params").and_then(|params| params.get("summarization"));
    params.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

fn pair(source: &str, target: &str) -> Option<LanguagePair> {
    Some(LanguagePair::new(source.parse().ok()?, target.parse().ok()?))
}

/// `opus-mt-en-es` names English and Spanish.
fn pair_in_name(name: &str) -> Option<LanguagePair> {
    let (rest, target) = name.rsplit_once('-')?;
    let (_, source) = rest.rsplit_once('-')?;
    pair(source, target)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{domain::EarlyStopping, store::catalog};

    fn golden(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name)
    }

    fn read(directory: &Path) -> Result<ModelCard, StoreError> {
        inspect(directory, &"mine".parse().unwrap(), &catalog::load(Path::new("")).unwrap())
    }

    #[test]
    fn knows_each_family_by_its_files() {
        for (name, architecture, context_tokens) in [
            ("bart", Architecture::Bart, 256),
            ("marian", Architecture::Marian, 256),
            ("pegasus", Architecture::Pegasus, 256),
            ("t5", Architecture::T5, 512),
            ("t5-v1_1", Architecture::T5, 512),
            ("m2m_100", Architecture::M2m100, 256),
            ("mbart50", Architecture::Mbart50, 256),
        ] {
            let card = read(&golden(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((card.architecture, card.context_tokens), (architecture, context_tokens), "{name}");
            assert_eq!(card.task == Task::Translation, !card.languages.pairs().is_empty(), "{name}");
        }
        let built_in = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models/en-es-tiny")).unwrap();
        assert_eq!(built_in.architecture, Architecture::MarianSsru);
        assert!(built_in.languages.translates(LanguagePair::new(Language::ENGLISH, Language::SPANISH)));
        let marian = read(&golden("marian")).unwrap();
        assert!(marian.languages.translates(LanguagePair::new(Language::ENGLISH, Language::SPANISH)));
        assert_eq!(marian.generation.forced_eos_token_id, Some(0));
    }

    fn directory(config: &str, others: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("config.json"), config).unwrap();
        for (name, content) in others {
            std::fs::write(directory.path().join(name), content).unwrap();
        }
        directory
    }

    #[test]
    fn nllb_and_m2m100_are_told_apart_by_their_tokenizer() {
        let config = r#"{"model_type":"m2m_100"}"#;
        for (files, expected) in [
            (vec![("tokenizer_config.json", r#"{"tokenizer_class":"NllbTokenizerFast"}"#)], Architecture::Nllb),
            (vec![("tokenizer_config.json", r#"{"tokenizer_class":"M2M100Tokenizer"}"#)], Architecture::M2m100),
            (vec![("vocab.json", "{}")], Architecture::M2m100),
            (vec![("tokenizer.json", "{}")], Architecture::Nllb),
        ] {
            assert_eq!(read(directory(config, &files).path()).unwrap().architecture, expected, "{files:?}");
        }
    }

    #[test]
    fn defaults_for_summarising_win_over_those_for_generating() {
        let config = r#"{"model_type":"t5","n_positions":1024,"task_specific_params":{"summarization":
            {"prefix":"summarize: ","max_length":200,"num_beams":4,"early_stopping":true}}}"#;
        let generation = r#"{"max_length":20,"min_length":3,"num_beams":null,"transformers_version":"4"}"#;
        let card = read(directory(config, &[("generation_config.json", generation)]).path()).unwrap();
        assert_eq!((card.prefix.as_str(), card.context_tokens), ("summarize: ", 1024));
        let expected = GenerationOptions {
            max_length: Some(200),
            min_length: Some(3),
            num_beams: Some(4),
            early_stopping: Some(EarlyStopping::WhenFull),
            ..Default::default()
        };
        assert_eq!(card.generation, expected);
    }

    #[test]
    fn says_what_is_wrong_with_a_directory() {
        let generation = [("generation_config.json", r#"{"num_beams":"four"}"#)];
        for (config, others, expected) in [
            ("{", &[][..], "config.json is not JSON"),
            ("[]", &[], "not a JSON object"),
            ("{}", &[], "names no model_type"),
            (r#"{"model_type":"bert"}"#, &[], "\"bert\" is not one of"),
            (r#"{"model_type":"mbart"}"#, &[], "not mBART-50"),
            (r#"{"model_type":"marian"}"#, &[], "languages are unknown"),
            (r#"{"decoder_cell":"ssru"}"#, &[], "source_language"),
            (
                r#"{"model_type":"bart","architectures":["BartForSequenceClassification"]}"#,
                &[],
                "BartForSequenceClassification, which generates no text",
            ),
            (r#"{"model_type":"bart"}"#, &generation, "generation_config.json: invalid type"),
        ] {
            let message = read(directory(config, others).path()).unwrap_err().to_string();
            assert!(message.contains(expected), "{config}: {message}");
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(read(empty.path()).unwrap_err().to_string().contains("config.json is missing"));
    }

    #[test]
    fn marian_languages_may_stand_in_the_directorys_name() {
        assert_eq!(pair_in_name("opus-mt-en-es").unwrap().to_string(), "en-es");
        assert_eq!(pair_in_name("opus-mt-en-ROMANCE"), None);
        assert_eq!(pair_in_name("es"), None);
    }
}
