//! `POST /v1/summarize`.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderName},
    post,
    web::{Data, ReqData},
};
use futures_util::FutureExt;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    ApiState,
    body::JsonBody,
    envelope::RequestId,
    error::ApiError,
    fields::{self, Glossary},
    gate::User,
    metrics::{self, SERVER_TIMING, server_timing},
    schemas,
    stream::{self, SentEvent, Writing},
    summary::SummarizeResponse,
};
use crate::{
    config::LimitSettings,
    domain::{Article, Format, Language, Length, Mode, OffsetUnit, SummaryOptions},
    service::{CacheStatus, Prepared, Service, Watcher},
};

/// Most languages in one request.
const TARGETS: usize = 8;

/// An article and what its summary is to be like. Only `text` is required.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SummarizeRequest {
    /// The article.
    #[schema(min_length = 1, examples("The city council approved the plan on Monday. Works begin in May."))]
    text: String,
    /// The article's language: an ISO 639 code, or `auto`.
    #[schema(default = "auto", examples("en"))]
    source: Option<String>,
    /// The languages of the summary, at most 8. When left out: English and Spanish, as far as the installed
    /// models reach.
    #[schema(min_items = 1, max_items = 8, examples("es"))]
    targets: Option<Vec<String>>,
    #[serde(default)]
    #[schema(schema_with = schemas::length)]
    length: Length,
    /// How many sentences, as far as the article and the model have them.
    #[schema(minimum = 1, examples(3))]
    sentences: Option<usize>,
    #[serde(default)]
    #[schema(schema_with = schemas::format)]
    format: Format,
    #[serde(default)]
    #[schema(schema_with = schemas::mode)]
    mode: Mode,
    /// The summariser; the best installed when left out.
    #[schema(examples("distilbart-cnn-12-6"))]
    model: Option<String>,
    /// Whether to say which parts of the article support each sentence.
    #[schema(default = true)]
    evidence: Option<bool>,
    #[serde(default)]
    #[schema(schema_with = schemas::offset_unit)]
    offset_unit: OffsetUnit,
    /// Whether a sentence that says what the article does not, or whose translation does, gives way to one of the
    /// article's own.
    #[serde(default)]
    #[schema(default = false)]
    strict: bool,
    /// Whether sentences are checked, mended where they can be, and told of. `strict` checks them in any case.
    #[schema(default = true)]
    checks: Option<bool>,
    /// Terms of the translations; the server's own are added to these.
    #[serde(default)]
    #[schema(required = false)]
    glossary: Glossary,
    /// Whether to answer with server-sent events while the summary is being made.
    #[serde(default)]
    #[schema(default = false)]
    stream: bool,
}

/// A request that can be served.
pub(super) struct Wanted {
    pub(super) article: Article,
    pub(super) options: SummaryOptions,
    pub(super) evidence: bool,
    pub(super) stream: bool,
}

impl SummarizeRequest {
    pub(super) fn validate(self, limits: &LimitSettings) -> Result<Wanted, ApiError> {
        let options = SummaryOptions {
            source: fields::source(self.source.as_deref())?,
            targets: targets(self.targets)?,
            length: self.length,
            sentences: sentences(self.sentences, limits.summary_sentences)?,
            format: self.format,
            mode: self.mode,
            model: fields::model(self.model.as_deref())?,
            offset_unit: self.offset_unit,
            checks: self.checks.unwrap_or(true),
            strict: self.strict,
            glossary: self.glossary.parse()?,
        };
        let article = Article::parse("text", self.text, limits.text_characters)?;
        Ok(Wanted { article, options, evidence: self.evidence.unwrap_or(true), stream: self.stream })
    }
}

fn targets(codes: Option<Vec<String>>) -> Result<Vec<Language>, ApiError> {
    let Some(codes) = codes else { return Ok(Vec::new()) };
    if !(1..=TARGETS).contains(&codes.len()) {
        let message = format!("targets: names {} languages, it must name 1 to {TARGETS}", codes.len());
        return Err(ApiError::invalid("targets", message).beyond(TARGETS, Some(codes.len())));
    }
    let mut targets = Vec::new();
    for (index, code) in codes.iter().enumerate() {
        let language = fields::language(&format!("targets[{index}]"), code)?;
        if !targets.contains(&language) {
            targets.push(language);
        }
    }
    Ok(targets)
}

fn sentences(count: Option<usize>, limit: usize) -> Result<Option<usize>, ApiError> {
    match count {
        Some(count) if !(1..=limit).contains(&count) => {
            let message = format!("sentences: is {count}, it must be 1 to {limit}");
            Err(ApiError::invalid("sentences", message).beyond(limit, Some(count)))
        }
        count => Ok(count),
    }
}

/// Summarise an article
///
/// Gives the summary in every language asked for, sentence by sentence, with where each sentence comes from.
#[utoipa::path(
    tag = "text",
    request_body = SummarizeRequest,
    responses(
        (
            status = 200,
            description = "The summary; with `stream` the events `plan`, `progress`, `sentence`, and at last `done` with the \
                           summary, or `error`",
            content(
                (SummarizeResponse = "application/json"),
                (SentEvent = "text/event-stream"),
            ),
        ),
        schemas::WorkErrors,
    ),
)]
#[post("/v1/summarize")]
pub(super) async fn summarize(
    User { client, within }: User,
    state: Data<ApiState>,
    id: ReqData<RequestId>,
    JsonBody(request): JsonBody<SummarizeRequest>,
) -> Result<HttpResponse, ApiError> {
    let Wanted { article, options, evidence, stream } = request.validate(&state.limits)?;
    client.spend(article.characters())?;
    let writing = Writing {
        id: id.into_inner(),
        article,
        unit: options.offset_unit,
        evidence,
        metrics: Arc::clone(&state.metrics),
    };
    if stream {
        let prepared = state.service.prepare(&writing.article, &options, within).await?;
        return Ok(streamed(state.service.clone(), writing, prepared));
    }
    let summarized = state.service.summarize(&writing.article, &options, within).await?;
    metrics::count(&state.metrics, &summarized);
    let mut response = HttpResponse::Ok();
    response.insert_header((SERVER_TIMING, server_timing(&summarized.summary.timings)));
    response.insert_header((CACHE_STATUS, cache_status(summarized.cache)));
    response.insert_header((header::ETAG, writing.tag(&summarized.summary)));
    Ok(response.json(writing.whole(summarized)))
}

fn streamed(service: Service, writing: Writing, prepared: Prepared) -> HttpResponse {
    let (watcher, events) = Watcher::new();
    let work = async move { service.carry_out(prepared, watcher).await };
    stream::respond(writing, events, work.boxed_local())
}

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// As RFC 9211 writes it.
const fn cache_status(status: CacheStatus) -> &'static str {
    match status {
        CacheStatus::Bypass => "breve; fwd=bypass",
        CacheStatus::Miss { stored: true } => "breve; fwd=miss; stored",
        CacheStatus::Miss { stored: false } => "breve; fwd=miss",
        CacheStatus::Collapsed => "breve; fwd=miss; collapsed",
        CacheStatus::Hit => "breve; hit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_counts_once() {
        let codes = |codes: &[&str]| Some(codes.iter().map(|&code| code.to_owned()).collect());
        assert_eq!(targets(codes(&["es", "en", "spa"])), Ok(vec![Language::SPANISH, Language::ENGLISH]));
        assert_eq!(targets(None), Ok(Vec::new()), "the service decides");
        assert!(targets(codes(&[])).is_err());
        assert!(targets(codes(&["en"; 9])).is_err());
    }
}
