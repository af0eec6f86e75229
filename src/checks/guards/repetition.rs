//! Loops: a word, a phrase or a character over and over.

use std::collections::{HashMap, HashSet};

use super::words::Words;

/// Longest phrase whose direct repetition is looked for, in words.
const PERIOD_LIMIT: usize = 40;

/// Longest unit of a loop of characters.
const UNIT_LIMIT: usize = 8;

/// A phrase of so many words said again anywhere in the sentence is a fault where the source does no such thing.
const PHRASE: usize = 7;

/// How long a phrase has to be in the source to be such a thing; word order differs between languages.
const SOURCE_PHRASE: usize = 3;

/// The same where there is no source: speakers repeat themselves for effect.
const PHRASE_ALONE: usize = 10;

/// Never written twice in a row, unlike `that that` or `had had`.
const NEVER_DOUBLED: &[&str] = &["a", "an", "and", "de", "el", "en", "la", "las", "los", "of", "the", "un", "una", "y"];

/// Whether `sentence` repeats itself, and more than its source does.
pub(super) fn is_repeated(sentence: &Words, source: Option<&Words>) -> bool {
    let phrase = if source.is_some() { PHRASE } else { PHRASE_ALONE };
    (has_character_loop(sentence.text) && !source.is_some_and(|source| has_character_loop(source.text)))
        || has_phrase_loop(sentence, source)
        || (says_again(sentence, phrase) && !source.is_some_and(|source| says_again(source, SOURCE_PHRASE)))
}

/// `period` words said `copies` times in a row.
struct Loop {
    start: usize,
    period: usize,
    copies: usize,
    /// Ends with the word it starts with: `closer and closer and closer`.
    chained: bool,
}

impl Loop {
    /// How many copies a person would not write.
    fn limit(&self, sentence: &Words) -> usize {
        let words = &sentence.words[self.start..self.start + self.period * self.copies];
        let joined = words[1..].iter().all(|word| word.joined);
        match (self.period, joined) {
            (1, true) if !words[1].named && NEVER_DOUBLED.contains(&words[0].lower.as_str()) => 2,
            (1, true) => 3,
            (1, false) => 5,
            (2, true) if self.chained => 4,
            (_, true) => 2,
            (2..=3, false) => 4,
            (4, false) => 3,
            (_, false) => 2,
        }
    }
}

fn has_phrase_loop(sentence: &Words, source: Option<&Words>) -> bool {
    let found = phrase_loops(sentence);
    if found.is_empty() {
        return false;
    }
    let allowed = source.and_then(|source| phrase_loops(source).iter().map(|found| found.copies).max()).unwrap_or(0);
    found.iter().any(|found| found.copies >= found.limit(sentence).max(allowed + 1))
}

/// All phrases that stand at least twice in a row.
fn phrase_loops(sentence: &Words) -> Vec<Loop> {
    let ids = ids(sentence);
    let mut found = Vec::new();
    for period in 1..=PERIOD_LIMIT.min(ids.len() / 2) {
        let same = |at: usize| at < ids.len() && ids[at] == ids[at - period];
        let mut at = period;
        while at < ids.len() {
            let run = (at..).take_while(|at| same(*at)).count();
            if run >= period {
                let (copies, chained) = (run / period + 1, run % period == 1);
                found.push(Loop { start: at - period, period, copies, chained });
            }
            at += run + 1;
        }
    }
    found
}

/// The words as numbers, equal where the words are.
fn ids(sentence: &Words) -> Vec<usize> {
    let mut known = HashMap::new();
    let words = sentence.words.iter().map(|word| word.lower.as_str());
    words
        .map(|word| {
            let next = known.len();
            *known.entry(word).or_insert(next)
        })
        .collect()
}

/// Whether a phrase of `length` words stands twice in the sentence.
fn says_again(sentence: &Words, length: usize) -> bool {
    let ids = ids(sentence);
    let mut seen = HashSet::new();
    ids.windows(length).any(|phrase| !seen.insert(phrase))
}

/// Whether a unit of a few characters is written over and over: `ooooo`, `1.1.1.1.1.1.`, `- - - - - -`.
fn has_character_loop(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (1..=UNIT_LIMIT).any(|period| {
        let mut run = 0;
        (period..characters.len()).any(|at| {
            run = if characters[at] == characters[at - period] { run + 1 } else { 0 };
            run >= period && run / period + 1 >= unit_limit(&characters[at - period..at])
        })
    })
}

/// How many copies of a unit nobody writes: laughter goes on for a while, numbers have many zeros, and
/// stars stand for the letters of an oath.
fn unit_limit(unit: &[char]) -> usize {
    match unit {
        unit if unit.iter().all(|c| c.is_whitespace()) => usize::MAX,
        [c] if c.is_alphabetic() => 5,
        [c] if c.is_numeric() => 10,
        [_] => 8,
        unit if unit.iter().all(|c| c.is_alphanumeric()) => 8,
        _ => 5,
    }
}
