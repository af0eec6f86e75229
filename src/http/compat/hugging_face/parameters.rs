//! `parameters` of Hugging Face's inference API: what of them this service can honour.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::{Glossary, Language, LanguagePair, Languages, ModelCard},
    http::{
        compat::{
            length,
            sent::Ignored,
            values::{self, Count, Unsupported},
        },
        error::ApiError,
        fields,
    },
    service::TranslationOptions,
};

/// Settings of a model's work. Lengths in tokens become numbers of sentences, one for each 30.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = HuggingFaceParameters)]
pub(in crate::http) struct Parameters {
    /// Longest summary in tokens.
    #[schema(schema_with = values::count, required = false)]
    max_length: Option<Count>,
    /// The same; wins over `max_length`.
    #[schema(schema_with = values::count, required = false)]
    max_new_tokens: Option<Count>,
    /// Shortest summary in tokens.
    #[schema(schema_with = values::count, required = false)]
    min_length: Option<Count>,
    /// The same; wins over `min_length`.
    #[schema(schema_with = values::count, required = false)]
    min_new_tokens: Option<Count>,
    /// Only 1.
    #[schema(schema_with = values::count, required = false)]
    num_return_sequences: Option<Count>,
    /// The language of the text, as the model writes it: `en`, `en_XX`, `eng_Latn`.
    #[schema(examples("en_XX"))]
    src_lang: Option<String>,
    /// The language to translate into; needed where the model translates into more than one.
    #[schema(examples("es_XX"))]
    tgt_lang: Option<String>,
    /// Breve does not sample: the same request has the same answer.
    #[serde(default)]
    #[schema(schema_with = sampling, required = false)]
    do_sample: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    return_tensors: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    bad_words_ids: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    force_words_ids: Unsupported,
    /// The same settings, as `huggingface_hub` sends them; these win.
    #[schema(value_type = Object, required = false)]
    generate_parameters: Option<Box<Self>>,
}

fn sampling() -> utoipa::openapi::Schema {
    let kind = utoipa::openapi::schema::SchemaType::Type(utoipa::openapi::Type::Boolean);
    utoipa::openapi::ObjectBuilder::new().schema_type(kind).description(Some("Nothing is done with `true`.")).into()
}

impl Parameters {
    /// The same, once what cannot be honoured is refused; what can be left out is added to `ignored`.
    ///
    /// # Errors
    /// [`ApiError`] where the answer would not be what was asked for.
    pub(super) fn validate(self, ignored: &mut Ignored) -> Result<Self, ApiError> {
        self.check("parameters", ignored)?;
        if let Some(inner) = &self.generate_parameters {
            inner.check("parameters.generate_parameters", ignored)?;
            if inner.generate_parameters.is_some() {
                return Err(ApiError::invalid("parameters", "parameters: generate_parameters hold themselves"));
            }
        }
        Ok(self)
    }

    fn check(&self, path: &str, ignored: &mut Ignored) -> Result<(), ApiError> {
        let at = |name| format!("{path}.{name}");
        if self.num_return_sequences.is_some_and(|count| count != Count(1)) {
            return Err(values::cannot(&at("num_return_sequences")));
        }
        if self.do_sample.asked {
            ignored.note(&at("do_sample"));
        }
        values::refuse(&[
            (&at("return_tensors"), self.return_tensors),
            (&at("bad_words_ids"), self.bad_words_ids),
            (&at("force_words_ids"), self.force_words_ids),
        ])
    }

    /// How many sentences a summary has, at most `limit`.
    pub(super) fn sentences(&self, limit: usize) -> usize {
        let shortest = self.count(|set| set.min_new_tokens.or(set.min_length));
        let longest = self.count(|set| set.max_new_tokens.or(set.max_length));
        length::sentences(shortest, longest, limit)
    }

    /// A setting, from `generate_parameters` first.
    fn count(&self, setting: impl Fn(&Self) -> Option<Count>) -> Option<usize> {
        let inner = self.generate_parameters.as_deref().and_then(&setting);
        inner.or_else(|| setting(self)).map(|Count(count)| count)
    }

