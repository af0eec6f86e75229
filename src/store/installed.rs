//! Finding models on this machine, by whichever tool they were fetched.

use std::path::PathBuf;

use super::{
    Inner, InstalledModel, StoreError, checksum,
    integrity::Fault,
    layout::RepoCache,
    records::{Record, Source},
};
use crate::domain::{Architecture, ModelCard, ModelName, ModelOrigin};

/// The built-in models' checksums, as `sha256sum` writes them; their hash is the revision.
pub(super) const SUMS: &str = "SHA256SUMS";

impl Inner {
    /// The model on this machine, or why it is not there.
    pub(super) fn installed_of(&self, card: &ModelCard) -> Result<InstalledModel, StoreError> {
        match &card.origin {
            ModelOrigin::BuiltIn => self.builtin(card),
            ModelOrigin::Hub { repository, revision } => {
                let found = self.fetched(card, repository, revision);
                found.map_err(|_| StoreError::NotInstalled(card.id.clone()))
            }
            ModelOrigin::Local(path) => self.added(card, path),
        }
    }

    /// What is wrong with a model that was there once.
    pub(super) fn fault_of(&self, card: &ModelCard) -> Option<String> {
        match &card.origin {
            ModelOrigin::BuiltIn => self.builtin(card).err().map(|error| error.to_string()),
            ModelOrigin::Local(path) => self.added(card, path).err().map(|error| error.to_string()),
            ModelOrigin::Hub { repository, revision } => match self.fetched(card, repository, revision) {
                Err(fault @ Fault::Damaged { .. }) => {
                    Some(format!("{fault}; `breve models pull {}` fetches it again", card.id))
                }
                Ok(_) | Err(Fault::Missing(_)) => None,
            },
        }
    }

    /// Where a built-in model's files lie.
    pub(super) fn builtin_directory(&self, card: &ModelCard) -> Option<PathBuf> {
        self.builtin.iter().map(|models| models.join(card.id.as_str())).find(|path| path.is_dir())
    }

    fn builtin(&self, card: &ModelCard) -> Result<InstalledModel, StoreError> {
        if card.architecture == Architecture::Extractive {
            return Ok(installed(card, env!("CARGO_PKG_VERSION").to_owned(), PathBuf::new(), 0));
        }
        let missing = |reason: String| StoreError::BuiltInMissing { id: card.id.clone(), reason };
        let directory = self
            .builtin_directory(card)
            .ok_or_else(|| missing(format!("no directory {} in {:?}", card.id, self.builtin)))?;
        let sums = std::fs::read(directory.join(SUMS)).map_err(|error| missing(format!("{SUMS}: {error}")))?;
        let size = self.inspector.check(&card.files, &directory, &[]).map_err(|fault| missing(fault.to_string()))?;
        Ok(installed(card, checksum::sha256_digits(&sums)[..12].to_owned(), directory, size))
    }

    fn added(&self, card: &ModelCard, path: &std::path::Path) -> Result<InstalledModel, StoreError> {
        let record = self.records.read(&card.id)?;
        let Some(Record { source: Source::Directory { revision, .. }, files, .. }) = record else {
            return Err(StoreError::NotInstalled(card.id.clone()));
        };
        let size = self.inspector.check(&card.files, path, &files).map_err(|fault| {
            StoreError::bad_directory(path, format!("{fault} since it was added; repair it or add it again"))
        })?;
        Ok(installed(card, revision, path.to_owned(), size))
    }

    /// A snapshot with all the files needed, whoever fetched it; the commit of the branch before others.
    pub(super) fn fetched(&self, card: &ModelCard, repository: &str, revision: &str) -> Result<InstalledModel, Fault> {
        let cache = RepoCache::new(&self.hub.cache_directory, repository, revision);
        let record = self.records.read_or_warn(&card.id);
        let mut fault = Fault::Missing("it was never fetched".to_owned());
        for commit in cache.commits() {
            let known = record.as_ref().filter(|record| record.commit_of(repository, revision) == Some(&commit));
            let recorded = known.map_or(&[][..], |record| &record.files);
            let directory = cache.snapshot(&commit);
            match self.inspector.check(&card.files, &directory, recorded) {
                Ok(size) => return Ok(installed(card, commit, directory, size)),
                // Damage to any is worth telling; that some commit was never fetched whole is not.
                Err(found @ Fault::Damaged { .. }) => fault = found,
                Err(Fault::Missing(_)) => {}
            }
        }
        Err(fault)
    }
}

pub(super) fn installed(card: &ModelCard, revision: String, directory: PathBuf, size_bytes: u64) -> InstalledModel {
    let name = ModelName { id: card.id.clone(), revision };
    InstalledModel { card: card.clone(), name, directory, size_bytes }
}
