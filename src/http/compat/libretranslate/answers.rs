//! LibreTranslate's answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::Language,
    http::{compat::batch::Translated, fields},
    service::LanguageEntry,
};

/// One of a thing where one text was sent, else an array.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(in crate::http) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The first alone where there is `one`.
    fn of(mut items: Vec<T>, one: bool) -> Self {
        if one && items.len() == 1 { Self::One(items.remove(0)) } else { Self::Many(items) }
    }
}

/// The translations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LibreTranslateResponse)]
pub(in crate::http) struct TranslateResponse {
    #[schema(inline)]
    translated_text: OneOrMany<String>,
    /// Where `source` was `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline, required = false)]
    detected_language: Option<OneOrMany<Detected>>,
    /// Where any were asked for: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    alternatives: Option<Vec<Vec<String>>>,
}

impl TranslateResponse {
    pub(super) fn new(translated: Vec<Translated>, one: bool, detected: bool, alternatives: bool) -> Self {
        let languages = translated.iter().map(|text| Detected::from((text.source, text.confidence))).collect();
        // One text has no alternatives, many have each none.
        let none = if one { Vec::new() } else { vec![Vec::new(); translated.len()] };
        Self {
            detected_language: detected.then(|| OneOrMany::of(languages, one)),
            alternatives: alternatives.then_some(none),
            translated_text: OneOrMany::of(translated.into_iter().map(|text| text.text).collect(), one),
        }
    }
}

/// A language, and how sure it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LibreTranslateDetection)]
pub(in crate::http) struct Detected {
    #[schema(value_type = String, examples("es"))]
    language: Language,
    /// In percent.
    #[schema(minimum = 0, maximum = 100, examples(97.99))]
    confidence: f64,
}

impl From<(Language, f64)> for Detected {
    fn from((language, confidence): (Language, f64)) -> Self {
        // Two decimals of a percent are four of a probability; the product alone would have more.
        Self { language, confidence: (fields::probability(confidence) * 1e4).round() / 1e2 }
    }
}

/// A language, and what it can be translated into.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LibreTranslateLanguage)]
pub(in crate::http) struct Known {
    #[schema(value_type = String, examples("en"))]
    code: Language,
    /// In English.
    #[schema(value_type = String, examples("English"))]
    name: &'static str,
    /// Itself among them: such text comes back as it is.
    #[schema(value_type = Vec<String>)]
    targets: Vec<Language>,
}

impl From<LanguageEntry> for Known {
    fn from(entry: LanguageEntry) -> Self {
        let LanguageEntry { language, mut targets, .. } = entry;
        targets.push(language);
        targets.sort();
        targets.dedup();
        Self { code: language, name: language.name(), targets }
    }
}

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LibreTranslateHealth)]
pub(in crate::http) struct Status {
    /// Always `ok`.
    #[schema(examples("ok"))]
    pub(super) status: &'static str,
}

/// What a page that translates needs to know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LibreTranslateSettings)]
pub(in crate::http) struct Settings {
    api_keys: bool,
    key_required: bool,
    /// Longest text in characters.
    char_limit: usize,
    /// Milliseconds to wait after a key stroke.
    frontend_timeout: u32,
    files_translation: bool,
    supported_files_format: Vec<String>,
    suggestions: bool,
    #[schema(inline)]
    language: Defaults,
}

/// What such a page starts with.
#[derive(Debug, Serialize, ToSchema)]
struct Defaults {
    #[schema(inline)]
    source: Named,
    #[schema(inline)]
    target: Named,
}

#[derive(Debug, Serialize, ToSchema)]
struct Named {
    code: &'static str,
    name: &'static str,
}

impl Settings {
    pub(super) fn new(char_limit: usize) -> Self {
        let spanish = Named { code: Language::SPANISH.code(), name: Language::SPANISH.name() };
        Self {
            api_keys: false,
            key_required: false,
            char_limit,
            frontend_timeout: 500,
            files_translation: false,
            supported_files_format: Vec::new(),
            suggestions: false,
            language: Defaults { source: Named { code: "auto", name: "Auto Detect" }, target: spanish },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_has_two_decimals() {
        for (probability, percent) in [(0.979_949, 97.99), (1.0, 100.0), (0.0, 0.0), (0.932_4, 93.24)] {
            let detected = Detected::from((Language::SPANISH, probability));
            assert!((detected.confidence - percent).abs() < 1e-9, "{probability}: {detected:?}");
        }
    }
}
