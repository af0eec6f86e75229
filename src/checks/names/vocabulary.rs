//! Which words are common words of English or Spanish, and which can only be names.
//!
//! `english.txt` and `spanish.txt` hold Snowball stems of words seen in lower case; `scripts/make_word_lists.py` made
//! them and says of which texts.

use std::{collections::HashSet, sync::LazyLock};

use rust_stemmers::{Algorithm, Stemmer};

use super::{
    tables::INSTITUTIONS,
    titles::{DATES, PARTICLES, TITLES},
    words::{Word, fold},
};
use crate::domain::Language;

static ENGLISH: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::new(true, include_str!("english.txt")));
static SPANISH: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::new(false, include_str!("spanish.txt")));

/// The common words of a language.
pub(super) struct Vocabulary {
    stemmer: Stemmer,
    stems: HashSet<&'static str>,
    stop_words: HashSet<String>,
    /// Words of institutions, which many texts write with a capital only.
    institutions: HashSet<String>,
}

impl Vocabulary {
    /// That of `language`: Spanish, or else English, whose common words most texts hold.
    pub(super) fn of(language: Language) -> &'static Self {
        if language == Language::SPANISH { &SPANISH } else { &ENGLISH }
    }

    fn new(english: bool, stems: &'static str) -> Self {
        let (algorithm, code) = if english { (Algorithm::English, "en") } else { (Algorithm::Spanish, "es") };
        let stemmer = Stemmer::create(algorithm);
        let stop_words = stop_words::lookup(code).unwrap_or_default().iter().chain(MORE_STOP_WORDS);
        let forms = INSTITUTIONS.iter().flat_map(|row| if english { row.0 } else { row.1 }.split(['|', ' ']));
        let stem = |form: &str| fold(&stemmer.stem(&form.trim_end_matches(['~', '^', '*']).to_lowercase()));
        Self {
            stop_words: stop_words.map(|word| fold(word)).collect(),
            institutions: forms.map(stem).collect(),
            stems: stems.lines().collect(),
            stemmer,
        }
    }

    /// Whether the word is a grammatical one: `the`, `this`, `según`.
    pub(super) fn is_stop_word(&self, word: &Word) -> bool {
        self.stop_words.contains(&word.folded)
    }

    /// Whether the word, or its every part between hyphens, is met in lower case.
    pub(super) fn is_common(&self, word: &Word) -> bool {
        self.knows(&word.lower)
            || (word.lower.contains('-') && word.lower.split('-').all(|part| part.is_empty() || self.knows(part)))
    }

    /// Whether a word in lower case is met so.
    pub(super) fn knows(&self, lower: &str) -> bool {
        let folded = fold(lower);
        let holds = |stem: &str| self.stems.contains(stem) || self.institutions.contains(stem);
        self.stop_words.contains(&folded)
            || holds(&fold(&self.stemmer.stem(lower)))
            || (folded != lower && holds(&fold(&self.stemmer.stem(&folded))))
    }
}

/// Grammatical words that the lists lack.
const MORE_STOP_WORDS: &[&str] =
    &["us", "may", "might", "must", "shall", "would", "could", "also", "yet", "okay", "hey"];

/// A title, rank or office: `president`, `senadora`.
pub(super) fn is_title(word: &Word) -> bool {
    let whole = |part: &str| TITLES.binary_search(&part).is_ok();
    whole(&word.folded) || word.folded.strip_suffix('s').is_some_and(whole) || word.parts().all(whole)
}

/// A month or a day of the week.
pub(super) fn is_date(word: &Word) -> bool {
    DATES.binary_search(&word.folded.as_str()).is_ok()
}

/// A word in lower case that joins parts of a name: `of`, `von`.
pub(super) fn is_particle(word: &Word) -> bool {
    PARTICLES.binary_search(&word.folded.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::given::GIVEN;
    use super::*;

    #[test]
    fn tables_are_sorted_for_binary_search() {
        for table in [TITLES, DATES, PARTICLES, GIVEN] {
            assert!(table.is_sorted_by(|a, b| a < b), "{table:?}");
        }
        for list in [include_str!("english.txt"), include_str!("spanish.txt")] {
            assert!(list.len() < 121_000 && list.lines().is_sorted_by(|a, b| a < b));
        }
    }
}
