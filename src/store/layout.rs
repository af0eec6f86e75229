//! The hub's own cache on disk, shared with other tools: `models--owner--name/{blobs,refs,snapshots}`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use hf_hub::{Cache, CacheRepo, Repo, RepoType};

use super::{StoreError, checksum::Checksum, disk, hub::is_commit};

/// One repository's place in the cache.
#[derive(Debug, Clone)]
pub(super) struct RepoCache {
    cache: PathBuf,
    folder: String,
    repository: String,
    revision: String,
}

impl RepoCache {
    pub(super) fn new(cache: &Path, repository: &str, revision: &str) -> Self {
        let folder = Repo::model(repository.to_owned()).folder_name();
        Self { cache: cache.to_owned(), folder, repository: repository.to_owned(), revision: revision.to_owned() }
    }

    fn handle(&self) -> CacheRepo {
        let repo = Repo::with_revision(self.repository.clone(), RepoType::Model, self.revision.clone());
        Cache::new(self.cache.clone()).repo(repo)
    }

    /// Everything of this repository.
    pub(super) fn root(&self) -> PathBuf {
        self.cache.join(&self.folder)
    }

    pub(super) fn blobs(&self) -> PathBuf {
        self.root().join("blobs")
    }

    /// The file that holds the content with this checksum.
    pub(super) fn blob(&self, checksum: &Checksum) -> PathBuf {
        self.blobs().join(checksum.digits())
    }

    /// Where that content is gathered until it is whole; the name that other tools use too.
    pub(super) fn incomplete(&self, checksum: &Checksum) -> PathBuf {
        self.blobs().join(format!("{}.incomplete", checksum.digits()))
    }

    /// The directory with one commit's files.
    pub(super) fn snapshot(&self, commit: &str) -> PathBuf {
        self.handle().pointer_path(commit)
    }

    pub(super) fn snapshots(&self) -> PathBuf {
        self.root().join("snapshots")
    }

    /// A lock beside those of other tools; `name` is a blob, or `breve` for the whole repository.
    pub(super) fn lock(&self, name: &str) -> PathBuf {
        self.cache.join(".locks").join(&self.folder).join(format!("{name}.lock"))
    }

    fn reference(&self) -> PathBuf {
        self.root().join("refs").join(&self.revision)
    }

    /// The commits on disk, likeliest first: the one the revision stands for, then the newest.
    pub(super) fn commits(&self) -> Vec<String> {
        if is_commit(&self.revision) {
            return vec![self.revision.clone()];
        }
        let mut found = self.snapshots_by_age();
        let named = fs::read_to_string(self.reference()).unwrap_or_default();
        if let Some(index) = found.iter().position(|commit| commit == named.trim()) {
            let first = found.remove(index);
            found.insert(0, first);
        }
        found
    }

    fn snapshots_by_age(&self) -> Vec<String> {
        let entries = fs::read_dir(self.snapshots()).into_iter().flatten().flatten();
        let mut dated: Vec<_> = entries
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok().filter(|name| is_commit(name))?;
                Some((entry.metadata().and_then(|data| data.modified()).ok(), name))
            })
            .collect();
        dated.sort_unstable_by(|a, b| b.cmp(a));
        dated.into_iter().map(|(_, name)| name).collect()
    }

    /// Makes `file` of the commit's snapshot show the blob: a relative link, or a copy where there are no links.
    pub(super) fn link(&self, commit: &str, file: &str, checksum: &Checksum) -> Result<(), StoreError> {
        let path = self.snapshot(commit).join(file);
        let depth = file.split('/').count() + 1;
        let target = PathBuf::from("../".repeat(depth)).join("blobs").join(checksum.digits());
        if fs::read_link(&path).is_ok_and(|present| present == target) {
            return Ok(());
        }
        let parent = path.parent().unwrap_or(&path);
        disk::create_directory(parent)?;
        let staged = parent.join(format!(".{}.breve-{}", checksum.digits(), std::process::id()));
        let _ = fs::remove_file(&staged);
        symlink(&target, &staged)
            .or_else(|_| fs::copy(self.blob(checksum), &staged).map(drop))
            .and_then(|()| fs::rename(&staged, &path))
            .map_err(|source| StoreError::io(path, source))
    }

    /// Records which commit the branch or tag stands for.
    pub(super) fn write_reference(&self, commit: &str) -> Result<(), StoreError> {
        if is_commit(&self.revision) {
            return Ok(());
        }
        disk::write_atomically(&self.reference(), commit.as_bytes())
    }

    /// The checksum that the layout itself tells of a file: the name of the blob that it links to.
    pub(super) fn linked_checksum(path: &Path) -> Option<Checksum> {
        let target = fs::read_link(path).ok()?;
        Checksum::from_etag(target.file_name()?.to_str()?)
    }
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn symlink(_target: &Path, _link: &Path) -> io::Result<()> {
    // Needs a privilege on Windows; other tools copy there too.
    Err(io::ErrorKind::Unsupported.into())
}
