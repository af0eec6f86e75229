//! Giving disk back.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Inner, StoreError, disk,
    layout::RepoCache,
    records::{Record, Source},
};
use crate::domain::{ModelCard, ModelOrigin};

impl Inner {
    /// Deletes a fetched model's folder in the cache, or forgets an added directory.
    pub(super) fn remove(&self, card: &ModelCard) -> Result<u64, StoreError> {
        match &card.origin {
            ModelOrigin::BuiltIn => Err(StoreError::BuiltIn(card.id.clone())),
            ModelOrigin::Local(_) => self.records.delete(&card.id).map(|_| 0),
            ModelOrigin::Hub { repository, revision } => self.remove_fetched(card, repository, revision),
        }
    }

    fn remove_fetched(&self, card: &ModelCard, repository: &str, revision: &str) -> Result<u64, StoreError> {
        let cache = self.cache_of(repository, revision)?;
        let root = cache.root();
        if !root.is_dir() {
            self.records.delete(&card.id)?;
            return Err(StoreError::NotInstalled(card.id.clone()));
        }
        let lock = disk::FileLock::try_acquire(&cache.lock("breve"))?;
        if lock.is_none() || self.flights.is_running(&card.id) {
            return Err(StoreError::Busy(card.id.clone()));
        }
        let freed = disk::size_below(&root);
        fs::remove_dir_all(&root).map_err(|source| StoreError::io(&root, source))?;
        self.records.delete(&card.id)?;
        self.flights.forget(&card.id);
        Ok(freed)
    }

    /// Deletes what interrupted pulls of the catalog's models left, and records whose files are gone. Other
    /// repositories in the cache belong to other tools and are left alone.
    pub(super) fn prune(&self) -> Result<u64, StoreError> {
        let mut freed = 0;
        for card in &self.catalog {
            let ModelOrigin::Hub { repository, revision } = &card.origin else { continue };
            let cache = RepoCache::new(&self.hub.cache_directory, repository, revision);
            if cache.blobs().is_dir() {
                freed += prune_repository(&cache)?;
            }
        }
        for record in self.records.all() {
            if !self.has_files(&record) {
                self.records.delete(&record.id)?;
            }
        }
        Ok(freed)
    }

    fn has_files(&self, record: &Record) -> bool {
        match &record.source {
            Source::Directory { path, .. } => path.is_dir(),
            Source::Hub { repository, revision, commit } => {
                RepoCache::new(&self.hub.cache_directory, repository, revision).snapshot(commit).is_dir()
            }
        }
    }
}

/// Deletes half-fetched files, and whole ones that no snapshot shows; nothing while a pull is at work.
fn prune_repository(cache: &RepoCache) -> Result<u64, StoreError> {
    let Some(_lock) = disk::FileLock::try_acquire(&cache.lock("breve"))? else { return Ok(0) };
    let mut shown = HashSet::new();
    collect_links(&cache.snapshots(), &mut shown);
    let mut freed = 0;
    for entry in fs::read_dir(cache.blobs()).map_err(|source| StoreError::io(cache.blobs(), source))?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Other tools put a random part between the checksum and `.incomplete`.
        let digits = name.split('.').next().unwrap_or_default();
        if !shown.contains(name.as_ref()) && disk::FileLock::try_acquire(&cache.lock(digits))?.is_some() {
            freed += disk::file_size(&entry.path());
            fs::remove_file(entry.path()).map_err(|source| StoreError::io(entry.path(), source))?;
        }
    }
    if shown.is_empty() && !has_files(&cache.snapshots()) {
        remove_if_there(&cache.root())?;
    }
    Ok(freed)
}

/// The names of the blobs that links below `directory` point to.
fn collect_links(directory: &Path, names: &mut HashSet<String>) {
    for path in entries(directory) {
        match fs::read_link(&path) {
            Ok(target) => names.extend(target.file_name().map(|name| name.to_string_lossy().into_owned())),
            Err(_) if path.is_dir() => collect_links(&path, names),
            Err(_) => {}
        }
    }
}

fn has_files(directory: &Path) -> bool {
    entries(directory).any(|path| !path.is_dir() || has_files(&path))
}

fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn remove_if_there(directory: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io(directory, error)),
        _ => Ok(()),
    }
}
