//! Language detection by letter n-grams ([lingua](https://github.com/pemistahl/lingua-rs)).

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use lingua::{LanguageDetector, LanguageDetectorBuilder};

use crate::domain::Language;

/// How much of a text is looked at, in characters: a page of it tells as much as all.
const LOOK_CHARACTERS: usize = 2000;

static DETECTABLE: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let mut languages: Vec<_> = lingua::Language::all().iter().filter_map(ours).collect();
    languages.sort();
    languages
});

/// Detectors by what they choose among, in order. The installed models offer few such sets.
static DETECTORS: LazyLock<Mutex<HashMap<Vec<Language>, Arc<LanguageDetector>>>> = LazyLock::new(Mutex::default);

/// The languages that can be told apart: those whose models are built in (the features of `lingua` in `Cargo.toml`).
pub fn detectable() -> &'static [Language] {
    &DETECTABLE
}

/// How likely `text` is in each of the languages `among`, likeliest first, summing to 1.
///
/// Languages that are not [`detectable`] are left out, so the answer is empty when none is. Where one remains it
/// has probability 1, and a text without words speaks for all alike.
pub fn detect(text: &str, among: &[Language]) -> Vec<(Language, f64)> {
    let mut candidates: Vec<_> = among.iter().copied().filter(|language| theirs(*language).is_some()).collect();
    candidates.sort();
    candidates.dedup();
    if candidates.len() < 2 {
        return candidates.into_iter().map(|language| (language, 1.0)).collect();
    }
    let end = text.char_indices().nth(LOOK_CHARACTERS).map_or(text.len(), |(at, _)| at);
    let values = detector(&candidates).compute_language_confidence_values(&text[..end]);
    let total: f64 = values.iter().map(|(_, value)| value).sum();
    if total <= 0.0 {
        let share = 1.0 / candidates.len() as f64;
        return candidates.into_iter().map(|language| (language, share)).collect();
    }
    values.iter().filter_map(|(language, value)| Some((ours(language)?, value / total))).collect()
}

fn detector(candidates: &[Language]) -> Arc<LanguageDetector> {
    // A detector is whole or absent, so a panic elsewhere cannot have left the map half written.
    let mut detectors = DETECTORS.lock().unwrap_or_else(PoisonError::into_inner);
    let detector = detectors.entry(candidates.to_vec()).or_insert_with(|| {
        let languages: Vec<_> = candidates.iter().filter_map(|language| theirs(*language)).collect();
        Arc::new(LanguageDetectorBuilder::from_languages(&languages).build())
    });
    Arc::clone(detector)
}

fn ours(language: &lingua::Language) -> Option<Language> {
    language.iso_code_639_1().to_string().parse().ok()
}

fn theirs(language: Language) -> Option<lingua::Language> {
    lingua::Language::all().into_iter().find(|known| known.iso_code_639_1().to_string() == language.code())
}
