//! What a model's `config.json` and `generation_config.json` say, in the form that rust-bert and the search need.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{
    domain::{Architecture, GenerationOptions},
    engine::EngineError,
};

/// The longest source of a T5 model that does not say how long its sources were.
const T5_CONTEXT_TOKENS: usize = 512;

/// What the search needs to know of a model.
#[derive(Debug)]
pub(super) struct Settings {
    /// The number of ids.
    pub(super) vocabulary: i64,
    /// The tokens that end an output; the first is written where one is to be added.
    pub(super) ends: Vec<i64>,
    /// Fills rows of a batch that are shorter than others.
    pub(super) pad: i64,
    /// What every output starts with.
    pub(super) start: i64,
    /// The positions that the network has; `None` where it has no such limit.
    pub(super) positions: Option<usize>,
    /// Longest source in tokens that the model was made for.
    pub(super) context_tokens: usize,
    /// The model's own defaults.
    pub(super) defaults: GenerationOptions,
    /// Whether scores are normalised again after tokens were ruled out.
    pub(super) renormalize: bool,
}

/// The files that describe a model.
#[derive(Debug)]
pub(super) struct Config {
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
    pub(super) fn read(directory: &Path) -> Result<Self, EngineError> {
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
    pub(super) fn architecture(&self) -> Result<Architecture, EngineError> {
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
    pub(super) fn settings(&self, architecture: Architecture) -> Result<Settings, EngineError> {
        let positions = match architecture {
            Architecture::T5 => None,
            _ => Some(self.size("max_position_embeddings")?),
        };
        let trained = [self.tokenizer.get("model_max_length"), self.model.get("n_positions")];
        // Tokenizers without a limit say so with a number that fits no integer.
        let trained = trained.into_iter().flatten().filter_map(Value::as_u64).filter(|tokens| *tokens < 1 << 20).min();
        let trained = trained.and_then(|tokens| usize::try_from(tokens).ok());
        let ends = self.token_ids("eos_token_id")?;
        let end = *ends.first().ok_or_else(|| self.bad("it has no eos_token_id"))?;
        let pad = self.token_id("pad_token_id")?.unwrap_or(end);
        let start = self.token_id("decoder_start_token_id")?.or(self.token_id("bos_token_id")?);
        let settings = Settings {
            vocabulary: i64::try_from(self.size("vocab_size")?).unwrap_or(i64::MAX),
            ends,
            pad,
            start: start.ok_or_else(|| self.bad("it has no decoder_start_token_id"))?,
            positions,
            context_tokens: match positions {
                Some(positions) => trained.unwrap_or(positions).min(positions),
                None => trained.unwrap_or(T5_CONTEXT_TOKENS),
            },
            defaults: self.defaults()?,
            renormalize: self.generation_value("renormalize_logits").and_then(Value::as_bool).unwrap_or(false),
        };
        self.check_ids(&settings)?;
        Ok(settings)
    }

    fn check_ids(&self, settings: &Settings) -> Result<(), EngineError> {
        let ids = settings.ends.iter().chain([&settings.pad, &settings.start]);
        match ids.into_iter().find(|id| !(0..settings.vocabulary).contains(*id)) {
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

    fn token_id(&self, name: &str) -> Result<Option<i64>, EngineError> {
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

    fn size(&self, name: &str) -> Result<usize, EngineError> {
        let size = self.model.get(name).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
        size.filter(|size| (1..1 << 30).contains(size)).ok_or_else(|| self.bad(format_args!("{name} is no size")))
    }

    /// Checks the sizes that rust-bert divides by.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the one that is impossible.
    pub(super) fn check_heads(&self, architecture: Architecture) -> Result<(), EngineError> {
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
    pub(super) fn layers(&self, name: &str) -> usize {
        self.model.get(name).and_then(Value::as_u64).and_then(|layers| usize::try_from(layers).ok()).unwrap_or(0)
    }

    /// Whether a switch is on.
    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        self.model.get(name).and_then(Value::as_bool).unwrap_or(default)
    }

    /// The configuration as rust-bert reads it. rust-bert demands fields that newer files leave out, knows fewer
    /// activations by other names, and has settings that `transformers` took out of the files.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the field that is missing or that rust-bert cannot honour.
    pub(super) fn rust_bert<T: DeserializeOwned>(&self, architecture: Architecture) -> Result<T, EngineError> {
        let mut config = self.model.clone();
        for name in ["id2label", "label2id", "task_specific_params"] {
            config.remove(name);
        }
        for name in ["bos_token_id", "eos_token_id", "pad_token_id", "forced_bos_token_id", "forced_eos_token_id"] {
            if config.get(name).is_some_and(|value| !value.is_i64()) {
                config.remove(name);
            }
        }
        for (name, value) in defaults_of(architecture) {
            config.entry(name).or_insert(value);
        }
        config.extend(self.overrides(architecture));
        serde_json::from_value(Value::Object(config)).map_err(|error| self.bad(error))
    }

    fn overrides(&self, architecture: Architecture) -> Map<String, Value> {
        let mut set = Map::new();
        let mut put = |name: &str, value: Value| drop(set.insert(name.to_owned(), value));
        for name in ["output_attentions", "output_hidden_states"] {
            put(name, json!(false));
        }
        // rust-bert keeps no cache otherwise.
        put("output_past", json!(true));
        if self.model.get("activation_function").is_some_and(|name| name == "silu") {
            put("activation_function", json!("swish"));
        }
        match architecture {
            Architecture::Marian => {
                put("static_position_embeddings", json!(true));
                put("normalize_embedding", json!(false));
            }
            // rust-bert builds as many decoder layers as encoder layers; those too many are silenced when the
            // weights are filled in.
            Architecture::T5 => {
                let decoder = self.layers("num_decoder_layers");
                put("num_layers", json!(self.layers("num_layers").max(decoder)));
            }
            _ => {}
        }
        set
    }

    /// An error about `config.json`.
    pub(super) fn bad(&self, reason: impl std::fmt::Display) -> EngineError {
        EngineError::BadFile { path: self.path.clone(), reason: reason.to_string() }
    }
}

/// Fields that rust-bert demands and that change nothing when a model is only run.
fn defaults_of(architecture: Architecture) -> Vec<(&'static str, Value)> {
    let names: &[&str] = match architecture {
        Architecture::T5 => &["dropout_rate", "initializer_factor"],
        _ => &[
            "activation_dropout",
            "attention_dropout",
            "decoder_layerdrop",
            "dropout",
            "encoder_layerdrop",
            "init_std",
        ],
    };
    let zeros = names.iter().map(|name| (*name, json!(0.0)));
    zeros.chain([("num_hidden_layers", json!(0)), ("relative_attention_max_distance", json!(128))]).collect()
}

fn object(path: &Path) -> Result<Option<Map<String, Value>>, EngineError> {
    let bad = |reason: String| EngineError::BadFile { path: path.to_owned(), reason };
    match std::fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| bad(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(bad(error.to_string())),
    }
}
