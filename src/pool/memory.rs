use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    domain::{Architecture, ModelName, Precision},
    engine::{Parameters, parameters},
    store::InstalledModel,
};

/// What models take in memory, before they are loaded. Remembers each model's size, since every request asks.
#[derive(Default)]
pub(super) struct Estimates {
    known: Mutex<HashMap<ModelName, Parameters>>,
}

/// Buffers of a step, tokenizer, code.
const WORKING_BYTES: u64 = 64 << 20;

impl Estimates {
    /// Weights in `precision`, the table of embeddings beside them, and room to work.
    pub(super) fn bytes(&self, model: &InstalledModel, precision: Precision) -> u64 {
        if model.card.architecture == Architecture::Extractive {
            return 0;
        }
        let parameters = self.parameters(model);
        let weights = match precision {
            Precision::Int8 => parameters.all + 2 * parameters.embeddings,
            Precision::Bf16 => 2 * parameters.all,
            Precision::F32 | Precision::Auto => 4 * parameters.all,
        };
        weights + weights / 5 + WORKING_BYTES
    }

    fn parameters(&self, model: &InstalledModel) -> Parameters {
        // Nothing panics while it holds this lock, and the map is whole at every point.
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parameters) = known().get(&model.name) {
            return *parameters;
        }
        // Files of a kind that nothing is known of count as float32.
        let all = model.size_bytes / 4;
        let counted = parameters(&model.directory).unwrap_or(Parameters { all, embeddings: all / 4 });
        known().insert(model.name.clone(), counted);
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::tests::model;

    #[test]
    fn what_a_file_keeps_its_weights_in_does_not_count() {
        let mut builtin = model("en-es-tiny", 0);
        builtin.directory = concat!(env!("CARGO_MANIFEST_DIR"), "/models/en-es-tiny").into();
        let file = std::fs::metadata(builtin.directory.join("best.safetensors")).unwrap().len();
        let estimates = Estimates::default();
        let [f32, bf16, int8] =
            [Precision::F32, Precision::Bf16, Precision::Int8].map(|precision| estimates.bytes(&builtin, precision));
        // Kept as float16: twice that in float32.
        assert!(f32 > 2 * file + WORKING_BYTES, "{f32} for a file of {file}");
        assert!(int8 <= bf16 + WORKING_BYTES && bf16 < f32, "{int8} {bf16} {f32}");
    }

    #[test]
    fn sentence_selection_takes_nothing() {
        let mut extractive = model("lead", 10);
        extractive.card.architecture = Architecture::Extractive;
        assert_eq!(Estimates::default().bytes(&extractive, Precision::Auto), 0);
    }
}
