//! The thread that owns one model. Generators are built, stepped and dropped here and nowhere else.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use super::{
    batcher::Batcher,
    meters::Meters,
    request::{Work, guarded, panic_error},
    shared::{Shared, Stage},
};
use crate::engine::{EngineError, EngineLoader, EngineSpec, Generator};

/// Runs until the pool and all requests have let go of the model.
pub(super) struct Worker {
    pub(super) spec: EngineSpec,
    pub(super) loader: Arc<dyn EngineLoader>,
    pub(super) shared: Arc<Shared>,
    pub(super) idle_limit: Option<Duration>,
    pub(super) batch_wait: Duration,
    pub(super) max_batch_sources: Option<usize>,
    pub(super) meters: Arc<Meters>,
}

/// What came from waiting for work.
enum Arrival {
    Work(Work),
    /// Nobody has used the model for so long that it may go.
    Idle,
    /// Nobody can send any more.
    Never,
}

type Built = Result<Box<dyn Generator>, EngineError>;

impl Worker {
    /// `retire` makes the pool forget this thread, and know why the model could not be loaded where that is the reason.
    /// After that nobody new is sent here, and those who are here already are still answered.
    pub(super) fn run(self, inbox: &mpsc::Receiver<Work>, retire: impl FnOnce(Option<&EngineError>)) {
        let mut retire = Some(retire);
        let mut batcher = Batcher::new(self.max_batch_sources, Arc::clone(&self.meters));
        let mut generator = self.build();
        loop {
            if let (Err(error), Some(retire)) = (&generator, retire.take_if(|_| generator.is_err())) {
                retire(Some(error));
                self.shared.set_stage(Stage::Failed(error.clone()));
            }
            if batcher.is_empty() {
                match self.wait(inbox, self.idle_limit.filter(|_| retire.is_some())) {
                    Arrival::Work(work) => self.gather(work, inbox, &mut batcher),
                    Arrival::Idle => retire.take().into_iter().for_each(|retire| retire(None)),
                    Arrival::Never => break,
                }
            }
            inbox.try_iter().for_each(|work| batcher.add(work));
            generator = self.advance(generator, &mut batcher);
        }
        drop(generator);
        self.shared.set_stage(Stage::Gone);
    }

    fn wait(&self, inbox: &mpsc::Receiver<Work>, idle_limit: Option<Duration>) -> Arrival {
        loop {
            let received = match idle_limit {
                None => inbox.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected),
                Some(limit) => inbox.recv_timeout(limit.saturating_sub(self.shared.idle_for())),
            };
            match received {
                Ok(work) => return Arrival::Work(work),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Arrival::Never,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    if idle_limit.is_some_and(|limit| self.shared.idle_for() >= limit) {
                        return Arrival::Idle;
                    }
                }
            }
        }
    }

    /// Waits a moment for the work of other requests that are being prepared, so that all begin together.
    fn gather(&self, first: Work, inbox: &mpsc::Receiver<Work>, batcher: &mut Batcher) {
        batcher.add(first);
        let until = Instant::now() + self.batch_wait;
        while self.shared.visits() > batcher.jobs()
            && let Ok(work) = inbox.recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            batcher.add(work);
        }
    }

    fn build(&self) -> Built {
        self.shared.set_stage(Stage::Loading);
        let started = Instant::now();
        match guarded(|| self.loader.load(&self.spec)) {
            Ok(engine) => {
                tracing::info!(model = %self.spec.card.id, ms = started.elapsed().as_millis() as u64, "model loaded");
                self.shared.set_stage(Stage::Loaded(engine.role));
                Ok(engine.generator)
            }
            Err(error) => {
                tracing::error!(model = %self.spec.card.id, %error, "model could not be loaded");
                Err(error)
            }
        }
    }

    /// One step; after a panic the engine is built again, since its state cannot be trusted.
    fn advance(&self, generator: Built, batcher: &mut Batcher) -> Built {
        let mut generator = generator.inspect_err(|error| batcher.fail_all(error))?;
        let stepped = catch_unwind(AssertUnwindSafe(|| batcher.advance(&mut *generator)));
        let Err(payload) = stepped else { return Ok(generator) };
        let error = panic_error(&*payload);
        tracing::error!(model = %self.spec.card.id, %error, "model panicked in a step");
        batcher.fail_running(&error);
        // Its memory first: two of them need not fit.
        drop(generator);
        self.build()
    }
}
