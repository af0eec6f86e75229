//! Model files: the catalog, and their download, verification, installation and removal. Knows nothing of tensors.

mod add;
mod catalog;
mod checksum;
mod disk;
mod error;
mod flights;
mod formats;
mod hub;
mod inspect;
mod installed;
mod integrity;
mod layout;
mod limits;
mod pull;
mod records;
mod remove;
mod transfer;
mod verify;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    config::{self, HubSettings, ModelSettings},
    domain::{ModelCard, ModelId, ModelName, ModelOrigin},
};

pub use error::StoreError;
pub use limits::StoreLimits;

use flights::Flights;
use integrity::Inspector;
use layout::RepoCache;
use records::{Record, Records};

/// A model whose files are on this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct InstalledModel {
    /// What it is.
    pub card: ModelCard,
    /// `id@revision`.
    pub name: ModelName,
    /// The directory with its files, in the hub's own layout; empty for sentence selection.
    pub directory: PathBuf,
    /// Bytes on disk.
    pub size_bytes: u64,
}

/// A model in the catalog or added by the user, and what the store knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelEntry {
    /// What it is.
    pub card: ModelCard,
    /// Its files, when they are on this machine.
    pub installed: Option<InstalledModel>,
    /// Bytes so far and in all, while it is being fetched by this process.
    pub download: Option<(u64, u64)>,
    /// Why the last pull in this process failed.
    pub failure: Option<String>,
}

/// What happens during a pull.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum PullEvent {
    /// The commit is known, and what will be fetched.
    Resolved {
        /// The commit.
        revision: String,
        /// Files to fetch.
        files: usize,
        /// Bytes in all.
        total_bytes: u64,
        /// Bytes already on disk, from an earlier pull or another tool.
        present_bytes: u64,
    },
    /// Bytes arrived; at most a few of these a second.
    Progress {
        /// The file being fetched.
        file: String,
        /// Bytes of the whole model on disk.
        done_bytes: u64,
        /// Bytes in all.
        total_bytes: u64,
    },
    /// A file is whole and its checksum is right.
    Verified {
        /// The file.
        file: String,
        /// `sha256:...` or `git-sha1:...`.
        checksum: String,
    },
    /// The model is installed.
    Done {
        /// The commit.
        revision: String,
    },
}

/// One file's result of [`Store::verify`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileCheck {
    /// Path inside the model.
    pub file: String,
    /// Whether it is whole and unchanged.
    pub ok: bool,
    /// What was found, for people.
    pub detail: String,
}

/// The models on this machine and the hub they come from. Cheap to clone; every method may block on disk or network.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    catalog: Vec<ModelCard>,
    hub: HubSettings,
    limits: StoreLimits,
    records: Records,
    /// Where the built-in models may lie, likeliest first.
    builtin: Vec<PathBuf>,
    flights: Flights,
    inspector: Inspector,
}

impl Store {
    /// Opens the store; creates nothing until something is pulled or added.
    ///
    /// # Errors
    /// [`StoreError`] when a catalog cannot be read.
    pub fn open(models: &ModelSettings, hub: &HubSettings) -> Result<Self, StoreError> {
        Self::open_with(models, hub, StoreLimits::default())
    }

