//! Terms that a translator is not to touch: found in a sentence, replaced by placeholders that come through most
//! translators unchanged, counted, and put back.

mod find;
#[cfg(test)]
mod tests;

use find::{occurrences, whole};

use crate::domain::{Entry, Glossary, Language, Span};

/// A term and what stands for it in a translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    source: String,
    target: String,
    /// Looked for with the first letter as it is; its target never changes either.
    exact: bool,
    /// A glossary asks for it.
    asked: bool,
}

impl Term {
    /// A term that stays as it is.
    pub fn protected(term: &str) -> Self {
        Self { source: term.to_owned(), target: term.to_owned(), exact: true, asked: true }
    }

    /// A name, found as it is written, and what the target language calls it.
    pub fn named(name: &str, target: &str) -> Self {
        Self { source: name.to_owned(), target: target.to_owned(), exact: true, asked: false }
    }

    /// What `glossary` holds for translations into `language`.
    pub fn all(glossary: &Glossary, language: Language) -> Vec<Self> {
        let term = |entry| match entry {
            Entry::Protected(term) => Self::protected(term),
            Entry::Term(source, target) => {
                Self { source: source.into(), target: target.into(), exact: false, asked: true }
            }
        };
        glossary.entries(language).map(term).collect()
    }
}

/// Whether a word of `name` is a placeholder, or would be one in another sentence.
pub fn holds_placeholder(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    name.split_whitespace().any(|word| word.strip_prefix(STEM).is_some_and(is_number))
}

/// A sentence with placeholders in the places of its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The sentence to translate.
    pub text: String,
    slots: Vec<Slot>,
    /// Whether the sentence's first letter is a capital.
    capital: bool,
}

/// One place of one term.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    term: Term,
    /// Where the sentence has the term.
    original: Span,
    /// Where the masked sentence has the placeholder.
    masked: Span,
    placeholder: String,
}

/// A translation with its terms put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The translation.
    pub text: String,
    swaps: Vec<Swap>,
}

/// A place in one text and the same in another.
type Swap = (Span, Span);

impl Masked {
    /// Masks the `terms` that are in `sentence` as whole words: longer ones first, then those that come first.
    pub fn of(sentence: &str, terms: &[Term]) -> Self {
        Self::with(sentence, find::matches(sentence, terms))
    }

