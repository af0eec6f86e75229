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
    let values = detector(&candidates).compute_language_confidence_values(without_names(&text[..end]));
    let total: f64 = values.iter().map(|(_, value)| value).sum();
    if total <= 0.0 {
        let share = 1.0 / candidates.len() as f64;
        return candidates.into_iter().map(|language| (language, share)).collect();
    }
    values.iter().filter_map(|(language, value)| Some((ours(language)?, value / total))).collect()
}

/// The words without a capital: in a sentence full of names, the names tell their own language. All of them when
/// fewer than two remain.
fn without_names(text: &str) -> String {
    let small: Vec<_> = text.split_whitespace().filter(|word| !word.contains(char::is_uppercase)).collect();
    let words = small.iter().filter(|word| word.contains(char::is_alphabetic)).count();
    if words < 2 { text.to_owned() } else { small.join(" ") }
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

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Language; 2] = [Language::ENGLISH, Language::SPANISH];

    const ENGLISH: &[&str] = &[
        "The leaders agreed to cut tariffs on farm goods.",
        "Stocks fall as inflation fears grow",
        "Bennett, Molina agree on tariffs",
        "Dr. Helen Park of the University of Toronto said so.",
        "Lionel Messi scored twice for Inter Miami against Los Angeles.",
        "President Andrés Molina visited Buenos Aires and Santiago.",
        "Police arrest two men in San Diego",
        "Hurricane hits Puerto Rico; thousands without power",
        "She left.",
        "How are you today?",
        "Farmers fear cheap imports",
        "It rained.",
        "El Salvador's president, Nayib Bukele, won again.",
        "Rafael Nadal beats Carlos Alcaraz in Madrid",
        "Why the Amazon is burning",
        "Breaking: Earthquake shakes Mexico City",
        "I don't know what to do.",
        "Google and Microsoft announce new layoffs",
        "Rosalía wins three Latin Grammys in Las Vegas",
        "NASA launches probe to Jupiter",
    ];

    const SPANISH: &[&str] = &[
        "Los líderes acordaron reducir los aranceles agrícolas.",
        "La bolsa cae por el temor a la inflación",
        "Bennett y Molina pactan nuevos aranceles",
        "La doctora Helen Park, de la Universidad de Toronto, lo confirmó.",
        "Lionel Messi marcó dos goles con el Inter Miami.",
        "El primer ministro Boris Johnson visitó Washington y Nueva York.",
        "Detienen a dos hombres en San Diego",
        "Huracán golpea Florida; miles de personas sin luz",
        "Ella se fue.",
        "¿Qué tal?",
        "Agricultores temen importaciones baratas",
        "Llovió mucho.",
        "El presidente de Estados Unidos, Joe Biden, ganó.",
        "Taylor Swift actuará en Madrid en mayo",
        "Por qué arde la Amazonia",
        "Sismo sacude la Ciudad de México",
        "No sé qué hacer.",
        "Google y Microsoft anuncian nuevos despidos",
        "Beyoncé gana tres premios Grammy en Los Angeles",
        "La NASA lanza una sonda hacia Jupiter",
    ];

    fn wrong(texts: &[&str], expected: Language, among: &[Language]) -> Vec<String> {
        let found = texts.iter().map(|text| (text, detect(text, among)));
        found.filter(|(_, found)| found[0].0 != expected).map(|(text, found)| format!("{text}: {found:?}")).collect()
    }

    #[test]
    fn is_sure_on_one_sentence() {
        assert_eq!(wrong(ENGLISH, Language::ENGLISH, &BOTH), Vec::<String>::new());
        assert_eq!(wrong(SPANISH, Language::SPANISH, &BOTH), Vec::<String>::new());
    }

    #[test]
    fn tells_all_its_languages_apart() {
        for (text, code) in [
            ("El govern ha anunciat noves mesures per als pagesos.", "ca"),
            ("Die Regierung hat neue Maßnahmen angekündigt.", "de"),
            ("The government has announced new measures.", "en"),
            ("El gobierno ha anunciado nuevas medidas.", "es"),
            ("Le gouvernement a annoncé de nouvelles mesures.", "fr"),
            ("Il governo ha annunciato nuove misure.", "it"),
            ("De regering heeft nieuwe maatregelen aangekondigd.", "nl"),
            ("O governo anunciou novas medidas para os agricultores.", "pt"),
            ("Guvernul a anunțat noi măsuri pentru fermieri.", "ro"),
        ] {
            let found = detect(text, detectable());
            assert_eq!((found[0].0.code(), found.len()), (code, detectable().len()), "{text}: {found:?}");
        }
        assert_eq!(detectable().len(), 9);
    }

    #[test]
    fn shares_sum_to_one_likeliest_first() {
        for text in ["Hello there, how are you?", "", "123 456", "😀", "你好", "no"] {
            let found = detect(text, &BOTH);
            let total: f64 = found.iter().map(|(_, share)| share).sum();
            assert!((total - 1.0).abs() < 1e-9 && found[0].1 >= found[1].1, "{text}: {found:?}");
        }
    }

    #[test]
    fn few_or_unknown_candidates_are_answered() {
        let basque: Language = "eu".parse().unwrap();
        assert_eq!(detect("Hello", &[]), vec![]);
        assert_eq!(detect("Hola", &[Language::ENGLISH]), vec![(Language::ENGLISH, 1.0)]);
        assert_eq!(detect("Kaixo", &[basque]), vec![]);
        assert_eq!(detect("Hello", &[basque, Language::ENGLISH]), vec![(Language::ENGLISH, 1.0)]);
    }
}
