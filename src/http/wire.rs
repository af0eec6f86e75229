//! The answers of the API for the command line's `--json`, which prints the same shapes.

use serde::Serialize;
use serde_json::Value;

use super::{
    body,
    detect::DetectResponse,
    error::ApiError,
    models::Model,
    models::ModelsResponse,
    summarize::{SummarizeRequest, Wanted},
    summary::SummarizeResponse,
    translate::TranslateResponse,
};
use crate::{
    config::LimitSettings,
    domain::{Article, OffsetUnit, Summary, SummaryOptions},
    service::{Detection, ModelStatus, Service, Summarized, Translation},
};

/// The answer of `POST /v1/summarize`, with evidence.
pub fn summary_json(article: &Article, unit: OffsetUnit, summary: Summary) -> impl Serialize {
    SummarizeResponse::new(uuid::Uuid::new_v4().to_string(), article, unit, true, summary)
}

/// A body of `POST /v1/summarize`, as the route reads it.
pub struct Asked {
    /// The article.
    pub article: Article,
    /// What its summary is to be like.
    pub options: SummaryOptions,
    evidence: bool,
}

impl Asked {
    /// Reads a body.
    ///
    /// # Errors
    /// [`ApiError`], as the route answers it.
    pub fn parse(body: &str, limits: &LimitSettings) -> Result<Self, ApiError> {
        let request: SummarizeRequest = body::parse(body.as_bytes())?;
        let Wanted { article, options, evidence, .. } = request.validate(limits)?;
        Ok(Self { article, options, evidence })
    }

    /// What the route answers to `body`, with what `service` makes of it, which `count` is shown.
    ///
    /// # Errors
    /// [`ApiError`], as the route answers it.
    pub async fn carry_out(
        body: &str,
        service: &Service,
        limits: &LimitSettings,
        count: impl FnOnce(&Summarized),
    ) -> Result<Value, ApiError> {
        let asked = Self::parse(body, limits)?;
        let summarized = service.summarize(&asked.article, &asked.options, None).await?;
        count(&summarized);
        asked.answer(summarized.summary)
    }

    /// The answer of the route.
    ///
    /// # Errors
    /// None that an answer could give.
    fn answer(&self, summary: Summary) -> Result<Value, ApiError> {
        let (id, unit) = (uuid::Uuid::new_v4().to_string(), self.options.offset_unit);
        let answer = SummarizeResponse::new(id, &self.article, unit, self.evidence, summary);
        serde_json::to_value(answer).map_err(|error| ApiError::internal(&error))
    }
}

/// An article's `id`, which is its sender's own, and what is to be done with the article.
pub fn with_id_apart(article: Value) -> (Option<Value>, Value) {
    match article {
        Value::Object(mut fields) => (fields.remove("id"), Value::Object(fields)),
        other => (None, other),
    }
}

/// What the route's error body has under `error`.
pub fn error_json(error: &ApiError) -> Value {
    let mut body = serde_json::to_value(error.body("")).unwrap_or_default();
    let mut detail = body["error"].take();
    // There was no request.
    detail.as_object_mut().map(|fields| fields.remove("request_id"));
    detail
}

/// The answer of `POST /v1/translate`.
pub fn translation_json(translation: Translation) -> impl Serialize {
    TranslateResponse::from(translation)
}

/// The answer of `POST /v1/detect`.
pub fn detection_json(detection: Detection) -> impl Serialize {
    DetectResponse::from(vec![detection])
}

/// The answer of `GET /v1/models`.
pub fn models_json(models: Vec<ModelStatus>) -> impl Serialize {
    ModelsResponse::from(models)
}

/// The answer of `GET /v1/models/{id}`.
pub fn model_json(status: ModelStatus) -> impl Serialize {
    Model::from(status)
}
