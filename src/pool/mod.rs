//! Which models are in memory: one owner thread a model, admission, batching, eviction, recovery from panics.
//!
//! A request's plain code (`request`) runs on a thread of its own and sends sources to the model's thread (`worker`),
//! which lets those of all requests join its generator between steps (`batcher`).

mod batcher;
mod error;
mod line;
mod memory;
mod meters;
mod models;
mod request;
mod roles;
mod shared;
mod turn;
mod worker;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc},
    thread,
    time::{Duration, Instant},
};

use tokio::{task::spawn_blocking, time::timeout_at};
use tracing::Instrument;

use crate::{
    domain::{ModelId, ModelState, Precision, Runtime},
    engine::{
        ChunkPlan, EngineError, EngineLoader, EngineSpec, Generate, Role, SummarizeOutput, SummarizeRequest,
        TranslateOutput, TranslateRequest,
    },
    store::InstalledModel,
};
pub use error::PoolError;
use line::Line;
use memory::Estimates;
use meters::Meters;
pub use meters::PoolWork;
use models::{Models, Slot};
pub use request::{OnProgress, Round};
use request::{Request, Visit, Waiter, Watch};
use roles::{chunk_plan, summarize, translate};
use shared::Shared;
pub use turn::Turn;
use worker::Worker;

/// How much the pool may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// Most bytes of models in memory.
    pub memory_budget_bytes: u64,
    /// Unload a model that was not used for so long; `None` never.
    pub idle_unload: Option<Duration>,
    /// Requests that may wait for one model.
    pub queue: usize,
    /// CPU threads that all models share.
    pub threads: usize,
    /// The numbers that models compute with.
    pub precision: Precision,
    /// What runs them.
    pub runtime: Runtime,
    /// Longest time that the first work of a batch waits for that of requests which are being prepared.
    pub batch_wait: Duration,
    /// Most sources that one model works on at once; `None` for as many as it does well.
    pub max_batch_sources: Option<usize>,
}

/// An answer, and how long it waited before its model began: before the first of its sources joined the batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed<T> {
    /// The answer.
    pub output: T,
    /// Time in the queue, loading included.
    pub queued: Duration,
    /// Time the model worked, for this request and those that shared its steps.
    pub worked: Duration,
}

/// The models in memory. Cheap to clone.
#[derive(Clone)]
pub struct Pool {
    inner: Arc<Inner>,
}

struct Inner {
    settings: PoolSettings,
    loader: Arc<dyn EngineLoader>,
    models: Mutex<Models>,
    estimates: Estimates,
    /// Requests that wait for memory.
    waiting: Arc<Line>,
    meters: Arc<Meters>,
}

/// How often a request that waits for memory looks again.
const ROOM_CHECK: Duration = Duration::from_millis(5);

impl Pool {
    /// An empty pool that builds engines with `loader`.
    pub fn new(settings: PoolSettings, loader: Arc<dyn EngineLoader>) -> Self {
        let (models, estimates, meters) = Default::default();
        let waiting = Arc::new(Line::new());
        Self { inner: Arc::new(Inner { settings, loader, models, estimates, waiting, meters }) }
    }

