//! What distinguishes one family of encoder-decoders from another, as data.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::names::{self, Side};
use crate::{
    domain::Architecture,
    engine::{EngineError, kernels::activation::Activation, weights::Weights},
};

/// An encoder-decoder, described.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spec {
    /// How its tensors are called.
    pub(super) family: Family,
    /// Values of a state.
    pub(super) width: usize,
    /// Source tokens.
    pub(super) source_vocabulary: usize,
    /// Target tokens.
    pub(super) target_vocabulary: usize,
    pub(super) encoder: Stack,
    pub(super) decoder: Stack,
    pub(super) norm: NormKind,
    /// Whether a norm stands before each block (and one after the last) rather than after it.
    pub(super) norm_first: bool,
    /// Whether embeddings are normed.
    pub(super) embedding_norm: bool,
    pub(super) positions: Positions,
    /// Positions that there should be, where they are learned.
    pub(super) position_count: usize,
    /// What embeddings are multiplied by.
    pub(super) embedding_scale: f32,
    pub(super) activation: Activation,
    /// Whether a second projection multiplies the activated one (Shazeer 2020).
    pub(super) gated: bool,
    /// Whether attention scores are divided by the root of a head's size.
    pub(super) scaled_attention: bool,
    /// What the decoder has before cross-attention.
    pub(super) cell: Cell,
    /// What states are multiplied by before they are scored.
    pub(super) head_scale: f32,
    /// Whether tokens are scored with the target's embeddings.
    pub(super) tied_head: bool,
}

/// Layers of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stack {
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Values of a head.
    pub(super) head_size: usize,
    /// Values between the two halves of a feed-forward block.
    pub(super) feed_forward: usize,
}

/// How rows are normed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NormKind {
    Layer { eps: f32 },
    Rms { eps: f32 },
}

/// How a model knows where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Positions {
    /// A table in the weights, read from row `offset` on.
    Learned { offset: usize },
    /// Sines, then cosines, with wavelengths from 2 pi to 20,000 pi at even steps of the exponent's index over
    /// the width (Vaswani et al. 2017, as Marian and Pegasus have it).
    Sinusoidal,
    /// The same with the exponent's index over half the width less one (tensor2tensor, fairseq, and Marian's own).
    SinusoidalFairseq { offset: usize },
    /// Added to attention scores by distance (Raffel et al. 2020).
    Relative { buckets: usize, max_distance: usize },
}

/// What a decoder layer has before cross-attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    SelfAttention,
    /// A simpler simple recurrent unit (Kim et al. 2019).
    Ssru,
}

/// How tensors are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// BART and those that follow it: Marian, Pegasus, mBART, M2M100.
    Bart,
    T5,
    /// Marian's own names, weights with the inputs first.
    MarianNative,
}

/// `config.json` of BART and those that follow it.
#[derive(Deserialize)]
struct BartConfig {
    d_model: usize,
    vocab_size: usize,
    decoder_vocab_size: Option<usize>,
    encoder_layers: usize,
    decoder_layers: usize,
    encoder_attention_heads: usize,
    decoder_attention_heads: usize,
    encoder_ffn_dim: usize,
    decoder_ffn_dim: usize,
    #[serde(default)]
    scale_embedding: bool,
    activation_function: Option<String>,
    #[serde(default)]
    max_position_embeddings: usize,
    tie_word_embeddings: Option<bool>,
}

/// `config.json` of T5.
#[derive(Deserialize)]
struct T5Config {
    d_model: usize,
    d_kv: usize,
    d_ff: usize,
    num_layers: usize,
    num_decoder_layers: Option<usize>,
    num_heads: usize,
    vocab_size: usize,
    #[serde(default = "default_buckets")]
    relative_attention_num_buckets: usize,
    #[serde(default = "default_distance")]
    relative_attention_max_distance: usize,
    #[serde(default = "default_t5_eps")]
    layer_norm_epsilon: f32,
    feed_forward_proj: Option<String>,
    tie_word_embeddings: Option<bool>,
}

fn default_buckets() -> usize {
    32
}

