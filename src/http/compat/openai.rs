//! OpenAI's chat completions: the last message of the user is the article, and the answer is its summary.
//!
//! The key is in `Authorization: Bearer`.

mod completion;
mod instructions;
mod messages;
mod models;
mod request;

use actix_web::{
    HttpResponse, post,
    web::{Data, Path, ReqData},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ErrorForm, answer, document, hugging_face, sent::Sent, with_ignored};
use crate::http::{
    ApiState,
    envelope::RequestId,
    error::{ApiError, ErrorCode},
    gate::User,
    metrics,
    stream::SentEvent,
};
use completion::{Completion, Made};

pub(in crate::http) use completion::Chunk;
use request::{ChatRequest, Wanted};

pub(in crate::http) use models::{ListedModel, listed, owner, virtual_model};

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiErrorBody)]
pub(in crate::http) struct ErrorBody {
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiErrorDetail)]
pub(in crate::http) struct ErrorDetail {
    /// For people.
    message: String,
    /// `invalid_request_error` or `server_error`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The field at fault, where there is one.
    param: Option<String>,
    /// For programs.
    code: &'static str,
}

/// An error as clients of this family know it.
pub(super) fn error(error: &ApiError) -> ErrorForm {
    let code = error.code();
    // The clients have a class for 400 and none for 413, and OpenAI answers this one.
    let status = if code == ErrorCode::InputTooLong { ErrorCode::InvalidRequest.status() } else { code.status() };
    let kind = if status.is_server_error() { "server_error" } else { "invalid_request_error" };
    let detail = ErrorDetail {
        message: error.message().to_owned(),
        kind,
        param: error.param().map(str::to_owned),
        code: code_name(error),
    };
    // The clients ask twice more: what took too long once takes too long again.
    let is_final = code == ErrorCode::Timeout;
    ErrorForm { is_final, ..ErrorForm::new(status, ErrorBody { error: detail }) }
}

fn code_name(error: &ApiError) -> &'static str {
    match error.code() {
        ErrorCode::NotFound if error.param() == Some("model") => "model_not_found",
        ErrorCode::InputTooLong => "context_length_exceeded",
        code => code.name(),
    }
}

/// Summarise an article, as a chat
///
/// The last message of the user is the article. `model` is `breve` for the best summariser, `breve-es` (or another
/// code) for a summary in that language, or a summariser's name; without a language the summary is in the article's
/// own. Of system messages a language and a number of sentences are understood. What was sent and nothing was done with
/// is named in the header `x-breve-ignored`. With `stream` the summary comes as server-sent events, once it is whole.
#[utoipa::path(
    tag = "compatibility",
    operation_id = "openai_chat",
    request_body(
        content = ChatRequest,
        example = json!({"model": "breve", "messages": [{"role": "user", "content": "Works begin in May. Nobody left."}]}),
    ),
    responses(
        (status = 200, description = "The summary", content((Completion = "application/json"), (SentEvent = "text/event-stream"))),
        document::OpenAiWork,
    ),
)]
#[post("/v1/chat/completions")]
pub(in crate::http) async fn chat(
    user: User,
    state: Data<ApiState>,
    id: ReqData<RequestId>,
    sent: Sent<ChatRequest>,
) -> Result<HttpResponse, ApiError> {
    respond(&state, &user, &id, sent).await
}

/// The same, at the address of a model
///
/// What Hugging Face's clients make of `/models/{id}`; the model is the one in the path.
#[utoipa::path(
    tag = "compatibility",
    operation_id = "openai_chat_of_model",
    params(("id" = String, Path, description = "The model's name", example = "extractive")),
    request_body = ChatRequest,
    responses(
        (status = 200, description = "The summary", content((Completion = "application/json"), (SentEvent = "text/event-stream"))),
        document::OpenAiWork,
    ),
)]
#[post("/models/{id}/v1/chat/completions")]
pub(in crate::http) async fn chat_of_model(
    user: User,
    state: Data<ApiState>,
    id: ReqData<RequestId>,
    model: Path<String>,
    mut sent: Sent<ChatRequest>,
) -> Result<HttpResponse, ApiError> {
    sent.wanted.model = model.into_inner();
    respond(&state, &user, &id, sent).await
}

/// The same, at the address of a model's repository
#[utoipa::path(
    tag = "compatibility",
    operation_id = "openai_chat_of_repository",
    params(
        ("owner" = String, Path, description = "Who publishes it", example = "sshleifer"),
        ("name" = String, Path, description = "Its name there", example = "distilbart-cnn-12-6"),
    ),
    request_body = ChatRequest,
    responses(
        (status = 200, description = "The summary", content((Completion = "application/json"), (SentEvent = "text/event-stream"))),
        document::OpenAiWork,
    ),
)]
#[post("/models/{owner}/{name}/v1/chat/completions")]
pub(in crate::http) async fn chat_of_repository(
    user: User,
    state: Data<ApiState>,
    id: ReqData<RequestId>,
    path: Path<(String, String)>,
    mut sent: Sent<ChatRequest>,
) -> Result<HttpResponse, ApiError> {
    let (owner, name) = path.into_inner();
    sent.wanted.model = hugging_face::card(&state, &format!("{owner}/{name}")).await?.id.to_string();
    respond(&state, &user, &id, sent).await
}

async fn respond(
    state: &ApiState,
    user: &User,
    id: &RequestId,
    sent: Sent<ChatRequest>,
) -> Result<HttpResponse, ApiError> {
    let Sent { wanted: request, mut ignored } = sent;
    let model = request.model.clone();
    let Wanted { article, options, shortened, stream } = request.validate(&state.limits, &mut ignored)?;
    user.client.spend(article.characters())?;
    let summarized = match options.targets.is_empty() {
        true => state.service.summarize_as_written(&article, &options, user.within).await?,
        false => state.service.summarize(&article, &options, user.within).await?,
    };
    metrics::count(&state.metrics, &summarized);
    let made = Made::new(&id.0, model, summarized.summary, shortened);
    Ok(match stream {
        Some(stream) => {
            let response = HttpResponse::Ok().content_type("text/event-stream").body(made.events(stream.usage));
            with_ignored(response, &ignored)
        }
        None => answer(made.completion(), &ignored),
    })
}
