//! Hugging Face's inference API: `POST /models/{id}`.
//!
//! `huggingface_hub`'s `InferenceClient(model=...)` and `@huggingface/inference` with `endpointUrl` post to the very
//! address that they are given, so that it names the model. The key is in `Authorization: Bearer`.

mod parameters;

use std::time::Duration;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    post,
    web::{Data, Path, block},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ErrorForm, answer, document,
    sent::{Ignored, Sent},
    values::{self, Unsupported},
};
use crate::{
    domain::{Article, ModelCard, ModelId, ModelOrigin, SummaryOptions, Task},
    http::{
        ApiState,
        error::{ApiError, ErrorCode},
        fields::{self, Texts},
        gate::User,
        metrics, schemas,
    },
    service::Service,
};
use parameters::Parameters;

/// Articles of one request that are summarised at once: a request must not fill the queue by itself.
const AT_ONCE: usize = 4;

/// Asks for what is the case anyhow: nothing is cut or cached, models are waited for, and text is clean.
const MET: [&str; 4] =
    ["options", "parameters.truncation", "parameters.clean_up_tokenization_spaces", "parameters.return_text"];

/// Read by `huggingface_hub`, which logs it.
const WARNING: HeaderName = HeaderName::from_static("x-hf-warning");

/// Text for a model.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = HuggingFaceRequest)]
pub(in crate::http) struct Request {
    #[schema(schema_with = schemas::texts)]
    inputs: Texts,
    parameters: Option<Parameters>,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    stream: Unsupported,
}

/// What a model made of one text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = HuggingFaceOutput)]
pub(in crate::http) enum Output {
    /// Of a summariser.
    Summary { summary_text: String },
    /// Of a translator.
    Translation { translation_text: String },
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HuggingFaceError)]
pub(in crate::http) struct ErrorBody {
    /// What went wrong.
    #[schema(examples("no model is called \"opus-mt-xx-yy\""))]
    error: String,
    /// Seconds until the model may be there; only while it is being loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    estimated_time: Option<f64>,
}

/// An error as clients of this family know it.
pub(super) fn error(error: &ApiError) -> ErrorForm {
    let loading = error.code() == ErrorCode::ModelLoading;
    let estimated_time = loading.then(|| error.retry_after_s().map_or(20.0, f64::from));
    ErrorForm::new(status(error.code()), ErrorBody { error: error.message().to_owned(), estimated_time })
}

const fn status(code: ErrorCode) -> StatusCode {
    match code {
        // The clients have a class for 400.
        ErrorCode::UnsupportedLanguage => StatusCode::BAD_REQUEST,
        // 503 means here that a model is being loaded, and `@huggingface/inference` asks again at once, without end.
        ErrorCode::Overloaded => StatusCode::TOO_MANY_REQUESTS,
        code => code.status(),
    }
}

/// Run a model, as Hugging Face's inference API does
///
/// A summariser gives `summary_text` in the text's own language, a translator `translation_text`. Long text is
/// summarised in chunks and never cut. What was sent and nothing was done with is named in the header
/// `x-breve-ignored`.
#[utoipa::path(
    tag = "compatibility",
    operation_id = "hugging_face_model",
    params(("id" = String, Path, description = "The model's name", example = "extractive")),
    request_body(content = Request, example = json!({"inputs": "Works begin in May.", "parameters": {"max_length": 60}})),
    responses((status = 200, description = "One for each text", body = Vec<Output>), document::HuggingFaceWork),
)]
#[post("/models/{id}")]
pub(in crate::http) async fn run(
    user: User,
    state: Data<ApiState>,
    id: Path<String>,
    sent: Sent<Request>,
) -> Result<HttpResponse, ApiError> {
    respond(&state, &user, &id, sent).await
}

/// Run a model by the name of its repository
#[utoipa::path(
    tag = "compatibility",
    operation_id = "hugging_face_repository",
    params(
        ("owner" = String, Path, description = "Who publishes it", example = "Helsinki-NLP"),
        ("name" = String, Path, description = "Its name there", example = "opus-mt-en-es"),
    ),
    request_body(content = Request, example = json!({"inputs": "Works begin in May."})),
    responses((status = 200, description = "One for each text", body = Vec<Output>), document::HuggingFaceWork),
)]
#[post("/models/{owner}/{name}")]
pub(in crate::http) async fn run_repository(
    user: User,
    state: Data<ApiState>,
    path: Path<(String, String)>,
    sent: Sent<Request>,
) -> Result<HttpResponse, ApiError> {
    let (owner, name) = path.into_inner();
    respond(&state, &user, &format!("{owner}/{name}"), sent).await
}

