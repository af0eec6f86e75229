//! A sentence as words that know how they are written.

use unicode_segmentation::UnicodeSegmentation;

use super::function_words::{Set, is_particle};

/// A sentence and its words.
pub(super) struct Words<'a> {
    pub(super) text: &'a str,
    pub(super) words: Vec<Word>,
}

/// A word and what stands around it.
pub(super) struct Word {
    /// In small letters, with straight apostrophes.
    pub(super) lower: String,
    /// Starts with a digit or, in a sentence that has small letters too, with a capital letter; or is an address, or
    /// belongs to a name as `van der` does.
    pub(super) named: bool,
    /// The languages that have it for a small word.
    pub(super) known: Set,
    /// Stands within quotation marks.
    pub(super) quoted: bool,
    /// Only white space stands between it and the word before.
    pub(super) joined: bool,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let cased = text.contains(char::is_lowercase);
        let (mut end, mut quoted) = (0, false);
        let words = pieces(text).map(|(at, word)| {
            let between = &text[end..at];
            end = at + word.len();
            quoted = between.chars().fold(quoted, quoted_after);
            let named = word.starts_with(|c: char| (cased && c.is_uppercase()) || c.is_numeric()) || is_address(word);
            let joined = between.chars().all(char::is_whitespace);
            let lower = word.to_lowercase().replace('’', "'");
            Word { known: Set::with(&lower), lower, named, quoted, joined }
        });
        let mut words: Vec<_> = words.collect();
        for at in (1..words.len()).rev() {
            words[at - 1].named |= words[at].named && is_particle(&words[at - 1].lower);
        }
        Self { text, words }
    }
}

/// The words and where they start. An address on the web is one word.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tokens = text.split_inclusive(char::is_whitespace).scan(0, |end, token| {
        *end += token.len();
        Some((*end - token.len(), token))
    });
    tokens.flat_map(|(start, token)| {
        let address = is_address(token).then_some((start, token.trim_end()));
        let words = token.unicode_word_indices().map(move |(at, word)| (start + at, word));
        address.into_iter().chain(words.take(if address.is_some() { 0 } else { usize::MAX }))
    })
}

fn is_address(token: &str) -> bool {
    token.contains("://") || token.contains("www.") || token.contains('@')
}

fn quoted_after(quoted: bool, mark: char) -> bool {
    match mark {
        '“' | '«' | '„' | '「' | '『' => true,
        '”' | '»' | '」' | '』' => false,
        '"' => !quoted,
        _ => quoted,
    }
}
