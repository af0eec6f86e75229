//! Which names of a sentence came through into its translation.

use std::{cell::OnceCell, collections::HashSet, ops::Range};

use super::{
    cognate, concepts,
    find::{self, Run},
    side::Side,
    vocabulary::is_title,
    words::{self, Word},
};
use crate::domain::{Language, LanguagePair, Span};

/// A name, or part of one, that did not come through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Where the source holds it.
    pub source: Span,
    /// The lost words as the source writes them.
    pub name: String,
    /// The words of the translation that stand in its place, if they can be told.
    pub replacement: Option<Span>,
}

/// A sentence and its translation, read once for both questions.
pub struct Compared<'a> {
    source: &'a str,
    /// None for pairs other than English and Spanish.
    pair: Option<Pair>,
}

impl<'a> Compared<'a> {
    /// Reads both.
    pub fn of(source: &'a str, translation: &str, pair: LanguagePair) -> Self {
        Self { source, pair: Pair::read(source, translation, pair) }
    }

    /// See [`lost`].
    pub fn lost(&self) -> Vec<Lost> {
        let Some(pair) = &self.pair else { return Vec::new() };
        let runs = find::runs(&pair.source.words, pair.source.language);
        let mut taken = HashSet::new();
        runs.into_iter().flat_map(|run| pair.gaps(run, &mut taken)).map(|gap| gap.spelt(pair, self.source)).collect()
    }

    /// Words of the translation with a capital that are no words of its language, no names that it has for something in the
    /// source, and not in the source letter for letter: misspelt for the most part, and now and then right.
    pub fn doubtful(&self) -> Vec<Span> {
        let Some(pair) = &self.pair else { return Vec::new() };
        let doubtful = (0..pair.target.words.len()).filter(|&at| pair.is_doubtful(at));
        doubtful.map(|at| pair.target.words[at].span).collect()
    }

    /// See [`added`].
    pub fn added(&self) -> Vec<Span> {
        let Some(pair) = &self.pair else { return Vec::new() };
        let target = &pair.target;
        let runs = find::runs(&target.words, target.language).into_iter();
        let unexplained = runs.flat_map(|run| run.start..run.end).filter(|&at| pair.is_added(at));
        unexplained.map(|at| target.words[at].span).collect()
    }
}

/// The names of the sentence `source` that did not come through into `translation`, in order.
///
/// A name came through when its every word that is no common word is there: in the same letters up to case and
/// accents, as the other language has it (`London`, `Londres`), or in another spelling of the same sounds. Empty for
/// pairs other than English and Spanish.
pub fn lost(source: &str, translation: &str, pair: LanguagePair) -> Vec<Lost> {
    Compared::of(source, translation, pair).lost()
}

/// The names in `translation` that nothing in the sentence `source` explains. Empty for pairs other than English and
/// Spanish.
pub fn added(source: &str, translation: &str, pair: LanguagePair) -> Vec<Span> {
    Compared::of(source, translation, pair).added()
}

/// The names of the sentence `source`, or the parts of names, that a translation has to hold as they are: no title, no word
/// that the target language has another for, no common word by itself. Empty for pairs other than English and Spanish.
pub fn unchanging(source: &str, pair: LanguagePair) -> Vec<Span> {
    let served = pair.source != pair.target && concepts::Forms::of(pair.target).is_some();
    let Some(side) = Side::of_source(source, pair.source).filter(|_| served) else { return Vec::new() };
    let mut spans = Vec::new();
    for run in find::runs(&side.words, side.language) {
        // A common word at the start has its capital anyway.
        let leads = |at: usize| side.words[at].initial && side.is_common(at);
        let stays = |at: &usize| {
            side.is_telling(*at) && side.words[*at].is_capitalised() && !side.is_in_table(*at) && !leads(*at)
        };
        let places: Vec<usize> = (run.start..run.end).filter(stays).collect();
        if side.is_person(run) {
            spans.push(side.span(run.start..run.end));
            continue;
        }
        for part in places.chunk_by(|one, next| next - one == 1) {
            let told = part.iter().any(|&at| side.is_expected(run, at)) && !side.may_be_common(run);
            spans.extend(told.then(|| side.span(part[0]..part[part.len() - 1] + 1)));
        }
    }
    spans
}

/// What the target language calls `name`, where it has a name of its own for it: `Germany` is `Alemania`. `None`: keep
/// it as it is.
pub fn in_target(name: &str, pair: LanguagePair) -> Option<String> {
    concepts::translated(name, pair.source, pair.target)
}

/// A name's words that did not come through, and those of the translation in their place.
struct Gap {
    source: Range<usize>,
    target: Option<Range<usize>>,
}

impl Gap {
    fn spelt(self, pair: &Pair, source: &str) -> Lost {
        let place = pair.source.span(self.source);
        let replacement = self.target.map(|words| pair.target.span(words));
        Lost { source: place, name: source[place.start..place.end].to_owned(), replacement }
    }
}

