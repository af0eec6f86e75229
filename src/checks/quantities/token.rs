//! Words, runs of digits, and marks: what quantities are read from.

use std::borrow::Cow;

use super::lexicon::{Lexicon, Term};
use crate::domain::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Word,
    /// ASCII digits.
    Digits,
    /// One character that is neither.
    Mark,
}

/// What stands between a token and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Glued,
    /// One blank, of a kind that may group digits.
    Blank,
    /// Other white space, or the text's start.
    Wide,
}

#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
    pub(super) shape: Shape,
    pub(super) gap: Gap,
    /// A word in lower case without Spanish accents; empty for others.
    pub(super) folded: Cow<'a, str>,
    pub(super) term: Option<Term>,
}

/// The tokens of a text. Any index may be asked for: past the end stands nothing.
#[derive(Debug)]
pub(super) struct Tokens<'a>(Vec<Token<'a>>);

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, lexicon: Option<&Lexicon>) -> Self {
        let mut tokens = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let blank = run(&text[at..], char::is_whitespace);
            let gap = gap(&text[at..at + blank], at == 0);
            if let Some(line_end) = paragraph_end(&text[at..at + blank]) {
                tokens.push(Token::new(text, at + line_end, 1, Gap::Wide, lexicon));
            }
            at += blank;
            let Some(first) = text[at..].chars().next() else { break };
            let length = length(&text[at..], first);
            tokens.push(Token::new(text, at, length, gap, lexicon));
            at += length;
        }
        Self(tokens)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token<'a>> {
        self.0.get(at)
    }

    /// The word at `at`, folded; empty where none stands.
    pub(super) fn word(&self, at: usize) -> &str {
        self.get(at).map_or("", |token| &token.folded)
    }

    /// The word before `at`, folded; empty where none stands.
    pub(super) fn word_before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |before| self.word(before))
    }

    pub(super) fn term(&self, at: usize) -> Option<Term> {
        self.get(at)?.term
    }

    pub(super) fn term_before(&self, at: usize) -> Option<Term> {
        self.term(at.checked_sub(1)?)
    }

    /// The digits at `at`.
    pub(super) fn digits(&self, at: usize) -> Option<&'a str> {
        self.get(at).filter(|token| token.shape == Shape::Digits).map(|token| token.text)
    }

    /// The mark at `at`.
    pub(super) fn mark(&self, at: usize) -> Option<char> {
        self.get(at).filter(|token| token.shape == Shape::Mark).and_then(|token| token.text.chars().next())
    }

    pub(super) fn is_mark(&self, at: usize, marks: &[char]) -> bool {
        self.mark(at).is_some_and(|mark| marks.contains(&mark))
    }

    /// Whether nothing stands between the token at `at` and the one before.
    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.gap == Gap::Glued)
    }

    /// Whether the words at `at` are `words`.
    pub(super) fn are(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(offset, word)| self.word(at + offset) == *word)
    }

    /// Past a hyphen at `at` that joins two words; `at` itself where none does.
    pub(super) fn past_hyphen(&self, at: usize) -> usize {
        let joins = self.is_mark(at, HYPHENS) && self.is_glued(at) && self.is_glued(at + 1);
        if joins { at + 1 } else { at }
    }

    /// From the token `start` up to, not including, the token `end`, which is behind it.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let first = self.get(start).map_or(0, |token| token.span.start);
        Span::new(first, self.get(end.saturating_sub(1)).map_or(first, |token| token.span.end))
    }
}

pub(super) const HYPHENS: &[char] = &['-', '‐', '‑'];
pub(super) const DASHES: &[char] = &['-', '‐', '‑', '–', '—', '−'];

impl<'a> Token<'a> {
    fn new(text: &'a str, start: usize, length: usize, gap: Gap, lexicon: Option<&Lexicon>) -> Self {
        let token = &text[start..start + length];
        let shape = match token.chars().next() {
            Some(first) if first.is_ascii_digit() => Shape::Digits,
            Some(first) if is_letter(first) => Shape::Word,
            _ => Shape::Mark,
        };
        let folded = if shape == Shape::Word { fold(token) } else { Cow::Borrowed("") };
        let term = lexicon.filter(|_| shape == Shape::Word).and_then(|lexicon| lexicon.term(&folded));
        Self { text: token, span: Span::new(start, start + length), shape, gap, folded, term }
    }

    pub(super) fn is_capitalised(&self) -> bool {
        self.text.starts_with(char::is_uppercase)
    }
}

/// Length of the token that starts with `first`, in bytes.
fn length(text: &str, first: char) -> usize {
    if first.is_ascii_digit() {
        run(text, |c| c.is_ascii_digit())
    } else if is_letter(first) {
        run(text, is_letter)
    } else {
        first.len_utf8()
    }
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// What decomposed text writes after a vowel for its accent.
const ACCENT: char = '\u{301}';

/// `º` and `ª` are letters to Unicode, but marks after a number.
fn is_letter(c: char) -> bool {
    (c.is_alphabetic() && !matches!(c, 'º' | 'ª')) || c == ACCENT
}

/// The last of several line ends in `blank`: it is kept as a mark, so that nothing is read across paragraphs.
fn paragraph_end(blank: &str) -> Option<usize> {
    blank.rfind('\n').filter(|last| blank[..*last].contains('\n'))
}

fn gap(blank: &str, is_first: bool) -> Gap {
    match blank {
        "" if is_first => Gap::Wide,
        "" => Gap::Glued,
        " " | "\u{a0}" | "\u{202f}" | "\u{2009}" => Gap::Blank,
        _ => Gap::Wide,
    }
}

/// Lower case, and vowels without their accents, which are often left out.
fn fold(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(word);
    }
    let plain = |c| match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    };
    Cow::Owned(word.chars().filter(|c| *c != ACCENT).flat_map(char::to_lowercase).map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_words_digits_and_marks() {
        let tokens = Tokens::new("  El 1.º: G20,\u{a0}US$5\n\nMillón", None);
        let found: Vec<&str> = (0..tokens.len()).filter_map(|at| tokens.get(at)).map(|token| token.text).collect();
        assert_eq!(found, ["El", "1", ".", "º", ":", "G", "20", ",", "US", "$", "5", "\n", "Millón"]);
        assert_eq!(tokens.word(12), "millon");
        assert!(tokens.is_glued(6) && !tokens.is_glued(1) && !tokens.is_glued(0));
        assert_eq!(tokens.word(99), "");
    }
}
