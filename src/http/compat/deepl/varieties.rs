//! Languages as DeepL writes them: capitals, and for some a variety of the target.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::Language,
    http::{error::ApiError, fields},
    service::LanguageEntry,
};

/// The varieties of target languages that clients name, and what DeepL calls them.
const VARIETIES: [(&str, &str); 6] = [
    ("EN-GB", "English (British)"),
    ("EN-US", "English (American)"),
    ("ES", "Spanish"),
    ("ES-419", "Spanish (Latin American)"),
    ("PT-BR", "Portuguese (Brazilian)"),
    ("PT-PT", "Portuguese (European)"),
];

/// Reads `source_lang`, which has no variety.
///
/// # Errors
/// [`ApiError`] where it is no language.
pub(super) fn source(code: &str) -> Result<Language, ApiError> {
    fields::language("source_lang", &code.to_ascii_lowercase())
}

/// Reads `target_lang`. Which variety a translation has is the model's: those of the list above are taken.
///
/// # Errors
/// [`ApiError`] where it is no language, or another variety.
pub(super) fn target(code: &str) -> Result<Language, ApiError> {
    let upper = code.to_ascii_uppercase();
    let known = VARIETIES.iter().any(|(variety, _)| *variety == upper);
    let base = if known { upper.split('-').next().unwrap_or_default() } else { &upper };
    fields::language("target_lang", &base.to_ascii_lowercase())
}

/// Which list of languages is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DeepLSide)]
pub(in crate::http) enum Side {
    /// Those that can be translated.
    #[default]
    Source,
    /// Those that can be translated into.
    Target,
}

/// A language.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeepLLanguage)]
pub(in crate::http) struct Known {
    #[schema(examples("ES"))]
    language: String,
    /// In English.
    #[schema(examples("Spanish"))]
    name: String,
    /// Of target languages: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    supports_formality: Option<bool>,
}

impl Side {
    /// The languages of this side that the installed translators have.
    pub(super) fn of(self, languages: &[LanguageEntry]) -> Vec<Known> {
        match self {
            Self::Source => {
                let sources = languages.iter().filter(|entry| !entry.targets.is_empty());
                sources.map(|entry| Known::of(entry.language.code(), entry.language.name(), None)).collect()
            }
            Self::Target => {
                let targets: BTreeSet<Language> = languages.iter().flat_map(|entry| &entry.targets).copied().collect();
                targets.into_iter().flat_map(varieties).collect()
            }
        }
    }
}

/// A target language in each variety that DeepL has it in.
fn varieties(language: Language) -> Vec<Known> {
    let code = language.code().to_uppercase();
    let of_it = VARIETIES.iter().filter(|(variety, _)| variety.split('-').next() == Some(&code));
    let known: Vec<Known> = of_it.map(|(variety, name)| Known::of(variety, name, Some(false))).collect();
    if known.is_empty() { vec![Known::of(&code, language.name(), Some(false))] } else { known }
}

impl Known {
    fn of(code: &str, name: &str, supports_formality: Option<bool>) -> Self {
        Self { language: code.to_uppercase(), name: name.to_owned(), supports_formality }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_may_name_a_variety_and_a_source_may_not() {
        for code in ["ES", "es", "ES-419", "es-419"] {
            assert_eq!(target(code), Ok(Language::SPANISH), "{code}");
        }
        for code in ["EN", "EN-US", "en-GB"] {
            assert_eq!(target(code), Ok(Language::ENGLISH), "{code}");
        }
        for code in ["", "ES-XX", "ZH-HANT", "Spanish"] {
            assert_eq!(target(code).unwrap_err().param(), Some("target_lang"), "{code}");
        }
        assert_eq!(source("en"), Ok(Language::ENGLISH));
        assert!(source("EN-US").is_err());
    }

    #[test]
    fn lists_what_can_be_translated_and_into_what() {
        let entry = |language, targets| LanguageEntry { language, summarize: true, targets };
        let french: Language = "fr".parse().unwrap();
        let (english, spanish) = (Language::ENGLISH, Language::SPANISH);
        let languages = [entry(english, vec![spanish, french]), entry(spanish, Vec::new())];
        assert_eq!(Side::Source.of(&languages), [Known::of("EN", "English", None)]);
        let targets = Side::Target.of(&languages);
        let codes: Vec<&str> = targets.iter().map(|known| known.language.as_str()).collect();
        assert_eq!(codes, ["ES", "ES-419", "FR"]);
    }
}
