//! Pretrained models against what `transformers` 4.44.2 does with the same files (`tests/goldens/README.md`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests are tests")]

use std::path::{Path, PathBuf};

use breve::{
    domain::{GenerationOptions, LanguagePair, Precision, Runtime},
    engine::{Generate, Hypothesis, Local, OpenOptions, open_local},
};
use serde::Deserialize;
use serde_json::Value;

use crate::model_files;

/// Outputs that rounding decides, with the other one.
///
/// T5's attention is not scaled, and in the golden network 32-bit sums are wrong by about 0.001. At the eleventh token
/// of this text the fourth and fifth beam are 0.0015 apart (measured in 64 bits), so which one is kept depends on the
/// order in which a CPU adds: transformers 4.44.2 itself gives the golden output on one CPU and the other on another.
const TIES: [(&str, &str, &[i64]); 2] = [
    (
        "t5-v1_1",
        "1 beam4",
        &[
            0, 2769, 454, 2106, 2699, 1062, 2228, 956, 3010, 1411, 1842, 2358, 2762, 908, 2334, 1231, 951, 2063, 1767,
            2652, 1419, 2189, 452, 775, 1175,
        ],
    ),
    (
        "t5-v1_1",
        "1 summary",
        &[
            0, 2769, 454, 2106, 2699, 1062, 2228, 956, 3010, 1411, 1842, 2358, 2762, 908, 2334, 1231, 951, 2063, 1767,
            2652, 1419, 2189, 452, 775, 1325, 3010, 1643, 1803, 360, 703, 418, 1760,
        ],
    ),
];

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
    batch: Batch,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    input_ids: Vec<i64>,
    params: Value,
    output_ids: Vec<i64>,
    output_text: Option<String>,
    /// All outputs, where several were asked for.
    sequences: Option<Vec<Vec<i64>>>,
    scores: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Batch {
    input_ids: Vec<Vec<i64>>,
    attention_mask: Vec<Vec<i64>>,
    params: Value,
    output_ids: Vec<Vec<i64>>,
}

pub(crate) fn directory(family: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(family)
}

fn open(directory: &Path, runtime: Runtime) -> Local {
    let options = OpenOptions { precision: Precision::F32, runtime, ..OpenOptions::default() };
    open_local(directory, &options).unwrap()
}

fn golden(family: &str) -> Golden {
    serde_json::from_slice(&std::fs::read(directory(family).join("cases.json")).unwrap()).unwrap()
}

/// Our settings of a case's `params`, which also name the case and turn sampling off.
fn options(params: &Value) -> GenerationOptions {
    let mut params = params.as_object().unwrap().clone();
    params.remove("name");
    assert_ne!(params.remove("do_sample"), Some(Value::Bool(true)));
    serde_json::from_value(Value::Object(params)).unwrap()
}

fn pair() -> LanguagePair {
    LanguagePair::new("en".parse().unwrap(), "es".parse().unwrap())
}

/// The name of a case: its text's place among the texts, then the settings' name.
fn names(cases: &[Case]) -> Vec<String> {
    let mut texts: Vec<&str> = Vec::new();
    let name = |case: &'_ Case, text: usize| format!("{text} {}", case.params["name"].as_str().unwrap());
    let mut names = Vec::new();
    for case in cases {
        let text = texts.iter().position(|text| *text == case.text).unwrap_or(texts.len());
        if text == texts.len() {
            texts.push(&case.text);
        }
        names.push(name(case, text));
    }
    names
}

/// What is wrong with one output, if anything.
fn compare(family: &str, case: &str, expected: &[i64], got: &[i64]) -> Option<String> {
    let tied = |(of, name, other): &(&str, &str, &[i64])| *of == family && *name == case && *other == got;
    let agrees = expected == got || TIES.iter().any(tied);
    (!agrees).then(|| format!("{case}: expected {expected:?}\n     got {got:?}"))
}

/// What is wrong with the outputs that were not the best ones, and with the scores, if anything.
fn compare_others(name: &str, case: &Case, got: &[Hypothesis]) -> Option<String> {
    let (sequences, scores) = (case.sequences.as_ref()?, case.scores.as_ref()?);
    let tokens = got.iter().map(|hypothesis| &hypothesis.tokens);
    let close = |(a, b): (&f64, &Hypothesis)| (a - b.score).abs() < 1e-4 * a.abs().max(1.0);
    let agrees = sequences.iter().eq(tokens) && scores.iter().zip(got).all(close);
    (!agrees).then(|| format!("{name}: expected {sequences:?} {scores:?}\n     got {got:?}"))
}

fn check_outputs(family: &str, runtime: Runtime) {
    let golden = golden(family);
    let model = open(&directory(family), runtime);
    let mut wrong = Vec::new();
    for (case, name) in golden.cases.iter().zip(names(&golden.cases)) {
        let source = model.codec().source(case.input_ids.clone(), &options(&case.params)).unwrap();
        let mut streamed = case.output_ids[..1].to_vec();
        let got = model.generate(vec![source], &mut |_, tokens| streamed.extend(tokens)).unwrap().remove(0);
        wrong.extend(compare(family, &name, &case.output_ids, &got[0].tokens));
        wrong.extend(compare_others(&name, case, &got));
        assert_eq!(streamed, got[0].tokens, "{family} {name}: what was handed out is not the best output");
    }
    assert!(wrong.is_empty(), "{family}: {} of {} cases\n{}", wrong.len(), golden.cases.len(), wrong.join("\n"));
}