    /// Lets a request in among those that want `models`, each of which it may then ask several times. A request need not
    /// be let in for models that are seldom wanted, such as those of a repair. Only the first time counts.
    ///
    /// # Errors
    /// [`PoolError::Overloaded`] where too many are in, or so many that by the pace of the last answers this one would
    /// come too late.
    pub fn let_in<'a>(
        &self,
        turn: &Turn,
        models: impl IntoIterator<Item = &'a InstalledModel>,
    ) -> Result<(), PoolError> {
        let ids: BTreeSet<&ModelId> = models.into_iter().map(|model| &model.name.id).collect();
        let mut held = self.inner.lock();
        let lines = ids.into_iter().map(|id| (id.clone(), held.line(id))).collect();
        drop(held);
        // One is at work besides those that wait.
        turn.enter(lines, self.inner.settings.queue + 1)
    }

    /// Summarises with `model`, loading it first where needed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn summarize(
        &self,
        model: &InstalledModel,
        request: SummarizeRequest,
        turn: &Turn,
        on_progress: Option<OnProgress>,
    ) -> Result<Timed<SummarizeOutput>, PoolError> {
        let span = tracing::info_span!("summarize", model = %model.name.id);
        self.call(model, request, turn, on_progress, summarize).instrument(span).await
    }

    /// How `model` will read an article, which it is loaded for where needed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn chunk_plan(
        &self,
        model: &InstalledModel,
        request: SummarizeRequest,
        turn: &Turn,
    ) -> Result<ChunkPlan, PoolError> {
        let deadline = turn.deadline();
        let visit = self.enter(model, deadline).await?;
        let shared = Arc::clone(&visit.admitted.shared);
        let role = self.inner.role(model, &visit, deadline).await?;
        let planned = spawn_blocking(move || request::guarded(|| chunk_plan(&role, &request))).await;
        let planned = planned.unwrap_or_else(|stopped| Err(EngineError::Failed(stopped.to_string())));
        planned.map_err(|error| failure(model, &shared, deadline, error))
    }

    /// Translates with `model`, loading it first where needed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn translate(
        &self,
        model: &InstalledModel,
        request: TranslateRequest,
        turn: &Turn,
    ) -> Result<Timed<TranslateOutput>, PoolError> {
        let span = tracing::info_span!("translate", model = %model.name.id);
        self.call(model, request, turn, None, translate).instrument(span).await
    }

    /// Reads `model` into memory, and waits until it is there or `deadline` has passed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn load(&self, model: &InstalledModel, deadline: Instant) -> Result<(), PoolError> {
        let visit = self.enter(model, deadline).await?;
        self.inner.role(model, &visit, deadline).await.map(drop)
    }

    /// Lets go of a model once its work in hand is done; returns whether it was in memory.
    pub fn unload(&self, id: &ModelId) -> bool {
        self.inner.lock().unload(id)
    }

    /// Loading, loaded or failed; `None` for a model the pool does not hold.
    pub fn state(&self, id: &ModelId) -> Option<ModelState> {
        self.inner.lock().state(id)
    }

    /// Whether `model` can be expected to answer: it fits into the budget, and its last load did not fail.
    pub fn can_serve(&self, model: &InstalledModel) -> bool {
        let fits = self.inner.needed_bytes(model) <= self.inner.settings.memory_budget_bytes;
        fits && !matches!(self.state(&model.name.id), Some(ModelState::Failed { .. }))
    }

    /// The numbers that `model` computes with: never [`Precision::Auto`].
    pub fn precision(&self, model: &InstalledModel) -> Precision {
        self.inner.precision(model)
    }

    /// What all models together have done since the start.
    pub fn work(&self) -> PoolWork {
        self.inner.meters.read()
    }

    /// How many requests want each model in memory: those that wait for it, and those at work.
    pub fn pending(&self) -> Vec<(ModelId, usize)> {
        self.inner.lock().pending()
    }

    /// What runs the models.
    pub fn runtime(&self) -> Runtime {
        self.inner.settings.runtime
    }

    async fn call<Q: Send + 'static, A: Send + 'static>(
        &self,
        model: &InstalledModel,
        asked: Q,
        turn: &Turn,
        on_progress: Option<OnProgress>,
        run: fn(&Role, &Q, &dyn Generate) -> Result<A, EngineError>,
    ) -> Result<Timed<A>, PoolError> {
        let deadline = turn.deadline();
        let request = Arc::new(Request::new(Instant::now(), deadline));
        let visit = self.enter(model, deadline).await?;
        let role = self.inner.role(model, &visit, deadline).await?;
        let shared = Arc::clone(&visit.admitted.shared);
        let watch = Watch { on_progress, meters: Arc::clone(&self.inner.meters) };
        // Dropped with this future.
        let waiter = Waiter(Arc::clone(&request));
        let work = spawn_blocking(move || {
            request::work(&role, &request, &visit, watch, |role, model| run(role, &asked, model))
        });
        let outcome = match timeout_at(deadline.into(), work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(stopped)) => Err(EngineError::Failed(stopped.to_string())),
            Err(_) => Err(EngineError::Unwanted),
        };
        waiter.0.joined_at().into_iter().for_each(|at| turn.began(&model.name.id, at));
        let outcome = outcome.map_err(|error| failure(model, &shared, deadline, error));
        drop(waiter);
        outcome
    }

    /// A visit to the model; waits for room in memory where that is needed.
    async fn enter(&self, model: &InstalledModel, deadline: Instant) -> Result<Visit, PoolError> {
        let mut waiting = None;
        loop {
            if let Some(visit) = self.inner.enter(model)? {
                return Ok(visit);
            }
            let overloaded = || PoolError::Overloaded {
                model: model.name.id.clone(),
                retry_after: self.inner.lock().shortest_backlog(),
            };
            if waiting.is_none() {
                waiting = Some(self.inner.waiting.enter(self.inner.settings.queue).ok_or_else(overloaded)?);
            }
            if Instant::now() + ROOM_CHECK >= deadline {
                return Err(overloaded());
            }
            tokio::time::sleep(ROOM_CHECK).await;
        }
    }
}

