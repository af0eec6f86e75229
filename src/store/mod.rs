//! Model files: the catalog, and their download, verification, installation and removal. Knows nothing of tensors.

use std::path::{Path, PathBuf};

use crate::{
    config::{HubSettings, ModelSettings},
    domain::{ModelCard, ModelId, ModelName},
};

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
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Opens the store; creates nothing until something is pulled or added.
    ///
    /// # Errors
    /// [`StoreError`] when a catalog cannot be read.
    pub fn open(_models: &ModelSettings, _hub: &HubSettings) -> Result<Self, StoreError> {
        unimplemented!()
    }

    /// Every model known, installed or not, in the catalog's order.
    pub fn list(&self) -> Vec<ModelEntry> {
        unimplemented!()
    }

    /// One model's entry.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn entry(&self, _id: &ModelId) -> Result<ModelEntry, StoreError> {
        unimplemented!()
    }

    /// An installed model by id.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] or [`StoreError::NotInstalled`].
    pub fn installed(&self, _id: &ModelId) -> Result<InstalledModel, StoreError> {
        unimplemented!()
    }

    /// An installed model by id, by `owner/name`, or the directory at a path.
    ///
    /// # Errors
    /// [`StoreError`] when nothing of that name can be used.
    pub fn resolve(&self, _reference: &str) -> Result<InstalledModel, StoreError> {
        unimplemented!()
    }

    /// Fetches a model; a second pull of the same model waits for the first and shares its result.
    ///
    /// # Errors
    /// [`StoreError`]; what was fetched stays for the next try, and a half-fetched model is never installed.
    pub fn pull(&self, _id: &ModelId, _progress: &mut dyn FnMut(PullEvent)) -> Result<InstalledModel, StoreError> {
        unimplemented!()
    }

    /// Records the directory at `path`, in the hub's layout, as a model; nothing is copied.
    ///
    /// # Errors
    /// [`StoreError`] when it holds no usable model, or the name is taken.
    pub fn add(&self, _path: &Path, _id: Option<ModelId>) -> Result<InstalledModel, StoreError> {
        unimplemented!()
    }

    /// Checks every file of an installed model against its recorded checksum.
    ///
    /// # Errors
    /// [`StoreError`] when the model is not installed or cannot be read.
    pub fn verify(&self, _id: &ModelId) -> Result<Vec<FileCheck>, StoreError> {
        unimplemented!()
    }

    /// Removes a pulled model's files, or forgets an added one; returns the bytes freed.
    ///
    /// # Errors
    /// [`StoreError`]; a built-in model cannot be removed.
    pub fn remove(&self, _id: &ModelId) -> Result<u64, StoreError> {
        unimplemented!()
    }

    /// Removes what interrupted pulls left, and records without files; returns the bytes freed.
    ///
    /// # Errors
    /// [`StoreError`] when the disk refuses.
    pub fn prune(&self) -> Result<u64, StoreError> {
        unimplemented!()
    }
}

/// Why the store could not do it. One variant for each thing that a user would do something different about.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No model of that name.
    #[error("no model is called {0:?}; `breve models available` lists them")]
    Unknown(String),
    /// Known, but not on this machine.
    #[error("{0} is not installed; fetch it with `breve models pull {0}`")]
    NotInstalled(ModelId),
}
