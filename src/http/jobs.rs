//! `/v1/jobs`: many articles at once, done in their time.

mod shapes;

use std::{sync::Arc, time::Duration};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, delete,
    dev::Payload,
    get,
    http::header,
    post,
    web::{Bytes, Data, Json, Path, Query, block},
};
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde_json::Value;
use uuid::Uuid;

use super::{
    ApiState,
    body::{self, Incoming, is_json},
    error::{ApiError, ErrorCode},
    gate::User,
    metrics, schemas,
    summarize::SummarizeRequest,
    wire::{Asked, error_json, with_id_apart},
};
use crate::{
    access::Client,
    config::LimitSettings,
    jobs::{JobsError, NewArticle, NewJob, Outcome, Stored, Work},
    service::{Service, Summarized},
    telemetry::Metrics,
};
use shapes::{Hook, Page};
pub(super) use shapes::{JobRequest, JobResponse, ResultLine};

/// Results in one answer, unless asked otherwise, and at most.
const PAGE: usize = 100;
const LONGEST_PAGE: usize = 1000;
/// When it is worth another try while the database is away, in seconds.
const RETRY_SECONDS: u64 = 5;
const LINES: &str = "application/x-ndjson";

/// A body with articles: JSON, or one article a line.
pub(super) struct JobBody {
    bytes: Bytes,
    lines: bool,
}

impl FromRequest for JobBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let lines = request.content_type().eq_ignore_ascii_case(LINES);
        let known = lines || is_json(request.content_type());
        let incoming = Incoming::of(request, payload).map(|incoming| match request.app_data::<Data<ApiState>>() {
            Some(state) => incoming.up_to(state.job_settings.body_bytes),
            None => incoming,
        });
        async move {
            if !known {
                let message =
                    "the body must be JSON (`application/json`) or one article a line (`application/x-ndjson`)";
                return Err(ApiError::new(ErrorCode::UnsupportedMediaType, message).at("content-type"));
            }
            Ok(Self { bytes: incoming?.read().await?, lines })
        }
        .boxed_local()
    }
}

impl JobBody {
    /// `webhook` is that of the query, which lines have no other place for.
    fn parse(&self, webhook: Option<String>) -> Result<JobRequest, ApiError> {
        if !self.lines {
            let request: JobRequest = body::parse(&self.bytes)?;
            return Ok(JobRequest { webhook: request.webhook.or(webhook), ..request });
        }
        let lines = body::utf8(&self.bytes)?.lines().filter(|line| !line.trim().is_empty());
        // What is no JSON fails alone, as what is no article does.
        let article = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| Value::String(line.to_owned()));
        Ok(JobRequest { articles: lines.map(article).collect(), webhook })
    }
}

/// Summarise many articles
///
/// Takes the articles and answers at once. They are summarised as the machine has time, also after the service was ended
/// and started again, each once. Articles come as JSON, or one a line.
#[utoipa::path(
    operation_id = "submit_job",
    tag = "jobs",
    params(Hook),
    request_body(content(
        (JobRequest = "application/json"),
        (SummarizeRequest = "application/x-ndjson"),
    )),
    responses((status = 202, description = "The job, taken", body = JobResponse), schemas::JobErrors),
)]
#[post("/v1/jobs")]
pub(super) async fn submit(
    User { client, .. }: User,
    state: Data<ApiState>,
    hook: Result<Query<Hook>, actix_web::Error>,
    job: JobBody,
) -> Result<HttpResponse, ApiError> {
    let Query(Hook { webhook }) = hook.map_err(|error| ApiError::invalid("query", error.to_string()))?;
    let (limits, most) = (state.limits.clone(), state.job_settings.articles);
    // Reading thousands of articles would hold up other requests.
    let read = block(move || read(&job, webhook, &limits, most)).await.map_err(|error| ApiError::internal(&error))?;
    let Read { articles, characters, webhook } = read?;
    client.spend(characters)?;
    let status = state.jobs.submit(NewJob { owner: owner(&client), articles, hook_url: webhook }).await?;
    let place = format!("/v1/jobs/{}", status.id);
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, place)).json(JobResponse::from(status)))
}

/// A job's articles as they are kept.
struct Read {
    articles: Vec<NewArticle>,
    /// In all that can be read.
    characters: usize,
    webhook: Option<String>,
}

fn read(job: &JobBody, webhook: Option<String>, limits: &LimitSettings, most: usize) -> Result<Read, ApiError> {
    let JobRequest { articles, webhook } = job.parse(webhook)?;
    if !(1..=most).contains(&articles.len()) {
        let message = format!("articles: has {}, it must have 1 to {most}", articles.len());
        return Err(ApiError::invalid("articles", message).beyond(most, Some(articles.len())));
    }
    let mut characters = 0;
    let articles = articles.into_iter().map(|article| new_article(article, limits, &mut characters)).collect();
    Ok(Read { articles, characters, webhook })
}

/// An article as it is kept; `characters` counts those of articles that can be read.
fn new_article(article: Value, limits: &LimitSettings, characters: &mut usize) -> NewArticle {
    let (id, request) = with_id_apart(article);
    let request = request.to_string();
    let refused = match Asked::parse(&request, limits) {
        Ok(asked) => {
            *characters += asked.article.characters();
            None
        }
        Err(error) => Some(error_json(&error).to_string()),
    };
    NewArticle { caller_id: id.map(|id| id.to_string()), request, refused }
}

/// Show a job
///
/// How far it is. Keys see their own jobs alone.
#[utoipa::path(
    operation_id = "show_job",
    tag = "jobs",
    params(("id" = String, Path, description = "The job's name", format = "uuid")),
    responses((status = 200, description = "Where it stands", body = JobResponse), schemas::JobReadErrors),
)]
#[get("/v1/jobs/{id}")]
pub(super) async fn show(user: User, state: Data<ApiState>, id: Path<String>) -> Result<Json<JobResponse>, ApiError> {
    Ok(Json(state.jobs.status(job_id(&id)?, owner(&user.client)).await?.into()))
}

