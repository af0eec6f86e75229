//! Reading an installed model's files through, against the checksums known of them.

use std::path::Path;

use super::{
    FileCheck, Inner, InstalledModel, StoreError,
    checksum::Checksum,
    disk,
    installed::SUMS,
    integrity::Fault,
    layout::RepoCache,
    records::{RecordedFile, Source},
};
use crate::domain::{ModelCard, ModelOrigin};

impl Inner {
    /// Checks every file; a model that is damaged counts as not installed elsewhere, and is checked here all the same.
    pub(super) fn verify(&self, card: &ModelCard) -> Result<Vec<FileCheck>, StoreError> {
        if let Some((directory, files)) = self.recorded_files(card)? {
            return Ok(files.iter().map(|file| check(&directory, file)).collect());
        }
        match &card.origin {
            ModelOrigin::BuiltIn => {
                match self.builtin_directory(card).filter(|directory| directory.join(SUMS).is_file()) {
                    Some(directory) => check_sums(&directory),
                    None => self.installed_of(card).map(|_| Vec::new()),
                }
            }
            ModelOrigin::Hub { repository, revision } => match self.fetched(card, repository, revision) {
                Ok(model) => Ok(check_links(&model)),
                Err(Fault::Damaged { file, reason }) => Ok(vec![FileCheck { file, ok: false, detail: reason }]),
                Err(Fault::Missing(_)) => Err(StoreError::NotInstalled(card.id.clone())),
            },
            ModelOrigin::Local(_) => self.installed_of(card).map(|model| check_links(&model)),
        }
    }

    /// The record's files and where they are, unless another tool has brought another commit since.
    fn recorded_files(&self, card: &ModelCard) -> Result<Option<(std::path::PathBuf, Vec<RecordedFile>)>, StoreError> {
        let Some(record) = self.records.read(&card.id)? else { return Ok(None) };
        let current = self.installed_of(card).ok();
        Ok(match (&card.origin, &record.source) {
            (ModelOrigin::Local(_), Source::Directory { path, .. }) => Some((path.clone(), record.files)),
            (ModelOrigin::Hub { repository, revision }, Source::Hub { commit, .. })
                if record.commit_of(repository, revision).is_some()
                    && current.is_none_or(|model| model.name.revision == *commit) =>
            {
                Some((self.cache_of(repository, revision)?.snapshot(commit), record.files))
            }
            _ => None,
        })
    }
}

fn check(directory: &Path, file: &RecordedFile) -> FileCheck {
    let path = directory.join(&file.name);
    let size = disk::file_size(&path);
    if !path.is_file() {
        return FileCheck { file: file.name.clone(), ok: false, detail: "missing".to_owned() };
    }
    if size != file.size_bytes {
        let detail = format!("{size} of {} bytes", file.size_bytes);
        return FileCheck { file: file.name.clone(), ok: false, detail };
    }
    compare(&file.name, &path, &file.checksum)
}

fn compare(name: &str, path: &Path, expected: &Checksum) -> FileCheck {
    let (ok, detail) = match expected.compute_like(path) {
        Ok(found) if found == *expected => (true, found.to_string()),
        Ok(found) => (false, format!("changed: {found}, was {expected}")),
        Err(error) => (false, error.to_string()),
    };
    FileCheck { file: name.to_owned(), ok, detail }
}

fn check_sums(directory: &Path) -> Result<Vec<FileCheck>, StoreError> {
    let path = directory.join(SUMS);
    let text = std::fs::read_to_string(&path).map_err(|source| StoreError::io(&path, source))?;
    let line = |line: &str| {
        let (digits, name) = line.split_once("  ")?;
        Some(compare(name, &directory.join(name), &Checksum::from_etag(digits)?))
    };
    let checks: Option<Vec<_>> = text.lines().map(line).collect();
    checks.ok_or_else(|| StoreError::bad_file(&path, "not lines of a checksum, two spaces and a file"))
}

/// A model of another tool: the names of the blobs that its links point to are their checksums.
fn check_links(model: &InstalledModel) -> Vec<FileCheck> {
    let files = model.card.files.iter().map(|file| (&file.name, model.directory.join(&file.name)));
    let present = files.filter(|(_, path)| path.is_file());
    present
        .map(|(name, path)| match RepoCache::linked_checksum(&path) {
            Some(expected) => compare(name, &path, &expected),
            None => {
                let detail = format!("{} bytes; another tool fetched it and kept no checksum", disk::file_size(&path));
                FileCheck { file: name.clone(), ok: true, detail }
            }
        })
        .collect()
}
