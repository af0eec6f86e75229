//! Finds the rows of [`super::tables`] that words of a text stand for.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    tables,
    words::{Word, fold, words},
};
use crate::domain::Language;

static ENGLISH: LazyLock<Forms> = LazyLock::new(|| Forms::new(true));
static SPANISH: LazyLock<Forms> = LazyLock::new(|| Forms::new(false));

/// The longest beginning of a word that forms are sorted by, in bytes.
const KEY: usize = 4;

/// Words that stand for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    /// The row's number.
    pub(super) row: u16,
    /// How many words.
    pub(super) length: usize,
    /// The form is a stem, mostly of an adjective: `Turk*`.
    pub(super) stem: bool,
}

/// The forms of one language.
pub(super) struct Forms {
    by_beginning: HashMap<String, Vec<Form>>,
}

struct Form {
    row: u16,
    words: Vec<Pattern>,
    /// English writes names and peoples with a capital; Spanish does so for names, but not for peoples.
    capitalised: bool,
    /// Written in capitals, such as `WHO`.
    acronym: bool,
}

struct Pattern {
    folded: String,
    open: bool,
}

impl Pattern {
    fn meets(&self, word: &Word) -> bool {
        if self.open { word.folded.starts_with(&self.folded) } else { word.folded == self.folded }
    }
}

impl Forms {
    /// Those of `language`, if there is a table for it.
    pub(super) fn of(language: Language) -> Option<&'static Self> {
        match language {
            Language::ENGLISH => Some(&ENGLISH),
            Language::SPANISH => Some(&SPANISH),
            _ => None,
        }
    }

    fn new(english: bool) -> Self {
        let mut by_beginning: HashMap<String, Vec<Form>> = HashMap::new();
        for (row, &(in_english, in_spanish)) in (0..).zip(tables::rows()) {
            let forms = if english { in_english } else { in_spanish };
            // A ministry has a capital in one language, and may have none in the other.
            let capitals = english && usize::from(row) < tables::named();
            for form in forms.split('|').flat_map(spelt_out).filter_map(|text| Form::new(row, &text, capitals)) {
                let first = &form.words[0].folded;
                let key = beginning(first, KEY).to_owned();
                by_beginning.entry(key).or_default().push(form);
            }
        }
        Self { by_beginning }
    }

    /// The rows that the words from `words[0]` on stand for.
    pub(super) fn at<'a>(&'a self, words: &'a [Word]) -> impl Iterator<Item = Match> + 'a {
        let first = words.first();
        let forms = first.into_iter().flat_map(move |word| {
            let longest = beginning(&word.folded, KEY).len();
            let lengths = (2..=longest).filter(|&length| word.folded.is_char_boundary(length));
            lengths.filter_map(|length| self.by_beginning.get(&word.folded[..length])).flatten()
        });
        forms.filter(|form| form.meets(words)).map(|form| Match {
            row: form.row,
            length: form.words.len(),
            stem: form.words.iter().any(|word| word.open),
        })
    }
}

/// The words that `stem~` and `stem^` stand for.
fn spelt_out(form: &str) -> Vec<String> {
    let endings: (&str, &[&str]) = match (form.strip_suffix('~'), form.strip_suffix('^')) {
        (Some(stem), _) => (stem, &["o", "a", "os", "as"]),
        (_, Some(stem)) => (stem, &["", "a", "es", "as"]),
        _ => (form, &[""]),
    };
    endings.1.iter().map(|ending| format!("{}{ending}", endings.0)).collect()
}

/// At most `length` bytes of `word`, cut where a character ends.
fn beginning(word: &str, length: usize) -> &str {
    let mut end = word.len().min(length);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    &word[..end]
}

impl Form {
    fn new(row: u16, text: &str, capitals: bool) -> Option<Self> {
        let found = words(text);
        let capitalised = capitals && found.first().is_some_and(Word::is_capitalised);
        let acronym = found.len() == 1 && found[0].shouted && found[0].capitals > 1;
        let open = |word: &Word| text[word.span.end..].starts_with('*');
        let words: Vec<_> =
            found.iter().map(|word| Pattern { folded: word.folded.clone(), open: open(word) }).collect();
        (!words.is_empty()).then_some(Self { row, words, capitalised, acronym })
    }

    fn meets(&self, words: &[Word]) -> bool {
        if self.capitalised && !words[0].is_capitalised() {
            return false;
        }
        if words.len() < self.words.len() || !self.words.iter().zip(words).all(|(form, word)| form.meets(word)) {
            return false;
        }
        // `us` and `un` are words, `Otan` is not.
        let short = self.words[0].folded.len() <= 3;
        let capitals_met = if short { words[0].capitals > 1 } else { words[0].is_capitalised() };
        (!self.acronym || capitals_met) && words[1..self.words.len()].iter().all(|word| !word.initial)
    }
}

/// The rows that a single word stands for by itself.
pub(super) fn rows_of<'a>(forms: &'a Forms, word: &'a Word) -> impl Iterator<Item = u16> + 'a {
    forms.at(std::slice::from_ref(word)).map(|found| found.row)
}

/// How `to` usually writes the thing that `from` usually writes as `name`.
pub(super) fn translated(name: &str, from: Language, to: Language) -> Option<String> {
    let english = match (from, to) {
        (Language::ENGLISH, Language::SPANISH) => true,
        (Language::SPANISH, Language::ENGLISH) => false,
        _ => return None,
    };
    let index = if english { &*FROM_ENGLISH } else { &*FROM_SPANISH };
    index.get(&spaced(name)).map(|&found| found.to_owned())
}

static FROM_ENGLISH: LazyLock<HashMap<String, &str>> = LazyLock::new(|| usual(true));
static FROM_SPANISH: LazyLock<HashMap<String, &str>> = LazyLock::new(|| usual(false));

/// Usual forms by the other language's usual form; rows of stems have none.
fn usual(english: bool) -> HashMap<String, &'static str> {
    let mut index = HashMap::new();
    for &(in_english, in_spanish) in tables::rows() {
        let (from, to) = if english { (in_english, in_spanish) } else { (in_spanish, in_english) };
        let first = |forms: &'static str| forms.split('|').next().unwrap_or_default();
        let (from, to) = (first(from), first(to));
        if !from.contains(['*', '~', '^']) && !to.contains(['*', '~', '^']) {
            index.entry(spaced(from)).or_insert(to);
        }
    }
    index
}

/// Folded words with one blank between; those that are all capitals keep them, for `US` is not `us`.
fn spaced(name: &str) -> String {
    let parts = name.split_whitespace().map(|word| {
        let folded = fold(word);
        if word.chars().any(char::is_lowercase) { folded } else { folded.to_uppercase() }
    });
    parts.collect::<Vec<_>>().join(" ")
}
