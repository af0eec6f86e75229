use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{Service, ServiceError};
use crate::{
    domain::{ModelCard, ModelId, ModelState},
    store::{ModelEntry, PullEvent, StoreError},
};

/// A model and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelStatus {
    /// What it is.
    pub card: ModelCard,
    /// Where it stands.
    pub state: ModelState,
    /// The installed revision.
    pub revision: Option<String>,
    /// Bytes on disk.
    pub disk_bytes: u64,
}

/// Reading a large model from a slow disk takes minutes, not hours.
const LOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// Events that may wait for a slow reader before the pull waits too.
const PULL_EVENTS: usize = 64;

impl Service {
    /// Every model known and where it stands.
    pub fn models(&self) -> Vec<ModelStatus> {
        self.store.list().into_iter().map(|entry| self.status(entry)).collect()
    }

    /// One model and where it stands.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when there is none of that name.
    pub fn model(&self, id: &ModelId) -> Result<ModelStatus, ServiceError> {
        Ok(self.status(self.store.entry(id)?))
    }

    /// Reads a model into memory.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn load_model(&self, id: &ModelId) -> Result<ModelStatus, ServiceError> {
        let model = self.store.installed(id)?;
        self.pool.load(&model, Instant::now() + LOAD_TIMEOUT).await?;
        self.model(id)
    }

    /// Starts fetching a model; events follow on the channel, the last of them `Done` or an error.
    /// The pull goes on when the channel is dropped.
    ///
    /// # Errors
    /// [`ServiceError`] when the model is unknown.
    pub fn pull_model(&self, id: &ModelId) -> Result<mpsc::Receiver<Result<PullEvent, StoreError>>, ServiceError> {
        self.store.entry(id)?;
        let (events, receiver) = mpsc::channel(PULL_EVENTS);
        let (store, id) = (self.store.clone(), id.clone());
        tokio::task::spawn_blocking(move || {
            // A reader that has gone does not stop the pull: what is fetched stays.
            let result = store.pull(&id, &mut |event| drop(events.blocking_send(Ok(event))));
            if let Err(error) = result {
                tracing::warn!(model = %id, %error, "pull failed");
                drop(events.blocking_send(Err(error)));
            }
        });
        Ok(receiver)
    }

    /// Unloads a model and removes its files; returns the bytes freed.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn remove_model(&self, id: &ModelId) -> Result<u64, ServiceError> {
        let (store, pool, id) = (self.store.clone(), self.pool.clone(), id.clone());
        let removal = tokio::task::spawn_blocking(move || {
            let freed = store.remove(&id)?;
            pool.unload(&id);
            Ok(freed)
        });
        // The task ends early only when the runtime itself is shutting down.
        removal.await.unwrap_or(Ok(0))
    }

    fn status(&self, entry: ModelEntry) -> ModelStatus {
        let state = self.state(&entry);
        let revision = entry.installed.as_ref().map(|model| model.name.revision.clone());
        let disk_bytes = entry.installed.as_ref().map_or(0, |model| model.size_bytes);
        ModelStatus { card: entry.card, state, revision, disk_bytes }
    }

    fn state(&self, entry: &ModelEntry) -> ModelState {
        if let Some((done, total)) = entry.download {
            return ModelState::Downloading { done, total };
        }
        if entry.installed.is_some() {
            return self.pool.state(&entry.card.id).unwrap_or(ModelState::Ready);
        }
        entry.failure.clone().map_or(ModelState::Available, |reason| ModelState::Failed { reason })
    }
}
