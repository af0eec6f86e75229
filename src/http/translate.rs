//! `POST /v1/translate`.

use actix_web::{
    post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ApiState,
    body::JsonBody,
    error::ApiError,
    fields::{self, Checks, Texts, Usage},
    schemas,
};
use crate::{
    domain::{Language, StageTimings},
    service::{TranslatedText, Translation},
};

/// A text, or many, and the language wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TranslateRequest {
    #[schema(schema_with = schemas::texts)]
    text: Texts,
    /// The language of the texts: an ISO 639 code, or `auto` to find each text's own.
    #[schema(default = "auto", examples("en"))]
    source: Option<String>,
    /// The language to translate into.
    #[schema(examples("es"))]
    target: String,
    /// The translator; the best installed when left out.
    #[schema(examples("opus-mt-en-es"))]
    model: Option<String>,
}

/// The translations, in the order of the texts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TranslateResponse {
    /// One for each text, also when a single text was sent.
    translations: Vec<TextTranslation>,
    /// The language translated into.
    #[schema(value_type = String, examples("es"))]
    target: Language,
    /// The translators used, as `id@revision`; empty when every text was in the target language already.
    #[schema(examples("en-es-tiny@1"))]
    models: Vec<String>,
    /// Absent when nothing went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    checks: Option<Checks>,
    usage: Usage,
    timings_ms: Timings,
}

impl From<Translation> for TranslateResponse {
    fn from(translation: Translation) -> Self {
        Self {
            translations: translation.texts.into_iter().map(Into::into).collect(),
            target: translation.target,
            models: translation.models.iter().map(ToString::to_string).collect(),
            checks: Checks::new(translation.untranslated),
            usage: translation.usage.into(),
            timings_ms: translation.timings.into(),
        }
    }
}

/// One text's translation.
#[derive(Debug, Serialize, ToSchema)]
struct TextTranslation {
    /// The whole translation, with the line breaks and paragraphs of the source.
    #[schema(examples("Las obras comienzan en mayo."))]
    text: String,
    /// The language found or named.
    #[schema(value_type = String, examples("en"))]
    source: Language,
    /// How sure that is, 0 to 1; 1 when the request named it.
    #[schema(minimum = 0, maximum = 1, examples(0.98))]
    confidence: f64,
    /// Sentence by sentence.
    sentences: Vec<SentencePair>,
}

impl From<TranslatedText> for TextTranslation {
    fn from(text: TranslatedText) -> Self {
        let pair = |(source, target)| SentencePair { source, target };
        Self {
            text: text.text,
            source: text.source,
            confidence: fields::probability(text.confidence),
            sentences: text.sentences.into_iter().map(pair).collect(),
        }
    }
}

/// A sentence and its translation.
#[derive(Debug, Serialize, ToSchema)]
struct SentencePair {
    #[schema(examples("Works begin in May."))]
    source: String,
    #[schema(examples("Las obras comienzan en mayo."))]
    target: String,
}

/// Where the time went, in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TranslateTimings)]
struct Timings {
    /// Waiting for models.
    queue: u64,
    /// Translating.
    translate: u64,
    /// From the request's arrival to its answer.
    total: u64,
}

impl From<StageTimings> for Timings {
    fn from(timings: StageTimings) -> Self {
        Self {
            queue: fields::milliseconds(timings.queue),
            translate: fields::milliseconds(timings.translate),
            total: fields::milliseconds(timings.total),
        }
    }
}

/// Translate a text or many
///
/// Translates sentence by sentence.
#[utoipa::path(
    tag = "text",
    request_body(
        content = TranslateRequest,
        example = json!({"text": ["Works begin in May."], "source": "auto", "target": "es"}),
    ),
    responses((status = 200, description = "The translations", body = TranslateResponse), schemas::WorkErrors),
)]
#[post("/v1/translate")]
pub(super) async fn translate(
    state: Data<ApiState>,
    JsonBody(request): JsonBody<TranslateRequest>,
) -> Result<Json<TranslateResponse>, ApiError> {
    let source = fields::source(request.source.as_deref())?;
    let target = fields::language("target", &request.target)?;
    let model = fields::model(request.model.as_deref())?;
    let texts = request.text.parse(&state.limits)?;
    let translation = state.service.translate(&texts, source, target, model.as_ref()).await?;
    Ok(Json(translation.into()))
}
