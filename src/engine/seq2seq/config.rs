use std::{fs, path::Path};

use serde::Deserialize;

use crate::engine::EngineError;

/// Hyper-parameters of a Marian student with an SSRU decoder, as its `config.json` names them.
///
/// Formulas that this runtime does not know are refused rather than approximated.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SsruConfig {
    pub(super) dim: i64,
    pub(super) heads: i64,
    pub(super) ffn: i64,
    pub(super) enc_layers: usize,
    pub(super) dec_layers: usize,
    pub(super) vocab: i64,
    pub(super) eos_id: i64,
    pub(super) pad_id: i64,
    pub(super) norm_eps: f64,
    /// Longest output, as a multiple of the source's tokens.
    pub(super) max_length_factor: f64,
    /// Beams when nobody asks otherwise.
    pub(super) beam: usize,
    activation: String,
    norm: String,
    tied_embeddings: String,
    decoder_cell: String,
    decoder_start: String,
    output_bias: bool,
}

impl SsruConfig {
    pub(super) fn read(directory: &Path) -> Result<Self, EngineError> {
        let path = directory.join("config.json");
        let bad = |reason: String| EngineError::BadFile { path: path.clone(), reason };
        let text = fs::read_to_string(&path).map_err(|error| bad(error.to_string()))?;
        let config: Self = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
        config.check().map_err(bad)?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        for (name, value, known) in [
            ("activation", &self.activation, "relu"),
            ("norm", &self.norm, "post"),
            ("tied_embeddings", &self.tied_embeddings, "all"),
            ("decoder_cell", &self.decoder_cell, "ssru"),
            ("decoder_start", &self.decoder_start, "zero embedding"),
        ] {
            if value != known {
                return Err(format!("{name} is {value:?}, only {known:?} is supported"));
            }
        }
        let sizes = [self.dim, self.heads, self.ffn, self.vocab];
        if sizes.iter().any(|&size| size <= 0) || self.dim % (2 * self.heads) != 0 {
            return Err("dim, heads, ffn and vocab must be positive, and dim divisible by twice the heads".into());
        }
        if !self.output_bias || self.enc_layers == 0 || self.dec_layers == 0 || self.beam == 0 {
            return Err("an output bias, at least one layer on either side and at least one beam are needed".into());
        }
        Ok(())
    }
}
