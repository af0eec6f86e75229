//! `GET /v1/languages`.

use actix_web::{
    get,
    web::{Data, Json, block},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ApiState, error::ApiError, schemas};
use crate::{domain::Language, service::LanguageEntry};

/// What can be done with each language as things are installed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LanguagesResponse {
    languages: Vec<LanguageInfo>,
}

/// What can be done with a language.
#[derive(Debug, Serialize, ToSchema)]
struct LanguageInfo {
    /// ISO 639 code.
    #[schema(value_type = String, examples("en"))]
    code: Language,
    /// In English.
    #[schema(value_type = String, examples("English"))]
    name: &'static str,
    /// Whether text in it can be summarised.
    summarize: bool,
    /// What it can be translated into.
    #[schema(value_type = Vec<String>, examples("es"))]
    targets: Vec<Language>,
}

impl From<LanguageEntry> for LanguageInfo {
    fn from(entry: LanguageEntry) -> Self {
        let LanguageEntry { language, summarize, targets } = entry;
        Self { code: language, name: language.name(), summarize, targets }
    }
}

/// List the languages
///
/// What can be summarised and translated with the models installed.
#[utoipa::path(
    tag = "text",
    responses((status = 200, description = "The languages", body = LanguagesResponse), schemas::ReadErrors),
)]
#[get("/v1/languages")]
pub(super) async fn languages(state: Data<ApiState>) -> Result<Json<LanguagesResponse>, ApiError> {
    let service = state.service.clone();
    let entries = block(move || service.languages()).await.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(LanguagesResponse { languages: entries.into_iter().map(Into::into).collect() }))
}
