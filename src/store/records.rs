//! Breve's own record of each installed model: `<data directory>/models/<id>.json`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{StoreError, catalog::CatalogEntry, checksum::Checksum, disk};
use crate::domain::{ModelCard, ModelId, ModelOrigin};

const VERSION: u32 = 1;

/// What was installed, and how its files looked then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    version: u32,
    pub(super) id: ModelId,
    pub(super) source: Source,
    pub(super) files: Vec<RecordedFile>,
}

/// Where the files came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Source {
    /// Fetched at a commit of a repository.
    Hub { repository: String, revision: String, commit: String },
    /// A directory of the user's, and what was found in it.
    Directory { path: PathBuf, revision: String, card: Box<CatalogEntry> },
}

/// One file as it was verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedFile {
    pub(super) name: String,
    pub(super) size_bytes: u64,
    pub(super) checksum: Checksum,
}

impl Record {
    pub(super) fn new(id: ModelId, source: Source, files: Vec<RecordedFile>) -> Self {
        Self { version: VERSION, id, source, files }
    }

    /// The commit, for a model from `repository` at `revision`; a record of another repository does not count.
    pub(super) fn commit_of(&self, wanted_repository: &str, wanted_revision: &str) -> Option<&str> {
        match &self.source {
            Source::Hub { repository, revision, commit }
                if repository == wanted_repository && revision == wanted_revision =>
            {
                Some(commit)
            }
            Source::Hub { .. } | Source::Directory { .. } => None,
        }
    }

    /// The card of an added directory.
    pub(super) fn added_card(&self) -> Option<ModelCard> {
        let Source::Directory { path, card, .. } = &self.source else { return None };
        card.as_ref().clone().into_card_from(ModelOrigin::Local(path.clone())).ok()
    }
}

/// The directory of the records.
#[derive(Debug, Clone)]
pub(super) struct Records {
    directory: PathBuf,
}

impl Records {
    /// Records below Breve's data directory; empty when none could be found.
    pub(super) fn new(data_directory: &Path) -> Self {
        let empty = data_directory.as_os_str().is_empty();
        Self { directory: if empty { PathBuf::new() } else { data_directory.join("models") } }
    }

    fn path(&self, id: &ModelId) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }

    /// The record of a model, where there is one.
    pub(super) fn read(&self, id: &ModelId) -> Result<Option<Record>, StoreError> {
        let path = self.path(id);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(source) => return Err(StoreError::io(path, source)),
        };
        let record: Record = serde_json::from_str(&text).map_err(|error| StoreError::bad_file(&path, error))?;
        if record.version != VERSION || record.id != *id {
            return Err(StoreError::bad_file(path, "not a record of this model that this version can read"));
        }
        Ok(Some(record))
    }

    /// The record, or none when it cannot be read: the model then counts as fetched by another tool.
    pub(super) fn read_or_warn(&self, id: &ModelId) -> Option<Record> {
        self.read(id).unwrap_or_else(|error| {
            tracing::warn!(model = %id, %error, "a model's record cannot be read");
            None
        })
    }

    /// Every record that can be read, by id.
    pub(super) fn all(&self) -> Vec<Record> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let mut ids: Vec<ModelId> =
            entries.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok()).collect();
        ids.sort_unstable();
        ids.iter().filter_map(|id| self.read_or_warn(id)).collect()
    }

    /// Makes sure that records can be written, before anything is fetched.
    pub(super) fn prepare(&self) -> Result<(), StoreError> {
        if self.directory.as_os_str().is_empty() {
            let reason = "there is no home directory to keep records in; name a directory".to_owned();
            return Err(StoreError::Setting { name: "models.data_directory", reason });
        }
        disk::create_directory(&self.directory)?;
        let probe = tempfile::Builder::new().prefix(".breve-").tempfile_in(&self.directory);
        probe.map(drop).map_err(|source| StoreError::io(&self.directory, source))
    }

    pub(super) fn write(&self, record: &Record) -> Result<(), StoreError> {
        let path = self.path(&record.id);
        let text = serde_json::to_string_pretty(record).map_err(|error| StoreError::bad_file(&path, error))?;
        disk::write_atomically(&path, text.as_bytes())
    }

    /// Deletes a record; returns whether there was one.
    pub(super) fn delete(&self, id: &ModelId) -> Result<bool, StoreError> {
        let path = self.path(id);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(source) => Err(StoreError::io(path, source)),
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
