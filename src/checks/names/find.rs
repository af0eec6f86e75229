//! Finds names by capitals, sentence starts and what the rest of the text shows.

use std::collections::HashSet;

use super::{
    Name,
    concepts::Forms,
    given::GIVEN,
    vocabulary::{Vocabulary, is_date, is_particle, is_title},
    words::{Casing, Word},
};
use crate::domain::{Language, Span};

/// A name as positions in a list of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) title: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Run {
    pub(super) fn name(self, words: &[Word]) -> Name {
        let title = (self.title < self.start).then(|| span(words, self.title, self.start));
        Name { title, span: span(words, self.start, self.end) }
    }
}

fn span(words: &[Word], start: usize, end: usize) -> Span {
    Span::new(words[start].span.start, words[end - 1].span.end)
}

/// The names among the words of one text, in order.
pub(super) fn runs(words: &[Word], language: Language) -> Vec<Run> {
    let evidence = Evidence::new(words, language);
    let mut runs = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if evidence.is_name_word(at) {
            let end = evidence.end_of_name(at);
            runs.extend(evidence.run(at, end));
            at = end;
        } else {
            at += 1;
        }
    }
    runs
}

/// What the whole text says about its words.
struct Evidence<'a> {
    words: &'a [Word],
    vocabulary: &'static Vocabulary,
    forms: Option<&'static Forms>,
    /// Folded words with a capital where only names have one.
    seen: HashSet<&'a str>,
}

impl<'a> Evidence<'a> {
    fn new(words: &'a [Word], language: Language) -> Self {
        let plain = words.iter().filter(|word| word.casing == Casing::Sentence && !word.initial);
        let seen = plain.filter(|word| word.is_capitalised()).map(|word| word.folded.as_str()).collect();
        Self { words, vocabulary: Vocabulary::of(language), forms: Forms::of(language), seen }
    }

    /// Whether the word at `at` belongs to a name, titles included.
    fn is_name_word(&self, at: usize) -> bool {
        let word = &self.words[at];
        if !word.is_capitalised() || is_date(word) || self.is_grammar(word) {
            return false;
        }
        match word.casing {
            Casing::Capitals => self.seen.contains(word.folded.as_str()) || self.is_in_table(at),
            Casing::Title => !self.is_common(at) || self.is_in_table(at) || self.seen.contains(word.folded.as_str()),
            Casing::Sentence if word.initial => self.leads(at),
            Casing::Sentence => true,
        }
    }

    /// Pronouns, articles and the like have no capital of their own; `US` and `IT` have.
    fn is_grammar(&self, word: &Word) -> bool {
        self.vocabulary.is_stop_word(word) && !(word.is_acronym() && word.folded.len() > 1)
    }

    fn is_common(&self, at: usize) -> bool {
        let word = &self.words[at];
        !word.is_acronym() && (self.vocabulary.is_common(word) || is_title(word))
    }

    fn is_in_table(&self, at: usize) -> bool {
        self.forms.is_some_and(|forms| forms.at(&self.words[at..]).any(|found| found.length > 1 || !self.is_common(at)))
    }

    /// Whether a sentence's first word belongs to a name.
    fn leads(&self, at: usize) -> bool {
        let word = &self.words[at];
        if word.is_acronym() || self.seen.contains(word.folded.as_str()) || !self.is_common(at) || self.is_in_table(at)
        {
            return true;
        }
        let Some(next) = self.words.get(at + 1).filter(|next| next.joined && next.is_capitalised()) else {
            return false;
        };
        let given = GIVEN.binary_search(&word.folded.as_str()).is_ok();
        given || is_title(word) || (self.is_common(at + 1) && !is_date(next) && !is_title(next))
    }

    /// Past the last word of the name that starts at `at`.
    fn end_of_name(&self, at: usize) -> usize {
        let mut end = at + 1;
        while let Some(more) = self.more_words(end) {
            end += more;
        }
        end
    }

    /// How many words from `at` on go on with a name: one, or particles and one.
    fn more_words(&self, at: usize) -> Option<usize> {
        let particles = self.words[at..].iter().take(3).take_while(|word| word.joined && is_particle(word)).count();
        let last = at + particles;
        let goes_on = |word: &Word| word.joined && !word.initial && !is_date(word) && self.is_name_word(last);
        let number = |word: &Word| particles == 0 && word.joined && word.is_number() && word.folded.len() < 3;
        // The office and the land are two: `President of France`.
        if particles > 0 && is_title(&self.words[at - 1]) {
            return None;
        }
        let word = self.words.get(last)?;
        (goes_on(word) || (number(word) && !self.is_common(at - 1))).then_some(particles + 1)
    }

    /// The name without the titles before it; none when nothing else is there.
    fn run(&self, title: usize, end: usize) -> Option<Run> {
        let mut start = title;
        while start < end && is_title(&self.words[start]) && !self.starts_known_name(start) {
            start += 1;
        }
        while start < end && start > title && is_particle(&self.words[start]) && !self.words[start].is_capitalised() {
            start += 1;
        }
        // `General Motors` is no officer.
        let rest_common = start > title && start + 1 == end && self.is_common(start);
        let start = if rest_common && start == title + 1 && !is_title(&self.words[start]) { title } else { start };
        (start < end).then_some(Run { title, start, end })
    }

    fn starts_known_name(&self, at: usize) -> bool {
        self.forms.is_some_and(|forms| forms.at(&self.words[at..]).any(|found| found.length > 1))
    }
}

/// Whether the word at `at` may belong to one name with the word before it, by capitals and particles alone.
pub(super) fn may_go_on(words: &[Word], at: usize) -> bool {
    let (before, word) = (&words[at - 1], &words[at]);
    let part = |word: &Word| word.is_capitalised() || is_particle(word) || word.is_number();
    part(before) && part(word) && word.casing == Casing::Sentence
}
