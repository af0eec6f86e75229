//! A sentence with everything that its words can be matched by.

use std::collections::{HashMap, HashSet};

use super::{
    cognate::Sound,
    concepts::{self, Forms},
    find::Run,
    given::GIVEN,
    tables,
    titles::PARTICLES,
    vocabulary::{Vocabulary, is_date, is_particle, is_title},
    words::{Casing, Word, words},
};
use crate::domain::Language;

/// Words in a sentence at most, beyond which words are not searched for inside others: that is quadratic.
const LONGEST_SENTENCE: usize = 400;

/// A sentence with what its words can be matched by.
pub(super) struct Side {
    pub(super) language: Language,
    vocabulary: &'static Vocabulary,
    forms: &'static Forms,
    pub(super) words: Vec<Word>,
    letters: HashSet<String>,
    sounds: HashSet<Sound>,
    /// Words by the stem of their sound.
    stems: HashMap<String, Vec<usize>>,
    acronyms: Vec<String>,
    /// The rows of the tables that each word stands for.
    rows: Vec<Vec<u16>>,
    every_row: HashSet<u16>,
    /// The word is a form of a stem in the tables.
    adjectives: Vec<bool>,
}

impl Side {
    /// Reads a sentence; none in a language without tables.
    pub(super) fn read(text: &str, language: Language) -> Option<Self> {
        let forms = Forms::of(language)?;
        let words = words(text);
        let mut side = Self {
            language,
            vocabulary: Vocabulary::of(language),
            forms,
            letters: words.iter().flat_map(letters).collect(),
            sounds: words
                .iter()
                .flat_map(letters)
                .filter(|letters| letters.len() > 2)
                .map(|letters| Sound::of(&letters))
                .collect(),
            stems: HashMap::new(),
            acronyms: acronyms(&words).collect(),
            rows: vec![Vec::new(); words.len()],
            every_row: HashSet::new(),
            adjectives: vec![false; words.len()],
            words,
        };
        side.read_rows();
        for (at, word) in side.words.iter().enumerate() {
            for stem in stems(word) {
                side.stems.entry(stem).or_default().push(at);
            }
        }
        Some(side)
    }

    fn read_rows(&mut self) {
        for start in 0..self.words.len() {
            for found in self.forms.at(&self.words[start..]) {
                for at in start..start + found.length {
                    self.rows[at].push(found.row);
                    self.adjectives[at] = found.stem && (self.adjectives[at] || self.rows[at].len() == 1);
                }
                self.every_row.insert(found.row);
            }
        }
    }

    /// Whether the word at `at` of the `other` side is here; `family` says of which words stems may be compared.
    pub(super) fn has(&self, other: &Side, at: usize, family: impl Fn(usize) -> bool) -> bool {
        let word = &other.words[at];
        other.rows[at].iter().any(|row| self.every_row.contains(row))
            || self.has_letters(&word.folded)
            || (word.folded.contains('-') && other.parts(word).all(|part| self.has_part(other, &part)))
            || Sound::of(&word.folded)
                .stem()
                .and_then(|stem| self.stems.get(stem))
                .into_iter()
                .flatten()
                .any(|&here| family(here))
            || (word.is_acronym() && other.rows[at].is_empty() && self.acronyms.contains(&sorted(&word.folded)))
            || self.words.iter().take(LONGEST_SENTENCE).any(|here| is_compound(&here.folded, &word.folded))
    }

    /// The parts of a word with hyphens as words of their own: `Asia`, `Pacific`.
    fn parts(&self, word: &Word) -> impl Iterator<Item = Word> {
        let parts = word.parts().filter(|part| PARTICLES.binary_search(part).is_err());
        parts.map(|part| Word { folded: part.to_owned(), lower: part.to_owned(), ..word.clone() })
    }

    fn has_part(&self, other: &Side, part: &Word) -> bool {
        self.has_letters(&part.folded) || concepts::rows_of(other.forms, part).any(|row| self.every_row.contains(&row))
    }

    /// Whether a word of these letters or this sound is here, one or many.
    fn has_letters(&self, folded: &str) -> bool {
        let whole = folded.replace('-', "");
        let singular = whole.strip_suffix('s').filter(|rest| rest.len() > 2);
        [Some(whole.as_str()), singular].into_iter().flatten().any(|letters| {
            self.letters.contains(letters) || (letters.len() > 2 && self.sounds.contains(&Sound::of(letters)))
        })
    }

