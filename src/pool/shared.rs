//! What the pool, the requests and the thread that owns a model all see.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    domain::ModelState,
    engine::{EngineError, Role},
};

/// Where the owner thread is.
#[derive(Clone)]
pub(super) enum Stage {
    Loading,
    Loaded(Role),
    Failed(EngineError),
    /// The thread has let go of the engine's memory.
    Gone,
}

/// State that all sides see.
pub(super) struct Shared {
    pub(super) memory_bytes: u64,
    visits: AtomicUsize,
    stage: watch::Sender<Stage>,
    last_use: Mutex<Instant>,
}

impl Shared {
    pub(super) fn new(memory_bytes: u64) -> Self {
        let (visits, last_use) = (AtomicUsize::new(0), Mutex::new(Instant::now()));
        Self { memory_bytes, visits, stage: watch::Sender::new(Stage::Loading), last_use }
    }

    /// Counts one more visitor, who keeps the model in memory.
    pub(super) fn admit(self: &Arc<Self>) -> Admitted {
        self.visits.fetch_add(1, Ordering::AcqRel);
        *self.last_use() = Instant::now();
        Admitted { shared: Arc::clone(self) }
    }

    /// Those who want something of the model now.
    pub(super) fn visits(&self) -> usize {
        self.visits.load(Ordering::Acquire)
    }

    /// How long nobody has used the model; zero while somebody does.
    pub(super) fn idle_for(&self) -> Duration {
        if self.visits() > 0 { Duration::ZERO } else { self.last_use().elapsed() }
    }

    pub(super) fn set_stage(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage.borrow().clone()
    }

    pub(super) fn is_loading(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Loading)
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Gone)
    }

    /// What the model does, once it is loaded.
    pub(super) async fn role(&self) -> Result<Role, EngineError> {
        let gone = || EngineError::Failed("it was unloaded".into());
        let mut stages = self.stage.subscribe();
        let stage = stages.wait_for(|stage| !matches!(stage, Stage::Loading)).await.map_err(|_| gone())?;
        match &*stage {
            Stage::Loaded(role) => Ok(role.clone()),
            Stage::Failed(error) => Err(error.clone()),
            Stage::Loading | Stage::Gone => Err(gone()),
        }
    }

    pub(super) fn model_state(&self) -> Option<ModelState> {
        match self.stage() {
            Stage::Loading => Some(ModelState::Loading),
            Stage::Loaded(_) => Some(ModelState::Loaded { memory_bytes: self.memory_bytes }),
            Stage::Failed(error) => Some(ModelState::Failed { reason: error.to_string() }),
            Stage::Gone => None,
        }
    }

    fn last_use(&self) -> MutexGuard<'_, Instant> {
        // Nothing panics while it holds this lock.
        self.last_use.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A visit that counts until this is dropped.
pub(super) struct Admitted {
    pub(super) shared: Arc<Shared>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        *self.shared.last_use() = Instant::now();
        self.shared.visits.fetch_sub(1, Ordering::AcqRel);
    }
}
