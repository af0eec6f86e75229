use std::time::{Duration, Instant};

use tokio::{
    sync::mpsc,
    task::{JoinError, JoinHandle},
};

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

/// Events that may wait for a slow reader.
const PULL_EVENTS: usize = 256;
/// Places among them that progress leaves to the other events; a model has far fewer files.
const PULL_EVENTS_RESERVED: usize = 64;

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

    /// Lets go of a model once its work in hand is done. It is read again when it is next asked for.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when there is none of that name.
    pub fn unload_model(&self, id: &ModelId) -> Result<ModelStatus, ServiceError> {
        self.store.entry(id)?;
        self.pool.unload(id);
        self.model(id)
    }

    /// Starts fetching a model; events follow on the channel, the last of them `Done` or an error.
    /// The pull goes on when the channel is dropped.
    ///
    /// # Errors
    /// [`ServiceError`] when the model is unknown.
    pub fn pull_model(&self, id: &ModelId) -> Result<mpsc::Receiver<Event>, ServiceError> {
        self.store.entry(id)?;
        let (events, receiver) = mpsc::channel(PULL_EVENTS);
        let (store, id) = (self.store.clone(), id.clone());
        tokio::task::spawn_blocking(move || {
            // A reader that has gone or does not read never stops the pull: what is fetched stays.
            let result = store.pull(&id, &mut |event| forward(&events, Ok(event)));
            if let Err(error) = result {
                tracing::warn!(model = %id, %error, "pull failed");
                forward(&events, Err(error));
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
        finished(removal).await.unwrap_or(Ok(0))
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

type Event = Result<PullEvent, StoreError>;

/// Puts an event where the reader finds it, without waiting: progress is left out when there is little room.
fn forward(events: &mpsc::Sender<Event>, event: Event) {
    let is_progress = matches!(event, Ok(PullEvent::Progress { .. }));
    if !is_progress || events.capacity() > PULL_EVENTS_RESERVED {
        // Without a reader there is nobody to tell.
        drop(events.try_send(event));
    }
}

/// What `task` gave; `None` when it never ran. Its panic goes on here.
async fn finished<T>(task: JoinHandle<T>) -> Option<T> {
    match task.await.map_err(JoinError::try_into_panic) {
        Ok(value) => Some(value),
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_does_not_read_stops_no_pull_and_finds_its_end() {
        let (events, mut receiver) = mpsc::channel(PULL_EVENTS);
        let progress = |done_bytes| PullEvent::Progress { file: "a".into(), done_bytes, total_bytes: 1000 };
        for done_bytes in 0..1000 {
            forward(&events, Ok(progress(done_bytes)));
        }
        let done = PullEvent::Done { revision: "c0ffee".into() };
        forward(&events, Ok(done.clone()));
        drop(events);
        let seen: Vec<_> = std::iter::from_fn(|| receiver.blocking_recv()).map(Result::unwrap).collect();
        assert_eq!((seen.first(), seen.last()), (Some(&progress(0)), Some(&done)));
        assert_eq!(seen.len(), PULL_EVENTS - PULL_EVENTS_RESERVED + 1);
    }

    #[tokio::test]
    async fn a_panic_is_no_success() {
        assert_eq!(finished(tokio::task::spawn_blocking(|| 7)).await, Some(7));
        let broken = tokio::spawn(async { finished(tokio::task::spawn_blocking(|| panic!("broke"))).await });
        assert!(broken.await.unwrap_err().is_panic());
    }
}
