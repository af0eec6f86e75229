//! What is wrong with one sentence that a model wrote, as far as its own looks and its source's tell.
//!
//! The failures are those that translators and summarisers are known for: loops, text copied through, another
//! language, a part left out, a stop in the middle.

mod duplicates;
mod function_words;
mod language;
mod length;
mod repetition;
mod words;

use crate::{
    domain::{Fault, Language, LanguagePair},
    text::{is_balanced, is_closed},
};
use words::Words;

pub use duplicates::repeats;

/// What is wrong with `translation`, in the order of [`Fault`]; nothing, where the source is just so.
///
/// An empty one is [`Fault::Empty`] and nothing else.
pub fn of_translation(source: &str, translation: &str, pair: LanguagePair) -> Vec<Fault> {
    if is_empty(translation) {
        return if has_words(source) { vec![Fault::Empty] } else { Vec::new() };
    }
    let (from, into) = (Words::of(source), Words::of(translation));
    let language = (pair.source != pair.target).then(|| language::of_translation(&from, &into, pair)).flatten();
    let faults = [
        repetition::is_repeated(&into, Some(&from)).then_some(Fault::Repeated),
        language,
        length::is_odd(source, translation, pair).then_some(Fault::Length),
        (!is_balanced(translation) && is_balanced(source)).then_some(Fault::Unbalanced),
        (!is_closed(translation) && is_closed(source)).then_some(Fault::Unclosed),
    ];
    faults.into_iter().flatten().collect()
}

/// What is wrong with a `sentence` of a summary in `language`, in the order of [`Fault`].
///
/// Its source is not looked at, so neither [`Fault::Untranslated`] nor [`Fault::Length`] is among them.
pub fn of_summary_sentence(sentence: &str, language: Language) -> Vec<Fault> {
    if is_empty(sentence) {
        return vec![Fault::Empty];
    }
    let words = Words::of(sentence);
    let faults = [
        repetition::is_repeated(&words, None).then_some(Fault::Repeated),
        language::is_foreign(&words, language).then_some(Fault::WrongLanguage),
        (!is_balanced(sentence)).then_some(Fault::Unbalanced),
        (!is_closed(sentence)).then_some(Fault::Unclosed),
    ];
    faults.into_iter().flatten().collect()
}

fn is_empty(sentence: &str) -> bool {
    !sentence.contains(char::is_alphabetic)
}

/// More letters than `p.m.` has: `5 p.m.` becomes `17:00`.
fn has_words(sentence: &str) -> bool {
    sentence.chars().filter(|c| c.is_alphabetic()).count() > 2
}

#[cfg(test)]
mod tests;
