//! The answers of the API for the command line's `--json`, which prints the same shapes.

use serde::Serialize;

use super::{
    detect::DetectResponse, models::Model, models::ModelsResponse, summary::SummarizeResponse,
    translate::TranslateResponse,
};
use crate::{
    domain::{Article, OffsetUnit, Summary},
    service::{Detection, ModelStatus, Translation},
};

/// The answer of `POST /v1/summarize`, with evidence.
pub fn summary_json(article: &Article, unit: OffsetUnit, summary: Summary) -> impl Serialize {
    SummarizeResponse::new(uuid::Uuid::new_v4().to_string(), article, unit, true, summary)
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