/// Rows of a batch: the sources without their padding, and the outputs without theirs.
fn check_batch(family: &str, runtime: Runtime) {
    let golden = golden(family);
    let model = open(&directory(family), runtime);
    let real = |(ids, mask): (&Vec<i64>, &Vec<i64>)| {
        ids.iter().zip(mask).filter(|(_, mask)| **mask == 1).map(|(id, _)| *id).collect::<Vec<_>>()
    };
    let sources: Vec<_> = golden.batch.input_ids.iter().zip(&golden.batch.attention_mask).map(real).collect();
    let got = model.generate_ids(&sources, &options(&golden.batch.params)).unwrap();
    assert_eq!(got.len(), golden.batch.output_ids.len());
    let mut wrong = Vec::new();
    for (row, (expected, got)) in golden.batch.output_ids.iter().zip(&got).enumerate() {
        let padding = &expected[got.len().min(expected.len())..];
        assert!(padding.windows(2).all(|pair| pair[0] == pair[1]), "{family} row {row}: {padding:?} is no padding");
        let expected = &expected[..expected.len() - padding.len()];
        wrong.extend(compare(family, &format!("batch row {row}"), expected, got));
    }
    assert!(wrong.is_empty(), "{family}: {}", wrong.join("\n"));
}

fn check_tokens(family: &str) {
    let golden = golden(family);
    let model = open(&directory(family), Runtime::Auto);
    for (case, name) in golden.cases.iter().zip(names(&golden.cases)) {
        let mut ids = model.codec().encode(&case.text, Some(pair())).unwrap();
        if ids.len() > 200 {
            // transformers keeps the end token when it truncates.
            ids.drain(199..ids.len() - 1);
        }
        assert_eq!(ids, case.input_ids, "{family} {name}: {:?}", case.text);
    }
}

fn check_texts(family: &str) {
    let golden = golden(family);
    let model = open(&directory(family), Runtime::Auto);
    for (case, name) in golden.cases.iter().zip(names(&golden.cases)) {
        let Some(expected) = &case.output_text else { continue };
        // The golden M2M100 tokenizer was saved without its language tokens among the special ones, so its decoder
        // prints them (`__es__`), and it prints `<unk>` for an id without a piece; we leave both out, as the hub's does
        // with its language tokens.
        let expected: String = expected.replace("<unk>", "").split("__").step_by(2).collect();
        let expected = expected.trim();
        assert_eq!(model.codec().decode(&case.output_ids), expected, "{family} {name}");
    }
}

#[derive(Deserialize)]
struct Search {
    family: String,
    eos_token_id: Vec<i64>,
    renormalize_logits: bool,
    params: GenerationOptions,
    sources: Vec<Vec<i64>>,
    outputs: Vec<Vec<i64>>,
}

#[test]
fn every_setting_means_what_it_means_to_transformers() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/searches.json");
    let mut wrong = Vec::new();
    for search in serde_json::from_slice::<Vec<Search>>(&std::fs::read(path).unwrap()).unwrap() {
        let directory = model_files::copy_of(&search.family);
        model_files::edit(&directory.path().join("generation_config.json"), |config| {
            config["eos_token_id"] = search.eos_token_id.clone().into();
            config["renormalize_logits"] = search.renormalize_logits.into();
        });
        let model = open(directory.path(), Runtime::Auto);
        let got = model.generate_ids(&search.sources, &search.params).unwrap();
        if got != search.outputs {
            let (family, params, expected) = (&search.family, &search.params, &search.outputs);
            wrong.push(format!("{family} {params:?}\nexpected {expected:?}\n     got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

/// The tests of one golden model, for each of the runtimes that can run it.
macro_rules! golden {
    ($module:ident, $family:literal, $($runtime:ident)*) => {
        mod $module {
            #[test]
            fn splits_texts_as_transformers_does() {
                super::check_tokens($family);
            }

            #[test]
            fn joins_tokens_as_transformers_does() {
                super::check_texts($family);
            }

            $(golden!(@$runtime $family);)*
        }
    };
    (@auto $family:literal) => { golden!(@runtime auto, Auto, $family); };
    (@reference $family:literal) => { golden!(@runtime reference, Reference, $family); };
    (@runtime $module:ident, $runtime:ident, $family:literal) => {
        mod $module {
            use breve::domain::Runtime;

            #[test]
            fn generates_the_ids_that_transformers_generates() {
                super::super::check_outputs($family, Runtime::$runtime);
            }

            #[test]
            fn generates_a_padded_batch_as_transformers_does() {
                super::super::check_batch($family, Runtime::$runtime);
            }
        }
    };
}

golden!(bart, "bart", auto reference);
golden!(m2m_100, "m2m_100", auto reference);
golden!(marian, "marian", auto reference);
golden!(mbart50, "mbart50", auto reference);
golden!(pegasus, "pegasus", auto reference);
golden!(t5, "t5", auto reference);
golden!(t5_v1_1, "t5-v1_1", auto reference);

golden!(bart_gelu_new, "second/bart-gelu_new", auto reference);
// rust-bert's BART always scores with the embeddings.
golden!(bart_untied, "second/bart-untied", auto);
golden!(marian_relu, "second/marian-relu", auto reference);
// rust-bert has one vocabulary for both sides.
golden!(marian_separate, "second/marian-separate", auto);
// rust-bert rounds Pegasus' positions to half precision (`engine/reference/mod.rs` tests it).
golden!(pegasus_gelu, "second/pegasus-gelu", auto);
golden!(mbart50_gelu, "second/mbart50-gelu", auto reference);
golden!(m2m_100_silu, "second/m2m_100-silu", auto reference);
golden!(nllb, "second/nllb", auto reference);
golden!(t5_relu, "second/t5-relu", auto reference);
golden!(t5_gated_gelu, "second/t5-gated-gelu", auto reference);
// rust-bert knows no other gate than GELU.
golden!(t5_gated_silu, "second/t5-gated-silu", auto);
