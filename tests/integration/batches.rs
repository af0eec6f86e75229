//! A source's output never depends on what else is being computed.

use std::path::{Path, PathBuf};

use breve::{
    domain::{GenerationOptions, Precision},
    engine::{Local, OpenOptions, open_local},
};
use proptest::prelude::*;

use crate::goldens;

fn models() -> Vec<(&'static str, PathBuf)> {
    let families = ["bart", "m2m_100", "marian", "mbart50", "pegasus", "t5", "t5-v1_1"];
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/en-es-tiny");
    let families = families.map(|family| (family, goldens::directory(family)));
    families.into_iter().chain([("built-in", built_in)]).collect()
}

fn open(directory: &Path, precision: Precision) -> Local {
    open_local(directory, &OpenOptions { precision, threads: 2, ..OpenOptions::default() }).unwrap()
}

/// Sources of different lengths: in a batch that would be padded, the short ones would be.
fn sources() -> impl Strategy<Value = Vec<Vec<i64>>> {
    prop::collection::vec(prop::collection::vec(4..3000_i64, 1..60), 32)
}

fn options() -> impl Strategy<Value = GenerationOptions> {
    (1..5_usize, 0..3_usize, 6..14_usize).prop_map(|(beams, ngram, tokens)| GenerationOptions {
        num_beams: Some(beams),
        no_repeat_ngram_size: Some(ngram),
        max_new_tokens: Some(tokens),
        ..GenerationOptions::default()
    })
}

#[test]
fn eight_bit_outputs_are_the_same_alone_and_in_any_batch() {
    let models: Vec<_> = models().into_iter().map(|(name, path)| (name, open(&path, Precision::Int8))).collect();
    let config = ProptestConfig { cases: 4, max_shrink_iters: 20, ..ProptestConfig::default() };
    proptest!(config, |(sources in sources(), options in options(), seed in any::<u64>())| {
        for (name, model) in &models {
            let alone: Vec<Vec<i64>> = sources
                .iter()
                .map(|source| model.generate_ids(std::slice::from_ref(source), &options).unwrap().remove(0))
                .collect();
            for size in [2, 7, 32] {
                // Any order: a step that shares no factor with 32 meets every source once.
                let step = (seed as usize | 1) % 32;
                let order: Vec<usize> = (0..32).map(|index| (index * step + size) % 32).collect();
                for batch in order.chunks(size) {
                    let together: Vec<_> = batch.iter().map(|index| sources[*index].clone()).collect();
                    let outputs = model.generate_ids(&together, &options).unwrap();
                    for (index, output) in batch.iter().zip(outputs) {
                        prop_assert_eq!(&output, &alone[*index], "{}, source {} in a batch of {}", name, index, size);
                    }
                }
            }
        }
    });
}
