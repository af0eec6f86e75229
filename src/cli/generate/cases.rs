//! The input of `breve generate`: JSON lines, or a golden file with its cases.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{cli::CliError, domain::GenerationOptions};

/// One thing to generate from.
#[derive(Debug, PartialEq)]
pub(super) struct Case {
    pub(super) source: Source,
    pub(super) params: GenerationOptions,
}

/// What the encoder reads.
#[derive(Debug, PartialEq)]
pub(super) enum Source {
    /// Token ids, special tokens included.
    Ids(Vec<i64>),
    /// A text for the model's own tokenizer.
    Text(String),
}

/// A case as it is written. Golden cases also hold what the reference answered, which is not read.
#[derive(Deserialize)]
struct RawCase {
    input_ids: Option<Vec<i64>>,
    text: Option<String>,
    #[serde(default)]
    params: Map<String, Value>,
}

#[derive(Deserialize)]
struct GoldenFile {
    cases: Vec<RawCase>,
}

/// Every case of the file at `path`.
pub(super) fn read(path: &Path) -> Result<Vec<Case>, CliError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| CliError::Read { name: name.clone(), source })?;
    parse(&text).map_err(|reason| CliError::Content { name, reason })
}

fn parse(text: &str) -> Result<Vec<Case>, String> {
    if let Ok(golden) = serde_json::from_str::<GoldenFile>(text) {
        let cases = golden.cases.into_iter().enumerate();
        return cases.map(|(index, raw)| case(raw).map_err(|reason| format!("cases[{index}]: {reason}"))).collect();
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let cases: Vec<_> = lines.map(|(index, line)| parse_line(line, index + 1)).collect::<Result<_, _>>()?;
    if cases.is_empty() { Err("holds no case".into()) } else { Ok(cases) }
}

fn parse_line(line: &str, number: usize) -> Result<Case, String> {
    let raw = serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
    case(raw).map_err(|reason| format!("line {number}: {reason}"))
}

fn case(raw: RawCase) -> Result<Case, String> {
    let source = match (raw.input_ids, raw.text) {
        (Some(ids), _) if ids.is_empty() => return Err("input_ids is empty".into()),
        (Some(ids), _) => Source::Ids(ids),
        (None, Some(text)) => Source::Text(text),
        (None, None) => return Err("has neither input_ids nor text".into()),
    };
    Ok(Case { source, params: params(raw.params)? })
}

/// The generation settings; goldens carry a name besides, and say that they do not sample.
fn params(mut params: Map<String, Value>) -> Result<GenerationOptions, String> {
    params.remove("name");
    match params.remove("do_sample") {
        None | Some(Value::Bool(false)) => {}
        Some(_) => return Err("params.do_sample: sampling is not supported".into()),
    }
    serde_json::from_value(Value::Object(params)).map_err(|error| format!("params: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json_lines() {
        let text =
            "{\"input_ids\":[1,2]}\n\n{\"text\":\"Hi\",\"params\":{\"num_beams\":4,\"early_stopping\":\"never\"}}\n";
        let cases = parse(text).unwrap();
        assert_eq!(cases[0].source, Source::Ids(vec![1, 2]));
        assert_eq!(cases[1].source, Source::Text("Hi".into()));
        assert_eq!(cases[1].params.num_beams, Some(4));
    }

    #[test]
    fn reads_every_golden_file() {
        let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
        for family in ["bart", "m2m_100", "marian", "mbart50", "pegasus", "t5", "t5-v1_1"] {
            let cases = read(&goldens.join(family).join("cases.json")).unwrap();
            assert!(cases.iter().all(|case| matches!(case.source, Source::Ids(_))), "{family}");
            assert!(!cases.is_empty(), "{family}");
        }
    }

    #[test]
    fn names_the_line_that_is_wrong() {
        for (text, reason) in [
            ("", "holds no case"),
            ("{\"input_ids\":[1]}\nnot json", "line 2: "),
            ("{}", "line 1: has neither"),
            ("{\"input_ids\":[]}", "line 1: input_ids is empty"),
            ("{\"input_ids\":[\"a\"]}", "line 1: "),
            ("{\"text\":\"a\",\"params\":{\"beams\":1}}", "line 1: params: unknown field `beams`"),
            ("{\"text\":\"a\",\"params\":{\"do_sample\":true}}", "sampling is not supported"),
            ("{\"cases\":[{\"params\":{}}]}", "cases[0]: has neither"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
