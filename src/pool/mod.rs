//! Which models are in memory: one owner thread a model, admission, eviction, recovery from panics.

mod error;
mod memory;
mod shared;
mod worker;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    domain::{ModelId, ModelName, ModelState},
    engine::{
        EngineError, EngineLoader, EngineSpec, SummarizeOutput, SummarizeRequest, TranslateOutput, TranslateRequest,
    },
    store::InstalledModel,
};
pub use error::PoolError;
use memory::estimated_bytes;
use shared::{Shared, Stage};
use worker::{Answer, Command, Ticket, WorkError, Worker};

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
pub struct Pool {
    inner: Arc<Inner>,
}

struct Inner {
    settings: PoolSettings,
    loader: Arc<dyn EngineLoader>,
    models: Mutex<Models>,
    /// Requests that wait for memory.
    waiting: AtomicUsize,
}

/// A model's entry in the pool.
struct Slot {
    name: ModelName,
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
    last_used: Instant,
}

#[derive(Default)]
struct Models {
    slots: HashMap<ModelId, Slot>,
    /// Evicted models whose threads may still hold memory.
    leaving: Vec<Arc<Shared>>,
    /// Why the last load of a model failed.
    failures: HashMap<ModelId, String>,
}

/// How often a request that waits for memory looks again.
const ROOM_CHECK: Duration = Duration::from_millis(5);

impl Pool {
    /// An empty pool that builds engines with `loader`.
    pub fn new(settings: PoolSettings, loader: Arc<dyn EngineLoader>) -> Self {
        Self { inner: Arc::new(Inner { settings, loader, models: Mutex::default(), waiting: AtomicUsize::new(0) }) }
    }

    /// Summarises with `model`, loading it first where needed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn summarize(
        &self,
        model: &InstalledModel,
        request: SummarizeRequest,
        deadline: Instant,
    ) -> Result<Timed<SummarizeOutput>, PoolError> {
        self.call(model, request, deadline, Command::Summarize).await
    }

    /// Translates with `model`, loading it first where needed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn translate(
        &self,
        model: &InstalledModel,
        request: TranslateRequest,
        deadline: Instant,
    ) -> Result<Timed<TranslateOutput>, PoolError> {
        self.call(model, request, deadline, Command::Translate).await
    }

    /// Reads `model` into memory, and waits until it is there or `deadline` has passed.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn load(&self, model: &InstalledModel, deadline: Instant) -> Result<(), PoolError> {
        self.call(model, (), deadline, Command::Load).await.map(|timed| timed.output)
    }

    /// Lets go of a model once its work in hand is done; returns whether it was in memory.
    pub fn unload(&self, id: &ModelId) -> bool {
        let mut models = self.inner.lock();
        models.failures.remove(id);
        let slot = models.slots.remove(id);
        let found = slot.is_some();
        models.leaving.extend(slot.map(|slot| slot.shared));
        found
    }

    /// Loading, loaded or failed; `None` for a model the pool does not hold.
    pub fn state(&self, id: &ModelId) -> Option<ModelState> {
        let models = self.inner.lock();
        let held = models.slots.get(id).and_then(|slot| slot.shared.model_state());
        held.or_else(|| models.failures.get(id).map(|reason| ModelState::Failed { reason: reason.clone() }))
    }

    /// Whether `model` can be expected to answer: it fits into the budget, and its last load did not fail.
    pub fn can_serve(&self, model: &InstalledModel) -> bool {
        let fits = estimated_bytes(model) <= self.inner.settings.memory_budget_bytes;
        fits && !matches!(self.state(&model.name.id), Some(ModelState::Failed { .. }))
    }

    async fn call<Q, A>(
        &self,
        model: &InstalledModel,
        request: Q,
        deadline: Instant,
        wrap: impl FnOnce(Ticket<Q, A>) -> Command,
    ) -> Result<Timed<A>, PoolError> {
        let queued_at = Instant::now();
        let (reply, answer) = oneshot::channel();
        let command = wrap(Ticket { request, reply, queued_at, deadline });
        let shared = self.enter(model, command, deadline).await?;
        let outcome = tokio::time::timeout_at(deadline.into(), answer).await;
        self.inner.settle(model, &shared, outcome)
    }

    /// Hands the command to the model's thread; waits for room in memory where that is needed.
    async fn enter(
        &self,
        model: &InstalledModel,
        mut command: Command,
        deadline: Instant,
    ) -> Result<Arc<Shared>, PoolError> {
        let mut waiting = None;
        loop {
            command = match self.inner.enter(model, command)? {
                Entry::Sent(shared) => return Ok(shared),
                Entry::NoRoom(command) => *command,
            };
            let overloaded = || PoolError::Overloaded {
                model: model.name.id.clone(),
                retry_after: self.inner.lock().shortest_backlog(),
            };
            if waiting.is_none() {
                waiting = Some(Waiting::join(&self.inner).ok_or_else(overloaded)?);
            }
            if Instant::now() + ROOM_CHECK >= deadline {
                return Err(overloaded());
            }
            tokio::time::sleep(ROOM_CHECK).await;
        }
    }
}

