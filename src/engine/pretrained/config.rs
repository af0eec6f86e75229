//! What a model's `config.json` and `generation_config.json` say.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::{
    domain::{Architecture, GenerationOptions},
    engine::{
        EngineError,
        generation::{SearchSettings, SearchStyle},
    },
};

/// The longest source of a T5 model that does not say how long its sources were.
const T5_CONTEXT_TOKENS: usize = 512;

/// What a codec needs to know of a model.
#[derive(Debug)]
pub(in crate::engine) struct Settings {
    /// Those of the search.
    pub(in crate::engine) search: SearchSettings,
    /// Longest source in tokens that the model was made for.
    pub(in crate::engine) context_tokens: usize,
}

/// The files that describe a model.
#[derive(Debug)]
pub(in crate::engine) struct Config {
    path: PathBuf,
    model: Map<String, Value>,
    generation: Option<(PathBuf, Map<String, Value>)>,
    tokenizer: Map<String, Value>,
}

impl Config {
    /// Reads them from `directory`.
    ///
    /// # Errors
    /// [`EngineError`] when `config.json` is missing or one of them is no JSON object.
    pub(in crate::engine) fn read(directory: &Path) -> Result<Self, EngineError> {
        let path = directory.join("config.json");
        let model = object(&path)?.ok_or_else(|| EngineError::MissingFile { path: path.clone() })?;
        let generation = directory.join("generation_config.json");
        let tokenizer = object(&directory.join("tokenizer_config.json"))?.unwrap_or_default();
        Ok(Self { path, model, generation: object(&generation)?.map(|object| (generation, object)), tokenizer })
    }

    /// The kind of model.
    ///
    /// # Errors
    /// [`EngineError::UnknownArchitecture`] when it is none that is known here.
    pub(in crate::engine) fn architecture(&self) -> Result<Architecture, EngineError> {
        let kind = self.model.get("model_type").and_then(Value::as_str).unwrap_or("");
        let class = [&self.tokenizer, &self.model].into_iter().find_map(|file| file.get("tokenizer_class")?.as_str());
        if self.model.get("decoder_cell").is_some_and(|cell| cell == "ssru") {
            return Ok(Architecture::MarianSsru);
        }
        let directory = self.path.parent().unwrap_or(&self.path);
        Architecture::of_hub_model(kind, class, directory.join("vocab.json").exists()).ok_or_else(|| {
            let architecture = class.map_or_else(|| kind.to_owned(), |class| format!("{kind} with {class}"));
            EngineError::UnknownArchitecture { path: directory.to_owned(), architecture }
        })
    }

    /// The settings of the search.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the value that is missing or of a wrong type.
    pub(in crate::engine) fn settings(&self, architecture: Architecture) -> Result<Settings, EngineError> {
        let positions = match architecture {
            Architecture::T5 => None,
            _ => Some(self.size("max_position_embeddings")?),
        };
        let trained = [self.tokenizer.get("model_max_length"), self.model.get("n_positions")];
        // Tokenizers without a limit say so with a number that fits no integer.
        let trained = trained.into_iter().flatten().filter_map(Value::as_u64).filter(|tokens| *tokens < 1 << 20).min();
        let trained = trained.and_then(|tokens| usize::try_from(tokens).ok());
        let settings = Settings {
            search: self.search_settings(positions)?,
            context_tokens: match positions {
                Some(positions) => trained.unwrap_or(positions).min(positions),
                None => trained.unwrap_or(T5_CONTEXT_TOKENS),
            },
        };
        self.check_ids(&settings.search)?;
        Ok(settings)
    }

    fn search_settings(&self, positions: Option<usize>) -> Result<SearchSettings, EngineError> {
        let ends = self.token_ids("eos_token_id")?;
        if ends.is_empty() {
            return Err(self.bad("it has no eos_token_id"));
        }
        let start = self.token_id("decoder_start_token_id")?.or(self.token_id("bos_token_id")?);
        Ok(SearchSettings {
            vocabulary: i64::try_from(self.size("vocab_size")?).unwrap_or(i64::MAX),
            ends,
            start: Some(start.ok_or_else(|| self.bad("it has no decoder_start_token_id"))?),
            positions,
            defaults: self.defaults()?,
            renormalize: self.generation_value("renormalize_logits").and_then(Value::as_bool).unwrap_or(false),
            style: SearchStyle::Transformers,
        })
    }

