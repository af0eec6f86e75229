//! What happens while a summary is being made, for those who watch it.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, future::try_join_all, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{
    Service, ServiceError, assemble::sentence, checked::CheckedTranslation, rows::Row, summarize::Plan,
    support::Drafted,
};
use crate::{
    domain::{DetectedSource, Language, ModelName, Sentence, Summary, SummaryOptions},
    pool::{OnProgress, Round},
};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum SummaryEvent {
    /// What will be done. The first event.
    Plan(PlanReport),
    /// How far a stage has come.
    Progress(Progress),
    /// A sentence is certain, in every language.
    Sentence {
        /// Its place in the summary, from 0.
        index: usize,
        /// The sentence.
        sentence: Sentence,
    },
}

/// What will be done.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanReport {
    /// What will be read.
    pub source: DetectedSource,
    /// The summary's languages.
    pub targets: Vec<Language>,
    /// Chunks that the article is split into for the model's context.
    pub chunks: usize,
    /// Tokens of these chunks; `None` for a summary that was at hand.
    pub input_tokens: Option<usize>,
    /// The summariser.
    pub summarizer: ModelName,
    /// The translators.
    pub translators: Vec<ModelName>,
}

/// How far a stage has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which.
    pub stage: Stage,
    /// In which round of it, from 1: what was written of a long article is shortened again.
    pub round: usize,
    /// Chunks or sentences that are done.
    pub done: usize,
    /// Chunks or sentences of this round.
    pub total: usize,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Chunks are being summarised.
    Summarize,
    /// Sentences are being translated.
    Translate,
}

/// Whom events are told: for most requests nobody.
#[derive(Debug, Clone, Default)]
pub struct Watcher(Option<UnboundedSender<SummaryEvent>>);

/// Sentences that are translated at the same time for somebody who watches: more would take the turns of others.
const AT_ONCE: usize = 8;

impl Watcher {
    /// One whose events arrive at the receiver. There are few: some for each chunk and each sentence.
    pub fn new() -> (Self, UnboundedReceiver<SummaryEvent>) {
        let (sender, receiver) = unbounded_channel();
        (Self(Some(sender)), receiver)
    }

    pub(super) fn is_watching(&self) -> bool {
        self.0.is_some()
    }

    fn tell(&self, event: SummaryEvent) {
        if let Some(sender) = &self.0 {
            // Who does not listen any more is gone, and soon the work is, too.
            drop(sender.send(event));
        }
    }

    /// Tells of the chunks that the summariser has done.
    pub(super) fn of_chunks(&self) -> Option<OnProgress> {
        let watcher = self.is_watching().then(|| self.clone())?;
        Some(Arc::new(move |Round { number: round, done, total }| {
            watcher.tell(SummaryEvent::Progress(Progress { stage: Stage::Summarize, round, done, total }));
        }))
    }

    fn sentence_done(&self, done: usize, total: usize) {
        self.tell(SummaryEvent::Progress(Progress { stage: Stage::Translate, round: 1, done, total }));
    }

    /// Tells of the rows' sentences.
    pub(super) fn tell_rows(&self, plan: &Plan, options: &SummaryOptions, rows: &[Row]) {
        for (index, row) in rows.iter().enumerate().filter(|_| self.is_watching()) {
            self.tell(SummaryEvent::Sentence { index, sentence: sentence(plan, row, options.format) });
        }
    }

    /// Tells of a summary that was at hand.
    pub(super) fn tell_kept(&self, plan: &Plan, summary: &Summary) {
        if !self.is_watching() {
            return;
        }
        let report = plan.report(summary.coverage.chunks, None);
        self.tell(SummaryEvent::Plan(report));
        for (index, sentence) in summary.sentences.iter().cloned().enumerate() {
            self.tell(SummaryEvent::Sentence { index, sentence });
        }
    }
}

impl Plan {
    fn report(&self, chunks: usize, input_tokens: Option<usize>) -> PlanReport {
        PlanReport {
            source: self.source(),
            targets: self.targets.clone(),
            chunks,
            input_tokens,
            summarizer: self.summarizer.name.clone(),
            translators: self.translators.iter().map(|by| by.first.name.clone()).collect(),
        }
    }
}

impl Service {
    /// Says what will be done, if anybody wants to know.
    ///
    /// # Errors
    /// [`ServiceError`] where the summariser cannot be loaded or does not take the article.
    pub(super) async fn tell_plan(&self, plan: &Plan, options: &SummaryOptions) -> Result<(), ServiceError> {
        if plan.watcher.is_watching() {
            let request = plan.request(options);
            let chunks = self.pool.chunk_plan(&plan.summarizer, request, &plan.turn).await?;
            let report = plan.report(chunks.chunks.len(), Some(chunks.tokens.iter().sum()));
            plan.watcher.tell(SummaryEvent::Plan(report));
        }
        Ok(())
    }

    /// Translates the summary's sentences each by itself, and tells of each as soon as it and those before it are certain.
    /// What comes of it is what comes of translating them together.
    ///
    /// # Errors
    /// [`ServiceError`] of the first translation that fails.
    pub(super) async fn translate_watched(
        &self,
        plan: &Plan,
        options: &SummaryOptions,
        drafts: Vec<Drafted>,
    ) -> Result<(Vec<Row>, Vec<CheckedTranslation>), ServiceError> {
        let total = drafts.len();
        let one = |draft: Drafted| async move {
            let text = vec![draft.text.clone()];
            let jobs = plan.translators.iter().map(|by| self.translate_checked(by, text.clone()));
            let mut translations = try_join_all(jobs).await?;
            Ok::<_, ServiceError>((Row::all(vec![draft], &mut translations), translations))
        };
        let done = stream::iter(drafts).map(one).buffered(AT_ONCE).enumerate();
        let numbered = done.map(|(index, outcome)| outcome.map(|outcome| (index, outcome)));
        numbered
            .try_fold((Vec::new(), Vec::new()), |(mut rows, mut all), (index, (new, translations))| async move {
                plan.watcher.sentence_done(index + 1, total);
                // In strict mode it may still give way to another.
                if !options.strict {
                    let row = new.iter().map(|row| sentence(plan, row, options.format));
                    row.for_each(|sentence| plan.watcher.tell(SummaryEvent::Sentence { index, sentence }));
                }
                rows.extend(new);
                all.extend(translations);
                Ok((rows, all))
            })
            .await
    }
}
