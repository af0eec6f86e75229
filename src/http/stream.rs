//! `POST /v1/summarize` with `stream`: server-sent events, while the summary is being made.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{HttpResponse, web::Bytes};
use futures_util::{StreamExt, future::LocalBoxFuture, stream};
use serde::Serialize;
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, Interval, interval_at},
};
use utoipa::ToSchema;

use super::{
    envelope::RequestId,
    error::ApiError,
    metrics,
    summary::{Models, Sentence, Source, SummarizeResponse},
};
use crate::{
    domain::{Article, Language, OffsetUnit, Summary},
    service::{PlanReport, Progress, ServiceError, Stage, Summarized, SummaryEvent},
    telemetry::Metrics,
};

/// A connection on which nothing was said for so long may be taken for dead by what lies between.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A server-sent event, as readers of such streams hand it out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SentEvent {
    /// Its name; `message` where it has none.
    #[schema(examples("sentence"))]
    event: String,
    /// JSON.
    #[schema(examples("{\"stage\":\"translate\",\"round\":1,\"done\":1,\"total\":3}"))]
    data: String,
}

/// What will be done: the event `plan`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlanEvent {
    /// The request's id.
    #[schema(examples("5f0c8f7e-5d43-4f0e-9a53-2f6f1e3a0c11"))]
    id: String,
    source: Source,
    /// The summary's languages.
    #[schema(value_type = Vec<String>)]
    targets: Vec<Language>,
    /// The chunks that the article is split into for the model's context.
    #[schema(examples(1))]
    chunks: usize,
    /// Their tokens; absent where the summary was at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples(512))]
    input_tokens: Option<usize>,
    models: Models,
}

/// How far a stage has come: the event `progress`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgressEvent {
    /// `summarize` or `translate`.
    #[schema(examples("summarize"))]
    stage: &'static str,
    /// Which round of it, from 1: what was written of a long article is shortened again.
    #[schema(minimum = 1, examples(1))]
    round: usize,
    /// Chunks, or sentences to translate, that are done.
    #[schema(examples(3))]
    done: usize,
    /// All of this round.
    #[schema(examples(7))]
    total: usize,
}

impl From<Progress> for ProgressEvent {
    fn from(Progress { stage, round, done, total }: Progress) -> Self {
        let stage = match stage {
            Stage::Summarize => "summarize",
            Stage::Translate => "translate",
        };
        Self { stage, round, done, total }
    }
}

/// A sentence that is certain: the event `sentence`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SentenceEvent {
    /// Its place in the summary, from 0.
    #[schema(examples(0))]
    index: usize,
    #[serde(flatten)]
    sentence: Sentence,
}

/// What an answer is written with.
#[derive(Clone)]
pub(super) struct Writing {
    pub(super) id: RequestId,
    pub(super) article: Article,
    pub(super) unit: OffsetUnit,
    pub(super) evidence: bool,
    pub(super) metrics: Arc<Metrics>,
}

impl Writing {
    /// The whole answer, as it is without a stream.
    pub(super) fn whole(&self, summarized: Summarized) -> SummarizeResponse {
        SummarizeResponse::new(self.id.0.clone(), &self.article, self.unit, self.evidence, summarized.summary)
    }

    /// The answer's `ETag`: weak, since the id and the times of two answers differ.
    pub(super) fn tag(&self, summary: &Summary) -> String {
        let unit = match self.unit {
            OffsetUnit::Char => "",
            OffsetUnit::Utf16 => "-utf16",
            OffsetUnit::Utf8 => "-utf8",
        };
        let evidence = if self.evidence { "" } else { "-bare" };
        format!("W/\"{}{unit}{evidence}\"", summary.receipt.key)
    }

    fn event(&self, event: SummaryEvent) -> Bytes {
        match event {
            SummaryEvent::Plan(plan) => named("plan", &self.plan(plan)),
            SummaryEvent::Progress(progress) => named("progress", &ProgressEvent::from(progress)),
            SummaryEvent::Sentence { index, sentence } => {
                let sentence = Sentence::new(sentence, self.article.text(), self.unit, self.evidence);
                named("sentence", &SentenceEvent { index, sentence })
            }
        }
    }

    fn plan(&self, plan: PlanReport) -> PlanEvent {
        let PlanReport { source, targets, chunks, input_tokens, summarizer, translators } = plan;
        let (id, source, models) = (self.id.0.clone(), source.into(), Models::new(&summarizer, &translators));
        PlanEvent { id, source, targets, chunks, input_tokens, models }
    }

    fn last(&self, outcome: Result<Summarized, ServiceError>) -> Bytes {
        match outcome {
            Ok(summarized) => {
                metrics::count(&self.metrics, &summarized);
                named("done", &self.whole(summarized))
            }
            Err(error) => {
                let _inside = self.id.span().entered();
                named("error", &ApiError::from(error).body(&self.id.0))
            }
        }
    }
}

/// An event as the HTML standard writes it. JSON has no line breaks of its own.
fn named(name: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_default();
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// Answers with what `events` bring while `work` goes on, and with what it comes to. The work is part of the body: who
/// closes the connection ends it.
pub(super) fn respond(writing: Writing, events: UnboundedReceiver<SummaryEvent>, work: Work) -> HttpResponse {
    let body = stream::unfold(Telling::new(writing, events, work), Telling::next);
    HttpResponse::Ok()
        .content_type("text/event-stream")
        // Proxies that gather answers would hold events back.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body.map(Ok::<_, Infallible>))
}

type Work = LocalBoxFuture<'static, Result<Summarized, ServiceError>>;

/// A summary being made, and what is to be said of it.
struct Telling {
    writing: Writing,
    events: UnboundedReceiver<SummaryEvent>,
    /// Whether more events may come while the work goes on.
    is_told: bool,
    /// None once it has ended.
    work: Option<Work>,
    last: Option<Bytes>,
    quiet: Interval,
}

impl Telling {
    fn new(writing: Writing, events: UnboundedReceiver<SummaryEvent>, work: Work) -> Self {
        let quiet = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        Self { writing, events, is_told: true, work: Some(work), last: None, quiet }
    }

    /// What is said next, and the rest; `None` after the end.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        while let Some(work) = &mut self.work {
            tokio::select! {
                biased;
                event = self.events.recv(), if self.is_told => match event {
                    Some(event) => return Some((self.writing.event(event), self)),
                    None => self.is_told = false,
                },
                outcome = work => {
                    self.last = Some(self.writing.last(outcome));
                    self.work = None;
                }
                _ = self.quiet.tick() => return Some((Bytes::from_static(b": working\n\n"), self)),
            }
        }
        // Everything that the work told of is here by now, and comes before its end.
        if let Ok(event) = self.events.try_recv() {
            return Some((self.writing.event(event), self));
        }
        self.last.take().map(|last| (last, self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_two_lines_and_an_empty_one() {
        let event = named("progress", &serde_json::json!({"text": "two\nlines"}));
        assert_eq!(event, "event: progress\ndata: {\"text\":\"two\\nlines\"}\n\n");
    }
}
