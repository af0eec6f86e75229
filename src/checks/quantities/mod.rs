//! Numbers, money, percentages, dates and times of English and Spanish texts, and whether two texts have the same.
//!
//! Words such as `3.2 billion` and `3200 millones` are read to exact values. Where a text leaves open which value it
//! means, as `1.234` does in Spanish, a quantity keeps every reading and agrees with whatever agrees with one of them.

mod calendar;
mod cardinal;
mod clock;
mod currency;
mod digits;
mod english;
mod lexicon;
mod missing;
mod numeral;
mod ordinal;
mod parse;
mod ranges;
mod ratio;
mod scale;
mod spanish;
mod token;
mod unit;
mod value;
mod weekday;
mod write;

pub use missing::missing;
pub use write::in_spanish;

use crate::domain::{Language, Span};
use lexicon::Reader;
use ratio::Ratio;
use token::Tokens;
use value::Reading;

/// What a quantity measures, at first sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A count, a measure, a fraction, the digits of a name.
    Number,
    /// A place in a row.
    Ordinal,
    /// A percentage, or percentage points.
    Percent,
    /// An amount of a currency.
    Money,
    /// A day, a day of the week, a month, a year or a decade.
    Date,
    /// A time of day.
    Time,
}

/// A quantity of a text.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// What it measures. [`agrees`](Self::agrees) goes by values, not by this: an ordinal may be written as a number.
    pub kind: Kind,
    /// Where it stands, with its unit if that belongs to its value: `$3.2 billion`, but `5` of `5 km`.
    pub span: Span,
    /// May be no quantity, as `one`, `un` and `second` may: [`missing`] never reports it.
    pub weak: bool,
    /// Likeliest first, never empty.
    readings: Vec<Reading>,
    /// A number in words.
    spelled: bool,
    /// What a scale word multiplied it with.
    factor: Option<Ratio>,
}

impl Quantity {
    /// Whether it is a day of the week.
    pub fn is_weekday(&self) -> bool {
        matches!(self.readings.first(), Some(Reading::Weekday(_)))
    }

    /// Whether both may be the same value, however it is written.
    pub fn agrees(&self, other: &Self) -> bool {
        self.readings.iter().any(|reading| other.readings.iter().any(|other| reading.agrees(other)))
    }
}

/// The quantities of `text`, in order, not overlapping, in bytes of `text`. Number words are known for English and
/// Spanish; of other languages digits are read, by either convention where they leave it open.
pub fn quantities(text: &str, language: Language) -> Vec<Quantity> {
    let reader = Reader::of(language);
    let tokens = Tokens::new(text, reader.lexicon());
    let mut all = parse::read(&tokens, reader);
    ranges::share(&tokens, &mut all);
    let quantity = |found: parse::Found| Quantity {
        kind: found.kind,
        span: tokens.span(found.start, found.next),
        weak: found.weak,
        readings: found.readings,
        spelled: found.spelled,
        factor: found.factor,
    };
    all.into_iter().map(quantity).collect()
}

#[cfg(test)]
mod tests;