/// What became of a command.
enum Entry {
    Sent(Arc<Shared>),
    /// Models that are at work hold the memory; the command comes back.
    NoRoom(Box<Command>),
}

/// A place among the requests that wait for memory, given back when dropped.
struct Waiting<'a>(&'a Inner);

impl<'a> Waiting<'a> {
    /// `None` when as many wait already as may wait for one model.
    fn join(pool: &'a Inner) -> Option<Self> {
        let enter = |waiting: usize| (waiting < pool.settings.queue).then_some(waiting + 1);
        pool.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter).ok().map(|_| Self(pool))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Models> {
        // Nothing panics while it holds this lock, and the maps are whole at every point.
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the command to the model's thread, starting it where memory allows. All under one lock, so that no other
    /// request can evict the model in between.
    fn enter(self: &Arc<Self>, model: &InstalledModel, command: Command) -> Result<Entry, PoolError> {
        let id = &model.name.id;
        let mut models = self.lock();
        models.retire_other_revision(model);
        if !models.slots.contains_key(id) {
            if !self.make_room(model, &mut models)? {
                return Ok(Entry::NoRoom(Box::new(command)));
            }
            let slot = self.start(model, estimated_bytes(model))?;
            models.failures.remove(id);
            models.slots.insert(id.clone(), slot);
        }
        let gone = || PoolError::Load { model: id.clone(), source: EngineError::Failed("its thread ended".into()) };
        let slot = models.slots.get_mut(id).ok_or_else(gone)?;
        // One is at work besides those that wait.
        if !slot.shared.admit(self.settings.queue + 1) {
            return Err(PoolError::Overloaded { model: id.clone(), retry_after: slot.shared.backlog() });
        }
        slot.last_used = Instant::now();
        if slot.commands.send(command).is_err() {
            slot.shared.finish(None);
            return Err(gone());
        }
        Ok(Entry::Sent(Arc::clone(&slot.shared)))
    }

    /// Whether there is room for `model`; idle models are evicted, the longest unused first, if that makes enough.
    fn make_room(&self, model: &InstalledModel, models: &mut Models) -> Result<bool, PoolError> {
        let needed = estimated_bytes(model);
        let budget = self.settings.memory_budget_bytes;
        if needed > budget {
            let (needed_mib, budget_mib) = (needed >> 20, budget >> 20);
            return Err(PoolError::TooLarge { model: model.name.id.clone(), needed_mib, budget_mib });
        }
        if models.busy_bytes() + needed > budget {
            return Ok(false);
        }
        while models.resident_bytes() + needed > budget {
            models.evict_idle();
        }
        Ok(models.resident_bytes() + models.leaving_bytes() + needed <= budget)
    }

    fn start(self: &Arc<Self>, model: &InstalledModel, memory_bytes: u64) -> Result<Slot, PoolError> {
        let (commands, inbox) = mpsc::channel();
        let shared = Arc::new(Shared::new(memory_bytes));
        let spec =
            EngineSpec { card: model.card.clone(), directory: model.directory.clone(), threads: self.settings.threads, precision: crate::domain::Precision::Auto, runtime: crate::domain::Runtime::Auto };
        let worker = Worker {
            spec,
            loader: Arc::clone(&self.loader),
            shared: Arc::clone(&shared),
            idle_limit: self.settings.idle_unload,
        };
        let (pool, id, own) = (Arc::downgrade(self), model.name.id.clone(), Arc::clone(&shared));
        let name = format!("model {}", model.name.id);
        let spawned = thread::Builder::new().name(name).spawn(move || worker.run(&inbox, || forget(&pool, &id, &own)));
        spawned.map_err(|error| PoolError::Load {
            model: model.name.id.clone(),
            source: EngineError::Failed(format!("no thread could be started: {error}")),
        })?;
        Ok(Slot { name: model.name.clone(), commands, shared, last_used: Instant::now() })
    }

    fn settle<A>(
        &self,
        model: &InstalledModel,
        shared: &Shared,
        outcome: Result<Result<Answer<A>, oneshot::error::RecvError>, tokio::time::error::Elapsed>,
    ) -> Result<Timed<A>, PoolError> {
        let model = model.name.id.clone();
        match outcome {
            Ok(Ok(Ok(timed))) => Ok(timed),
            Ok(Ok(Err(WorkError::Load(source)))) => Err(PoolError::Load { model, source }),
            Ok(Ok(Err(WorkError::Work(source)))) => Err(PoolError::Engine { model, source }),
            Ok(Err(_)) => Err(PoolError::Engine { model, source: EngineError::Failed("it was unloaded".into()) }),
            Err(_) | Ok(Ok(Err(WorkError::Late))) if shared.stage() == Stage::Loading => {
                Err(PoolError::Loading { model, retry_after: Duration::from_secs(5) })
            }
            Err(_) | Ok(Ok(Err(WorkError::Late))) => Err(PoolError::Timeout { model }),
        }
    }
}

/// Takes an ended thread's model out of the pool, unless another thread has taken its place.
fn forget(pool: &Weak<Inner>, id: &ModelId, own: &Arc<Shared>) {
    let Some(pool) = pool.upgrade() else { return };
    let mut models = pool.lock();
    if models.slots.get(id).is_some_and(|slot| Arc::ptr_eq(&slot.shared, own)) {
        models.slots.remove(id);
        models.leaving.push(Arc::clone(own));
        if let Stage::Failed(reason) = own.stage() {
            models.failures.insert(id.clone(), reason);
        }
    }
}

impl Models {
    /// Bytes of the models that are here to stay.
    fn resident_bytes(&self) -> u64 {
        self.slots.values().map(|slot| slot.shared.memory_bytes).sum()
    }

