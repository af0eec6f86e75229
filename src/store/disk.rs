//! Room, directories, locks and files that land whole.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{StoreError, StoreLimits};

/// Kept free beside a download: records, links, and other programs' needs.
const MARGIN_BYTES: u64 = 64 << 20;

/// Creates a directory and those above it.
pub(super) fn create_directory(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(|source| StoreError::io(path, source))
}

/// Refuses when `bytes` more would not fit on the disk of `directory`, which need not exist yet.
pub(super) fn check_room(directory: &Path, bytes: u64, limits: &StoreLimits) -> Result<(), StoreError> {
    if bytes == 0 {
        return Ok(());
    }
    let existing = directory.ancestors().find(|path| path.is_dir()).unwrap_or(directory);
    let free = (limits.free_bytes)(existing).map_err(|source| StoreError::io(existing, source))?;
    let needed = bytes.saturating_add(MARGIN_BYTES);
    if needed > free {
        return Err(StoreError::DiskFull { directory: directory.to_owned(), needed, free });
    }
    Ok(())
}

/// What a failed write comes to: a full disk is told apart, since the user can do something about it.
pub(super) fn write_failed(path: &Path, source: io::Error, missing: u64, limits: &StoreLimits) -> StoreError {
    if !matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return StoreError::io(path, source);
    }
    let directory = path.parent().unwrap_or(path).to_owned();
    let free = (limits.free_bytes)(&directory).unwrap_or(0);
    StoreError::DiskFull { directory, needed: missing, free }
}

/// Writes a small file so that a reader sees the old content or the new, never half of it.
pub(super) fn write_atomically(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let parent = path.parent().unwrap_or(path);
    create_directory(parent)?;
    let fail = |source| StoreError::io(path, source);
    let mut staged = tempfile::Builder::new().prefix(".breve-").tempfile_in(parent).map_err(fail)?;
    staged.write_all(content).and_then(|()| staged.as_file().sync_all()).map_err(fail)?;
    make_readable(staged.as_file()).map_err(fail)?;
    staged.persist(path).map(drop).map_err(|error| fail(error.error))
}

/// Temporary files are for their owner alone; the cache is read by other tools, perhaps of other users.
#[cfg(unix)]
fn make_readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_file: &File) -> io::Result<()> {
    Ok(())
}

/// A lock between processes, held until it is dropped; the system lets go of it when its process dies.
#[derive(Debug)]
pub(super) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock; `None` when another holds it.
    pub(super) fn try_acquire(path: &Path) -> Result<Option<Self>, StoreError> {
        create_directory(path.parent().unwrap_or(path))?;
        let fail = |source| StoreError::io(path, source);
        let file = File::options().create(true).truncate(false).write(true).open(path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(fail(source)),
        }
    }

    /// Waits for the lock, calling `waiting` from time to time.
    pub(super) fn acquire(path: &Path, waiting: &mut dyn FnMut()) -> Result<Self, StoreError> {
        loop {
            if let Some(lock) = Self::try_acquire(path)? {
                return Ok(lock);
            }
            waiting();
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }
}

/// Bytes of all files below `directory`; links count nothing.
pub(super) fn size_below(directory: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    let size = |path: PathBuf| match fs::symlink_metadata(&path) {
        Ok(data) if data.is_dir() => size_below(&path),
        Ok(data) if data.is_file() => data.len(),
        _ => 0,
    };
    entries.flatten().map(|entry| size(entry.path())).sum()
}

/// Bytes of the file at `path`, links followed; 0 when there is none.
pub(super) fn file_size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| if data.is_file() { data.len() } else { 0 })
}
