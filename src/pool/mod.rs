//! Which models are in memory: one owner thread a model, admission, eviction, recovery from panics.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    domain::{ModelId, ModelState},
    engine::{EngineError, EngineLoader, SummarizeOutput, SummarizeRequest, TranslateOutput, TranslateRequest},
    store::InstalledModel,
};

/// How much the pool may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// Most bytes of models in memory.
    pub memory_budget_bytes: u64,
    /// Unload a model that was not used for so long; `None` never.
    pub idle_unload: Option<Duration>,
    /// Requests that may wait for one model.
    pub queue: usize,
    /// CPU threads for one model.
    pub threads: usize,
}

/// An answer, and how long it waited before its model began.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed<T> {
    /// The answer.
    pub output: T,
    /// Time in the queue, loading included.
    pub queued: Duration,
    /// Time the model worked.
    pub worked: Duration,
}

/// The models in memory. Cheap to clone.
#[derive(Clone)]
pub struct Pool {}

impl Pool {
    /// An empty pool that builds engines with `loader`.
    pub fn new(_settings: PoolSettings, _loader: Arc<dyn EngineLoader>) -> Self {
        unimplemented!()
    }

    /// Summarises with `model`, loading it first where needed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn summarize(
        &self,
        _model: &InstalledModel,
        _request: SummarizeRequest,
        _deadline: Instant,
    ) -> Result<Timed<SummarizeOutput>, PoolError> {
        unimplemented!()
    }

    /// Translates with `model`, loading it first where needed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn translate(
        &self,
        _model: &InstalledModel,
        _request: TranslateRequest,
        _deadline: Instant,
    ) -> Result<Timed<TranslateOutput>, PoolError> {
        unimplemented!()
    }

    /// Reads `model` into memory, and waits until it is there.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn load(&self, _model: &InstalledModel) -> Result<(), PoolError> {
        unimplemented!()
    }

    /// Lets go of a model once its work in hand is done; returns whether it was in memory.
    pub fn unload(&self, _id: &ModelId) -> bool {
        unimplemented!()
    }

    /// Loading, loaded or failed; `None` for a model the pool does not hold.
    pub fn state(&self, _id: &ModelId) -> Option<ModelState> {
        unimplemented!()
    }
}

/// Why the pool gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PoolError {
    /// Too much work is waiting for this model.
    #[error("too many requests are waiting for {model}")]
    Overloaded {
        /// The model.
        model: ModelId,
        /// When to try again.
        retry_after: Duration,
    },
    /// The deadline passed before the answer was there.
    #[error("the deadline passed before {model} had answered")]
    Timeout {
        /// The model.
        model: ModelId,
    },
    /// The model does not fit into the memory budget, even alone.
    #[error("{model} needs {needed_mib} MiB of memory, the budget is {budget_mib} MiB")]
    TooLarge {
        /// The model.
        model: ModelId,
        /// What it needs.
        needed_mib: u64,
        /// What there is.
        budget_mib: u64,
    },
    /// The model could not be read into memory.
    #[error("{model} could not be loaded: {source}")]
    Load {
        /// The model.
        model: ModelId,
        /// Why.
        source: EngineError,
    },
    /// The model failed on this request; the next one finds it rebuilt.
    #[error("{model} failed: {source}")]
    Engine {
        /// The model.
        model: ModelId,
        /// Why.
        source: EngineError,
    },
}
