//! What requests and answers of jobs hold.

use std::time::{Duration, SystemTime};

use humantime::format_rfc3339_seconds;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        ObjectBuilder, Ref,
        schema::{AnyOfBuilder, Array, ArrayBuilder, SchemaType},
    },
};

use crate::{
    http::summarize::SummarizeRequest,
    jobs::{HookState, HookStatus, JobState, JobStatus, Stored, StoredState},
};

/// Articles to summarise, and whom to tell when that is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct JobRequest {
    /// Each with what `POST /v1/summarize` takes, and perhaps an `id` of yours. One that cannot be read fails alone.
    #[schema(schema_with = articles)]
    pub(in crate::http) articles: Vec<Value>,
    /// An address that is sent a signed message when the job is finished. Its host has to be one that the server's
    /// operator allows.
    pub(in crate::http) webhook: Option<String>,
}

/// Whom to tell, in the query.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Hook {
    /// The same as `webhook` in JSON, for articles that come one a line.
    pub(in crate::http) webhook: Option<String>,
}

/// [`JobRequest::articles`]: whatever stands in an article's place fails alone.
fn articles() -> Array {
    let article = Ref::from_schema_name(SummarizeRequest::name());
    let other =
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("Anything else, which fails alone."));
    let description =
        "Each with what `POST /v1/summarize` takes, and perhaps an `id` of yours. One that cannot be read fails alone.";
    let items = AnyOfBuilder::new().item(article).item(other);
    ArrayBuilder::new().items(items).min_items(Some(1)).description(Some(description)).build()
}

/// Where a job stands.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct JobResponse {
    /// Its name.
    #[schema(format = "uuid")]
    id: String,
    state: State,
    /// When it was taken, as RFC 3339.
    #[schema(examples("2026-11-26T10:00:00Z"))]
    created_at: String,
    /// When it and its results are forgotten.
    #[schema(examples("2026-12-03T10:00:00Z"))]
    expires_at: String,
    articles: Articles,
    /// Who is told of its end; only where somebody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    webhook: Option<Webhook>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = JobStateName)]
enum State {
    /// Nothing of it was begun.
    Queued,
    /// Some of it was.
    Running,
    /// Every article has an answer or an error.
    Done,
    /// It was given up.
    Cancelled,
}

/// How many of its articles are where.
#[derive(Debug, Serialize, ToSchema)]
struct Articles {
    total: usize,
    /// With an answer.
    done: usize,
    /// With an error.
    failed: usize,
    /// Given up.
    cancelled: usize,
}

/// Who is told of a job's end.
#[derive(Debug, Serialize, ToSchema)]
struct Webhook {
    url: String,
    /// What messages are signed with, as Standard Webhooks has it; only in the answer that the job is taken with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))]
    secret: Option<String>,
    state: Delivery,
    /// How often it was tried.
    attempts: usize,
}

/// Whether the end of a job was told.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Delivery {
    /// The job is not at its end, or the message is on its way.
    Pending,
    /// It was.
    Delivered,
    /// The address did not take it, again and again.
    Failed,
}

/// A finished article: `answer` is what `POST /v1/summarize` answers, `error` what its error body has.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ResultLine {
    /// Its place in the job, from 0.
    index: usize,
    /// Your own name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Object)]
    answer: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Object)]
    error: Option<Value>,
}

/// Which results.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Page {
    /// The first article, by its place in the job from 0.
    #[param(default = 0)]
    #[serde(default)]
    pub(in crate::http) from: usize,
    /// Most results in one answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub(in crate::http) limit: Option<usize>,
}

impl From<JobStatus> for JobResponse {
    fn from(status: JobStatus) -> Self {
        let JobStatus { id, state, created_ms, expires_ms, counts, hook } = status;
        Self {
            id: id.to_string(),
            state: match state {
                JobState::Queued => State::Queued,
                JobState::Running => State::Running,
                JobState::Done => State::Done,
                JobState::Cancelled => State::Cancelled,
            },
            created_at: date(created_ms),
            expires_at: date(expires_ms),
            articles: Articles {
                total: counts.total,
                done: counts.done,
                failed: counts.failed,
                cancelled: counts.cancelled,
            },
            webhook: hook.map(Into::into),
        }
    }
}

impl From<HookStatus> for Webhook {
    fn from(hook: HookStatus) -> Self {
        let state = match hook.state {
            HookState::Pending => Delivery::Pending,
            HookState::Delivered => Delivery::Delivered,
            HookState::Failed => Delivery::Failed,
        };
        Self { url: hook.url, secret: hook.secret, state, attempts: hook.attempts }
    }
}

fn date(milliseconds: i64) -> String {
    let since = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since).to_string()
}

impl From<Stored> for ResultLine {
    fn from(stored: Stored) -> Self {
        let read = |json: &str| serde_json::from_str(json).unwrap_or_default();
        let (answer, error) = match stored.state {
            StoredState::Done => (Some(read(&stored.json)), None),
            StoredState::Failed => (None, Some(read(&stored.json))),
        };
        Self { index: stored.position, id: stored.caller_id.as_deref().map(read), answer, error }
    }
}
