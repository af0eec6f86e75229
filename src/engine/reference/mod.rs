//! Pretrained models of the Hugging Face hub, on rust-bert's networks.
//!
//! A directory in the hub's layout holds `config.json`, `generation_config.json`, tokenizer files and weights
//! (`model.safetensors`, else `pytorch_model.bin`, else `rust_model.ot`). Ids come out as `transformers` 4.44 generates
//! them in 32 bits, except where rust-bert's networks compute otherwise; `tests/integration/goldens.rs` names these.

mod config;
mod network;
mod options;
mod scores;
mod search;
mod weights;

use std::path::Path;

use tch::Tensor;

use self::{
    config::{Config, Settings},
    network::Network,
    options::Plan,
};
use super::{
    EngineError, Seq2Seq, Wanted,
    batch::{BatchLimits, in_batches},
    tokenizer::Pretrained,
};
use crate::domain::{Architecture, GenerationOptions, LanguagePair};

/// The architecture of the model in `directory`.
///
/// # Errors
/// [`EngineError`] when `config.json` is missing or damaged, or names an architecture that is not known.
pub(super) fn architecture_of(directory: &Path) -> Result<Architecture, EngineError> {
    Config::read(directory)?.architecture()
}

/// Opens the pretrained model in `directory`.
///
/// # Errors
/// [`EngineError`] when a file is missing or damaged, or describes another architecture than `architecture`.
pub(super) fn open(directory: &Path, architecture: Architecture) -> Result<Box<dyn Seq2Seq>, EngineError> {
    let config = Config::read(directory)?;
    let found = config.architecture()?;
    if found != architecture {
        return Err(config.bad(format_args!("it describes a {found:?} model, not {architecture:?}")));
    }
    let settings = config.settings(architecture)?;
    let tokenizer = Pretrained::open(directory, architecture)?;
    let network = Network::open(directory, &config, architecture)?;
    Ok(Box::new(Reference { settings, tokenizer, network }))
}

/// A pretrained model in memory.
struct Reference {
    settings: Settings,
    tokenizer: Pretrained,
    network: Network,
}

impl Seq2Seq for Reference {
    fn context_tokens(&self) -> usize {
        self.settings.context_tokens
    }

    fn encode(&self, text: &str, pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        self.tokenizer.encode(text, pair)
    }

    fn decode(&self, ids: &[i64]) -> String {
        self.tokenizer.decode(ids)
    }

    fn options_for(&self, pair: LanguagePair) -> Result<GenerationOptions, EngineError> {
        let forced_bos_token_id = self.tokenizer.first_token_for(pair.target)?;
        Ok(GenerationOptions { forced_bos_token_id, ..GenerationOptions::default() })
    }

    fn generate_while(
        &mut self,
        sources: &[Vec<i64>],
        options: &GenerationOptions,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Vec<i64>>, EngineError> {
        let plan = Plan::new(options, &self.settings)?;
        let limits = BatchLimits::new(plan.beams, usize::try_from(self.settings.vocabulary).unwrap_or(usize::MAX));
        in_batches(sources, limits, |batch| self.generate_batch(batch, &plan, wanted))
    }
}

impl Reference {
    fn generate_batch(
        &self,
        sources: &[&[i64]],
        plan: &Plan,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Vec<i64>>, EngineError> {
        let (ids, mask) = self.batch(sources)?;
        tch::no_grad(|| {
            let mut decoding = self.network.encode(&ids, &mask, i64::try_from(plan.beams).unwrap_or(1));
            match plan.beams {
                1 => search::greedy(&mut decoding, sources.len(), plan, wanted),
                _ => search::beam(&mut decoding, sources.len(), plan, wanted),
            }
        })
    }

    /// The sources as one tensor, short ones padded, and the mask that tells padding from tokens.
    fn batch(&self, sources: &[&[i64]]) -> Result<(Tensor, Tensor), EngineError> {
        let longest = sources.iter().map(|source| source.len()).max().unwrap_or(0);
        let limit = self.settings.positions.unwrap_or(usize::MAX);
        let refuse = |reason: String| Err(EngineError::Option { name: "source", reason });
        if longest > limit {
            return refuse(format!("it has {longest} tokens, the model reads {limit}"));
        }
        for id in sources.iter().copied().flatten() {
            if !(0..self.settings.vocabulary).contains(id) {
                return refuse(format!("the model has the tokens 0 to {}, not {id}", self.settings.vocabulary - 1));
            }
        }
        if sources.iter().any(|source| source.is_empty()) {
            return refuse("it has no tokens".to_owned());
        }
        let padded = |value: i64, source: &[i64]| {
            let row = source.iter().copied().chain(std::iter::repeat(value)).take(longest);
            row.collect::<Vec<_>>()
        };
        let ids = sources.iter().map(|source| padded(self.settings.pad, source));
        let mask = sources.iter().map(|source| padded(0, &vec![1; source.len()]));
        let rows = |rows: Vec<Vec<i64>>| Tensor::from_slice2(&rows);
        Ok((rows(ids.collect()), rows(mask.collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Golden {
        batch: Batch,
    }

    #[derive(serde::Deserialize)]
    struct Batch {
        input_ids: Vec<Vec<i64>>,
        attention_mask: Vec<Vec<i64>>,
        encoder_hidden_mean: Vec<f32>,
    }

    /// The largest difference between the encoder's states and those of transformers.
    fn encoder_error(family: &str) -> f64 {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(family);
        let golden: Golden = serde_json::from_slice(&std::fs::read(directory.join("cases.json")).unwrap()).unwrap();
        let config = Config::read(&directory).unwrap();
        let network = Network::open(&directory, &config, config.architecture().unwrap()).unwrap();
        let rows = |rows: &[Vec<i64>]| Tensor::from_slice2(rows);
        let (ids, mask) = (rows(&golden.batch.input_ids), rows(&golden.batch.attention_mask));
        let states = tch::no_grad(|| network.encoder_states(&ids, &mask));
        let mean = states.get(0).mean_dim(0, false, tch::Kind::Float);
        let expected = Tensor::from_slice(&golden.batch.encoder_hidden_mean);
        (mean - expected).abs().max().double_value(&[])
    }

    #[test]
    fn encoders_compute_what_transformers_computes() {
        for family in ["bart", "m2m_100", "marian", "mbart50", "t5", "t5-v1_1"] {
            let error = encoder_error(family);
            assert!(error < 2e-5, "{family}: {error}");
        }
    }

    #[test]
    fn pegasus_positions_are_rounded_to_half_precision() {
        // rust-bert 0.23, pegasus/embeddings.rs: build_positional_embeddings ends in to_kind(Kind::Half).
        let error = encoder_error("pegasus");
        assert!((2e-5..2e-3).contains(&error), "{error}");
    }
}
