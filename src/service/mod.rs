//! The use cases: detect, plan, summarise, translate, assemble. Routes and commands only call these.

mod assemble;
mod checked;
mod drafts;
mod error;
mod events;
mod glossary;
mod languages;
mod models;
mod names;
mod receipt;
mod results;
mod rows;
mod select;
mod summarize;
mod support;
mod translate;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use results::Results;

use crate::{
    domain::{Glossary, ModelId},
    pool::{Pool, Turn},
    store::{InstalledModel, Store},
};

pub use crate::{
    pool::{PoolError, PoolWork},
    store::{PullEvent, StoreError},
};
pub use error::ServiceError;
pub use events::{PlanReport, Progress, Stage, SummaryEvent, Watcher};
pub use languages::{Detection, LanguageEntry};
pub use models::ModelStatus;
pub use results::{CacheStatus, Summarized};
pub use summarize::Prepared;
pub use translate::{TranslatedSentence, TranslatedText, Translation, TranslationOptions};

/// Limits and preferences of the use cases.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceSettings {
    /// Longest time for one request, waiting included.
    pub request_timeout: Duration,
    /// Most sentences in a summary.
    pub summary_sentences: usize,
    /// Most bytes of finished summaries that are kept; 0 keeps none.
    pub cache_bytes: u64,
    /// The summariser when a request names none; `None` for the best installed.
    pub summarizer: Option<ModelId>,
    /// The translators to prefer, first first.
    pub translators: Vec<ModelId>,
    /// Models to read into memory before the service is ready.
    pub load_at_start: Vec<ModelId>,
    /// Terms of all translations; what a request asks for wins over these.
    pub glossary: Glossary,
    /// Models that this process knows besides the store's, such as a directory named on the command line.
    pub extra_models: Vec<InstalledModel>,
}

/// Whether new requests are welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Models that are to be loaded at start are not in memory yet.
    Loading,
    /// They are.
    Ready,
    /// The service is about to stop.
    Draining,
}

/// What is going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// What all models together have done since the start.
    pub work: PoolWork,
    /// Requests that wait for each model in memory, or are at work.
    pub pending: Vec<(ModelId, usize)>,
    /// About what finished summaries take in memory, in bytes.
    pub kept_bytes: u64,
    /// How many are kept.
    pub kept: u64,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    store: Store,
    pool: Pool,
    settings: Arc<ServiceSettings>,
    results: Option<Results>,
    ready: Arc<AtomicBool>,
    draining: Arc<AtomicBool>,
}

/// Runs `work`, which reads files or long texts, where it holds up no other request.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(output) => output,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

impl Service {
    /// Puts the parts together. Ready at once when nothing is to be loaded at start.
    pub fn new(store: Store, pool: Pool, settings: ServiceSettings) -> Self {
        let ready = Arc::new(AtomicBool::new(settings.load_at_start.is_empty()));
        let (results, draining) = (Results::new(settings.cache_bytes), Arc::default());
        Self { store, pool, settings: Arc::new(settings), results, ready, draining }
    }

    /// Reads the models that the settings name into memory; ready once all are there.
    ///
    /// # Errors
    /// [`ServiceError`] of the first that cannot be loaded.
    pub async fn load_at_start(&self) -> Result<(), ServiceError> {
        for id in &self.settings.load_at_start {
            self.load_model(id).await?;
        }
        self.ready.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether new requests are welcome: every model that is to be loaded at start has been, and no end is near.
    pub fn readiness(&self) -> Readiness {
        match (self.draining.load(Ordering::Acquire), self.ready.load(Ordering::Acquire)) {
            (true, _) => Readiness::Draining,
            (false, true) => Readiness::Ready,
            (false, false) => Readiness::Loading,
        }
    }

    /// The same over the same models, with another longest time for one request.
    pub fn with_timeout(&self, request_timeout: Duration) -> Self {
        let settings = ServiceSettings { request_timeout, ..ServiceSettings::clone(&self.settings) };
        Self { settings: Arc::new(settings), ..self.clone() }
    }

    /// What is going on.
    pub fn load(&self) -> Load {
        let (kept_bytes, kept) = self.results.as_ref().map_or((0, 0), Results::size);
        Load { work: self.pool.work(), pending: self.pool.pending(), kept_bytes, kept }
    }

    /// Says from now on that no new requests are welcome. Those that come all the same are served.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// The turn of a request that came at `started` and whose caller has so much time.
    fn turn(&self, started: Instant, within: Option<Duration>) -> Arc<Turn> {
        let limit = self.settings.request_timeout;
        Arc::new(Turn::until(started + within.map_or(limit, |within| within.min(limit))))
    }
}
