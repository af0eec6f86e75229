//! LibreTranslate's API: `/translate`, `/detect`, `/languages`, `/health` and `/frontend/settings`.
//!
//! Bodies are JSON, forms or multipart forms, and what is in no body may be in the query. The key is in the body, as
//! `api_key`.

mod answers;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, block},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ErrorForm, answer,
    batch::Batch,
    document,
    sent::Sent,
    values::{self, Count},
};
use crate::{
    domain::{Article, Glossary},
    http::{
        ApiState,
        error::{ApiError, ErrorCode},
        fields::{self, Texts},
        gate::User,
        schemas,
    },
    service::{Readiness, TranslationOptions},
};
use answers::{Detected, Known, Settings, Status, TranslateResponse};

/// A text, or many, and the languages.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LibreTranslateRequest)]
pub(in crate::http) struct TranslateRequest {
    #[schema(schema_with = schemas::texts)]
    q: Texts,
    /// The language of the text, or `auto`.
    #[schema(examples("auto"))]
    source: String,
    /// The language to translate into.
    #[schema(examples("es"))]
    target: String,
    /// What the text is; `text` when left out.
    #[serde(default)]
    format: Format,
    /// How many other translations are wanted: Breve gives none.
    #[schema(schema_with = values::count, required = false)]
    alternatives: Option<Count>,
    /// Who asks.
    api_key: Option<String>,
}

/// What a text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = LibreTranslateFormat)]
enum Format {
    /// Plain text.
    #[default]
    Text,
    /// HTML, and the translation too.
    Html,
}

/// A text.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LibreTranslateDetectRequest)]
pub(in crate::http) struct DetectRequest {
    #[schema(schema_with = schemas::texts)]
    q: Texts,
    /// Who asks.
    api_key: Option<String>,
}

/// Nothing but who asks: in the query, or in a form.
#[derive(Debug, Deserialize)]
pub(in crate::http) struct LanguagesRequest {
    api_key: Option<String>,
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LibreTranslateError)]
pub(in crate::http) struct ErrorBody {
    /// What went wrong.
    #[schema(examples("q is empty"))]
    error: String,
}

/// An error as clients of this family know it.
pub(super) fn error(error: &ApiError) -> ErrorForm {
    ErrorForm::new(status(error.code()), ErrorBody { error: error.message().to_owned() })
}

/// LibreTranslate answers 400 for whatever is wrong with a request.
const fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidRequest
        | ErrorCode::InputTooLong
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::UnsupportedLanguage => StatusCode::BAD_REQUEST,
        // It says of a key that is none that it may not.
        ErrorCode::Unauthorized | ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound
        | ErrorCode::MethodNotAllowed
        | ErrorCode::RateLimited
        | ErrorCode::Overloaded
        | ErrorCode::ModelLoading
        | ErrorCode::DownloadFailed
        | ErrorCode::Timeout
        | ErrorCode::Internal => code.status(),
    }
}

/// Translate, as LibreTranslate does
///
/// Texts without a letter or digit stay as they are.
#[utoipa::path(
    tag = "compatibility",
    operation_id = "libretranslate_translate",
    request_body(
        content(
            (TranslateRequest = "application/json", example = json!({"q": "Works begin in May.", "source": "auto", "target": "es"})),
            (TranslateRequest = "application/x-www-form-urlencoded"),
            (TranslateRequest = "multipart/form-data"),
        ),
    ),
    responses(
        (status = 200, description = "The translation, or many where `q` is an array", body = TranslateResponse),
        document::LibreTranslateWork,
    ),
)]
#[post("/translate")]
pub(in crate::http) async fn translate(
    http: HttpRequest,
    state: Data<ApiState>,
    sent: Sent<TranslateRequest>,
) -> Result<HttpResponse, ApiError> {
    let Sent { wanted: request, ignored } = sent;
    let user = User::with_key(&http, request.api_key.as_deref())?;
    let options = TranslationOptions {
        source: fields::source(Some(&request.source))?,
        target: fields::language("target", &request.target)?,
        model: None,
        checks: true,
        glossary: Glossary::default(),
        html: request.format == Format::Html,
    };
    let one = matches!(request.q, Texts::One(_));
    let alternatives = request.alternatives.is_some_and(|wanted| wanted != Count(0));
    let translated = Batch::parse("q", request.q, &state.limits)?.translate(&state, &user, &options).await?;
    let body = TranslateResponse::new(translated, one, options.source.is_none(), alternatives);
    Ok(answer(body, &ignored))
}

