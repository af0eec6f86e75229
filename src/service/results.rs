//! Finished summaries that are kept, by the keys of their receipts, and identical requests that are answered by one work.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use moka::future::Cache;

use super::{
    Service, ServiceError,
    summarize::{Plan, Planned},
};
use crate::{
    domain::{StageTimings, Summary, SummaryOptions},
    pool::PoolError,
};

/// A summary, and whether it was at hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Summarized {
    /// The summary.
    pub summary: Summary,
    /// Where it came from.
    pub cache: CacheStatus,
}

/// Where an answer came from, in the words of RFC 9211.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheStatus {
    /// Nothing is kept.
    Bypass,
    /// It was made for this request, and is kept where it is whole.
    Miss {
        /// Whether it is kept.
        stored: bool,
    },
    /// It was made for another request that came just before.
    Collapsed,
    /// It was kept from an earlier request.
    Hit,
}

/// Finished summaries.
#[derive(Clone)]
pub(super) struct Results {
    kept: Cache<String, Arc<Summary>>,
}

impl Results {
    /// Keeps about so many bytes; `None` for zero.
    pub(super) fn new(bytes: u64) -> Option<Self> {
        let weigh = |key: &String, summary: &Arc<Summary>| u32::try_from(key.len() + size(summary)).unwrap_or(u32::MAX);
        let kept = || Cache::builder().max_capacity(bytes).weigher(weigh).build();
        (bytes > 0).then(|| Self { kept: kept() })
    }

    /// Bytes and summaries, as of a moment ago.
    pub(super) fn size(&self) -> (u64, u64) {
        (self.kept.weighted_size(), self.kept.entry_count())
    }
}

/// About what a summary takes in memory.
fn size(summary: &Summary) -> usize {
    let texts = summary.texts.values().map(String::len).sum::<usize>() * 2;
    let evidence: usize = summary.sentences.iter().map(|sentence| sentence.evidence.len()).sum();
    let report = summary.checks.as_ref().map_or(0, |report| report.facts.len() * 4 + report.faults.len());
    texts + size_of::<Summary>() + (summary.sentences.len() + evidence + report + 16) * 64
}

impl Service {
    /// The summary that was planned: a kept one, that of an identical request at work, or a new one.
    pub(super) async fn answer(
        &self,
        planned: Planned,
        options: &SummaryOptions,
        started: Instant,
    ) -> Result<Summarized, ServiceError> {
        let Some(results) = &self.results else {
            let summary = self.follow(planned, options, started).await?;
            return Ok(Summarized { summary, cache: CacheStatus::Bypass });
        };
        let key = planned.recipe.key();
        if let Some(kept) = results.kept.get(&key).await {
            let summary = for_request(&kept, planned.plan, started);
            return Ok(Summarized { summary, cache: CacheStatus::Hit });
        }
        let late = PoolError::Timeout { model: planned.plan.summarizer.name.id.clone() };
        let deadline = planned.plan.turn.deadline();
        let made = self.make_once(results, key, planned, options, started);
        tokio::time::timeout_at(deadline.into(), made).await.map_err(|_| late)?
    }

    /// Of identical requests one works and the others wait for it. Where it fails or its client goes, another one works:
    /// it may have more time.
    async fn make_once(
        &self,
        results: &Results,
        key: String,
        planned: Planned,
        options: &SummaryOptions,
        started: Instant,
    ) -> Result<Summarized, ServiceError> {
        loop {
            let (worked, mut failure) = (AtomicBool::new(false), None);
            let work = async {
                worked.store(true, Ordering::Relaxed);
                let made = self.follow(planned.clone(), options, started).await;
                made.map(Arc::new).map_err(|error| failure = Some(error))
            };
            let made = results.kept.try_get_with_by_ref(&key, work).await;
            if let Some(error) = failure {
                return Err(error);
            }
            let Ok(made) = made else { continue };
            if !worked.into_inner() {
                let summary = for_request(&made, planned.plan, started);
                return Ok(Summarized { summary, cache: CacheStatus::Collapsed });
            }
            // What could not be mended for want of time or room may be mended the next time.
            let stored = made.checks.as_ref().is_none_or(|report| report.untried == 0);
            if !stored {
                results.kept.invalidate(&key).await;
            }
            return Ok(Summarized { summary: Summary::clone(&made), cache: CacheStatus::Miss { stored } });
        }
    }
}

/// What was made for another request, with what is this one's own: how its language was found, and its time.
fn for_request(made: &Summary, plan: Plan, started: Instant) -> Summary {
    plan.watcher.tell_kept(&plan, made);
    let mut summary = made.clone();
    summary.source.confidence = plan.confidence;
    summary.missing_pairs = plan.missing_pairs;
    summary.timings = StageTimings { total: started.elapsed(), ..StageTimings::default() };
    summary
}
