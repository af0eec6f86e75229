//! rust-bert's networks behind one face: a source in, scores of the next token out. Each source is computed alone, so
//! that nothing is padded.
//!
//! Only the networks are rust-bert's. Its own search (`generate_from_ids_and_past`) is left aside, since it differs
//! from `transformers` in ways that users would see: it panics on `bad_words_ids` of single tokens
//! (`generation_utils.rs`, `ban_bad_words` unwraps the length of an absent list), ignores Pegasus' and NLLB's
//! `forced_eos_token_id`, applies `repetition_penalty` once per occurrence and only to the first beams, normalises
//! Marian's scores after taking the padding token out, divides unfinished hypotheses by a length that counts the start
//! token, and knows no `early_stopping: "never"`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_bert::{
    bart::{self, BartForConditionalGeneration},
    m2m_100::M2M100ForConditionalGeneration,
    marian::MarianForConditionalGeneration,
    mbart::{MBartConfig, MBartForConditionalGeneration},
    pegasus::PegasusForConditionalGeneration,
    t5::{self, T5ForConditionalGeneration},
};
use tch::{Device, Kind, Tensor, nn::VarStore};

use super::config::rust_bert;
use crate::{
    domain::Architecture,
    engine::{
        EngineError,
        generation::{Extension, Network, NewSource, Step},
        pretrained::{Config, sinusoids},
        weights::Weights,
    },
};

/// A network with its weights.
pub(super) struct RustBert {
    model: Model,
    columns: usize,
    /// The scores of a step.
    scores: Vec<f32>,
    /// Added to BART's scores: rust-bert's BART leaves `final_logits_bias` out, the others add their own.
    bias: Option<Tensor>,
}

enum Model {
    Bart(BartForConditionalGeneration),
    Marian(MarianForConditionalGeneration),
    Pegasus(PegasusForConditionalGeneration),
    M2m100(M2M100ForConditionalGeneration),
    Mbart(MBartForConditionalGeneration),
    T5(T5ForConditionalGeneration),
}

/// The keys and values of a decoder's layers: its own, and the encoder's.
enum Cache {
    Bart(Vec<(Option<bart::LayerState>, Option<bart::LayerState>)>),
    T5(Vec<(Option<t5::LayerState>, Option<t5::LayerState>)>),
}

/// A source read by the encoder, and how far its outputs have come: one row for each hypothesis.
pub(super) struct Decoding {
    encoded: Tensor,
    mask: Tensor,
    cache: Option<Cache>,
}

impl RustBert {
    /// Builds the network that `config` describes and fills it from the weights in `directory`.
    ///
    /// # Errors
    /// [`EngineError`] when the configuration is not usable, or the weights are missing, damaged or another model's.
    pub(super) fn open(
        directory: &std::path::Path,
        config: &Config,
        architecture: Architecture,
    ) -> Result<Self, EngineError> {
        let weights = Weights::open(directory)?;
        config.check_heads(architecture)?;
        check_size(config, architecture, &weights)?;
        let store = VarStore::new(Device::Cpu);
        // rust-bert's constructors use tch's panicking methods; sizes in the configuration that torch cannot allocate,
        // or that do not divide, would end the thread here.
        let model = catch_unwind(AssertUnwindSafe(|| build(&store, config, architecture)))
            .map_err(|_| config.bad("rust-bert cannot build a network of these sizes"))??;
        weights.fill(&store, aliases, |name, shape| absent(name, shape, config, architecture))?;
        let mut store = store;
        store.freeze();
        let bias = match &model {
            Model::Bart(_) => {
                let vocabulary = i64::try_from(config.layers("vocab_size")).unwrap_or(0);
                weights.take(&["final_logits_bias"], &[1, vocabulary])?
            }
            _ => None,
        };
        tracing::debug!(weights = %weights.path().display(), variables = store.len(), "weights read");
        Ok(Self { model, bias, columns: config.layers("vocab_size"), scores: Vec::new() })
    }

    /// The encoder's last states.
    pub(super) fn encoder_states(&self, sources: &Tensor, mask: &Tensor) -> Tensor {
        match &self.model {
            Model::Bart(model) => model.encode(sources, Some(mask)),
            Model::Marian(model) => model.encode(sources, Some(mask)),
            Model::Pegasus(model) => model.encode(sources, Some(mask)),
            Model::M2m100(model) => model.encode(sources, Some(mask)),
            Model::Mbart(model) => model.encode(sources, Some(mask)),
            Model::T5(model) => model.encode(sources, Some(mask)),
        }
    }