/// Read a job's results
///
/// Those that there are, in the order of its articles, one a line. The next page begins after the last line's `index`.
#[utoipa::path(
    operation_id = "job_results",
    tag = "jobs",
    params(("id" = String, Path, description = "The job's name", format = "uuid"), Page),
    responses(
        (status = 200, description = "Finished articles", body = ResultLine, content_type = "application/x-ndjson"),
        schemas::JobReadErrors,
    ),
)]
#[get("/v1/jobs/{id}/results")]
pub(super) async fn results(
    user: User,
    state: Data<ApiState>,
    id: Path<String>,
    page: Result<Query<Page>, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    let Query(Page { from, limit }) = page.map_err(|error| ApiError::invalid("query", error.to_string()))?;
    let limit = limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        let message = format!("limit: is {limit}, it must be 1 to {LONGEST_PAGE}");
        return Err(ApiError::invalid("limit", message).beyond(LONGEST_PAGE, Some(limit)));
    }
    let stored = state.jobs.results(job_id(&id)?, owner(&user.client), from, limit).await?;
    let lines: String = stored.into_iter().map(line).collect();
    Ok(HttpResponse::Ok().content_type(LINES).body(lines))
}

fn line(stored: Stored) -> String {
    serde_json::to_string(&ResultLine::from(stored)).unwrap_or_default() + "\n"
}

/// Cancel a job
///
/// Begins no more of its articles. Results that are there can be read until it expires; a job that is done stays done.
#[utoipa::path(
    operation_id = "cancel_job",
    tag = "jobs",
    params(("id" = String, Path, description = "The job's name", format = "uuid")),
    responses((status = 200, description = "Where it stands now", body = JobResponse), schemas::JobReadErrors),
)]
#[delete("/v1/jobs/{id}")]
pub(super) async fn cancel(user: User, state: Data<ApiState>, id: Path<String>) -> Result<Json<JobResponse>, ApiError> {
    Ok(Json(state.jobs.cancel(job_id(&id)?, owner(&user.client)).await?.into()))
}

fn job_id(id: &str) -> Result<Uuid, ApiError> {
    id.parse().map_err(|_| JobsError::Unknown(id.chars().take(64).collect()).into())
}

fn owner(client: &Client) -> String {
    client.key().map(ToString::to_string).unwrap_or_default()
}

impl From<JobsError> for ApiError {
    fn from(error: JobsError) -> Self {
        match &error {
            JobsError::Unknown(_) => Self::new(ErrorCode::NotFound, error.to_string()),
            JobsError::Hook(_) => Self::invalid("webhook", error.to_string()),
            JobsError::Full { limit, waiting } => Self::new(ErrorCode::Overloaded, error.to_string())
                .beyond(*limit, Some(*waiting))
                .retry_after(Duration::from_secs(RETRY_SECONDS)),
            JobsError::Unavailable(_) => {
                tracing::error!(%error, "the database of jobs");
                let message = "jobs cannot be kept now: their database does not answer, or takes nothing";
                Self::new(ErrorCode::Overloaded, message).retry_after(Duration::from_secs(RETRY_SECONDS))
            }
        }
    }
}

/// What jobs do with an article: the same as `POST /v1/summarize`, counted in the same way.
pub fn job_work(service: Service, limits: LimitSettings, metrics: Arc<Metrics>) -> Work {
    Arc::new(move |request| {
        let (service, limits, metrics) = (service.clone(), limits.clone(), Arc::clone(&metrics));
        let count = move |summarized: &Summarized| metrics::count(&metrics, summarized);
        async move { outcome(Asked::carry_out(&request, &service, &limits, count).await) }.boxed()
    })
}

fn outcome(answer: Result<Value, ApiError>) -> Outcome {
    match answer {
        Ok(answer) => Outcome::Done(answer.to_string()),
        Err(error) => {
            let json = error_json(&error).to_string();
            match error.code() {
                ErrorCode::Overloaded | ErrorCode::ModelLoading => Outcome::Later(json),
                ErrorCode::Timeout | ErrorCode::Internal => Outcome::Again(json),
                _ => Outcome::Failed(json),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_try_may_mend_is_tried_again() {
        let of = |code| outcome(Err(ApiError::new(code, "x")));
        for code in [ErrorCode::Timeout, ErrorCode::Internal] {
            assert!(matches!(of(code), Outcome::Again(_)), "{code:?}");
        }
        for code in [ErrorCode::Overloaded, ErrorCode::ModelLoading] {
            assert!(matches!(of(code), Outcome::Later(_)), "{code:?}");
        }
        for code in [ErrorCode::InvalidRequest, ErrorCode::UnsupportedLanguage] {
            assert!(matches!(of(code), Outcome::Failed(_)), "{code:?}");
        }
    }

    #[test]
    fn an_article_that_cannot_be_read_is_kept_with_its_error() {
        let limits = crate::config::Settings::compiled().unwrap().limits;
        let mut characters = 0;
        let mut new = |article: Value| new_article(article, &limits, &mut characters);
        let good = new(serde_json::json!({"id": 7, "text": "Rain fell."}));
        assert_eq!((good.caller_id.as_deref(), good.refused), (Some("7"), None));
        let bad = new(serde_json::json!({"text": ""})).refused.unwrap();
        assert!(bad.contains("invalid_request"), "{bad}");
        assert!(new(Value::String("nonsense".into())).refused.is_some());
        assert_eq!(characters, 10);
    }
}
