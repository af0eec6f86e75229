//! A model's configuration as rust-bert reads it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{
    domain::Architecture,
    engine::{EngineError, pretrained::Config},
};

/// The configuration as rust-bert reads it. rust-bert demands fields that newer files leave out, knows fewer activations
/// by other names, and has settings that `transformers` took out of the files.
///
/// # Errors
/// [`EngineError::BadFile`] naming the field that is missing or that rust-bert cannot honour.
pub(super) fn rust_bert<T: DeserializeOwned>(config: &Config, architecture: Architecture) -> Result<T, EngineError> {
    let mut members = config.members().clone();
    for name in ["id2label", "label2id", "task_specific_params"] {
        members.remove(name);
    }
    for name in ["bos_token_id", "eos_token_id", "pad_token_id", "forced_bos_token_id", "forced_eos_token_id"] {
        if members.get(name).is_some_and(|value| !value.is_i64()) {
            members.remove(name);
        }
    }
    for (name, value) in defaults_of(architecture) {
        members.entry(name).or_insert(value);
    }
    members.extend(overrides(config, architecture));
    serde_json::from_value(Value::Object(members)).map_err(|error| config.bad(error))
}

fn overrides(config: &Config, architecture: Architecture) -> Map<String, Value> {
    let mut set = Map::new();
    let mut put = |name: &str, value: Value| drop(set.insert(name.to_owned(), value));
    for name in ["output_attentions", "output_hidden_states"] {
        put(name, json!(false));
    }
    // rust-bert keeps no cache otherwise.
    put("output_past", json!(true));
    if config.members().get("activation_function").is_some_and(|name| name == "silu") {
        put("activation_function", json!("swish"));
    }
    match architecture {
        Architecture::Marian => {
            put("static_position_embeddings", json!(true));
            put("normalize_embedding", json!(false));
        }
        // rust-bert builds as many decoder layers as encoder layers; those too many are silenced when the weights are
        // filled in.
        Architecture::T5 => {
            let decoder = config.layers("num_decoder_layers");
            put("num_layers", json!(config.layers("num_layers").max(decoder)));
        }
        _ => {}
    }
    set
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