    fn forward(&self, encoded: &Tensor, mask: &Tensor, ids: &Tensor, cache: Option<Cache>) -> (Tensor, Option<Cache>) {
        macro_rules! bart_like {
            ($model:expr, $cache:expr) => {{
                let output = $model.forward_t(None, Some(mask), Some(encoded), Some(ids), None, $cache, false);
                (output.decoder_output, output.cache.map(Cache::Bart))
            }};
        }
        let (bart, t5) = match cache {
            Some(Cache::Bart(cache)) => (Some(cache), None),
            Some(Cache::T5(cache)) => (None, Some(cache)),
            None => (None, None),
        };
        match &self.model {
            Model::Bart(model) => bart_like!(model, bart),
            Model::Marian(model) => bart_like!(model, bart),
            Model::Pegasus(model) => bart_like!(model, bart),
            Model::M2m100(model) => bart_like!(model, bart),
            Model::Mbart(model) => bart_like!(model, bart),
            Model::T5(model) => {
                let output = model.forward_t(None, Some(mask), Some(encoded), Some(ids), None, None, None, t5, false);
                (output.decoder_output, output.next_cache.map(Cache::T5))
            }
        }
    }
}

impl Network for RustBert {
    type Memory = Decoding;

    fn columns(&self) -> usize {
        self.columns
    }

    fn tokens(&self) -> Option<&[i64]> {
        None
    }

    fn read(&mut self, sources: &[NewSource<'_>]) -> Result<Vec<Decoding>, EngineError> {
        let read = |source: &NewSource<'_>| {
            let ids = Tensor::from_slice(source.ids).unsqueeze(0);
            let mask = ids.ones_like();
            Decoding { encoded: self.encoder_states(&ids, &mask), mask, cache: None }
        };
        Ok(tch::no_grad(|| sources.iter().map(read).collect()))
    }

