//! Directories of the user's as models.

use std::path::{Path, PathBuf};

use super::{
    Inner, InstalledModel, StoreError,
    catalog::CatalogEntry,
    checksum,
    hub::is_commit,
    inspect::inspect,
    installed::installed,
    records::{Record, RecordedFile, Source},
};
use crate::domain::{ModelCard, ModelFile, ModelId};

impl Inner {
    /// Records the directory; its files are read through once, for their checksums.
    pub(super) fn add(&self, path: &Path, id: Option<ModelId>) -> Result<InstalledModel, StoreError> {
        let directory = canonical(path)?;
        let id = match id {
            Some(id) => id,
            None => name_of(&directory)
                .ok_or_else(|| StoreError::bad_directory(&directory, "no name can be made of its path; give `--id`"))?,
        };
        self.check_name(&id, &directory)?;
        let (card, size_bytes) = self.inspect_whole(&directory, &id)?;
        self.records.prepare()?;
        let files = hash_files(&card.files, &directory)?;
        let revision = revision_of(&files);
        let source = Source::Directory {
            path: directory.clone(),
            revision: revision.clone(),
            card: Box::new(CatalogEntry::of(&card)),
        };
        self.records.write(&Record::new(id, source, files))?;
        Ok(installed(&card, revision, directory, size_bytes))
    }

    /// The directory as a model for this once, without a record.
    pub(super) fn open_directory(&self, path: &Path) -> Result<InstalledModel, StoreError> {
        let directory = canonical(path)?;
        if let Some(known) = self.added_from(&directory) {
            return self.installed_of(&known);
        }
        let id = name_of(&directory).unwrap_or(self.local_name("model")?);
        let id = if self.card(&id).is_ok() { self.local_name(id.as_str())? } else { id };
        let (card, size_bytes) = self.inspect_whole(&directory, &id)?;
        let revision = match snapshot_commit(&directory) {
            Some(commit) => commit,
            None => revision_of(&hash_files(&card.files, &directory)?),
        };
        Ok(installed(&card, revision, directory, size_bytes))
    }

    /// A name that no model has: a model in memory is known by its name alone.
    fn local_name(&self, name: &str) -> Result<ModelId, StoreError> {
        format!("local-{name}").parse().map_err(|_| StoreError::Unknown(name.to_owned()))
    }

    fn check_name(&self, id: &ModelId, directory: &Path) -> Result<(), StoreError> {
        let same = self.added_from(directory).is_some_and(|card| card.id == *id);
        if !same && self.card(id).is_ok() { Err(StoreError::NameTaken(id.clone())) } else { Ok(()) }
    }

    fn added_from(&self, directory: &Path) -> Option<ModelCard> {
        let here = |record: &Record| matches!(&record.source, Source::Directory { path, .. } if path == directory);
        self.records.all().iter().find(|record| here(record)).and_then(Record::added_card)
    }

    fn inspect_whole(&self, directory: &Path, id: &ModelId) -> Result<(ModelCard, u64), StoreError> {
        let card = inspect(directory, id, &self.catalog)?;
        let size = self
            .inspector
            .check(&card.files, directory, &[])
            .map_err(|fault| StoreError::bad_directory(directory, fault.to_string()))?;
        Ok((card, size))
    }
}

/// The directory itself, links followed; a loop of links ends here.
fn canonical(path: &Path) -> Result<PathBuf, StoreError> {
    let directory = path.canonicalize().map_err(|error| StoreError::bad_directory(path, error.to_string()))?;
    if directory.is_dir() { Ok(directory) } else { Err(StoreError::bad_directory(path, "it is not a directory")) }
}

/// The last part of the path; for a snapshot of the hub's cache, the repository's name.
fn name_of(directory: &Path) -> Option<ModelId> {
    let part = |path: &Path| path.file_name()?.to_str().map(str::to_owned);
    let repository = snapshot_commit(directory)
        .and_then(|_| part(directory.parent()?.parent()?))
        .and_then(|folder| Some(folder.strip_prefix("models--")?.rsplit("--").next()?.to_owned()));
    repository.or_else(|| part(directory))?.parse().ok()
}

/// The commit, when the directory is a snapshot in the hub's cache.
fn snapshot_commit(directory: &Path) -> Option<String> {
    let in_snapshots = directory.parent()?.file_name()? == "snapshots";
    directory.file_name()?.to_str().filter(|name| in_snapshots && is_commit(name)).map(str::to_owned)
}

fn hash_files(files: &[ModelFile], directory: &Path) -> Result<Vec<RecordedFile>, StoreError> {
    let present = files.iter().map(|file| (file, directory.join(&file.name))).filter(|(_, path)| path.is_file());
    present
        .map(|(file, path)| {
            let checksum = checksum::sha256(&path)?;
            Ok(RecordedFile { name: file.name.clone(), size_bytes: super::disk::file_size(&path), checksum })
        })
        .collect()
}

/// Twelve digits that stand for these files.
fn revision_of(files: &[RecordedFile]) -> String {
    let lines: String = files.iter().map(|file| format!("{}  {}\n", file.checksum.digits(), file.name)).collect();
    checksum::sha256_digits(lines.as_bytes())[..12].to_owned()
}
