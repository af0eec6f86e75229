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
        let network = RustBert::open(&directory, &config, config.architecture().unwrap()).unwrap();
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
