//! The built-in translators against what its PyTorch description produces, in float32.

use std::path::{Path, PathBuf};

use breve::{
    domain::{GenerationOptions, Precision},
    engine::{EngineError, Local, OpenOptions, open_local},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    source: String,
    source_ids: Vec<i64>,
    output_ids: Vec<i64>,
    output: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

const MODELS: [&str; 2] = ["en-es-tiny", "es-en-tiny"];

fn goldens(name: &str) -> Vec<Golden> {
    let text = std::fs::read_to_string(root().join("tests/goldens").join(name).join("golden.json")).unwrap();
    let goldens: Vec<Golden> = serde_json::from_str(&text).unwrap();
    assert_eq!(goldens.len(), 12);
    goldens
}

fn open(directory: &Path) -> Result<Local, EngineError> {
    open_local(directory, &OpenOptions { precision: Precision::F32, ..OpenOptions::default() })
}

fn model(name: &str) -> Local {
    open(&root().join("models").join(name)).unwrap()
}

fn greedy() -> GenerationOptions {
    GenerationOptions { num_beams: Some(1), ..GenerationOptions::default() }
}

#[test]
fn the_tokens_of_every_golden_source_match() {
    for name in MODELS {
        let model = model(name);
        for golden in goldens(name) {
            assert_eq!(model.codec().encode(&golden.source, None).unwrap(), golden.source_ids, "{}", golden.source);
        }
    }
}

#[test]
fn greedy_output_matches_every_golden_alone() {
    for name in MODELS {
        let model = model(name);
        for golden in goldens(name) {
            let output = model.generate_ids(&[golden.source_ids], &greedy()).unwrap();
            assert_eq!(output[0], golden.output_ids, "{}", golden.source);
            assert_eq!(model.codec().decode(&output[0]), golden.output);
        }
    }
}

#[test]
fn greedy_output_matches_every_golden_in_one_padded_batch() {
    for name in MODELS {
        let goldens = goldens(name);
        let sources: Vec<Vec<i64>> = goldens.iter().map(|golden| golden.source_ids.clone()).collect();
        for (golden, output) in goldens.iter().zip(model(name).generate_ids(&sources, &greedy()).unwrap()) {
            assert_eq!(output, golden.output_ids, "{}", golden.source);
        }
    }
}

#[test]
fn an_output_is_never_longer_than_asked() {
    let model = model("en-es-tiny");
    let options = GenerationOptions { max_new_tokens: Some(5), ..GenerationOptions::default() };
    for golden in goldens("en-es-tiny") {
        let output = model.generate_ids(std::slice::from_ref(&golden.source_ids), &options).unwrap();
        assert!(output[0].len() <= 5, "{}: {} tokens", golden.source, output[0].len());
    }
}

#[test]
fn settings_of_transformers_hold_for_the_built_in_model() {
    let model = model("en-es-tiny");
    let options = GenerationOptions { no_repeat_ngram_size: Some(2), min_length: Some(12), ..Default::default() };
    for golden in goldens("en-es-tiny") {
        let output = model.generate_ids(std::slice::from_ref(&golden.source_ids), &options).unwrap().remove(0);
        let mut pairs: Vec<&[i64]> = output.windows(2).collect();
        pairs.sort();
        pairs.dedup();
        assert_eq!(pairs.len(), output.len() - 1, "{}: a pair of tokens occurs twice", golden.source);
        assert!(output.len() >= 12, "{}: {} tokens", golden.source, output.len());
    }
}

#[test]
fn beams_beyond_the_vocabulary_are_refused() {
    for beams in [0, 1_000_000] {
        let options = GenerationOptions { num_beams: Some(beams), ..GenerationOptions::default() };
        let error = model("en-es-tiny").generate_ids(&[vec![38, 0]], &options).unwrap_err();
        assert!(error.to_string().contains("num_beams"), "{error}");
    }
}

/// A copy of the built-in model's directory with one file changed.
fn damaged(file: &str, damage: fn(Vec<u8>) -> Option<Vec<u8>>) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["config.json", "vocab.spm", "best.safetensors", "allowed.json"] {
        let bytes = std::fs::read(root().join("models/en-es-tiny").join(name)).unwrap();
        let bytes = if name == file { damage(bytes) } else { Some(bytes) };
        if let Some(bytes) = bytes {
            std::fs::write(copy.path().join(name), bytes).unwrap();
        }
    }
    copy
}

#[test]
fn a_damaged_file_is_named_and_never_a_panic() {
    type Damage = fn(Vec<u8>) -> Option<Vec<u8>>;
    let cases: [(&str, Damage, &str); 8] = [
        ("best.safetensors", |_| None, "is missing"),
        ("best.safetensors", |bytes| Some(bytes[..bytes.len() / 2].to_vec()), "best.safetensors"),
        ("best.safetensors", |_| Some(b"not tensors".to_vec()), "best.safetensors"),
        ("vocab.spm", |_| None, "vocab.spm"),
        ("vocab.spm", |bytes| Some(bytes[..1000].to_vec()), "vocab.spm"),
        ("config.json", |_| Some(b"{".to_vec()), "config.json"),
        ("config.json", |bytes| Some(replaced(&bytes, "\"dim\": 256", "\"dim\": 128")), "has the shape"),
        ("allowed.json", |_| Some(b"[32000]".to_vec()), "allowed.json"),
    ];
    for (file, damage, expected) in cases {
        let copy = damaged(file, damage);
        let Err(error) = open(copy.path()) else { panic!("{file}: opened all the same") };
        assert!(error.to_string().contains(expected), "{file}: {error}");
    }
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace(from, to).into_bytes()
}