    /// Whether the word at `at`, part of the name `run`, has to come through as it is.
    pub(super) fn is_expected(&self, run: Run, at: usize) -> bool {
        let family_name = || {
            at > run.start
                && GIVEN.binary_search(&self.words[at - 1].folded.as_str()).is_ok()
                && run.end - run.start == 2
        };
        self.is_telling(at) && self.words[at].is_capitalised() && (!self.is_common(at) || family_name())
    }

    /// Adjectives of peoples and faiths, short acronyms and what is cut short: people often leave them out.
    pub(super) fn may_be_left_out(&self, at: usize) -> bool {
        let word = &self.words[at];
        self.adjectives[at] || word.cut_short || (word.is_acronym() && word.capitals <= 3)
    }

    /// Whether a name is but a sentence's first word that nothing shows to be a name.
    pub(super) fn may_be_common(&self, run: Run) -> bool {
        let word = &self.words[run.start];
        run.end - run.title == 1
            && (word.initial || word.casing != Casing::Sentence)
            && self.rows[run.start].is_empty()
            && !word.is_acronym()
    }

    /// No title, date, number, single letter or grammatical word.
    pub(super) fn is_telling(&self, at: usize) -> bool {
        let word = &self.words[at];
        let grammar = !word.is_acronym() && (self.vocabulary.is_stop_word(word) || is_particle(word));
        word.folded.chars().count() > 1
            && !(grammar || is_title(word) || is_date(word) || word.is_number() || is_roman(word))
    }

    /// A common word; not one that also names a place or a person, where it has a capital as those have.
    pub(super) fn is_common(&self, at: usize) -> bool {
        let word = &self.words[at];
        let proper = || {
            !word.initial
                && word.is_capitalised()
                && self.rows[at].iter().any(|&row| usize::from(row) < tables::proper())
        };
        !word.is_acronym() && self.vocabulary.is_common(word) && !proper()
    }

    /// Whether the word at `at` stands right after the one before it.
    pub(super) fn goes_on(&self, at: usize) -> bool {
        at > 0 && self.words.get(at).is_some_and(|word| word.joined)
    }
}

/// The letters to match a word by: whole, without hyphens, its parts, and the singular.
fn letters(word: &Word) -> impl Iterator<Item = String> + '_ {
    let hyphened = word.folded.contains('-');
    let whole = if hyphened { word.folded.replace('-', "") } else { word.folded.clone() };
    let singular = whole.strip_suffix('s').filter(|rest| rest.len() > 2).map(str::to_owned);
    [whole].into_iter().chain(singular).chain(word.parts().filter(move |_| hyphened).map(str::to_owned))
}

fn stems(word: &Word) -> impl Iterator<Item = String> + '_ {
    word.parts().filter_map(|part| Sound::of(part).stem().map(str::to_owned))
}

/// Acronyms with their letters sorted, and the initials of names that may be written out instead.
fn acronyms(words: &[Word]) -> impl Iterator<Item = String> + '_ {
    let written = words.iter().filter(|word| word.is_acronym()).map(|word| sorted(&word.folded));
    let capitalised = words.chunk_by(|_, word| !word.initial && (word.is_capitalised() || is_particle(word)));
    let names = capitalised.map(|run| run.iter().filter(|word| word.is_capitalised()));
    let initials = names.map(|run| run.filter_map(|word| word.folded.chars().next()).collect::<String>());
    written.chain(initials.filter(|letters| letters.len() > 1).map(|letters| sorted(&letters)))
}

/// Whether one word holds the whole other one, and another word beside it: `Disneylandia`, `Centroeuropa`.
fn is_compound(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() > 4 && long.len() > short.len() + 3 && long.contains(short)
}

/// A number in Roman digits, perhaps with the ending of an ordinal: `XX`, `XXth`.
fn is_roman(word: &Word) -> bool {
    let digits = word.folded.strip_suffix("th").unwrap_or(&word.folded);
    word.capitals >= digits.len() && digits.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'l' | 'c'))
}

fn sorted(letters: &str) -> String {
    let mut letters: Vec<char> = letters.chars().collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}
