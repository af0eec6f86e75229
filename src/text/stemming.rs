//! Stems of words: what is left when inflection is taken off (Porter 1980, Snowball).

use std::{borrow::Cow, collections::HashSet};

use rust_stemmers::{Algorithm, Stemmer};

use crate::domain::Language;

/// The stemmer and the stop words of a language, as far as there are any.
pub struct Stems {
    stemmer: Option<Stemmer>,
    stop_words: HashSet<&'static str>,
}

impl Stems {
    /// Those of `language`.
    pub fn of(language: Language) -> Self {
        let stop_words = stop_words::lookup(language.code()).unwrap_or_default().iter().copied().collect();
        Self { stemmer: algorithm(language).map(Stemmer::create), stop_words }
    }

    /// Whether `word`, in lower case, says nothing by itself.
    pub fn is_stop_word(&self, word: &str) -> bool {
        self.stop_words.contains(word)
    }

    /// The stem of `word`, in lower case; the word itself in a language without a stemmer.
    pub fn stem<'a>(&self, word: &'a str) -> Cow<'a, str> {
        self.stemmer.as_ref().map_or(Cow::Borrowed(word), |stemmer| stemmer.stem(word))
    }
}

fn algorithm(language: Language) -> Option<Algorithm> {
    Some(match language.code() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}
