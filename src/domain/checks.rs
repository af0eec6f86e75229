use std::collections::BTreeMap;

use serde::Serialize;

use super::Language;

/// Something wrong with a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Says a word, a phrase or a character over and over.
    Repeated,
    /// All of it, or a run of its words, is in the source's language.
    Untranslated,
    /// Neither in the language asked for nor in the source's.
    WrongLanguage,
    /// Far shorter or longer than translations of such a source are.
    Length,
    /// A quotation mark or bracket opens and does not close, or the other way round.
    Unbalanced,
    /// No letters.
    Empty,
    /// Does not end as a sentence.
    Unclosed,
    /// A number, date or amount that its source does not have, or lacks one that it has.
    Number,
    /// A name that its source does not have, or another word in a name's place.
    Name,
    /// Quotes words that the article does not hold.
    Quotation,
    /// Most of its words stand nowhere in the article.
    Unsupported,
    /// Lacks a term of the glossary.
    Glossary,
}

impl Fault {
    /// From here on a fault misleads, or the sentence cannot be read.
    pub const GRAVE: usize = 10;

    /// How bad it is: what is tried for a repair is compared by the sums.
    pub fn weight(self) -> usize {
        match self {
            Self::Empty => 1000,
            Self::Untranslated | Self::WrongLanguage | Self::Repeated => 100,
            Self::Length => 30,
            Self::Unclosed => 3,
            Self::Unbalanced => 2,
            Self::Number | Self::Name | Self::Quotation | Self::Unsupported | Self::Glossary => Self::GRAVE,
        }
    }
}

/// How a fault was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Another output of the same model.
    Alternative,
    /// The name or number of the source was put in its place.
    Source,
    /// The same model with other settings.
    Settings,
    /// Another installed model.
    Model,
    /// The article's own sentence stands in its place.
    Verbatim,
}

/// A fault that was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// What was wrong.
    pub fault: Fault,
    /// How it was mended.
    pub means: Means,
}

/// Something about one sentence in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfSentence<T> {
    /// The sentence's place in the summary, from 0.
    pub sentence: usize,
    /// The language it is about.
    pub language: Language,
    /// What about it.
    pub what: T,
}

/// What kind of fact it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// A count, a measure, a place in a row.
    Number,
    /// A day, a month, a year.
    Date,
    /// A time of day.
    Time,
    /// An amount of a currency.
    Money,
    /// A percentage.
    Percent,
    /// A person, place, organisation or product.
    Name,
    /// Words in quotation marks.
    Quote,
}

/// What became of a fact on its way from the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactStatus {
    /// As the article writes it, in every language.
    Kept,
    /// The same, written in another way: `951.000` for `951,000`.
    Reformatted,
    /// In the summary, but not in all of its languages.
    Missing,
    /// Not in the article.
    Invented,
}

/// A fact of a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What kind.
    pub kind: FactKind,
    /// As the article writes it, where it holds it.
    pub source: Option<String>,
    /// As the summary writes it, by language.
    pub texts: BTreeMap<Language, String>,
    /// What became of it.
    pub status: FactStatus,
}

/// What was checked, mended and found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// Numbers, dates, amounts, names and quotations of the summary, each once.
    pub facts: Vec<Fact>,
    /// What was mended.
    pub repairs: Vec<OfSentence<Repair>>,
    /// What is wrong still.
    pub faults: Vec<OfSentence<Fault>>,
    /// Sentences without a translation of their own: they stand in the source's language.
    pub dropped: usize,
    /// Sentences and summaries that were to be written anew and were not, since the model had no time or no room for it.
    pub untried: usize,
}

impl CheckReport {
    /// Sentences that still have `fault`, in some language.
    pub fn count(&self, fault: Fault) -> usize {
        self.faults.iter().filter(|found| found.what == fault).count()
    }
}
