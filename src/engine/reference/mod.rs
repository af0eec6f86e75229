//! Pretrained models of the Hugging Face hub, on rust-bert's networks: what our own runtime is checked against.

mod config;
mod network;

use std::{path::Path, sync::Arc};

use self::network::RustBert;
use super::{EngineError, Generator, generation::Session, kernels::team::Team, pretrained::Config};
use crate::domain::Architecture;

/// Opens the network in `directory`, which `config` describes.
///
/// # Errors
/// [`EngineError`] when the weights are missing, damaged or another model's, or rust-bert has no such network.
pub(super) fn open(
    directory: &Path,
    config: &Config,
    architecture: Architecture,
    team: Arc<Team>,
) -> Result<Box<dyn Generator>, EngineError> {
    Ok(Box::new(Session::new(RustBert::open(directory, config, architecture)?, team)))
}

#[cfg(test)]
mod tests {
    use tch::Tensor;

    use super::*;
    use crate::engine::golden_batch::{Batch, directory};

    /// The largest difference between the means of the encoder's states and those of transformers.
    fn encoder_error(model: &str) -> f64 {
        let (directory, batch) = (directory(model), Batch::read(model));
        let Batch { input_ids, attention_mask, encoder_hidden_mean, encoder_hidden_means } = &batch;
        let config = Config::read(&directory).unwrap();
        let network = RustBert::open(&directory, &config, config.architecture().unwrap()).unwrap();
        let states = |ids: &[Vec<i64>], mask: &[Vec<i64>]| {
            tch::no_grad(|| network.encoder_states(&Tensor::from_slice2(ids), &Tensor::from_slice2(mask)))
        };
        let error = |states: &Tensor, expected: &[f32]| {
            let mean = states.get(0).mean_dim(0, false, tch::Kind::Float);
            (mean - Tensor::from_slice(expected)).abs().max().double_value(&[])
        };
        let alone = encoder_hidden_means.iter().enumerate().map(|(row, expected)| {
            let length = batch.length(row);
            let of_row = |rows: &[Vec<i64>]| [rows[row][..length].to_vec()];
            error(&states(&of_row(input_ids), &of_row(attention_mask)), expected)
        });
        let padded = error(&states(input_ids, attention_mask), encoder_hidden_mean);
        alone.fold(padded, f64::max)
    }

    #[test]
    fn encoders_compute_what_transformers_computes() {
        for model in ["bart", "m2m_100", "marian", "mbart50", "t5", "t5-v1_1"] {
            let error = encoder_error(model);
            assert!(error < 2e-5, "{model}: {error}");
        }
        for model in ["bart-gelu_new", "marian-relu", "mbart50-gelu", "nllb", "t5-relu"] {
            let error = encoder_error(&format!("second/{model}"));
            assert!(error < 1e-4, "{model}: {error}");
        }
    }

    #[test]
    fn pegasus_positions_are_rounded_to_half_precision() {
        // rust-bert 0.23, pegasus/embeddings.rs: build_positional_embeddings ends in to_kind(Kind::Half).
        let error = encoder_error("pegasus");
        assert!((2e-5..2e-3).contains(&error), "{error}");
    }
}
