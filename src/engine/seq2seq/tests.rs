use super::*;
use crate::engine::{
    golden_batch::{Batch, directory},
    pretrained,
    seq2seq::shelf,
};

fn open(family: &str, precision: Precision, isa: Isa) -> Runtime {
    let architecture = pretrained::architecture_of(&directory(family)).unwrap();
    let settings = Settings { precision, isa, team: Team::of(2) };
    Runtime::open(&directory(family), architecture, &settings).unwrap()
}

/// The largest difference between the means of the encoder's states and those of transformers: of the first row with its
/// padding, and of every row without it where they are known.
fn encoder_error(family: &str, precision: Precision, isa: Isa) -> f32 {
    let batch = Batch::read(family);
    let mut runtime = open(family, precision, isa);
    let mut error = |ids: &[i64], padding: usize, expected: &[f32]| {
        // A second source must change nothing.
        runtime.encode(&[(ids, padding), (&ids[..5], 0)]).unwrap();
        let rows: Vec<&[f32]> = runtime.states.chunks(runtime.spec.width).take(ids.len()).collect();
        let mean = |column: usize| rows.iter().map(|row| row[column]).sum::<f32>() / rows.len() as f32;
        let errors = expected.iter().enumerate().map(|(column, expected)| (mean(column) - expected).abs());
        errors.fold(0.0, f32::max)
    };
    let first = &batch.input_ids[0];
    let padded = error(first, first.len() - batch.length(0), &batch.encoder_hidden_mean);
    let alone = batch.encoder_hidden_means.iter().enumerate();
    let alone = alone.map(|(row, expected)| error(&batch.input_ids[row][..batch.length(row)], 0, expected));
    alone.fold(padded, f32::max)
}

const FAMILIES: [&str; 7] = ["bart", "m2m_100", "marian", "mbart50", "pegasus", "t5", "t5-v1_1"];

#[test]
fn encoders_compute_what_transformers_computes() {
    for isa in Isa::available() {
        for family in FAMILIES {
            let error = encoder_error(family, Precision::F32, isa);
            assert!(error < 2e-5, "{family} {isa:?}: {error}");
        }
    }
    for file in std::fs::read_dir(directory("second")).unwrap() {
        let family = format!("second/{}", file.unwrap().file_name().to_str().unwrap());
        if directory(&family).join("cases.json").exists() {
            let error = encoder_error(&family, Precision::F32, Isa::best());
            assert!(error < 1e-4, "{family}: {error}");
        }
    }
}

#[test]
fn fewer_bits_are_close_to_all_of_them() {
    for family in FAMILIES {
        for precision in [Precision::Bf16, Precision::Int8] {
            // The means of a network with random weights, trained for nothing, at states of about 1.
            let error = encoder_error(family, precision, Isa::best());
            assert!(error > 1e-6 && error < 1.0, "{family} {precision:?}: {error}");
        }
    }
}

#[test]
fn eight_bits_are_the_same_bits_kept_or_made() {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(directory("bart")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    let settings = Settings { precision: Precision::Int8, isa: Isa::best(), team: Team::of(2) };
    let states = || {
        let weights = Weights::open(copy.path()).unwrap();
        let spec = Spec::read(copy.path(), Architecture::Bart).unwrap();
        let checkpoint = Checkpoint::new(weights, copy.path(), &settings).keeping_all();
        let (mut runtime, kept) = Runtime::build(spec, checkpoint, copy.path(), &settings).unwrap();
        runtime.encode(&[(&[0, 5, 6, 7, 2], 0)]).unwrap();
        (runtime.states, kept)
    };
    let (made, was_kept) = states();
    assert!(was_kept && copy.path().join(shelf::NAME).exists());
    let (mapped, made_again) = states();
    assert_eq!(mapped, made);
    assert!(!made_again);
}
