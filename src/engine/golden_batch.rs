//! The padded batches of the golden models, and what transformers' encoders made of them.

use std::path::{Path, PathBuf};

/// One model's batch.
#[derive(serde::Deserialize)]
pub(super) struct Batch {
    pub(super) input_ids: Vec<Vec<i64>>,
    pub(super) attention_mask: Vec<Vec<i64>>,
    /// Of the first row, padding included.
    pub(super) encoder_hidden_mean: Vec<f32>,
    /// Of each row without its padding; the first set of goldens does not have them.
    #[serde(default)]
    pub(super) encoder_hidden_means: Vec<Vec<f32>>,
}

#[derive(serde::Deserialize)]
struct Golden {
    batch: Batch,
}

/// Where the files of a golden model are.
pub(super) fn directory(model: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(model)
}

impl Batch {
    pub(super) fn read(model: &str) -> Self {
        let text = std::fs::read(directory(model).join("cases.json")).unwrap();
        serde_json::from_slice::<Golden>(&text).unwrap().batch
    }

    /// Tokens of a row that are no padding.
    pub(super) fn length(&self, row: usize) -> usize {
        self.attention_mask[row].iter().filter(|mask| **mask == 1).count()
    }
}
