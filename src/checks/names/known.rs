//! Which names an article holds.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    cognate::Sound,
    concepts::Forms,
    find,
    vocabulary::{Vocabulary, is_particle, is_title},
    words::{Word, words},
};
use crate::domain::Language;

/// Words of a name at most; longer runs are headlines.
const LONGEST_ACRONYM: usize = 7;

/// The names that an article holds, built once for many look-ups.
///
/// A name is held when all its words stand in one name of the article, or beside each other in its text: "Laura
/// Bennett" holds "Bennett", but "Laura Bennett" and "Tom Jones" do not hold "Laura Jones". Case, accents, possessive
/// endings, kinds of hyphens and apostrophes do not count; titles may differ. A name may be in the other language
/// (`Germany` holds `Alemania`), an acronym of one that is there, or the long form of an acronym that is there.
#[derive(Debug, Clone, Default)]
pub struct KnownNames {
    /// Where a word stands, by its letters, by its sound and by its row in the tables.
    positions: HashMap<Key, Vec<usize>>,
    /// The run of capitalised words at each position.
    runs: Vec<usize>,
    /// Initials of names.
    initials: HashSet<String>,
    /// Names as they are written: some have other words when they stand alone, such as where a sentence may end in them.
    written: HashSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Letters(String),
    Sound(Sound),
    Row(u16),
}

/// Where an article holds one unit of a name.
struct Places {
    /// The unit's first word in the name.
    start: usize,
    at: Vec<usize>,
}

impl KnownNames {
    /// Reads an article in `language`.
    pub fn of(text: &str, language: Language) -> Self {
        let words = words(text);
        let mut known = Self { runs: numbered_runs(&words), ..Self::default() };
        for (at, word) in words.iter().enumerate() {
            for key in keys(word) {
                known.positions.entry(key).or_default().push(at);
            }
            for found in Forms::of(language).into_iter().flat_map(|forms| forms.at(&words[at..])) {
                known.positions.entry(Key::Row(found.row)).or_default().extend(at..at + found.length);
            }
        }
        known.positions.values_mut().for_each(|positions| positions.sort_unstable());
        known.read_initials(&words);
        let written = find::runs(&words, language).into_iter().map(|run| run.name(&words).span);
        known.written = written.map(|span| text[span.start..span.end].to_owned()).collect();
        known
    }

    /// Whether the article holds `name`. One without a letter or digit is held.
    pub fn holds(&self, name: &str) -> bool {
        if self.written.contains(name) {
            return true;
        }
        let words = words(name);
        // A title in the middle joins two names: `Iraqi Prime Minister Haider al-Abadi`.
        let parts = || words.split(is_title).filter(|part| !part.is_empty());
        self.holds_words(&words) || (parts().next().is_some() && parts().all(|part| self.holds_words(part)))
    }

    fn holds_words(&self, words: &[Word]) -> bool {
        let alone = || (0..words.len()).filter(|&at| !is_skipped(words, at)).map(|at| at..at + 1).collect();
        self.holds_units(words, units(words)) || self.holds_units(words, alone()) || self.holds_initials(words)
    }

    fn holds_units(&self, words: &[Word], units: Vec<Range<usize>>) -> bool {
        let units = units.into_iter();
        let places: Option<Vec<_>> =
            units.map(|unit| Some(Places { start: unit.start, at: self.places(&words[unit])? })).collect();
        places.is_some_and(|places| self.stand_together(&places))
    }

    /// Where the article holds one unit of a name; none when it does not.
    fn places(&self, unit: &[Word]) -> Option<Vec<usize>> {
        let mut places = Vec::new();
        for key in rows(unit).map(Key::Row).chain(unit.iter().filter(|_| unit.len() == 1).flat_map(keys)) {
            places.extend(self.positions.get(&key).into_iter().flatten().copied());
        }
        places.sort_unstable();
        places.dedup();
        (!places.is_empty()).then_some(places)
    }