async fn respond(state: &ApiState, user: &User, name: &str, sent: Sent<Request>) -> Result<HttpResponse, ApiError> {
    let Sent { wanted: Request { inputs, parameters, stream }, mut ignored } = sent;
    let parameters = parameters.unwrap_or_default().validate(&mut ignored)?;
    values::refuse(&[("stream", stream)])?;
    let articles = inputs.parse("inputs", &state.limits)?;
    user.client.spend(articles.iter().map(Article::characters).sum())?;
    let card = card(state, name).await?;
    let outputs = match card.task {
        Task::Summarization => summaries(state, user, &articles, card.id, &parameters).await?,
        Task::Translation => translations(state, user, &articles, &card, &parameters).await?,
    };
    Ok(with_warning(&outputs, &ignored.without(&MET)))
}

fn with_warning(outputs: &[Output], ignored: &Ignored) -> HttpResponse {
    let mut response = answer(outputs, ignored);
    if let Some(names) = ignored.names() {
        let warning = format!("{names}; Breve did nothing with these parameters: {names}");
        let value = HeaderValue::try_from(warning);
        value.into_iter().for_each(|value| drop(response.headers_mut().insert(WARNING, value)));
    }
    response
}

async fn summaries(
    state: &ApiState,
    user: &User,
    articles: &[Article],
    model: ModelId,
    parameters: &Parameters,
) -> Result<Vec<Output>, ApiError> {
    let sentences = Some(parameters.sentences(state.limits.summary_sentences));
    let options = SummaryOptions { model: Some(model), sentences, ..SummaryOptions::default() };
    let summarize = |article| state.service.summarize_as_written(article, &options, user.within);
    let work = stream::iter(articles).map(summarize).buffered(AT_ONCE).try_collect::<Vec<_>>();
    let limit = Duration::from_millis(state.limits.request_timeout_ms);
    let deadline = user.within.map_or(limit, |within| within.min(limit));
    let late = |_| ApiError::new(ErrorCode::Timeout, "the deadline passed before all texts were summarised");
    let summaries = tokio::time::timeout(deadline, work).await.map_err(late)??;
    summaries.iter().for_each(|summarized| metrics::count(&state.metrics, summarized));
    // Each has one text: the one in its article's language.
    let output = |text| Output::Summary { summary_text: text };
    let texts = summaries.into_iter().filter_map(|summarized| summarized.summary.texts.into_values().next());
    Ok(texts.map(output).collect())
}

async fn translations(
    state: &ApiState,
    user: &User,
    articles: &[Article],
    card: &ModelCard,
    parameters: &Parameters,
) -> Result<Vec<Output>, ApiError> {
    let translation = state.service.translate(articles, &parameters.translation(card)?, user.within).await?;
    state.metrics.worked(&translation.timings, translation.usage);
    let output = |text| Output::Translation { translation_text: text };
    Ok(translation.texts.into_iter().map(|translated| output(translated.text)).collect())
}

/// What is known of a model by its own name, or its repository's.
pub(super) async fn card(state: &ApiState, name: &str) -> Result<ModelCard, ApiError> {
    let (service, name) = (state.service.clone(), name.to_owned());
    block(move || find(&service, &name)).await.map_err(|error| ApiError::internal(&error))?
}

fn find(service: &Service, name: &str) -> Result<ModelCard, ApiError> {
    if !name.contains('/') {
        return Ok(service.model(&fields::model_in_path(name)?)?.card);
    }
    let known = service.models().into_iter().filter(|model| is_repository(&model.card.origin, name));
    let installed_first = known.max_by_key(|model| model.revision.is_some());
    installed_first.map(|model| model.card).ok_or_else(|| fields::unknown_model(name))
}

fn is_repository(origin: &ModelOrigin, name: &str) -> bool {
    matches!(origin, ModelOrigin::Hub { repository, .. } if repository.eq_ignore_ascii_case(name))
}