    fn with<'a>(sentence: &str, found: impl IntoIterator<Item = (Span, &'a Term)>) -> Self {
        let (mut text, mut slots, mut end) = (String::with_capacity(sentence.len()), Vec::new(), 0);
        let mut free = (FIRST..).map(|number| format!("{STEM}{number}")).filter(|name| !holds(sentence, name));
        for ((original, term), placeholder) in found.into_iter().zip(&mut free) {
            text.push_str(&sentence[end..original.start]);
            let masked = Span::new(text.len(), text.len() + placeholder.len());
            text.push_str(&placeholder);
            slots.push(Slot { term: term.clone(), original, masked, placeholder });
            end = original.end;
        }
        text.push_str(&sentence[end..]);
        let capital = sentence.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase);
        Self { text, slots, capital }
    }

    /// How many terms it has, each as often as it stands there.
    pub fn terms(&self) -> usize {
        self.slots.len()
    }

    /// Whether `translation` has every placeholder once, and nothing that looks like what is left of one.
    pub fn is_whole(&self, translation: &str) -> bool {
        let (mut rest, mut end) = (String::new(), 0);
        let places = self.places(translation);
        for (place, _) in &places {
            rest.push_str(&translation[end..place.start]);
            rest.push(' ');
            end = place.end;
        }
        rest.push_str(&translation[end..]);
        let once = |slot: &Slot| places.iter().filter(|(_, found)| found.placeholder == slot.placeholder).count() == 1;
        self.slots.iter().all(|slot| once(slot) && !holds(&rest, &slot.placeholder))
    }

    /// How many of them a glossary asks for.
    pub fn asked(&self) -> usize {
        self.slots.iter().filter(|slot| slot.term.asked).count()
    }

    /// How many terms that a glossary asks for have their placeholder in `translation` just once.
    pub fn kept(&self, translation: &str) -> usize {
        let asked = self.slots.iter().filter(|slot| slot.term.asked);
        asked.filter(|slot| whole(translation, &slot.placeholder).count() == 1).count()
    }

    /// The placeholders in `translation`, in order.
    fn places(&self, translation: &str) -> Vec<(Span, &Slot)> {
        let places = |slot: &'_ Slot| whole(translation, &slot.placeholder).collect::<Vec<_>>();
        let mut places: Vec<_> =
            self.slots.iter().flat_map(|slot| places(slot).into_iter().map(move |place| (place, slot))).collect();
        places.sort_by_key(|(place, _)| place.start);
        places
    }

    /// `translation` with the terms in the places of their placeholders. A term that opens it gets the capital that its
    /// sentence has, unless it is a protected one.
    pub fn restore(&self, translation: &str) -> Restored {
        let (mut text, mut swaps, mut end) = (String::with_capacity(translation.len()), Vec::new(), 0);
        for (place, slot) in self.places(translation) {
            text.push_str(&translation[end..place.start]);
            let opens = self.capital && !text.contains(char::is_alphanumeric);
            let start = text.len();
            text.push_str(&slot.term.written(opens));
            swaps.push((place, Span::new(start, text.len())));
            end = place.end;
        }
        text.push_str(&translation[end..]);
        Restored { text, swaps }
    }

    /// Puts placeholders into `translation`, which is one of `sentence` as it was before masking: where it has a term's
    /// target already, else where `place` says that a part of the sentence went. Gives the sentence masked as far as that
    /// could be done, and the translation with just these placeholders.
    pub fn placed(&self, sentence: &str, translation: &str, place: impl Fn(Span) -> Option<Span>) -> (Self, String) {
        let mut taken: Vec<(Span, &Slot)> = Vec::new();
        let mut by_length: Vec<&Slot> = self.slots.iter().collect();
        by_length.sort_by_key(|slot| std::cmp::Reverse(slot.term.target.len()));
        for slot in &by_length {
            let found =
                occurrences(translation, &slot.term.target, slot.term.exact).find(|span| is_free(&taken, *span));
            taken.extend(found.map(|span| (span, *slot)));
        }
        for slot in &self.slots {
            let placed = taken.iter().any(|(_, other)| other.original == slot.original);
            let found = (!placed).then(|| place(slot.original)).flatten().filter(|span| is_free(&taken, *span));
            taken.extend(found.map(|span| (span, slot)));
        }
        self.marked(sentence, translation, taken)
    }

    fn marked(&self, sentence: &str, translation: &str, mut taken: Vec<(Span, &Slot)>) -> (Self, String) {
        taken.sort_by_key(|(_, slot)| slot.original.start);
        let masked = Self::with(sentence, taken.iter().map(|(_, slot)| (slot.original, &slot.term)));
        let mut places: Vec<(Span, &Slot)> = taken.iter().map(|(span, _)| *span).zip(&masked.slots).collect();
        places.sort_by_key(|(span, _)| span.start);
        let (mut text, mut end) = (String::with_capacity(translation.len()), 0);
        for (span, slot) in places {
            text.push_str(&translation[end..span.start]);
            text.push_str(&slot.placeholder);
            end = span.end;
        }
        text.push_str(&translation[end..]);
        (masked, text)
    }

    /// Where the sentence holds a part of the masked one; the whole term for a part of a placeholder.
    pub fn original(&self, span: Span) -> Span {
        moved(span, self.slots.iter().map(|slot| (slot.masked, slot.original)))
    }
}

impl Restored {
    /// Where the text holds a part of the translation that it was made of; the whole term for a part of a placeholder.
    pub fn place(&self, span: Span) -> Span {
        moved(span, self.swaps.iter().copied())
    }
}

impl Term {
    /// The target as it stands in a translation that it may open.
    fn written(&self, opens: bool) -> String {
        let mut letters = self.target.chars();
        match letters.next() {
            Some(first) if opens && !self.exact => first.to_uppercase().chain(letters).collect(),
            _ => self.target.clone(),
        }
    }
}

/// What placeholders begin with; a number follows. Of 346 names of newstest2012 that were masked so, all came through the
/// built-in translator just once. Of 21 other forms only three did as well (`X-1`; `<1>`, which may be taken for markup;
/// common surnames, which run out): `[1]` 342, `#1` 313, `⟦1⟧` none.
const STEM: char = 'X';
/// The first number: what follows it is never taken for the month of a day, or for what an hour belongs to.
const FIRST: usize = 41;

/// Whether `text` has the placeholder anywhere, also inside a word and with a small letter.
fn holds(text: &str, placeholder: &str) -> bool {
    text.contains(placeholder) || text.contains(&placeholder.to_lowercase())
}

/// Whether `span` lies apart from all that are `taken`: placeholders that touch could not be told from each other.
fn is_free<T>(taken: &[(Span, T)], span: Span) -> bool {
    taken.iter().all(|(other, _)| span.end < other.start || other.end < span.start)
}

/// `span` of the first text in the second; `swaps` are in order and do not overlap.
fn moved(span: Span, swaps: impl DoubleEndedIterator<Item = Swap> + Clone) -> Span {
    let start = match swaps.clone().rfind(|(from, _)| from.start <= span.start) {
        Some((from, to)) if span.start < from.end => to.start,
        Some((from, to)) => to.end + (span.start - from.end),
        None => span.start,
    };
    let end = match swaps.rev().find(|(from, _)| from.start < span.end) {
        Some((from, to)) => to.end + span.end.saturating_sub(from.end),
        None => span.end,
    };
    Span::new(start, end)
}