fn default_distance() -> usize {
    128
}

fn default_t5_eps() -> f32 {
    1e-6
}

/// `config.json` of a Marian student with an SSRU decoder.
#[derive(Deserialize)]
struct SsruConfig {
    dim: usize,
    heads: usize,
    ffn: usize,
    enc_layers: usize,
    dec_layers: usize,
    vocab: usize,
    norm_eps: f32,
    activation: String,
    norm: String,
    tied_embeddings: String,
    decoder_cell: String,
    decoder_start: String,
    output_bias: bool,
}

impl Spec {
    /// Reads `config.json` of the model in `directory`.
    ///
    /// # Errors
    /// [`EngineError`] when it is missing, damaged, or describes what this runtime does not compute.
    pub(super) fn read(directory: &Path, architecture: Architecture) -> Result<Self, EngineError> {
        let path = directory.join("config.json");
        if !path.is_file() {
            return Err(EngineError::MissingFile { path });
        }
        let bad = |reason: String| EngineError::BadFile { path: PathBuf::clone(&path), reason };
        let text = std::fs::read(&path).map_err(|error| bad(error.to_string()))?;
        let config: Map<String, Value> = serde_json::from_slice(&text).map_err(|error| bad(error.to_string()))?;
        let spec = Self::of(&config, architecture).map_err(bad)?;
        spec.check().map_err(bad)?;
        Ok(spec)
    }

    fn of(config: &Map<String, Value>, architecture: Architecture) -> Result<Self, String> {
        match architecture {
            Architecture::T5 => t5(parse(config)?),
            Architecture::MarianSsru => ssru(parse(config)?),
            Architecture::Extractive => Err("sentence selection has no weights".into()),
            _ => bart(parse(config)?, architecture),
        }
    }

    fn check(&self) -> Result<(), String> {
        let sizes = |stack: Stack| {
            [("layers", stack.layers), ("a head", stack.head_size), ("feed-forward blocks", stack.feed_forward)]
        };
        let whole = [("states", self.width), ("vocabulary", self.source_vocabulary.min(self.target_vocabulary))];
        for (of, size) in sizes(self.encoder).into_iter().chain(sizes(self.decoder)).chain(whole) {
            if !(1..1 << 31).contains(&size) {
                return Err(format!("{size} is no size of {of}"));
            }
        }
        Ok(())
    }

    /// Holds the sizes against the weights before anything is made by them: a configuration of another model, or a
    /// damaged one, could ask for more memory than there is.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming what does not fit.
    pub(super) fn check_weights(&self, weights: &Weights) -> Result<(), EngineError> {
        for (side, vocabulary) in [(Side::Encoder, self.source_vocabulary), (Side::Decoder, self.target_vocabulary)] {
            let names = names::embeddings(self.family, side);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            weights.check_shape(&names, &[vocabulary as i64, self.width as i64])?;
        }
        for (side, layers) in [("encoder", self.encoder.layers), ("decoder", self.decoder.layers)] {
            if layers > weights.len() {
                return Err(weights.bad(format_args!("the number of {side} layers is larger than that of all tensors")));
            }
        }
        Ok(())
    }
}

fn parse<T: serde::de::DeserializeOwned>(config: &Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(config.clone())).map_err(|error| error.to_string())
}

fn stack(layers: usize, heads: usize, width: usize, feed_forward: usize) -> Result<Stack, String> {
    if heads == 0 {
        return Err("there must be at least one head".into());
    }
    if !width.is_multiple_of(heads) {
        return Err(format!("{heads} heads do not divide a width of {width}"));
    }
    Ok(Stack { layers, heads, head_size: width / heads, feed_forward })
}

fn activation(name: &str) -> Result<Activation, String> {
    Activation::named(name).ok_or_else(|| format!("the activation {name:?} is not supported"))
}

