//! DeepL's API: `/v2/translate`, `/v2/languages` and `/v2/usage`.
//!
//! Bodies are JSON or forms. The key is in `Authorization: DeepL-Auth-Key`.

mod varieties;

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Json, block},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ErrorForm, answer,
    batch::{Batch, Translated},
    document,
    sent::Sent,
    values::{self, Unsupported},
};
use crate::{
    domain::Glossary,
    http::{
        ApiState,
        error::{ApiError, ErrorCode},
        fields::Texts,
        gate::User,
        schemas,
    },
    service::TranslationOptions,
};
use varieties::{Known, Side};

/// Asked for by every client, and always given.
const MET: [&str; 1] = ["show_billed_characters"];

/// What DeepL says of an account without a limit.
const NO_LIMIT: u64 = 1_000_000_000_000;

/// Texts and the languages.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DeepLRequest)]
pub(in crate::http) struct TranslateRequest {
    #[schema(schema_with = schemas::texts)]
    text: Texts,
    /// The language to translate into. A variety, such as `EN-GB`, is taken; which one the translation has is the
    /// model's.
    #[schema(examples("ES"))]
    target_lang: String,
    /// The language of the texts; found for each where it is left out.
    #[schema(examples("EN"))]
    source_lang: Option<String>,
    /// `default`, `prefer_more` or `prefer_less`; `more` and `less` are refused.
    #[schema(examples("default"))]
    formality: Option<String>,
    /// `html` or nothing; `xml` is refused.
    #[schema(examples("html"))]
    tag_handling: Option<String>,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    glossary_id: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    glossary_ids: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    style_id: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    custom_instructions: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    translation_memory_id: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    ignore_tags: Unsupported,
}

impl TranslateRequest {
    fn options(&self) -> Result<TranslationOptions, ApiError> {
        values::refuse(&[
            ("glossary_id", self.glossary_id),
            ("glossary_ids", self.glossary_ids),
            ("style_id", self.style_id),
            ("custom_instructions", self.custom_instructions),
            ("translation_memory_id", self.translation_memory_id),
            ("ignore_tags", self.ignore_tags),
        ])?;
        if matches!(self.formality.as_deref(), Some("more" | "less")) {
            return Err(values::cannot("formality"));
        }
        let html = match self.tag_handling.as_deref().unwrap_or_default() {
            "" => false,
            "html" => true,
            _ => return Err(values::cannot("tag_handling")),
        };
        let source = self.source_lang.as_deref().filter(|code| !code.is_empty());
        Ok(TranslationOptions {
            source: source.map(varieties::source).transpose()?,
            target: varieties::target(&self.target_lang)?,
            model: None,
            checks: true,
            glossary: Glossary::default(),
            html,
        })
    }
}

/// The translations, in the order of the texts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeepLResponse)]
pub(in crate::http) struct TranslateResponse {
    translations: Vec<Translation>,
}

/// One text's translation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeepLTranslation)]
struct Translation {
    /// The language found or named.
    #[schema(examples("EN"))]
    detected_source_language: String,
    #[schema(examples("Las obras comienzan en mayo."))]
    text: String,
    /// The characters of the text sent. Nobody bills them.
    #[schema(examples(19))]
    billed_characters: usize,
}

impl From<Translated> for Translation {
    fn from(translated: Translated) -> Self {
        let Translated { text, source, characters, .. } = translated;
        Self { detected_source_language: source.code().to_uppercase(), text, billed_characters: characters }
    }
}

/// What is asked of the list of languages.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DeepLLanguagesRequest)]
pub(in crate::http) struct LanguagesRequest {
    /// Which list; `source` when left out.
    #[serde(default, rename = "type")]
    side: Side,
}

/// What was translated. Breve does not count it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeepLUsage)]
pub(in crate::http) struct Usage {
    /// Always 0.
    #[schema(examples(0))]
    character_count: u64,
    /// What DeepL says where there is no limit.
    #[schema(examples(1_000_000_000_000_u64))]
    character_limit: u64,
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeepLError)]
pub(in crate::http) struct ErrorBody {
    /// What went wrong.
    #[schema(examples("text is empty"))]
    message: String,
}

/// An error as clients of this family know it.
pub(super) fn error(error: &ApiError) -> ErrorForm {
    ErrorForm::new(status(error.code()), ErrorBody { message: error.message().to_owned() })
}

const fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::UnsupportedLanguage => StatusCode::BAD_REQUEST,
        // DeepL says of a key that is none that it may not.
        ErrorCode::Unauthorized | ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        // The clients have a class for it that says what it is: the servers have too much to do.
        ErrorCode::Overloaded => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::DownloadFailed => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::InvalidRequest
        | ErrorCode::NotFound
        | ErrorCode::RateLimited
        | ErrorCode::MethodNotAllowed
        | ErrorCode::InputTooLong
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::ModelLoading
        | ErrorCode::Timeout
        | ErrorCode::Internal => code.status(),
    }
}

/// Translate, as DeepL does
///
/// Texts without a letter or digit stay as they are. What was sent and nothing was done with, such as `context`, is
/// named in the header `x-breve-ignored`.
#[utoipa::path(
    tag = "compatibility",
    operation_id = "deepl_translate",
    request_body(
        content(
            (TranslateRequest = "application/json", example = json!({"text": ["Works begin in May."], "target_lang": "ES"})),
            (TranslateRequest = "application/x-www-form-urlencoded"),
        ),
    ),
    responses((status = 200, description = "The translations", body = TranslateResponse), document::DeepLWork),
)]
#[post("/v2/translate")]
pub(in crate::http) async fn translate(
    user: User,
    state: Data<ApiState>,
    sent: Sent<TranslateRequest>,
) -> Result<HttpResponse, ApiError> {
    let options = sent.wanted.options()?;
    let translated = Batch::parse("text", sent.wanted.text, &state.limits)?.translate(&state, &user, &options).await?;
    let translations = translated.into_iter().map(Into::into).collect();
    Ok(answer(TranslateResponse { translations }, &sent.ignored.without(&MET)))
}

/// List the languages, as DeepL does
///
/// `type` is in the query, or in a form, which DeepL's client for Python sends even with GET.
#[utoipa::path(
    tag = "compatibility",
    operation_id = "deepl_languages",
    params(("type" = Option<Side>, Query, description = "Which list; `source` when left out")),
    responses((status = 200, description = "The languages", body = Vec<Known>), document::DeepLBody),
)]
#[get("/v2/languages")]
pub(in crate::http) async fn languages(
    state: Data<ApiState>,
    sent: Sent<LanguagesRequest>,
) -> Result<HttpResponse, ApiError> {
    known(&state, sent).await
}

/// The same, for clients that post
#[utoipa::path(
    tag = "compatibility",
    operation_id = "deepl_languages_posted",
    request_body(
        content((Option<LanguagesRequest> = "application/x-www-form-urlencoded"), (Option<LanguagesRequest> = "application/json")),
    ),
    responses((status = 200, description = "The languages", body = Vec<Known>), document::DeepLBody),
)]
#[post("/v2/languages")]
pub(in crate::http) async fn languages_posted(
    state: Data<ApiState>,
    sent: Sent<LanguagesRequest>,
) -> Result<HttpResponse, ApiError> {
    known(&state, sent).await
}

async fn known(state: &ApiState, sent: Sent<LanguagesRequest>) -> Result<HttpResponse, ApiError> {
    let service = state.service.clone();
    let entries = block(move || service.languages()).await.map_err(|error| ApiError::internal(&error))?;
    Ok(answer(sent.wanted.side.of(&entries), &sent.ignored))
}

/// What was translated so far, as DeepL says it
///
/// Breve counts no characters and has no limit of them.
#[utoipa::path(
    tag = "compatibility",
    operation_id = "deepl_usage",
    responses((status = 200, description = "No use and no limit", body = Usage), document::DeepLRead),
)]
#[get("/v2/usage")]
pub(in crate::http) async fn usage() -> Json<Usage> {
    Json(Usage { character_count: 0, character_limit: NO_LIMIT })
}

/// The same, for clients that post
#[utoipa::path(
    tag = "compatibility",
    operation_id = "deepl_usage_posted",
    responses((status = 200, description = "No use and no limit", body = Usage), document::DeepLRead),
)]
#[post("/v2/usage")]
pub(in crate::http) async fn usage_posted() -> Json<Usage> {
    Json(Usage { character_count: 0, character_limit: NO_LIMIT })
}