    /// Opens the store with other limits.
    ///
    /// # Errors
    /// [`StoreError`] when a catalog cannot be read.
    pub fn open_with(models: &ModelSettings, hub: &HubSettings, limits: StoreLimits) -> Result<Self, StoreError> {
        let set = |path: &PathBuf| Some(path.clone()).filter(|path| !path.as_os_str().is_empty());
        let inner = Inner {
            catalog: catalog::load(&models.catalog)?,
            hub: hub.clone(),
            limits,
            records: Records::new(&set(&models.data_directory).unwrap_or_else(config::data_directory)),
            builtin: set(&models.builtin_directory).map_or_else(config::builtin_candidates, |path| vec![path]),
            flights: Flights::default(),
            inspector: Inspector::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Every model known, installed or not, in the catalog's order; then those that were added, by name.
    pub fn list(&self) -> Vec<ModelEntry> {
        self.inner.cards().into_iter().map(|card| self.inner.entry_of(card)).collect()
    }

    /// One model's entry.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn entry(&self, id: &ModelId) -> Result<ModelEntry, StoreError> {
        Ok(self.inner.entry_of(self.inner.card(id)?))
    }

    /// An installed model by id.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] or [`StoreError::NotInstalled`]; [`StoreError::BuiltInMissing`] or
    /// [`StoreError::BadDirectory`] when a built-in or added model is not what it was.
    pub fn installed(&self, id: &ModelId) -> Result<InstalledModel, StoreError> {
        self.inner.installed_of(&self.inner.card(id)?)
    }

    /// An installed model by id, by `owner/name`, or the directory at a path.
    ///
    /// # Errors
    /// [`StoreError`] when nothing of that name can be used.
    pub fn resolve(&self, reference: &str) -> Result<InstalledModel, StoreError> {
        let id = reference.parse::<ModelId>().ok();
        if let Some(card) = id.and_then(|id| self.inner.card(&id).ok()).or_else(|| self.inner.by_repository(reference))
        {
            return self.inner.installed_of(&card);
        }
        let path = Path::new(reference);
        if path.is_dir() || path.is_absolute() || reference.starts_with('.') {
            return self.inner.open_directory(path);
        }
        Err(StoreError::Unknown(reference.to_owned()))
    }

    /// Fetches a model; a second pull of the same model waits for the first and shares its result.
    ///
    /// # Errors
    /// [`StoreError`]; what was fetched stays for the next try, and a half-fetched model is never installed.
    pub fn pull(&self, id: &ModelId, progress: &mut dyn FnMut(PullEvent)) -> Result<InstalledModel, StoreError> {
        let card = self.inner.card(id)?;
        let installed = self.inner.flights.run(id, progress, |events| pull::pull(&self.inner, &card, events))?;
        // Said only now, when the model does not count as being fetched any more.
        progress(PullEvent::Done { revision: installed.name.revision.clone() });
        Ok(installed)
    }

    /// Records the directory at `path`, in the hub's layout, as a model; nothing is copied.
    ///
    /// # Errors
    /// [`StoreError`] when it holds no usable model, or the name is taken.
    pub fn add(&self, path: &Path, id: Option<ModelId>) -> Result<InstalledModel, StoreError> {
        self.inner.add(path, id)
    }

    /// Checks every file of an installed model against its recorded checksum.
    ///
    /// # Errors
    /// [`StoreError`] when the model is not installed or cannot be read.
    pub fn verify(&self, id: &ModelId) -> Result<Vec<FileCheck>, StoreError> {
        self.inner.verify(&self.inner.card(id)?)
    }

    /// Removes a pulled model's files, or forgets an added one; returns the bytes freed.
    ///
    /// # Errors
    /// [`StoreError`]; a built-in model cannot be removed.
    pub fn remove(&self, id: &ModelId) -> Result<u64, StoreError> {
        self.inner.remove(&self.inner.card(id)?)
    }

    /// Removes what interrupted pulls left, and records without files; returns the bytes freed.
    ///
    /// # Errors
    /// [`StoreError`] when the disk refuses.
    pub fn prune(&self) -> Result<u64, StoreError> {
        self.inner.prune()
    }
}

impl Inner {
    fn cards(&self) -> Vec<ModelCard> {
        let added = self.records.all();
        let added = added.iter().filter_map(Record::added_card).filter(|card| self.in_catalog(&card.id).is_none());
        self.catalog.iter().cloned().chain(added).collect()
    }

    fn in_catalog(&self, id: &ModelId) -> Option<&ModelCard> {
        self.catalog.iter().find(|card| card.id == *id)
    }

    fn by_repository(&self, name: &str) -> Option<ModelCard> {
        let named =
            |card: &&ModelCard| matches!(&card.origin, ModelOrigin::Hub { repository, .. } if repository == name);
        self.catalog.iter().find(named).cloned()
    }

    fn card(&self, id: &ModelId) -> Result<ModelCard, StoreError> {
        let unknown = || StoreError::Unknown(id.to_string());
        match self.in_catalog(id) {
            Some(card) => Ok(card.clone()),
            None => self.records.read(id)?.as_ref().and_then(Record::added_card).ok_or_else(unknown),
        }
    }

    fn entry_of(&self, card: ModelCard) -> ModelEntry {
        let installed = self.installed_of(&card).ok();
        let download = self.flights.download(&card.id);
        let failure = self.flights.failure(&card.id);
        let fault = || installed.is_none().then(|| self.fault_of(&card)).flatten();
        ModelEntry { failure: failure.or_else(fault), card, installed, download }
    }

    fn cache_of(&self, repository: &str, revision: &str) -> Result<RepoCache, StoreError> {
        if self.hub.cache_directory.as_os_str().is_empty() {
            let reason = "there is no home directory to keep models in; name a directory".to_owned();
            return Err(StoreError::Setting { name: "HF_HOME", reason });
        }
        Ok(RepoCache::new(&self.hub.cache_directory, repository, revision))
    }
}
