//! Fields that several routes share.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};
use utoipa::ToSchema;

use super::error::{ApiError, ErrorCode};
use crate::{
    config::LimitSettings,
    domain::{self, Article, InputError, Language, ModelId},
};

/// Reads a language code sent in `field`.
pub(super) fn language(field: &str, code: &str) -> Result<Language, ApiError> {
    code.parse().map_err(|error| rename(error, field))
}

/// Reads a field that is a language code, or `auto`.
pub(super) fn source(code: Option<&str>) -> Result<Option<Language>, ApiError> {
    code.filter(|&code| code != "auto").map(|code| language("source", code)).transpose()
}

/// Reads a model's name sent in `model`.
pub(super) fn model(name: Option<&str>) -> Result<Option<ModelId>, ApiError> {
    name.map(|name| name.parse().map_err(|error| rename(error, "model"))).transpose()
}

/// Puts the caller's name of a field in place of the domain's.
fn rename(error: InputError, field: &str) -> ApiError {
    match error {
        InputError::Invalid { reason, .. } => InputError::invalid(field, reason).into(),
        InputError::TooLong { unit, limit, actual, .. } => {
            InputError::TooLong { field: field.to_owned(), unit, limit, actual }.into()
        }
    }
}

/// One text or many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Texts {
    One(String),
    Many(Vec<String>),
}

impl Texts {
    /// The texts within their limits, sent in `field`; errors name the text.
    pub(super) fn parse(self, field: &str, limits: &LimitSettings) -> Result<Vec<Article>, ApiError> {
        let articles = self.named(field, limits)?.into_iter();
        let articles = articles.map(|(name, text)| Article::parse(&name, text, limits.text_characters));
        Ok(articles.collect::<Result<_, _>>()?)
    }

    /// Each text, with what errors call it: `text`, or `text[3]`.
    ///
    /// # Errors
    /// [`ApiError`] where there are none or too many.
    pub(super) fn named(self, field: &str, limits: &LimitSettings) -> Result<Vec<(String, String)>, ApiError> {
        let texts = match self {
            Self::One(text) => return Ok(vec![(field.to_owned(), text)]),
            Self::Many(texts) => texts,
        };
        if texts.is_empty() {
            return Err(ApiError::invalid(field, format!("{field}: holds no text")));
        }
        if texts.len() > limits.texts {
            let message = format!("{field} has {} texts, the limit is {}", texts.len(), limits.texts);
            let error = ApiError::new(ErrorCode::InputTooLong, message).at(field);
            return Err(error.beyond(limits.texts, Some(texts.len())));
        }
        Ok(texts.into_iter().enumerate().map(|(index, text)| (format!("{field}[{index}]"), text)).collect())
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

// An untagged enum would say only that nothing matched, and not where.
struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
        Ok(Texts::One(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Texts, E> {
        Ok(Texts::One(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = items.next_element()? {
            texts.push(text);
        }
        Ok(Texts::Many(texts))
    }
}

/// Terms of translations. At most 500, of at most 200 characters each.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"protected": ["Acme Corp"], "terms": {"es": {"chief executive": "directora ejecutiva"}}})))]
pub(super) struct Glossary {
    /// Terms that are never translated: they stay as they are written, capitals included.
    #[serde(default)]
    protected: Vec<String>,
    /// By target language, terms and what they are always translated to.
    #[serde(default)]
    terms: BTreeMap<String, BTreeMap<String, String>>,
}

impl Glossary {
    /// The glossary within its limits; errors name the part.
    pub(super) fn parse(self) -> Result<domain::Glossary, ApiError> {
        Ok(domain::Glossary::new(self.protected, self.terms)?)
    }
}

/// What became of the glossary's terms.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GlossaryCounts {
    /// Places in sentences whose translations have the term as the glossary wants it.
    #[schema(examples(3))]
    applied: usize,
    /// Places whose translations have it not; their sentences have the fault `glossary`.
    #[schema(examples(0))]
    lost: usize,
}

impl From<domain::TermCounts> for GlossaryCounts {
    fn from(counts: domain::TermCounts) -> Self {
        Self { applied: counts.applied, lost: counts.lost }
    }
}

/// Tokens read and written by the models.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Usage {
    /// Tokens read.
    #[schema(examples(512))]
    input_tokens: usize,
    /// Tokens written.
    #[schema(examples(96))]
    output_tokens: usize,
}

impl From<crate::domain::Usage> for Usage {
    fn from(usage: crate::domain::Usage) -> Self {
        Self { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }
    }
}

/// A probability with four decimals: more would be noise.
pub(super) fn probability(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// Whole milliseconds, rounded.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from((duration.as_micros() + 500) / 1000).unwrap_or(u64::MAX)
}

/// Reads a model's name from the path. A name that no model can have is the name of no model.
pub(super) fn model_in_path(name: &str) -> Result<ModelId, ApiError> {
    name.parse().map_err(|_| unknown_model(name))
}

/// There is no model of that name.
pub(super) fn unknown_model(name: &str) -> ApiError {
    let shown: String = name.chars().take(96).collect();
    ApiError::new(ErrorCode::NotFound, format!("no model is called {shown:?}")).at("model")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_and_nothing_leave_the_language_open() {
        assert_eq!(source(None), Ok(None));
        assert_eq!(source(Some("auto")), Ok(None));
        assert_eq!(source(Some("es")), Ok(Some(Language::SPANISH)));
        assert!(source(Some("xx")).unwrap_err().to_string().contains("source: \"xx\" is not an ISO 639"));
    }

    #[test]
    fn reads_one_text_or_many() {
        let read = |json| serde_json::from_str::<Texts>(json);
        assert_eq!(read("\"a\"").unwrap(), Texts::One("a".into()));
        assert_eq!(read("[\"a\",\"b\"]").unwrap(), Texts::Many(vec!["a".into(), "b".into()]));
        assert!(read("7").unwrap_err().to_string().contains("a string or an array of strings"));
        assert!(read("[[\"a\"]]").is_err());
    }

    #[test]
    fn milliseconds_are_rounded() {
        assert_eq!(milliseconds(Duration::from_micros(1499)), 1);
        assert_eq!(milliseconds(Duration::from_micros(1500)), 2);
    }
}