/// A sentence and its translation.
struct Pair {
    source: Side,
    target: Side,
    /// What each word of the translation can be; only needed once a name is missing.
    readings: OnceCell<Vec<Reading>>,
}

/// What a word of the translation can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Explained by the source, or no word that stands for a name.
    Known,
    /// A common word that nothing in the source explains.
    Common,
    /// A word that is in no list and that nothing in the source explains.
    Strange,
}

impl Pair {
    fn read(source: &str, translation: &str, pair: LanguagePair) -> Option<Self> {
        if pair.source == pair.target {
            return None;
        }
        let (source, target) = (Side::of_source(source, pair.source)?, Side::of_translation(translation, pair.target)?);
        Some(Self { source, target, readings: OnceCell::new() })
    }

    /// Whether the source's word at `at` is in the translation, in whatever form.
    fn came_through(&self, at: usize) -> bool {
        let family = |other: usize| cognate::may_be_family(&self.source.words[at], &self.target.words[other]);
        self.target.has(&self.source, at, family)
    }

    /// Whether something in the source explains the translation's word at `at`.
    fn is_explained(&self, at: usize) -> bool {
        let family = |other: usize| cognate::may_be_family(&self.source.words[other], &self.target.words[at]);
        self.source.has(&self.target, at, family)
    }

    fn reading(&self, at: usize) -> Reading {
        self.readings.get_or_init(|| (0..self.target.words.len()).map(|at| self.read_word(at)).collect())[at]
    }

    fn read_word(&self, at: usize) -> Reading {
        let spelt_out = || self.target.is_spelt_out(at) || self.target.is_from_acronym(at, &self.source);
        if !self.target.is_telling(at) || self.is_explained(at) || spelt_out() {
            Reading::Known
        } else if self.target.is_common(at) {
            Reading::Common
        } else {
            Reading::Strange
        }
    }

    fn is_doubtful(&self, at: usize) -> bool {
        let word = &self.target.words[at];
        if is_address(&word.folded) {
            // `6:40 PM` is no prime minister.
            let titled = |word: &Word| is_title(word) && word.folded != "pm";
            return word.is_capitalised() && !self.source.words.iter().any(titled);
        }
        // A first word has its capital anyway: it is doubtful where it looks like a word of the source.
        let alike = || self.source.words.iter().any(|other| begins_alike(&word.folded, &other.folded));
        let told = !word.initial || word.is_acronym() || alike();
        let misspelt = self.target.language == Language::SPANISH && (is_misaccented(word) || is_derived_twice(word));
        let exists = self.target.is_common(at) || self.target.shares_row(at, &self.source);
        word.is_capitalised() && told && self.target.is_telling(at) && (misspelt || !exists) && !self.source.holds(word)
    }

    fn is_added(&self, at: usize) -> bool {
        let next = self.target.words.get(at + 1);
        // A first word has its capital anyway, and verbs have too many forms for any list.
        let told = !self.target.words[at].initial || next.is_some_and(|next| next.joined && next.is_capitalised());
        told && self.read_word(at) == Reading::Strange
    }

    /// The parts of one name that did not come through.
    fn gaps(&self, run: Run, taken: &mut HashSet<usize>) -> Vec<Gap> {
        let expected = (run.start..run.end).filter(|&at| self.source.is_expected(run, at));
        let (found, missing): (Vec<usize>, Vec<usize>) = expected.partition(|&at| self.came_through(at));
        let mut gaps = grouped(&missing, &found);
        for gap in &mut gaps {
            gap.target = self.replacement(gap, &found, taken);
            taken.extend(gap.target.clone().into_iter().flatten());
        }
        gaps.retain(|gap| self.is_telling(gap, run, &found));
        gaps
    }

    /// Whether a gap is more than people's freedom.
    fn is_telling(&self, gap: &Gap, run: Run, found: &[usize]) -> bool {
        match &gap.target {
            // An unknown first word may be any word; only another name in its place tells.
            Some(target) => !self.source.may_be_common(run) || self.is_other_name(run.start, target.start),
            // People write "Bennett" for "Laura Bennett"; only another word in the place of "Laura" tells.
            None => {
                let shortened = found.iter().any(|&part| part >= gap.source.end);
                !(shortened || self.source.may_be_common(run) || self.source.may_be_left_out(gap.source.start))
            }
        }
    }

    /// Whether the translation's word at `other` is a name other than the source's at `at`, not the same common word in
    /// both languages: `Redefining`, `Redefinir`.
    fn is_other_name(&self, at: usize, other: usize) -> bool {
        let (source, target) = (&self.source.words[at], &self.target.words[other]);
        let shared = source.folded.chars().zip(target.folded.chars()).take_while(|(a, b)| a == b).count();
        let more = target.folded.strip_prefix(source.folded.as_str()).filter(|more| !more.is_empty());
        let mangled = more.is_some_and(|more| !cognate::is_ending(more));
        target.is_capitalised() && (mangled || shared < 5 || shared * 2 < source.folded.chars().count())
    }