/// Find a text's language, as LibreTranslate does
#[utoipa::path(
    tag = "compatibility",
    operation_id = "libretranslate_detect",
    request_body(
        content(
            (DetectRequest = "application/json", example = json!({"q": "Las obras comienzan en mayo."})),
            (DetectRequest = "application/x-www-form-urlencoded"),
            (DetectRequest = "multipart/form-data"),
        ),
    ),
    responses(
        (status = 200, description = "The languages considered, likeliest first", body = Vec<Detected>),
        document::LibreTranslateBody,
    ),
)]
#[post("/detect")]
pub(in crate::http) async fn detect(
    http: HttpRequest,
    state: Data<ApiState>,
    sent: Sent<DetectRequest>,
) -> Result<HttpResponse, ApiError> {
    let user = User::with_key(&http, sent.wanted.api_key.as_deref())?;
    let texts = sent.wanted.q.named("q", &state.limits)?;
    // LibreTranslate tells one language for all of them.
    let whole = texts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
    let article = Article::parse("q", whole, state.limits.text_characters)?;
    user.client.spend(article.characters())?;
    let service = state.service.clone();
    let detection = block(move || service.detect(&article)).await.map_err(|error| ApiError::internal(&error))?;
    let found: Vec<Detected> = detection.candidates.into_iter().map(Into::into).collect();
    Ok(answer(found, &sent.ignored))
}

/// List the languages, as LibreTranslate does
#[utoipa::path(
    tag = "compatibility",
    operation_id = "libretranslate_languages",
    responses((status = 200, description = "The languages", body = Vec<Known>), document::LibreTranslateRead),
)]
#[get("/languages")]
pub(in crate::http) async fn languages(
    http: HttpRequest,
    state: Data<ApiState>,
    sent: Sent<LanguagesRequest>,
) -> Result<Json<Vec<Known>>, ApiError> {
    known(&http, &state, &sent).await
}

/// The same, for clients that post
#[utoipa::path(
    tag = "compatibility",
    operation_id = "libretranslate_languages_posted",
    responses((status = 200, description = "The languages", body = Vec<Known>), document::LibreTranslateRead),
)]
#[post("/languages")]
pub(in crate::http) async fn languages_posted(
    http: HttpRequest,
    state: Data<ApiState>,
    sent: Sent<LanguagesRequest>,
) -> Result<Json<Vec<Known>>, ApiError> {
    known(&http, &state, &sent).await
}

async fn known(
    http: &HttpRequest,
    state: &ApiState,
    sent: &Sent<LanguagesRequest>,
) -> Result<Json<Vec<Known>>, ApiError> {
    User::with_key(http, sent.wanted.api_key.as_deref())?;
    let service = state.service.clone();
    let entries = block(move || service.languages()).await.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(entries.into_iter().map(Into::into).collect()))
}

/// Can it serve? As LibreTranslate says it
#[utoipa::path(
    tag = "compatibility",
    operation_id = "libretranslate_health",
    responses((status = 200, description = "It can", body = Status), document::LibreTranslateHealth),
)]
#[get("/health")]
pub(in crate::http) async fn health(state: Data<ApiState>) -> Result<Json<Status>, ApiError> {
    match state.service.readiness() {
        Readiness::Ready => Ok(Json(Status { status: "ok" })),
        Readiness::Loading => Err(ApiError::loading()),
        Readiness::Draining => Err(ApiError::draining()),
    }
}

/// Settings for a page that translates, as LibreTranslate has them
#[utoipa::path(
    tag = "compatibility",
    operation_id = "libretranslate_settings",
    responses((status = 200, description = "The settings", body = Settings), document::LibreTranslateRead),
)]
#[get("/frontend/settings")]
pub(in crate::http) async fn settings(state: Data<ApiState>) -> Json<Settings> {
    Json(Settings::new(state.limits.text_characters))
}
