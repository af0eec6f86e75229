//! Names of people, places, organisations and products, found without a model, in English and Spanish.
//!
//! [`names`] finds them, [`KnownNames`] says whether an article holds one, [`lost`] and [`added`] compare a sentence with
//! its translation. All rest on capitals, lists of common words, and tables of names that the two languages spell
//! differently. What cannot be told is not reported: repairs act on these answers.

mod cognate;
mod concepts;
mod find;
mod given;
mod known;
mod side;
mod tables;
mod titles;
mod translated;
mod vocabulary;
mod words;

pub use known::KnownNames;
pub use translated::{Compared, Lost, added, in_target, is_address, lost, original, unchanging};

use crate::domain::{Language, Span};

/// A name in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// The name without a title and without a possessive ending: "Laura Bennett", "Bank of America", "COVID-19".
    pub span: Span,
    /// The title or office that leads to it: "Prime Minister".
    pub title: Option<Span>,
}

/// The names in `text`, in order, not overlapping.
///
/// Peoples and faiths count ("German", "Catholics"); months, days and titles alone do not. A sentence's first word needs
/// evidence, and so does every word of a headline: not a common word, in a table of names, or with a capital
/// elsewhere. Languages other than Spanish are read as English.
pub fn names(text: &str, language: Language) -> Vec<Name> {
    let words = words::words(text);
    find::runs(&words, language).into_iter().map(|run| run.name(&words)).collect()
}

#[cfg(test)]
mod tests;
