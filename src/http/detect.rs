//! `POST /v1/detect`.

use actix_web::{
    post,
    web::{Data, Json, block},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ApiState,
    body::JsonBody,
    error::ApiError,
    fields::{self, Texts},
    gate::User,
    schemas,
};
use crate::{
    domain::{Article, Language},
    service,
};

/// A text, or many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DetectRequest {
    #[schema(schema_with = schemas::texts)]
    text: Texts,
}

/// The languages found, in the order of the texts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DetectResponse {
    /// One for each text, also when a single text was sent.
    detections: Vec<Detection>,
}

impl From<Vec<service::Detection>> for DetectResponse {
    fn from(detections: Vec<service::Detection>) -> Self {
        Self { detections: detections.into_iter().map(Into::into).collect() }
    }
}

/// One text's language.
#[derive(Debug, Serialize, ToSchema)]
struct Detection {
    /// The likeliest language.
    #[schema(value_type = String, examples("es"))]
    language: Language,
    /// How sure, 0 to 1.
    #[schema(minimum = 0, maximum = 1, examples(0.97))]
    confidence: f64,
    /// Every language that was considered, likeliest first; they sum to 1.
    candidates: Vec<Candidate>,
}

/// A language that was considered.
#[derive(Debug, Serialize, ToSchema)]
struct Candidate {
    #[schema(value_type = String, examples("es"))]
    language: Language,
    /// How sure, 0 to 1.
    #[schema(minimum = 0, maximum = 1, examples(0.97))]
    confidence: f64,
}

impl From<service::Detection> for Detection {
    fn from(detection: service::Detection) -> Self {
        let candidate = |(language, confidence)| Candidate { language, confidence: fields::probability(confidence) };
        Self {
            language: detection.language,
            confidence: fields::probability(detection.confidence),
            candidates: detection.candidates.into_iter().map(candidate).collect(),
        }
    }
}

/// Find the language of a text or many
///
/// Only languages that the installed models serve are considered.
#[utoipa::path(
    tag = "text",
    request_body(content = DetectRequest, example = json!({"text": "Las obras comienzan en mayo."})),
    responses((status = 200, description = "The languages", body = DetectResponse), schemas::BodyErrors),
)]
#[post("/v1/detect")]
pub(super) async fn detect(
    User { client, .. }: User,
    state: Data<ApiState>,
    JsonBody(request): JsonBody<DetectRequest>,
) -> Result<Json<DetectResponse>, ApiError> {
    let texts = request.text.parse("text", &state.limits)?;
    client.spend(texts.iter().map(Article::characters).sum())?;
    let service = state.service.clone();
    // A long text takes a while, and this thread serves other connections.
    let find = move || texts.iter().map(|text| service.detect(text)).collect::<Vec<_>>();
    let detections = block(find).await.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(detections.into()))
}
