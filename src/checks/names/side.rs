//! A sentence with everything that its words can be matched by.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

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
use crate::domain::{Language, Span};

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
    /// It was translated: its words need not exist.
    translated: bool,
}

impl Side {
    /// Reads the sentence that is translated; none in a language without tables.
    pub(super) fn of_source(text: &str, language: Language) -> Option<Self> {
        Self::read(text, language, false)
    }

    /// Reads its translation; none in a language without tables.
    pub(super) fn of_translation(text: &str, language: Language) -> Option<Self> {
        Self::read(text, language, true)
    }

    fn read(text: &str, language: Language, translated: bool) -> Option<Self> {
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
            translated,
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
            || (is_abbreviation(word) && other.rows[at].is_empty() && self.acronyms.contains(&sorted(&word.folded)))
            || self.words.iter().take(LONGEST_SENTENCE).any(|here| self.are_compound(here, other, word))
    }

    /// Whether `here` holds the `other` side's whole `word` and another word beside it, or the other way round:
    /// `Disneylandia`, `Centroeuropa`. What a translation adds to a name has to be a word that there is.
    fn are_compound(&self, here: &Word, other: &Side, word: &Word) -> bool {
        let here_is_long = here.folded.len() > word.folded.len();
        let (long, short) = if here_is_long { (here, word) } else { (word, here) };
        let (side, apart) = if here_is_long { (self, other) } else { (other, self) };
        if short.folded.len() < 5 || long.folded.len() < short.folded.len() + 4 {
            return false;
        }
        if !side.translated || !long.is_capitalised() {
            return long.folded.contains(&short.folded);
        }
        rest_of_compound(&long.folded, &short.folded).is_some_and(|rest| {
            COMBINING.contains(&rest) || side.vocabulary.knows(rest) || apart.letters.contains(rest)
        })
    }

    /// Whether the word at `at` is an acronym of the words right before or after it, as `(DMV)` is of `Department of
    /// Motor Vehicles`: these words are looked at by themselves, and other languages abbreviate theirs.
    pub(super) fn is_spelt_out(&self, at: usize) -> bool {
        let word = &self.words[at];
        let letters: Vec<char> = word.folded.chars().collect();
        let near = LONGEST_STRETCH.min(letters.len() * 2 + 1);
        let before = self.words[at.saturating_sub(near)..at].iter().rev();
        let after = self.words[at + 1..].iter().take(near);
        word.is_acronym()
            && letters.len() > 1
            && (spells(before, letters.iter().rev()) || spells(after, letters.iter()))
    }

    /// Whether the word at `at` may be from an acronym of the `other` side that is written out here: it stands in a
    /// longer name that has the acronym's initials, or is a place or a people there.
    pub(super) fn is_from_acronym(&self, at: usize, other: &Side) -> bool {
        let part = |word: &Word| word.is_capitalised() || is_particle(word) || word.folded == "y";
        let start = (0..at).rev().take_while(|&before| part(&self.words[before]) && self.goes_on(before + 1)).last();
        let end = (at + 1..self.words.len()).take_while(|&next| part(&self.words[next]) && self.goes_on(next)).last();
        let stretch = &self.words[start.unwrap_or(at)..=end.unwrap_or(at)];
        let initials: String = stretch
            .iter()
            .filter(|word| word.is_capitalised() && !is_particle(word))
            .filter_map(|word| word.folded.chars().next())
            .collect();
        let acronyms = || (0..other.words.len()).filter(|&at| other.is_unknown_acronym(at)).map(|at| &other.words[at]);
        let long = initials.chars().count() >= SHORTEST_WRITTEN_OUT;
        let place = self.rows[at].iter().any(|&row| usize::from(row) < tables::places());
        long && acronyms().any(|word| place || sorted(&word.folded) == sorted(&initials))
    }

