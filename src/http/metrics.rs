//! `GET /metrics`, and what answers say of their time.

use actix_web::{
    HttpResponse, get,
    http::header::HeaderName,
    web::{Data, block},
};

use super::{ApiState, error::ApiError, schemas};
use crate::{
    domain::{ModelState, StageTimings},
    jobs::JobsLoad,
    service::{CacheStatus, Load, ModelStatus, Readiness, Service, Summarized},
    telemetry::{Metrics, Snapshot},
};

/// As OpenMetrics has it.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The service in figures
///
/// For Prometheus. No label holds a key, an address or text.
#[utoipa::path(
    tag = "operations",
    responses(
        (status = 200, description = "OpenMetrics", body = String, content_type = "application/openmetrics-text"),
        schemas::ReadErrors,
    ),
)]
#[get("/metrics")]
pub(super) async fn read(state: Data<ApiState>) -> Result<HttpResponse, ApiError> {
    let (service, jobs) = (state.service.clone(), state.jobs.load().await);
    let snapshot = block(move || snapshot(&service, jobs)).await.map_err(|error| ApiError::internal(&error))?;
    let text = state.metrics.text(snapshot).map_err(|error| ApiError::internal(&error))?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}

fn snapshot(service: &Service, jobs: JobsLoad) -> Snapshot {
    let Load { work, pending, kept_bytes, kept } = service.load();
    let one = |value: f64| vec![(Vec::new(), value)];
    let stage = |stage: &str, value: f64| (vec![("stage", stage.to_owned())], value);
    let mut rows = Snapshot::default();
    let stages = [("text", work.text), ("encode", work.encode.0), ("decode", work.decode.0)];
    let seconds = stages.map(|(name, took)| stage(name, took.as_secs_f64()));
    rows.counter("model_seconds", "What models spent on each part of their work", seconds.into());
    rows.counter("model_steps", "Steps of all models", one(work.decode.1 as f64));
    rows.counter("model_step_sources", "Sources that took part, summed over steps", one(work.step_sources as f64));
    let waiting = pending.into_iter().map(|(id, count)| (vec![("model", id.to_string())], count as f64)).collect();
    rows.gauge("model_requests", "Requests that wait for a model or are at work", waiting);
    rows.gauge("cache_bytes", "Memory of finished summaries", one(kept_bytes as f64));
    rows.gauge("cache_summaries", "Finished summaries that are kept", one(kept as f64));
    rows.gauge("ready", "Whether new requests are welcome", one(f64::from(service.readiness() == Readiness::Ready)));
    let (states, memory) = models(&service.models());
    rows.gauge("models", "Models by where they stand", states);
    rows.gauge("model_memory_bytes", "Estimated memory of models", memory);
    let JobsLoad { waiting, done, failed, again } = jobs;
    let result = |result: &str, count: u64| (vec![("result", result.to_owned())], count as f64);
    let results = vec![result("done", done), result("failed", failed), result("again", again)];
    rows.counter("job_articles", "Articles of jobs by what came of this replica's tries", results);
    let waiting = waiting.into_iter().flat_map(|count| one(count as f64)).collect();
    rows.gauge("job_articles_waiting", "Articles of jobs without an end, of all replicas", waiting);
    rows.gauge("build", "The program", vec![(vec![("version", env!("CARGO_PKG_VERSION").to_owned())], 1.0)]);
    rows
}

/// Values with their labels.
type Values = Vec<(Vec<(&'static str, String)>, f64)>;

fn models(models: &[ModelStatus]) -> (Values, Values) {
    let names = ["available", "downloading", "ready", "loading", "loaded", "failed"];
    let mut counts = [0.0; 6];
    let mut memory = Vec::new();
    for model in models {
        counts[place(&model.state)] += 1.0;
        if let ModelState::Loaded { memory_bytes } = model.state {
            memory.push((vec![("model", model.card.id.to_string())], memory_bytes as f64));
        }
    }
    let states = names.into_iter().zip(counts).map(|(name, count)| (vec![("state", name.to_owned())], count));
    (states.collect(), memory)
}

const fn place(state: &ModelState) -> usize {
    match state {
        ModelState::Available => 0,
        ModelState::Downloading { .. } => 1,
        ModelState::Ready => 2,
        ModelState::Loading => 3,
        ModelState::Loaded { .. } => 4,
        ModelState::Failed { .. } => 5,
    }
}

/// Where a request's time went, as the W3C's Server Timing has it: milliseconds.
pub(super) fn server_timing(timings: &StageTimings) -> String {
    let StageTimings { queue, summarize, translate, checks, total } = timings;
    let stages =
        [("queue", queue), ("summarize", summarize), ("translate", translate), ("checks", checks), ("total", total)];
    let stage = |(name, took): (&str, &std::time::Duration)| format!("{name};dur={:.1}", took.as_secs_f64() * 1000.0);
    stages.map(stage).join(", ")
}

/// Counts what a summary took.
pub(super) fn count(metrics: &Metrics, Summarized { summary, cache }: &Summarized) {
    metrics.cached(cache_result(*cache));
    if matches!(cache, CacheStatus::Miss { .. } | CacheStatus::Bypass) {
        metrics.worked(&summary.timings, summary.usage);
    }
}

/// The label of an answer's origin.
const fn cache_result(status: CacheStatus) -> &'static str {
    match status {
        CacheStatus::Bypass => "bypass",
        CacheStatus::Miss { .. } => "miss",
        CacheStatus::Collapsed => "collapsed",
        CacheStatus::Hit => "hit",
    }
}