/// What a request is told that got no answer.
fn failure(model: &InstalledModel, shared: &Shared, deadline: Instant, error: EngineError) -> PoolError {
    let id = model.name.id.clone();
    match error {
        EngineError::Unwanted if Instant::now() < deadline => {
            PoolError::Engine { model: id, source: EngineError::Failed("it was unloaded".into()) }
        }
        EngineError::Unwanted => {
            tracing::info!(model = %id, "work given up: its deadline has passed");
            late(model, shared)
        }
        source => {
            tracing::error!(model = %id, error = %source, "model failed on a request");
            PoolError::Engine { model: id, source }
        }
    }
}

/// What a request is told whose deadline has passed.
fn late(model: &InstalledModel, shared: &Shared) -> PoolError {
    let model = model.name.id.clone();
    match shared.is_loading() {
        true => PoolError::Loading { model, retry_after: Duration::from_secs(5) },
        false => PoolError::Timeout { model },
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Models> {
        // Nothing panics while it holds this lock, and the maps are whole at every point.
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A visit to the model, which is started where memory allows; `None` while models at work hold the memory. All
    /// under one lock, so that no other request can evict the model in between.
    fn enter(self: &Arc<Self>, model: &InstalledModel) -> Result<Option<Visit>, PoolError> {
        let id = &model.name.id;
        let needed = self.needed_bytes(model);
        let mut models = self.lock();
        models.retire_other_revision(model);
        if !models.holds(id) {
            if !self.make_room(model, needed, &mut models)? {
                return Ok(None);
            }
            models.insert(id.clone(), self.start(model, needed)?);
        }
        models.visit(id).map(Some)
    }

    /// Whether there is room for `model`; idle models are evicted, the longest unused first, if that makes enough.
    fn make_room(&self, model: &InstalledModel, needed: u64, models: &mut Models) -> Result<bool, PoolError> {
        let budget = self.settings.memory_budget_bytes;
        if needed > budget {
            let (needed_mib, budget_mib) = (needed >> 20, budget >> 20);
            return Err(PoolError::TooLarge { model: model.name.id.clone(), needed_mib, budget_mib });
        }
        Ok(models.make_room(needed, budget))
    }

    fn spec(&self, model: &InstalledModel) -> EngineSpec {
        EngineSpec {
            card: model.card.clone(),
            directory: model.directory.clone(),
            threads: self.settings.threads,
            precision: self.settings.precision,
            runtime: self.settings.runtime,
        }
    }

    /// What `model` will take in memory.
    fn needed_bytes(&self, model: &InstalledModel) -> u64 {
        self.estimates.bytes(model, self.precision(model))
    }

    fn precision(&self, model: &InstalledModel) -> Precision {
        let PoolSettings { runtime, precision, .. } = self.settings;
        self.loader.precision(model.card.architecture, runtime, precision)
    }

    fn start(self: &Arc<Self>, model: &InstalledModel, memory_bytes: u64) -> Result<Slot, PoolError> {
        let (work, inbox) = mpsc::channel();
        let shared = Arc::new(Shared::new(memory_bytes));
        let worker = Worker {
            spec: self.spec(model),
            loader: Arc::clone(&self.loader),
            shared: Arc::clone(&shared),
            idle_limit: self.settings.idle_unload,
            batch_wait: self.settings.batch_wait,
            max_batch_sources: self.settings.max_batch_sources,
            meters: Arc::clone(&self.meters),
        };
        let (pool, id, own) = (Arc::downgrade(self), model.name.id.clone(), Arc::clone(&shared));
        let name = format!("model {}", model.name.id);
        let spawned = thread::Builder::new().name(name).spawn(move || {
            worker.run(&inbox, |failure| forget(&pool, &id, &own, failure));
        });
        spawned.map_err(|error| PoolError::Load {
            model: model.name.id.clone(),
            source: EngineError::Failed(format!("no thread could be started: {error}")),
        })?;
        Ok(Slot::new(model.name.clone(), work, shared))
    }

    /// What the model does, once it is loaded.
    async fn role(&self, model: &InstalledModel, visit: &Visit, deadline: Instant) -> Result<Role, PoolError> {
        let shared = &visit.admitted.shared;
        let loaded = timeout_at(deadline.into(), shared.role()).await.map_err(|_| late(model, shared))?;
        loaded.map_err(|source| PoolError::Load { model: model.name.id.clone(), source })
    }
}

/// Takes an ended thread's model out of the pool, unless another thread has taken its place.
fn forget(pool: &Weak<Inner>, id: &ModelId, own: &Arc<Shared>, failure: Option<&EngineError>) {
    let Some(pool) = pool.upgrade() else { return };
    pool.lock().forget(id, own, failure);
}

#[cfg(test)]
mod tests;
