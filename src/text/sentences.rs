//! Sentence splitting by rules, for English, Spanish and languages that use the same or East Asian stops.

use super::boundary::Stop;
use crate::domain::Span;

/// The sentences of a plain string, such as a model's output: in order, not overlapping, without white space at
/// their ends, in bytes of `text`. Every letter and digit lies in one of them.
///
/// Line breaks count as blanks; [`super::Document`] reads text as people paste it.
pub fn split_sentences(text: &str) -> Vec<Span> {
    let caseless = !text.chars().any(char::is_uppercase);
    let mut spans = Spans { text, spans: Vec::new(), start: 0, wordless: 0 };
    let mut at = 0;
    while let Some(found) = text[at..].find(is_terminator) {
        let stop = at + found;
        let marks_end = marks_end(text, stop);
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
    /// Up to here that sentence has no letter or digit; looking again at each stop would be quadratic.
    wordless: usize,
}

impl Spans<'_> {
    /// Ends a sentence at `end`. One without a letter or digit belongs to the one before, or else to the next.
    fn close(&mut self, end: usize) {
        if !self.text[self.wordless..end].contains(char::is_alphanumeric) {
            self.wordless = end;
            if let Some(last) = self.spans.last_mut() {
                last.end = self.text[..end].trim_end().len();
                self.start = end;
            }
            return;
        }
        let raw = &self.text[self.start..end];
        let start = end - raw.trim_start().len();
        self.spans.push(Span::new(start, start + raw.trim().len()));
        self.start = end;
        self.wordless = end;
    }
}

fn skip(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    text[at..].find(|c| !belongs(c)).map_or(text.len(), |length| at + length)
}

/// Past the stops at `at`; `. . .` is one.
fn marks_end(text: &str, at: usize) -> usize {
    let mut end = skip(text, at, is_terminator);
    while text[end..].starts_with(" .") {
        end = skip(text, end + 1, is_terminator);
    }
    end
}

/// Past the closing marks at `at`, and past emoji after a blank; tokenised text puts a blank before `''`.
fn closers_end(text: &str, at: usize) -> usize {
    let end = skip(text, at, is_closer);
    let Some(word) = text[end..].strip_prefix(' ').and_then(|rest| rest.split(char::is_whitespace).next()) else {
        return end;
    };
    let closes = word == "''" || (word.starts_with(is_emoji) && !word.contains(char::is_alphanumeric));
    if closes { end + 1 + word.len() } else { end }
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
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
pub fn is_closed(sentence: &str) -> bool {
    sentence.trim_end_matches(|c: char| is_closer(c) || c.is_whitespace()).ends_with(is_terminator)
}

/// Whether quotation marks that turn one way only, or brackets, open as often as they close.
pub fn is_balanced(sentence: &str) -> bool {
    let count = |mark: char| sentence.matches(mark).count();
    let pairs = [('(', ')'), ('“', '”'), ('«', '»'), ('[', ']')];
    let tokenised = sentence.matches("``").count() == sentence.matches("''").count();
    tokenised && count('"').is_multiple_of(2) && pairs.iter().all(|(open, close)| count(*open) == count(*close))
}

#[cfg(test)]
mod tests;
