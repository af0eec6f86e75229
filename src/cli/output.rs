use std::io::{Write, stderr, stdout};

use serde::Serialize;

use super::CliError;
use crate::domain::TermCounts;

/// Writes `text` and a line end to standard output.
pub(super) fn line(text: &str) -> Result<(), CliError> {
    let mut out = stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(CliError::Output)
}

/// Writes `value` to standard output as indented JSON.
pub(super) fn json(value: &impl Serialize) -> Result<(), CliError> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Tells the user something that is not the answer. With standard error closed there is nobody to tell.
pub(super) fn note(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

/// How many sentences the translator gave nothing for; nothing when there are none.
pub(super) fn untranslated(count: usize) -> String {
    if count == 0 {
        String::new()
    } else {
        format!("; {count} sentences could not be translated and stand as they were")
    }
}

/// How many terms of the glossary were lost; nothing when none were.
pub(super) fn lost_terms(counts: Option<TermCounts>) -> String {
    match counts.map_or(0, |counts| counts.lost) {
        0 => String::new(),
        lost => format!("; {lost} terms of the glossary lost"),
    }
}