    fn language(&self, field: &str, setting: impl Fn(&Self) -> Option<&String>) -> Result<Option<Language>, ApiError> {
        let inner = self.generate_parameters.as_deref().and_then(&setting);
        inner.or_else(|| setting(self)).map(|code| language(field, code)).transpose()
    }

    /// What is asked of the translator `card`: the languages named, else those that it cannot but have.
    ///
    /// # Errors
    /// [`ApiError`] where no language to translate into is named and the model has several.
    pub(super) fn translation(&self, card: &ModelCard) -> Result<TranslationOptions, ApiError> {
        let source = self.language("src_lang", |set| set.src_lang.as_ref())?;
        let target = self.language("tgt_lang", |set| set.tgt_lang.as_ref())?;
        let (only_source, only_target) = only(&card.languages);
        let missing = || {
            let message = format!("tgt_lang: {} translates into several languages; name one", card.id);
            ApiError::invalid("parameters.tgt_lang", message)
        };
        Ok(TranslationOptions {
            source: source.or(only_source),
            target: target.or(only_target).ok_or_else(missing)?,
            model: Some(card.id.clone()),
            checks: true,
            glossary: Glossary::default(),
            html: false,
        })
    }
}

/// The one language that a translator reads, and the one that it writes, where there is but one.
fn only(languages: &Languages) -> (Option<Language>, Option<Language>) {
    let Languages::Pairs(pairs) = languages else { return (None, None) };
    let one = |side: fn(&LanguagePair) -> Language| {
        let first = pairs.first().map(side);
        first.filter(|&language| pairs.iter().all(|pair| side(pair) == language))
    };
    (one(|pair| pair.source), one(|pair| pair.target))
}

/// A language as multilingual models write it: `es`, `es_XX` (mBART) or `spa_Latn` (NLLB).
fn language(field: &str, code: &str) -> Result<Language, ApiError> {
    fields::language(&format!("parameters.{field}"), code.split(['_', '-']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(json: &str) -> Parameters {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn languages_are_read_as_models_write_them() {
        for code in ["es", "es_XX", "spa_Latn", "es-ES"] {
            assert_eq!(language("tgt_lang", code), Ok(Language::SPANISH), "{code}");
        }
        assert_eq!(language("tgt_lang", "xx_XX").unwrap_err().param(), Some("parameters.tgt_lang"));
        assert!(language("tgt_lang", "").is_err());
    }

    #[test]
    fn settings_stand_flat_or_under_generate_parameters() {
        assert_eq!(parameters(r#"{"max_length": 60}"#).sentences(10), 2);
        assert_eq!(parameters(r#"{"max_length": 60, "generate_parameters": {"max_new_tokens": 30}}"#).sentences(10), 1);
        assert_eq!(parameters(r#"{"generate_parameters": {"min_length": 200}}"#).sentences(10), 7);
        assert_eq!(parameters("{}").sentences(10), 3);
    }

    #[test]
    fn what_would_change_the_answer_is_refused() {
        for json in [
            r#"{"num_return_sequences": 2}"#,
            r#"{"return_tensors": true}"#,
            r#"{"generate_parameters": {"bad_words_ids": [[1]]}}"#,
            r#"{"generate_parameters": {"generate_parameters": {}}}"#,
        ] {
            assert!(parameters(json).validate(&mut Ignored::default()).is_err(), "{json}");
        }
        let mut ignored = Ignored::default();
        assert!(parameters(r#"{"do_sample": true, "num_return_sequences": 1}"#).validate(&mut ignored).is_ok());
        assert_eq!(ignored.names().unwrap(), "parameters.do_sample");
    }

    #[test]
    fn a_translator_of_one_direction_needs_no_languages() {
        let pair = |source, target| LanguagePair::new(source, target);
        let (english, spanish) = (Language::ENGLISH, Language::SPANISH);
        let french = "fr".parse().unwrap();
        assert_eq!(only(&Languages::Pairs(vec![pair(english, spanish)])), (Some(english), Some(spanish)));
        let two = Languages::Pairs(vec![pair(english, spanish), pair(english, french)]);
        assert_eq!(only(&two), (Some(english), None));
        assert_eq!(only(&Languages::Between(vec![english, spanish])), (None, None));
    }
}
