//! Sentence splitting by rules, for English, Spanish and languages that use the same or East Asian stops.

use super::boundary::Stop;
use crate::domain::Span;

/// The sentences of a plain string, such as a model's output: in order, not overlapping, without white space at
/// their ends, in bytes of `text`. Every letter and digit lies in one of them.
///
/// Line breaks count as blanks; [`super::Document`] reads text as people paste it.
pub fn split_sentences(text: &str) -> Vec<Span> {
    let caseless = !text.chars().any(char::is_uppercase);
    let mut spans = Spans { text, spans: Vec::new(), start: 0 };
    let mut at = 0;
    while let Some(found) = text[at..].find(is_terminator) {
        let stop = at + found;
        let marks_end = skip(text, stop, is_terminator);
        let closers_end = closers_end(text, marks_end);
        at = closers_end;
        let wide = text[stop..marks_end].ends_with(is_wide);
        let stop = Stop {
            before: &text[spans.start..stop],
            marks: &text[stop..marks_end],
            closers: &text[marks_end..closers_end],
            after: &text[closers_end..],
            caseless,
        };
        if wide || stop.is_end() {
            spans.close(closers_end);
        }
    }
    spans.close(text.len());
    spans.spans
}

struct Spans<'a> {
    text: &'a str,
    spans: Vec<Span>,
    /// Where the sentence that is being read starts.
    start: usize,
}

impl Spans<'_> {
    /// Ends a sentence at `end`. One without a letter or digit belongs to the one before, or else to the next.
    fn close(&mut self, end: usize) {
        let raw = &self.text[self.start..end];
        let trimmed = raw.trim();
        let start = self.start + (raw.len() - raw.trim_start().len());
        let span = Span::new(start, start + trimmed.len());
        if trimmed.chars().any(char::is_alphanumeric) {
            self.spans.push(span);
        } else if let Some(last) = self.spans.last_mut().filter(|_| !trimmed.is_empty()) {
            last.end = span.end;
        } else if self.spans.is_empty() {
            return;
        }
        self.start = end;
    }
}

fn skip(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    text[at..].find(|c| !belongs(c)).map_or(text.len(), |length| at + length)
}

/// Past the closing marks at `at`; tokenised text puts a blank before `''`.
fn closers_end(text: &str, at: usize) -> usize {
    let end = skip(text, at, is_closer);
    match text[end..].strip_prefix(" ''") {
        Some(rest) if rest.is_empty() || rest.starts_with(' ') => end + 3,
        _ => end,
    }
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‽' | '‼' | '⁇' | '⁈' | '⁉' | '؟' | '۔' | '।' | '॥' | '։' | '።') || is_wide(c)
}

/// East Asian stops, after which no blank is written.
fn is_wide(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡')
}

fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '›' | ')' | ']' | '}' | '」' | '』' | '）' | '】' | '》')
}

/// Whether `sentence` ends as a sentence does: by a stop, perhaps within closing marks.
pub(crate) fn is_closed(sentence: &str) -> bool {
    sentence.trim_end_matches(|c: char| is_closer(c) || c.is_whitespace()).ends_with(is_terminator)
}

/// Whether quotation marks that turn one way only, or brackets, open as often as they close.
pub(crate) fn is_balanced(sentence: &str) -> bool {
    let count = |mark: char| sentence.matches(mark).count();
    let pairs = [('(', ')'), ('“', '”'), ('«', '»'), ('[', ']')];
    count('"').is_multiple_of(2) && pairs.iter().all(|(open, close)| count(*open) == count(*close))
}

#[cfg(test)]
mod tests;