fn bart(config: BartConfig, architecture: Architecture) -> Result<Spec, String> {
    let width = config.d_model;
    let (positions, norm_first, embedding_norm) = match architecture {
        Architecture::Bart => (Positions::Learned { offset: 2 }, false, true),
        Architecture::Marian => (Positions::Sinusoidal, false, false),
        Architecture::Pegasus => (Positions::Sinusoidal, true, false),
        Architecture::Mbart50 => (Positions::Learned { offset: 2 }, true, true),
        _ => (Positions::SinusoidalFairseq { offset: 2 }, true, false),
    };
    Ok(Spec {
        family: Family::Bart,
        width,
        source_vocabulary: config.vocab_size,
        target_vocabulary: config.decoder_vocab_size.unwrap_or(config.vocab_size),
        encoder: stack(config.encoder_layers, config.encoder_attention_heads, width, config.encoder_ffn_dim)?,
        decoder: stack(config.decoder_layers, config.decoder_attention_heads, width, config.decoder_ffn_dim)?,
        norm: NormKind::Layer { eps: 1e-5 },
        norm_first,
        embedding_norm,
        positions,
        position_count: config.max_position_embeddings,
        embedding_scale: if config.scale_embedding { (width as f32).sqrt() } else { 1.0 },
        activation: activation(config.activation_function.as_deref().unwrap_or("gelu"))?,
        gated: false,
        scaled_attention: true,
        cell: Cell::SelfAttention,
        head_scale: 1.0,
        tied_head: config.tie_word_embeddings.unwrap_or(true),
    })
}

fn t5(config: T5Config) -> Result<Spec, String> {
    let width = config.d_model;
    let layers = |layers| Stack { layers, heads: config.num_heads, head_size: config.d_kv, feed_forward: config.d_ff };
    let projection = config.feed_forward_proj.as_deref().unwrap_or("relu");
    let (gated, name) = match projection.strip_prefix("gated-") {
        // What `transformers` makes of it for T5 1.1.
        Some("gelu") => (true, "gelu_new"),
        Some(name) => (true, name),
        None => (false, projection),
    };
    let tied_head = config.tie_word_embeddings.unwrap_or(true);
    Ok(Spec {
        family: Family::T5,
        width,
        source_vocabulary: config.vocab_size,
        target_vocabulary: config.vocab_size,
        encoder: layers(config.num_layers),
        decoder: layers(config.num_decoder_layers.unwrap_or(config.num_layers)),
        norm: NormKind::Rms { eps: config.layer_norm_epsilon },
        norm_first: true,
        embedding_norm: false,
        positions: Positions::Relative {
            buckets: config.relative_attention_num_buckets,
            max_distance: config.relative_attention_max_distance,
        },
        position_count: 0,
        embedding_scale: 1.0,
        activation: activation(name)?,
        gated,
        scaled_attention: false,
        cell: Cell::SelfAttention,
        head_scale: if tied_head { (width as f32).powf(-0.5) } else { 1.0 },
        tied_head,
    })
}

fn ssru(config: SsruConfig) -> Result<Spec, String> {
    for (name, value, known) in [
        ("norm", &config.norm, "post"),
        ("tied_embeddings", &config.tied_embeddings, "all"),
        ("decoder_cell", &config.decoder_cell, "ssru"),
        ("decoder_start", &config.decoder_start, "zero embedding"),
    ] {
        if value != known {
            return Err(format!("{name} is {value:?}, only {known:?} is supported"));
        }
    }
    if !config.output_bias {
        return Err("an output bias is needed".into());
    }
    let width = config.dim;
    Ok(Spec {
        family: Family::MarianNative,
        width,
        source_vocabulary: config.vocab,
        target_vocabulary: config.vocab,
        encoder: stack(config.enc_layers, config.heads, width, config.ffn)?,
        decoder: stack(config.dec_layers, config.heads, width, config.ffn)?,
        norm: NormKind::Layer { eps: config.norm_eps },
        norm_first: false,
        embedding_norm: false,
        positions: Positions::SinusoidalFairseq { offset: 0 },
        position_count: 0,
        embedding_scale: (width as f32).sqrt(),
        activation: activation(&config.activation)?,
        gated: false,
        scaled_attention: true,
        cell: Cell::Ssru,
        head_scale: 1.0,
        tied_head: true,
    })
}
