//! What words mean for numbers, dates and times.

use std::{collections::HashMap, sync::LazyLock};

use super::{english, spanish};
use crate::domain::Language;

/// What a word contributes to a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    Zero,
    /// 1 to 9.
    Unit(u8),
    /// 10 to 29, in one word that takes no unit after it.
    Teen(u8),
    /// 20 to 90, that may take a unit.
    Tens(u8),
    /// 100 to 900 in one word.
    Hundreds(u16),
    /// Multiplies what stands before by a hundred.
    Hundred,
    /// Multiplies by ten to this power.
    Scale(u32),
    /// A noun for so many: dozen.
    Group(u8),
    /// A thousand or a hundred, as a noun that takes a number before it.
    GroupOfTen(u32),
    /// Third: a place in a row, and the denominator of one of them.
    Ordinal(u16),
    /// Thirds: a denominator, and places in rows.
    Ordinals(u16),
    /// A denominator only.
    Fraction(u16),
    Half,
    /// `a`, `an`: one, before a scale.
    Article,
    /// 1 to 12; whether the word means other things too.
    Month(u8, Doubt),
    /// A month's short form, which counts beside a number only.
    ShortMonth(u8),
    /// 1 to 7, from Monday.
    Weekday(u8),
    /// Says so many without being a number: both, twice.
    Hint(u8),
    /// A clock time in seconds after midnight.
    Clock(u32),
}

/// Whether a word has other common meanings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    None,
    /// A verb or a given name too.
    Other,
}

/// The conventions and words a text is read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    English,
    Spanish,
    /// Digits only.
    Digits,
}

#[derive(Debug)]
pub(super) struct Lexicon(HashMap<&'static str, Term>);

impl Lexicon {
    fn new(tables: &[&[(&'static str, Term)]]) -> Self {
        Self(tables.iter().flat_map(|table| table.iter().copied()).collect())
    }

    /// What `word`, in lower case without accents, means.
    pub(super) fn term(&self, word: &str) -> Option<Term> {
        self.0.get(word).copied()
    }
}

impl Reader {
    pub(super) fn of(language: Language) -> Self {
        match language {
            Language::ENGLISH => Self::English,
            Language::SPANISH => Self::Spanish,
            _ => Self::Digits,
        }
    }

    pub(super) fn lexicon(self) -> Option<&'static Lexicon> {
        static ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(english::TABLES));
        static SPANISH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(spanish::TABLES));
        match self {
            Self::English => Some(&ENGLISH),
            Self::Spanish => Some(&SPANISH),
            Self::Digits => None,
        }
    }
}
