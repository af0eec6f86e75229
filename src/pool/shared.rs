//! What the pool and the thread that owns a model both see.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::domain::ModelState;

/// Where the owner thread is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    Loading,
    Loaded,
    Failed(String),
    /// The thread has let go of the engine's memory.
    Gone,
}

/// State that both sides see.
pub(super) struct Shared {
    pub(super) memory_bytes: u64,
    pending: AtomicUsize,
    progress: Mutex<Progress>,
}

struct Progress {
    stage: Stage,
    /// Moving average of the time one piece of work takes.
    typical_work: Duration,
}

/// A guess before anything was measured, for the first `Retry-After`.
const FIRST_GUESS: Duration = Duration::from_secs(1);

impl Shared {
    pub(super) fn new(memory_bytes: u64) -> Self {
        let progress = Progress { stage: Stage::Loading, typical_work: FIRST_GUESS };
        Self { memory_bytes, pending: AtomicUsize::new(0), progress: Mutex::new(progress) }
    }

    /// Counts one more request in, unless `limit` are waiting or at work already.
    pub(super) fn admit(&self, limit: usize) -> bool {
        self.pending.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| (n < limit).then_some(n + 1)).is_ok()
    }

    /// Counts a request out; `worked` is how long it kept the model busy.
    pub(super) fn finish(&self, worked: Option<Duration>) {
        self.pending.fetch_sub(1, Ordering::AcqRel);
        if let Some(worked) = worked {
            let mut progress = self.lock();
            progress.typical_work = progress.typical_work.mul_f64(0.8) + worked.mul_f64(0.2);
        }
    }

    pub(super) fn pending(&self) -> usize {
        self.pending.load(Ordering::Acquire)
    }

    /// When the work that is waiting now should be done.
    pub(super) fn backlog(&self) -> Duration {
        let waiting = u32::try_from(self.pending()).unwrap_or(u32::MAX);
        self.lock().typical_work.saturating_mul(waiting)
    }

    pub(super) fn set_stage(&self, stage: Stage) {
        self.lock().stage = stage;
    }

    pub(super) fn stage(&self) -> Stage {
        self.lock().stage.clone()
    }

    pub(super) fn model_state(&self) -> Option<ModelState> {
        match self.stage() {
            Stage::Loading => Some(ModelState::Loading),
            Stage::Loaded => Some(ModelState::Loaded { memory_bytes: self.memory_bytes }),
            Stage::Failed(reason) => Some(ModelState::Failed { reason }),
            Stage::Gone => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        // Nothing panics while it holds this lock, and the values are whole at every point.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
