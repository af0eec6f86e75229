use std::time::Duration;

use crate::{domain::ModelId, engine::EngineError};

/// Why the pool gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PoolError {
    /// Too much work is waiting for this model, or for the memory it needs.
    #[error("too many requests are waiting for {model}")]
    Overloaded {
        /// The model.
        model: ModelId,
        /// When to try again.
        retry_after: Duration,
    },
    /// The deadline passed while the model was still being read into memory.
    #[error("{model} is still being loaded")]
    Loading {
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