    /// Whether one place of each unit lies in the same run, or they follow each other as in the name.
    fn stand_together(&self, places: &[Places]) -> bool {
        let Some((first, rest)) = places.split_first() else { return true };
        let mut shared: HashSet<usize> = first.at.iter().map(|&at| self.runs[at]).collect();
        let mut followed: HashSet<usize> = first.at.iter().copied().collect();
        let mut start = first.start;
        for unit in rest {
            let step = unit.start - start;
            let follows = |at: &usize| at.checked_sub(step).is_some_and(|before| followed.contains(&before));
            followed = unit.at.iter().copied().filter(follows).collect();
            shared = unit.at.iter().map(|&at| self.runs[at]).filter(|run| shared.contains(run)).collect();
            start = unit.start;
        }
        !shared.is_empty() || !followed.is_empty()
    }

    fn read_initials(&mut self, words: &[Word]) {
        let mut start = 0;
        while start < words.len() {
            let end = start + self.runs[start..].iter().take_while(|&&run| run == self.runs[start]).count();
            let letters: Vec<char> = initials(&words[start..end]).collect();
            for from in 0..letters.len() {
                for to in from + 2..=letters.len().min(from + LONGEST_ACRONYM) {
                    self.initials.insert(letters[from..to].iter().collect());
                }
            }
            start = end;
        }
    }

    fn holds_initials(&self, words: &[Word]) -> bool {
        match words {
            [] => true,
            [word] => word.is_acronym() && self.initials.contains(&word.folded),
            words => {
                let letters: String = initials(words).collect();
                letters.chars().count() > 2 && self.positions.contains_key(&Key::Letters(letters.to_uppercase()))
            }
        }
    }
}

/// First letters of the words with a capital, folded.
fn initials(words: &[Word]) -> impl Iterator<Item = char> + '_ {
    words.iter().filter(|word| word.is_capitalised()).flat_map(Word::parts).filter_map(|part| part.chars().next())
}

/// What a word can be looked up by. Acronyms are also kept in capitals, so that `who` does not stand for a long name.
fn keys(word: &Word) -> impl Iterator<Item = Key> + '_ {
    let letters = [word.folded.as_str()].into_iter().chain(word.parts().filter(|part| part.len() < word.folded.len()));
    let letters = letters.map(|part| Key::Letters(part.to_owned()));
    let singular =
        word.folded.strip_suffix('s').filter(|part| part.len() > 3).map(|part| Key::Letters(part.to_owned()));
    let sound = word.is_capitalised().then(|| Key::Sound(Sound::of(&word.folded)));
    let acronym = word.is_acronym().then(|| Key::Letters(word.folded.to_uppercase()));
    letters.chain(singular).chain(sound).chain(acronym)
}

/// The rows that exactly these words stand for, in either language.
fn rows(unit: &[Word]) -> impl Iterator<Item = u16> + '_ {
    let forms = [Language::ENGLISH, Language::SPANISH].into_iter().filter_map(Forms::of);
    forms.flat_map(|forms| forms.at(unit)).filter(|found| found.length == unit.len()).map(|found| found.row)
}

/// A name cut into what has to be found: phrases of the tables, and single words that are no particles.
fn units(words: &[Word]) -> Vec<Range<usize>> {
    let mut units = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let forms = [Language::ENGLISH, Language::SPANISH].into_iter().filter_map(Forms::of);
        let length = forms.flat_map(|forms| forms.at(&words[at..])).map(|found| found.length).max().unwrap_or(1);
        if length > 1 || !is_skipped(words, at) {
            units.push(at..at + length);
        }
        at += length;
    }
    units
}

/// A particle or a grammatical word in a longer name.
fn is_skipped(words: &[Word], at: usize) -> bool {
    // `Estado` is a form of `estar` too: inside a name only lower case is grammar.
    let grammar = is_particle(&words[at]) || is_stop_word(&words[at]);
    words.len() > 1 && grammar && (at == 0 || !words[at].is_capitalised())
}

fn is_stop_word(word: &Word) -> bool {
    let vocabularies = [Language::ENGLISH, Language::SPANISH].map(Vocabulary::of);
    !word.is_acronym() && vocabularies.iter().any(|vocabulary| vocabulary.is_stop_word(word))
}

/// A number for each word: words of one capitalised run share it.
fn numbered_runs(words: &[Word]) -> Vec<usize> {
    let mut runs = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let goes_on = at > 0 && word.joined && find::may_go_on(words, at);
        runs.push(if goes_on { runs[at - 1] } else { at });
    }
    runs
}