    fn check_ids(&self, settings: &SearchSettings) -> Result<(), EngineError> {
        match settings.ends.iter().chain(&settings.start).find(|id| !(0..settings.vocabulary).contains(*id)) {
            Some(id) => Err(self.bad(format_args!("the token {id} is outside the vocabulary"))),
            None => Ok(()),
        }
    }

    /// The generation settings of `generation_config.json`, or of `config.json` where there is no such file.
    fn defaults(&self) -> Result<GenerationOptions, EngineError> {
        let (path, members) =
            self.generation.as_ref().map_or((&self.path, &self.model), |(path, members)| (path, members));
        GenerationOptions::among(members)
            .map_err(|error| EngineError::BadFile { path: path.clone(), reason: error.to_string() })
    }

    fn generation_value(&self, name: &str) -> Option<&Value> {
        self.generation.as_ref().map_or(&self.model, |(_, generation)| generation).get(name)
    }

    /// Special tokens may stand in either file.
    fn either(&self, name: &str) -> Option<&Value> {
        self.generation_value(name).or_else(|| self.model.get(name)).filter(|value| !value.is_null())
    }

    /// The first of the tokens that either file gives this name.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] when it is no token id.
    pub(in crate::engine) fn token_id(&self, name: &str) -> Result<Option<i64>, EngineError> {
        Ok(self.token_ids(name)?.first().copied())
    }

    fn token_ids(&self, name: &str) -> Result<Vec<i64>, EngineError> {
        let ids = match self.either(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(ids)) => ids.iter().map(Value::as_i64).collect(),
            Some(id) => id.as_i64().map(|id| vec![id]),
        };
        ids.ok_or_else(|| self.bad(format_args!("{name} is no token id")))
    }

    /// A size that the file must have, above 0.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] when it is missing or impossible.
    pub(in crate::engine) fn size(&self, name: &str) -> Result<usize, EngineError> {
        let size = self.model.get(name).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
        size.filter(|size| (1..1 << 30).contains(size)).ok_or_else(|| self.bad(format_args!("{name} is no size")))
    }

    /// Checks the sizes that attention is divided by.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the one that is impossible.
    pub(in crate::engine) fn check_heads(&self, architecture: Architecture) -> Result<(), EngineError> {
        let width = self.size("d_model")?;
        let heads: &[&str] = match architecture {
            Architecture::T5 => return self.size("num_heads").and(self.size("d_kv")).map(drop),
            _ => &["encoder_attention_heads", "decoder_attention_heads"],
        };
        for name in heads {
            if width % self.size(name)? != 0 {
                return Err(self.bad(format_args!("{name} does not divide d_model")));
            }
        }
        Ok(())
    }

    /// A size that is 0 where the file does not have it.
    pub(in crate::engine) fn layers(&self, name: &str) -> usize {
        self.model.get(name).and_then(Value::as_u64).and_then(|layers| usize::try_from(layers).ok()).unwrap_or(0)
    }

    /// Whether a switch is on.
    pub(in crate::engine) fn flag(&self, name: &str, default: bool) -> bool {
        self.model.get(name).and_then(Value::as_bool).unwrap_or(default)
    }

    /// The members of `config.json`.
    pub(in crate::engine) fn members(&self) -> &Map<String, Value> {
        &self.model
    }

    /// An error about `config.json`.
    pub(in crate::engine) fn bad(&self, reason: impl std::fmt::Display) -> EngineError {
        EngineError::BadFile { path: self.path.clone(), reason: reason.to_string() }
    }
}

fn object(path: &Path) -> Result<Option<Map<String, Value>>, EngineError> {
    let bad = |reason: String| EngineError::BadFile { path: path.to_owned(), reason };
    match std::fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| bad(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(bad(error.to_string())),
    }
}
