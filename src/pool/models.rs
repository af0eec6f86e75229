//! The models in memory and on their way out.

use std::{
    collections::HashMap,
    sync::{Arc, mpsc},
    time::Instant,
};

use super::{
    PoolError,
    line::Line,
    request::{Visit, Work},
    shared::Shared,
};
use crate::{
    domain::{ModelId, ModelName, ModelState},
    engine::EngineError,
    store::InstalledModel,
};

/// A model's entry in the pool.
pub(super) struct Slot {
    name: ModelName,
    work: mpsc::Sender<Work>,
    shared: Arc<Shared>,
    last_used: Instant,
}

impl Slot {
    pub(super) fn new(name: ModelName, work: mpsc::Sender<Work>, shared: Arc<Shared>) -> Self {
        Self { name, work, shared, last_used: Instant::now() }
    }
}

#[derive(Default)]
pub(super) struct Models {
    slots: HashMap<ModelId, Slot>,
    /// The requests that want each model; these outlive its stays in memory.
    lines: HashMap<ModelId, Arc<Line>>,
    /// Models let go of, whose threads may still hold memory.
    leaving: Vec<Arc<Shared>>,
    /// Why the last load of a model failed.
    failures: HashMap<ModelId, String>,
}

impl Models {
    pub(super) fn holds(&self, id: &ModelId) -> bool {
        self.slots.contains_key(id)
    }

    pub(super) fn insert(&mut self, id: ModelId, slot: Slot) {
        self.failures.remove(&id);
        self.slots.insert(id, slot);
    }

    /// A visit to a model that is here.
    pub(super) fn visit(&mut self, id: &ModelId) -> Result<Visit, PoolError> {
        let gone = || PoolError::Load { model: id.clone(), source: EngineError::Failed("its thread ended".into()) };
        let slot = self.slots.get_mut(id).ok_or_else(gone)?;
        slot.last_used = Instant::now();
        Ok(Visit { admitted: slot.shared.admit(), work: slot.work.clone() })
    }

    /// The requests that want the model.
    pub(super) fn line(&mut self, id: &ModelId) -> Arc<Line> {
        Arc::clone(self.lines.entry(id.clone()).or_insert_with(|| Arc::new(Line::new())))
    }

    /// How many requests want each model in memory.
    pub(super) fn pending(&mut self) -> Vec<(ModelId, usize)> {
        let here: Vec<ModelId> = self.slots.keys().cloned().collect();
        here.into_iter().map(|id| (id.clone(), self.line(&id).requests())).collect()
    }

    pub(super) fn state(&self, id: &ModelId) -> Option<ModelState> {
        let held = self.slots.get(id).and_then(|slot| slot.shared.model_state());
        held.or_else(|| self.failures.get(id).map(|reason| ModelState::Failed { reason: reason.clone() }))
    }

    /// Whether the model was here.
    pub(super) fn unload(&mut self, id: &ModelId) -> bool {
        self.failures.remove(id);
        self.let_go(id)
    }

    /// Takes an ended thread's model out, unless another thread has taken its place.
    pub(super) fn forget(&mut self, id: &ModelId, own: &Arc<Shared>, failure: Option<&EngineError>) {
        if self.slots.get(id).is_some_and(|slot| Arc::ptr_eq(&slot.shared, own)) {
            self.let_go(id);
            self.failures.extend(failure.map(|error| (id.clone(), error.to_string())));
        }
    }

    /// A model that was pulled anew replaces the one in memory.
    pub(super) fn retire_other_revision(&mut self, model: &InstalledModel) {
        if self.slots.get(&model.name.id).is_some_and(|slot| slot.name != model.name) {
            self.let_go(&model.name.id);
        }
    }

    /// Makes room by letting idle models go, the longest unused first, if that makes enough; whether there is room now.
    pub(super) fn make_room(&mut self, needed: u64, budget: u64) -> bool {
        if self.busy_bytes() + needed > budget {
            return false;
        }
        while self.resident_bytes() + needed > budget {
            self.evict_idle();
        }
        self.resident_bytes() + self.leaving_bytes() + needed <= budget
    }

    /// Bytes of the models that are here to stay.
    fn resident_bytes(&self) -> u64 {
        self.slots.values().map(|slot| slot.shared.memory_bytes).sum()
    }

    /// Bytes of the models that have work.
    fn busy_bytes(&self) -> u64 {
        let busy = self.slots.values().filter(|slot| slot.shared.visits() > 0);
        busy.map(|slot| slot.shared.memory_bytes).sum()
    }

    /// Bytes of models on their way out.
    fn leaving_bytes(&mut self) -> u64 {
        self.leaving.retain(|shared| !shared.is_gone());
        self.leaving.iter().map(|shared| shared.memory_bytes).sum()
    }

    /// When the first model at work should be done with what waits for it.
    pub(super) fn shortest_backlog(&self) -> std::time::Duration {
        let busy = self.slots.iter().filter(|(_, slot)| slot.shared.visits() > 0);
        busy.filter_map(|(id, _)| Some(self.lines.get(id)?.backlog())).min().unwrap_or_default()
    }

    /// Lets go of the idle model that was unused the longest.
    fn evict_idle(&mut self) {
        let idle = self.slots.iter().filter(|(_, slot)| slot.shared.visits() == 0);
        let Some(id) = idle.min_by_key(|(_, slot)| slot.last_used).map(|(id, _)| id.clone()) else { return };
        tracing::info!(model = %id, "model evicted to make room");
        self.let_go(&id);
    }

    fn let_go(&mut self, id: &ModelId) -> bool {
        let slot = self.slots.remove(id);
        let found = slot.is_some();
        self.leaving.extend(slot.map(|slot| slot.shared));
        found
    }
}