    fn step(&mut self, running: &mut [Step<'_, Decoding>]) -> Result<&mut [f32], EngineError> {
        let mut scores = std::mem::take(&mut self.scores);
        let rows: usize = running.iter().map(|step| step.hypotheses.len()).sum();
        scores.resize(rows * self.columns, 0.0);
        let mut rest = scores.as_mut_slice();
        for step in running {
            step.memory.follow(step.hypotheses);
            let logits = tch::no_grad(|| self.logits(step.memory, step.hypotheses));
            let count = step.hypotheses.len() * self.columns;
            logits.copy_data(rest, count);
            rest = rest.split_at_mut(count).1;
        }
        self.scores = scores;
        Ok(&mut self.scores)
    }
}

impl RustBert {
    fn logits(&self, memory: &mut Decoding, hypotheses: &[Extension]) -> Tensor {
        let tokens: Vec<i64> = hypotheses.iter().map(|hypothesis| hypothesis.token).collect();
        let ids = Tensor::from_slice(&tokens).unsqueeze(1);
        let (logits, cache) = self.forward(&memory.encoded, &memory.mask, &ids, memory.cache.take());
        memory.cache = cache;
        let logits = logits.select(1, -1).to_kind(Kind::Float);
        let logits = self.bias.as_ref().map_or(logits.shallow_clone(), |bias| &logits + bias);
        logits.contiguous()
    }
}

impl Decoding {
    /// Makes row `i` the continuation of what was the row that hypothesis `i` names as its parent.
    fn follow(&mut self, hypotheses: &[Extension]) {
        let parents: Vec<i64> = hypotheses.iter().map(|hypothesis| hypothesis.parent as i64).collect();
        let before = self.encoded.size()[0];
        let rows = Tensor::from_slice(&parents);
        let pick = |tensor: &mut Tensor| *tensor = tensor.index_select(0, &rows);
        // What belongs to the source is the same in every row: only their number matters.
        let resized = parents.len() as i64 != before;
        if resized {
            pick(&mut self.encoded);
            pick(&mut self.mask);
        }
        macro_rules! follow {
            ($layers:expr) => {
                for (own, source) in $layers {
                    let source = source.as_mut().filter(|_| resized);
                    for state in own.as_mut().into_iter().chain(source) {
                        pick(&mut state.prev_key);
                        pick(&mut state.prev_value);
                    }
                }
            };
        }
        match &mut self.cache {
            Some(Cache::Bart(layers)) => follow!(layers),
            Some(Cache::T5(layers)) => follow!(layers),
            None => {}
        }
    }
}

/// Holds the configuration against the weights before a network is built by it: one of another model, or a damaged one,
/// could ask for more memory than there is.
fn check_size(config: &Config, architecture: Architecture, weights: &Weights) -> Result<(), EngineError> {
    let size = |name: &str| i64::try_from(config.layers(name)).unwrap_or(i64::MAX);
    let shared = if architecture == Architecture::T5 { "shared.weight" } else { "model.shared.weight" };
    let others = aliases(shared);
    let names: Vec<&str> = std::iter::once(shared).chain(others.iter().map(String::as_str)).collect();
    weights.check_shape(&names, &[size("vocab_size"), size("d_model")])?;
    for name in ["encoder_layers", "decoder_layers", "num_layers", "num_decoder_layers"] {
        if config.layers(name) > weights.len() {
            return Err(config.bad(format_args!("{name} is larger than the weights have tensors")));
        }
    }
    Ok(())
}

fn build(store: &VarStore, config: &Config, architecture: Architecture) -> Result<Model, EngineError> {
    let root = store.root();
    let bart_like = || rust_bert::<MBartConfig>(config, architecture);
    Ok(match architecture {
        Architecture::Bart => Model::Bart(BartForConditionalGeneration::new(root, &rust_bert(config, architecture)?)),
        Architecture::Marian => {
            if !config.flag("share_encoder_decoder_embeddings", true) {
                return Err(config.bad("separate vocabularies of source and target are not supported"));
            }
            Model::Marian(MarianForConditionalGeneration::new(root, &rust_bert(config, architecture)?))
        }
        Architecture::Pegasus => Model::Pegasus(PegasusForConditionalGeneration::new(root, &bart_like()?)),
        Architecture::M2m100 | Architecture::Nllb => {
            Model::M2m100(M2M100ForConditionalGeneration::new(root, &bart_like()?))
        }
        Architecture::Mbart50 => Model::Mbart(MBartForConditionalGeneration::new(root, &bart_like()?)),
        Architecture::T5 => Model::T5(T5ForConditionalGeneration::new(root, &rust_bert(config, architecture)?)),
        Architecture::Extractive | Architecture::MarianSsru => {
            return Err(config.bad(format_args!("{architecture:?} is no architecture of rust-bert")));
        }
    })
}

/// What else a variable may be called: `transformers` saves embeddings that are shared under one of their names.
fn aliases(variable: &str) -> Vec<String> {
    let Some(prefix) = variable.strip_suffix("shared.weight") else { return Vec::new() };
    let tied = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"].map(|name| format!("{prefix}{name}"));
    tied.into_iter().chain(["lm_head.weight".to_owned()]).collect()
}

/// The value of a variable that a file of weights may leave out.
fn absent(name: &str, shape: &[i64], config: &Config, architecture: Architecture) -> Option<Tensor> {
    let zeros = || Some(Tensor::zeros(shape, (Kind::Float, Device::Cpu)));
    match architecture {
        _ if name == "final_logits_bias" => zeros(),
        Architecture::Marian if name.ends_with("embed_positions.weight") => Some(positions(shape)),
        Architecture::T5 if is_extra_layer(name, config) => zeros(),
        _ => None,
    }
}

/// Marian's positions.
fn positions(shape: &[i64]) -> Tensor {
    let size = |dimension: i64| usize::try_from(dimension).unwrap_or(0);
    Tensor::from_slice(&sinusoids(size(shape[0]), size(shape[1]))).view(shape)
}

/// A T5 layer that the model does not have. rust-bert builds both stacks of the same height; a layer whose weights are
/// all zero adds zero to what passes through it.
fn is_extra_layer(name: &str, config: &Config) -> bool {
    let layers = config.layers("num_layers");
    let (stack, height) = match name.split_once(".block.") {
        Some(("encoder", rest)) => (rest, layers),
        Some(("decoder", rest)) => {
            (rest, Some(config.layers("num_decoder_layers")).filter(|n| *n > 0).unwrap_or(layers))
        }
        _ => return false,
    };
    stack.split('.').next().and_then(|index| index.parse::<usize>().ok()).is_some_and(|index| index >= height)
}