    /// The words of the translation in the place of a gap in a name whose words at `found` came through.
    fn replacement(&self, gap: &Gap, found: &[usize], taken: &HashSet<usize>) -> Option<Range<usize>> {
        let free = |at: usize| !taken.contains(&at);
        let strange = |at: usize| free(at) && self.reading(at) == Reading::Strange;
        let start = match found {
            [] => self.nearest(gap, strange)?,
            _ => found.iter().find_map(|&part| self.beside(gap, part).filter(|&at| free(at)))?,
        };
        let mut words = start..start + 1;
        while words.len() < gap.source.len() && self.target.goes_on(words.end) && strange(words.end) {
            words.end += 1;
        }
        while words.len() < gap.source.len() && self.target.goes_on(words.start) && strange(words.start - 1) {
            words.start -= 1;
        }
        Some(words)
    }

    /// The word closest to where the gap is, by its share of the sentence: one with a capital, or else any, unless the
    /// gap is of a kind that people leave out.
    fn nearest(&self, gap: &Gap, strange: impl Fn(usize) -> bool) -> Option<usize> {
        let (from, to) = (self.source.words.len(), self.target.words.len());
        let middle = gap.source.start * to / from;
        let reach = (to / 4 + 3).min(FARTHEST);
        let around = || (middle.saturating_sub(reach)..to.min(middle + reach + 1)).filter(|&at| strange(at));
        let closest = |at: &usize| at.abs_diff(middle);
        let capitalised = around().filter(|&at| self.target.words[at].is_capitalised()).min_by_key(closest);
        let lower = || around().min_by_key(closest).filter(|_| !self.source.may_be_left_out(gap.source.start));
        capitalised.or_else(lower)
    }

    /// The unexplained word next to where `part` of the same name came through; a common one only with a capital of its
    /// own.
    fn beside(&self, gap: &Gap, part: usize) -> Option<usize> {
        let words = &self.target.words;
        let anchor = words.iter().position(|word| word.folded == self.source.words[part].folded)?;
        let at = if gap.source.start > part { anchor + 1 } else { anchor.checked_sub(1)? };
        let word = words.get(at).filter(|_| self.target.goes_on(at.max(anchor)))?;
        match self.reading(at) {
            Reading::Known => None,
            Reading::Common => (word.is_capitalised() && !word.initial).then_some(at),
            Reading::Strange => Some(at),
        }
    }
}

/// Whether a word is a title in front of somebody's name, in short.
pub fn is_address(word: &str) -> bool {
    ADDRESSES.contains(&words::fold(word).as_str())
}

/// Titles in front of somebody's name, which a sentence without any title does not come by.
const ADDRESSES: &[&str] = &["sr", "sra", "srta", "dr", "dra"];

/// The word of `source` that `word`, which no language has, was made from by its looks: `Select` of `Seleccionación`.
pub fn original<'a>(word: &str, source: &'a str) -> Option<&'a str> {
    let folded = words::fold(word);
    let shared = |one: &str| one.chars().zip(folded.chars()).take_while(|(a, b)| a == b).count();
    let found = words::words(source).into_iter().map(|word| (shared(&word.folded), word.span));
    // The first of equals.
    let (longest, span) = found.rev().max_by_key(|(shared, _)| *shared)?;
    if longest >= BEGINNING { source.get(span.start..span.end) } else { None }
}

/// Letters that two words which may be one have in common at their beginning.
const BEGINNING: usize = 4;

fn begins_alike(one: &str, other: &str) -> bool {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count() >= BEGINNING
}

/// Written as Spanish writes no word: `Galáxia`, `Mercúrio`. A word whose last but one syllable is stressed has no accent
/// where it ends in a vowel, `n` or `s`, and `ia` is one syllable. Portuguese, which the built-in translators come from, has.
fn is_misaccented(word: &Word) -> bool {
    let letters: Vec<char> = word.lower.trim_end_matches(['s', 'n']).chars().collect();
    let [before @ .., 'i' | 'u', 'a' | 'e' | 'o'] = &letters[..] else { return false };
    let vowel = before.iter().rev().find(|letter| "aeiouáéíóú".contains(**letter));
    let consonant = before.last().is_some_and(|letter| !"aeiouáéíóúgq".contains(*letter));
    consonant && vowel.is_some_and(|vowel| "áéíóú".contains(*vowel))
}

/// With one ending more than there is: `Seleccionación`, of which a stemmer finds `selección`.
fn is_derived_twice(word: &Word) -> bool {
    ["cionacion", "cionaciones"].iter().any(|ending| word.folded.ends_with(ending))
}

/// Missing words with nothing that came through between them are one gap.
fn grouped(missing: &[usize], found: &[usize]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for &at in missing {
        match gaps.last_mut() {
            Some(gap) if !found.iter().any(|part| (gap.source.start..at).contains(part)) => gap.source.end = at + 1,
            _ => gaps.push(Gap { source: at..at + 1, target: None }),
        }
    }
    gaps
}

/// How far a replacement may be from the place of the name, in words.
const FARTHEST: usize = 40;
