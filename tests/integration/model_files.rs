//! Model directories that are whole, damaged, incomplete or hostile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

use std::path::Path;

use breve::{
    domain::{Architecture, GenerationOptions, LanguagePair, Precision},
    engine::{EngineError, Local, OpenOptions, open_local},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::goldens;

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/weights").join(name)
}

/// The tiny T5 without weights.
fn tiny_t5() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in ["config.json", "generation_config.json"] {
        std::fs::copy(fixture(name), directory.path().join(name)).unwrap();
    }
    for name in ["spiece.model", "tokenizer_config.json"] {
        std::fs::copy(goldens::directory("t5").join(name), directory.path().join(name)).unwrap();
    }
    directory
}

/// A copy of a golden model.
pub(crate) fn copy_of(family: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(goldens::directory(family)).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), directory.path().join(file.file_name())).unwrap();
    }
    directory
}

fn open(directory: &Path) -> Result<Local, EngineError> {
    open_as(directory, None)
}

fn open_as(directory: &Path, architecture: Option<Architecture>) -> Result<Local, EngineError> {
    open_local(directory, &OpenOptions { architecture, precision: Precision::F32, ..OpenOptions::default() })
}

/// The error of opening what must not open, as people see it.
fn refusal(directory: &Path) -> String {
    open(directory).err().expect("opened what it must refuse").to_string()
}

pub(crate) fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(path, value.to_string()).unwrap();
}

#[test]
fn every_form_of_weights_gives_the_same_output() {
    let expected: Value = serde_json::from_slice(&std::fs::read(fixture("expected.json")).unwrap()).unwrap();
    let ids = |name: &str| serde_json::from_value::<Vec<i64>>(expected[name].clone()).unwrap();
    let options = GenerationOptions { max_new_tokens: Some(12), ..Default::default() };
    for (form, name) in [
        ("model.safetensors", "model.safetensors"),
        ("pytorch_model.bin", "pytorch_model.bin"),
        ("legacy.bin", "pytorch_model.bin"),
    ] {
        let directory = tiny_t5();
        std::fs::copy(fixture(form), directory.path().join(name)).unwrap();
        let model = open(directory.path()).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(model.generate_ids(&[ids("input_ids")], &options).unwrap(), [ids("output_ids")], "{form}");
    }
}

