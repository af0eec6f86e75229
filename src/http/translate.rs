//! `POST /v1/translate`.

use actix_web::{HttpResponse, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ApiState,
    body::JsonBody,
    checks::{Counts, Repair},
    error::ApiError,
    fields::{self, Glossary, GlossaryCounts, Texts, Usage},
    gate::User,
    metrics::{SERVER_TIMING, server_timing},
    schemas,
};
use crate::{
    domain::{Article, Fault, Language, StageTimings},
    service::{TranslatedSentence, TranslatedText, Translation, TranslationOptions},
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
    /// Whether sentences are checked, mended where they can be, and told of.
    #[schema(default = true)]
    checks: Option<bool>,
    /// Terms; the server's own are added to these.
    #[serde(default)]
    #[schema(required = false)]
    glossary: Glossary,
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
    /// Absent where the request asked for no checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    checks: Option<Counts>,
    /// Absent where no glossary holds anything for the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    glossary: Option<GlossaryCounts>,
    usage: Usage,
    timings_ms: Timings,
}

impl From<Translation> for TranslateResponse {
    fn from(translation: Translation) -> Self {
        Self {
            checks: translation.checked.then(|| Counts::of(&translation)),
            glossary: translation.glossary.map(Into::into),
            translations: translation.texts.into_iter().map(Into::into).collect(),
            target: translation.target,
            models: translation.models.iter().map(ToString::to_string).collect(),
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
        Self {
            text: text.text,
            source: text.source,
            confidence: fields::probability(text.confidence),
            sentences: text.sentences.into_iter().map(Into::into).collect(),
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
    /// What is wrong with it still; absent where nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = schemas::faults)]
    faults: Vec<Fault>,
    /// What was mended; absent where nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    repairs: Vec<Repair>,
}

impl From<TranslatedSentence> for SentencePair {
    fn from(sentence: TranslatedSentence) -> Self {
        let TranslatedSentence { source, target, faults, repairs } = sentence;
        Self { source, target, faults, repairs: repairs.into_iter().map(Into::into).collect() }
    }
}

/// Where the time went, in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TranslateTimings)]
struct Timings {
    /// Waiting for models.
    queue: u64,
    /// Translating.
    translate: u64,
    /// Looking for faults.
    checks: u64,
    /// From the request's arrival to its answer.
    total: u64,
}

impl From<StageTimings> for Timings {
    fn from(timings: StageTimings) -> Self {
        Self {
            queue: fields::milliseconds(timings.queue),
            translate: fields::milliseconds(timings.translate),
            checks: fields::milliseconds(timings.checks),
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
    User { client, within }: User,
    state: Data<ApiState>,
    JsonBody(request): JsonBody<TranslateRequest>,
) -> Result<HttpResponse, ApiError> {
    let options = TranslationOptions {
        source: fields::source(request.source.as_deref())?,
        target: fields::language("target", &request.target)?,
        model: fields::model(request.model.as_deref())?,
        checks: request.checks.unwrap_or(true),
        glossary: request.glossary.parse()?,
        html: false,
    };
    let texts = request.text.parse("text", &state.limits)?;
    client.spend(texts.iter().map(Article::characters).sum())?;
    let translation = state.service.translate(&texts, &options, within).await?;
    state.metrics.worked(&translation.timings, translation.usage);
    let timing = (SERVER_TIMING, server_timing(&translation.timings));
    Ok(HttpResponse::Ok().insert_header(timing).json(TranslateResponse::from(translation)))
}