    /// Bytes of the models that have work.
    fn busy_bytes(&self) -> u64 {
        let busy = self.slots.values().filter(|slot| slot.shared.pending() > 0);
        busy.map(|slot| slot.shared.memory_bytes).sum()
    }

    /// Bytes of models on their way out.
    fn leaving_bytes(&mut self) -> u64 {
        self.leaving.retain(|shared| shared.stage() != Stage::Gone);
        self.leaving.iter().map(|shared| shared.memory_bytes).sum()
    }

    /// When the first model at work should be done with what waits for it.
    fn shortest_backlog(&self) -> Duration {
        self.slots.values().map(|slot| slot.shared.backlog()).min().unwrap_or_default()
    }

    /// Lets go of the idle model that was unused the longest.
    fn evict_idle(&mut self) {
        let idle = self.slots.iter().filter(|(_, slot)| slot.shared.pending() == 0);
        let Some(id) = idle.min_by_key(|(_, slot)| slot.last_used).map(|(id, _)| id.clone()) else { return };
        tracing::info!(model = %id, "model evicted to make room");
        self.leaving.extend(self.slots.remove(&id).map(|slot| slot.shared));
    }

    /// A model that was pulled anew replaces the one in memory.
    fn retire_other_revision(&mut self, model: &InstalledModel) {
        if self.slots.get(&model.name.id).is_some_and(|slot| slot.name != model.name) {
            self.leaving.extend(self.slots.remove(&model.name.id).map(|slot| slot.shared));
        }
    }
}

#[cfg(test)]
mod tests;