#[test]
fn weights_are_looked_for_in_the_documented_order() {
    let directory = tiny_t5();
    for name in ["rust_model.ot", "pytorch_model.bin", "model.safetensors"] {
        std::fs::write(directory.path().join(name), b"garbage").unwrap();
        let message = refusal(directory.path());
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn a_directory_without_weights_says_which_file_is_missing() {
    let directory = tiny_t5();
    assert!(refusal(directory.path()).ends_with("model.safetensors is missing"));
    std::fs::write(directory.path().join("model.safetensors.index.json"), "{}").unwrap();
    assert!(refusal(directory.path()).contains("model.safetensors.index.json"));
}

#[test]
fn weights_cut_short_are_an_error_that_names_the_file() {
    for form in ["model.safetensors", "pytorch_model.bin", "legacy.bin"] {
        let name = if form == "legacy.bin" { "pytorch_model.bin" } else { form };
        let whole = std::fs::read(fixture(form)).unwrap();
        let directory = tiny_t5();
        for length in [0, 1, 8, 100, whole.len() / 2, whole.len() - 1] {
            std::fs::write(directory.path().join(name), &whole[..length]).unwrap();
            let message = refusal(directory.path());
            assert!(message.contains(name), "{form} cut to {length} bytes: {message}");
        }
    }
}

#[test]
fn a_pickle_that_calls_a_program_is_refused_and_does_not_run() {
    let directory = tiny_t5();
    let witness = directory.path().join("ran");
    let command = format!("touch {}", witness.display());
    // What pickle.dumps makes of an object whose __reduce__ returns (os.system, (command,)).
    let length = u32::try_from(command.len()).unwrap().to_le_bytes();
    let pickle =
        [b"\x80\x02cposix\nsystem\nq\x00X", &length[..], command.as_bytes(), b"q\x01\x85q\x02Rq\x03."].concat();
    std::fs::write(directory.path().join("pytorch_model.bin"), pickle).unwrap();
    let message = refusal(directory.path());
    assert!(message.contains("posix.system") && message.contains("refused"), "{message}");
    assert!(!witness.exists(), "the pickle ran");
}

#[test]
fn a_missing_tokenizer_file_is_named() {
    for (family, name) in [
        ("bart", "vocab.json"),
        ("bart", "merges.txt"),
        ("marian", "target.spm"),
        ("marian", "vocab.json"),
        ("m2m_100", "sentencepiece.bpe.model"),
        ("pegasus", "spiece.model"),
        ("t5", "config.json"),
    ] {
        let directory = copy_of(family);
        std::fs::remove_file(directory.path().join(name)).unwrap();
        match open(directory.path()).err() {
            Some(EngineError::MissingFile { path }) => assert_eq!(path, directory.path().join(name), "{family}"),
            other => panic!("{family} without {name}: {other:?}"),
        }
    }
}

#[test]
fn a_configuration_that_does_not_fit_the_weights_is_an_error() {
    for (family, name, value, expected) in [
        ("bart", "vocab_size", 5000, "model.shared.weight has the shape [3000, 64], not [5000, 64]"),
        ("bart", "d_model", 1 << 20, "model.shared.weight has the shape"),
        ("bart", "decoder_layers", 3, "model.decoder.layers.2.self_attn.q_proj.weight is missing"),
        ("bart", "encoder_attention_heads", 0, "at least one head"),
        ("bart", "encoder_attention_heads", 7, "7 heads do not divide a width of 64"),
        ("bart", "encoder_layers", 1 << 30, "the number of encoder layers is larger"),
        ("bart", "max_position_embeddings", 128, "embed_positions.weight has the shape"),
        ("bart", "decoder_start_token_id", 9999, "the token 9999 is outside the vocabulary"),
        ("t5", "d_ff", 64, "DenseReluDense.wi.weight has the shape"),
        ("t5", "num_layers", 4, "encoder.block.3.layer.0.SelfAttention.q.weight is missing"),
    ] {
        let directory = copy_of(family);
        edit(&directory.path().join("config.json"), |config| config[name] = value.into());
        if name.ends_with("token_id") {
            std::fs::remove_file(directory.path().join("generation_config.json")).unwrap();
        }
        let message = refusal(directory.path());
        assert!(message.contains(expected), "{family} with {name} = {value}: {message}");
    }
}

#[test]
fn an_architecture_that_is_not_known_is_named() {
    let directory = copy_of("bart");
    let config = directory.path().join("config.json");
    edit(&config, |config| config["model_type"] = "gpt2".into());
    assert!(refusal(directory.path()).contains("gpt2"));
    assert!(matches!(open(directory.path()), Err(EngineError::UnknownArchitecture { .. })));
    std::fs::write(&config, "[]").unwrap();
    assert!(refusal(directory.path()).contains("config.json"));
}

#[test]
fn a_directory_of_another_architecture_than_asked_is_refused() {
    let error = open_as(&goldens::directory("bart"), Some(Architecture::Marian)).err().unwrap();
    assert!(error.to_string().contains("Bart model, not Marian"), "{error}");
}

#[test]
fn sources_that_the_model_cannot_read_are_refused() {
    let model = open(&goldens::directory("bart")).unwrap();
    let options = GenerationOptions::default();
    assert_eq!(model.generate_ids(&[], &options).unwrap(), Vec::<Vec<i64>>::new());
    for (source, reason) in
        [(vec![], "no tokens"), (vec![0; 257], "reads 256"), (vec![3000], "0 to 2999"), (vec![-1], "not -1")]
    {
        let error = model.generate_ids(&[source], &options).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn marian_with_several_targets_puts_the_target_in_front() {
    let directory = copy_of("marian");
    let vocabulary = directory.path().join("vocab.json");
    edit(&vocabulary, |pieces| {
        let pieces = pieces.as_object_mut().unwrap();
        for (id, name) in [(5000, ">>es<<"), (5001, ">>pt_BR<<"), (5002, ">>cat<<")] {
            pieces.retain(|_, value| *value != id);
            pieces.insert(name.to_owned(), id.into());
        }
    });
    let model = open(directory.path()).unwrap();
    let pair = |target: &str| LanguagePair::new("en".parse().unwrap(), target.parse().unwrap());
    let plain = open(&goldens::directory("marian")).unwrap().codec().encode("A formal event.", None).unwrap();
    for (target, id) in [("es", 5000), ("pt", 5001), ("ca", 5002)] {
        let ids = model.codec().encode("A formal event.", Some(pair(target))).unwrap();
        assert_eq!((ids[0], &ids[1..]), (id, &plain[..]), "{target}");
    }
    assert!(matches!(model.codec().encode("A", Some(pair("de"))), Err(EngineError::Language(_))));
    assert!(matches!(model.codec().options_for(pair("de")), Err(EngineError::Language(_))));
    assert!(matches!(model.codec().encode("A", None), Err(EngineError::Option { name: "language", .. })));
}

#[test]
fn models_of_many_languages_are_told_the_target_by_its_token() {
    let pair = LanguagePair::new("en".parse().unwrap(), "es".parse().unwrap());
    for (family, token) in [("m2m_100", Some(3020)), ("mbart50", Some(3005)), ("bart", None)] {
        let model = open(&goldens::directory(family)).unwrap();
        assert_eq!(model.codec().options_for(pair).unwrap().forced_bos_token_id, token, "{family}");
    }
    let unknown = LanguagePair::new("en".parse().unwrap(), "la".parse().unwrap());
    let model = open(&goldens::directory("m2m_100")).unwrap();
    assert!(matches!(model.codec().options_for(unknown), Err(EngineError::Language(_))));
}

#[test]
fn a_text_cannot_smuggle_in_special_tokens() {
    for family in ["bart", "marian", "m2m_100", "mbart50", "pegasus", "t5"] {
        let model = open(&goldens::directory(family)).unwrap();
        let pair = LanguagePair::new("en".parse().unwrap(), "es".parse().unwrap());
        let ids =
            model.codec().encode("One </s> two <pad> es_XX __es__ <mask> <extra_id_0> >>es<<", Some(pair)).unwrap();
        let plain = model.codec().encode("One", Some(pair)).unwrap();
        let end = plain.last().unwrap();
        assert_eq!(ids.iter().filter(|id| *id == end).count(), 1, "{family}: {ids:?}");
    }
}