    fn is_unknown_acronym(&self, at: usize) -> bool {
        let word = &self.words[at];
        let letters = word.folded.chars().count();
        letters >= SHORTEST_WRITTEN_OUT && word.capitals >= SHORTEST_WRITTEN_OUT && self.rows[at].is_empty()
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

    /// Where the text has these words.
    pub(super) fn span(&self, words: Range<usize>) -> Span {
        Span::new(self.words[words.start].span.start, self.words[words.end - 1].span.end)
    }

    /// Whether the word at `at` stands for something that the `other` side has too.
    pub(super) fn shares_row(&self, at: usize, other: &Side) -> bool {
        self.rows[at].iter().any(|row| other.every_row.contains(row))
    }

    /// Whether a word of just these letters is here.
    pub(super) fn holds(&self, word: &Word) -> bool {
        let whole = |word: &Word| word.folded.replace('-', "");
        let letters = whole(word);
        self.words
            .iter()
            .any(|here| here.folded == word.folded || whole(here) == letters || here.parts().eq(word.parts()))
            || word.parts().all(|part| self.words.iter().any(|here| here.parts().any(|other| other == part)))
    }

    /// Whether a name is of a person: a given name and others, none of them the number of a pope or a king, whose names are
    /// translated.
    pub(super) fn is_person(&self, run: Run) -> bool {
        let words = &self.words[run.start..run.end];
        let given = |word: &Word| GIVEN.binary_search(&word.folded.as_str()).is_ok();
        let plain = |word: &Word| word.is_capitalised() && !word.is_number() && !is_roman(word);
        words.len() > 1 && given(&words[0]) && words.iter().all(plain)
    }

    /// Whether the tables have the word at `at`, by itself or with others.
    pub(super) fn is_in_table(&self, at: usize) -> bool {
        !self.rows[at].is_empty()
    }

    /// Whether the word at `at`, part of the name `run`, has to come through as it is.
    pub(super) fn is_expected(&self, run: Run, at: usize) -> bool {
        let family_name = || {
            at > run.start
                && GIVEN.binary_search(&self.words[at - 1].folded.as_str()).is_ok()
                && run.end - run.start == 2
        };
        self.is_telling(at)
            && self.words[at].is_capitalised()
            && (!self.is_common(at) || family_name())
            && !self.is_spelt_out(at)
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
        // `EL Reino` is a slip of the shift key.
        let shouted =
            word.is_acronym() && !(self.language == Language::SPANISH && word.initial && self.is_joined_to_next(at));
        let grammar = !shouted && (self.vocabulary.is_stop_word(word) || is_particle(word));
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

    fn is_joined_to_next(&self, at: usize) -> bool {
        self.words.get(at + 1).is_some_and(|next| next.joined && next.is_capitalised() && !next.shouted)
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

/// Letters of an acronym, at least, that may be written out.
const SHORTEST_WRITTEN_OUT: usize = 3;

/// Words that one acronym stands for, at most.
const LONGEST_STRETCH: usize = 15;

/// Acronyms with their letters sorted, and the initials of names that may be written out instead.
fn acronyms(words: &[Word]) -> impl Iterator<Item = String> + '_ {
    let written = words.iter().filter(|word| is_abbreviation(word)).map(|word| sorted(&word.folded));
    let capitalised = words.chunk_by(|_, word| !word.initial && (word.is_capitalised() || is_particle(word)));
    let names = capitalised.map(|run| run.iter().filter(|word| word.is_capitalised()));
    let initials = names.map(|run| run.filter_map(|word| word.folded.chars().next()).collect::<String>());
    written.chain(initials.filter(|letters| letters.len() > 1).map(|letters| sorted(&letters)))
}

/// What `long` has before or after `short`.
fn rest_of_compound<'a>(long: &'a str, short: &str) -> Option<&'a str> {
    let rest = long.strip_prefix(short).or_else(|| long.strip_suffix(short));
    rest.map(|rest| rest.trim_matches('-'))
}

/// Parts of compounds that are no words by themselves.
const COMBINING: &[&str] = &["afro", "anglo", "eco", "euro", "franco", "indo", "landia", "latino", "neo", "sino"];

/// Whether `letters` are the initials of `words`, the grammatical ones apart, from the nearest on.
fn spells<'a>(words: impl Iterator<Item = &'a Word>, letters: impl Iterator<Item = &'a char>) -> bool {
    let mut letters = letters.peekable();
    for word in words {
        let Some(&&letter) = letters.peek() else { return true };
        if word.folded.starts_with(letter) {
            letters.next();
        } else if !is_particle(word) && !JOINING.contains(&word.folded.as_str()) {
            return false;
        }
    }
    letters.peek().is_none()
}

/// Words that acronyms pass over, apart from particles.
const JOINING: &[&str] = &["a", "and", "con", "en", "for", "in", "para", "por", "sobre", "y"];

/// An acronym, or a short code of letters and digits: `Q3`.
fn is_abbreviation(word: &Word) -> bool {
    let code = word.shouted && word.folded.len() == 2 && word.folded.contains(|c: char| c.is_ascii_digit());
    word.is_acronym() || code
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
