//! One file's bytes from the hub to the disk: tried again, resumed, checked, and put into place whole.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::Path,
};

use super::{
    StoreError, StoreLimits, disk,
    hub::{Download, FileAddress, HubClient, RemoteFile, broken_body},
    layout::RepoCache,
};

/// A try that brought so much was worth its while, and does not count against the limit.
const WORTHWHILE_BYTES: u64 = 1 << 20;

/// Fetches files of one commit of one repository.
pub(super) struct Transfer<'a> {
    pub(super) client: &'a HubClient,
    pub(super) limits: &'a StoreLimits,
    pub(super) cache: &'a RepoCache,
    pub(super) repository: &'a str,
    pub(super) commit: &'a str,
}

impl Transfer<'_> {
    /// Makes sure that the blob of `file` is on disk and right. `arrived` gets the bytes of it on disk as they grow.
    pub(super) fn fetch(&self, file: &RemoteFile, arrived: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
        disk::create_directory(&self.cache.blobs())?;
        // Other tools take this lock too, and gather the same file under the same name.
        let lock = self.cache.lock(file.checksum.digits());
        let part = self.cache.incomplete(&file.checksum);
        let _lock = disk::FileLock::acquire(&lock, &mut || arrived(present(&part, file)))?;
        let blob = self.cache.blob(&file.checksum);
        if blob.is_file()
            && disk::file_size(&blob) == file.size_bytes
            && file.checksum.compute_like(&blob)? == file.checksum
        {
            arrived(file.size_bytes);
            return Ok(());
        }
        self.gather(file, &part, arrived)?;
        check(file, &part)?;
        fs::rename(&part, &blob).map_err(|source| StoreError::io(blob, source))
    }

    fn gather(&self, file: &RemoteFile, part: &Path, arrived: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
        let mut most = present(part, file);
        with_retries(self.limits, &mut || {
            let outcome = self.attempt(file, part, arrived);
            let now = present(part, file);
            let worthwhile = now >= most.saturating_add(WORTHWHILE_BYTES);
            most = most.max(now);
            outcome.map_err(|error| (error, worthwhile))
        })
    }

    /// One connection: from what is there to the end, or to where it breaks.
    fn attempt(&self, file: &RemoteFile, part: &Path, arrived: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
        let have = present(part, file);
        if have == file.size_bytes && part.exists() {
            return Ok(());
        }
        let address = FileAddress { repository: self.repository, revision: self.commit, file: &file.name };
        let download = match self.client.download(address, have)? {
            Some(download) => download,
            // The hub has nothing from there on, so what is there is not the beginning of this file.
            None => {
                discard(part)?;
                let again = self.client.download(address, 0)?;
                again.ok_or_else(|| short(file, 0))?
            }
        };
        self.append(file, part, download, arrived)
    }

    fn append(
        &self,
        file: &RemoteFile,
        part: &Path,
        mut download: Download,
        arrived: &mut dyn FnMut(u64),
    ) -> Result<(), StoreError> {
        let fail =
            |source, done: u64| disk::write_failed(part, source, file.size_bytes.saturating_sub(done), self.limits);
        let mut out = open_at(part, download.start).map_err(|source| fail(source, download.start))?;
        let mut done = download.start;
        let mut buffer = vec![0; 256 << 10];
        loop {
            let count = download.body.read(&mut buffer).map_err(|error| broken_body(&download.host, error))?;
            if count == 0 {
                break;
            }
            done += count as u64;
            if done > file.size_bytes {
                drop(out);
                discard(part)?;
                let reason =
                    format!("it sends more than the {} bytes of {} that it declares", file.size_bytes, file.name);
                return Err(StoreError::HubProtocol { host: download.host, reason });
            }
            out.write_all(&buffer[..count]).map_err(|source| fail(source, done))?;
            arrived(done);
        }
        out.sync_all().map_err(|source| fail(source, done))?;
        if done < file.size_bytes { Err(short(file, done)) } else { Ok(()) }
    }
}

/// Runs `attempt` until it works, fails for good, or has failed too often in a row. An error that comes with `true`
/// brought something and does not count.
pub(super) fn with_retries<T>(
    limits: &StoreLimits,
    attempt: &mut dyn FnMut() -> Result<T, (StoreError, bool)>,
) -> Result<T, StoreError> {
    let mut failures = 0;
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err((error, worthwhile)) => {
                failures = if worthwhile { 1 } else { failures + 1 };
                if !is_passing(&error) || failures >= limits.attempts {
                    return Err(error);
                }
                tracing::debug!(%error, failures, "trying again");
                std::thread::sleep(limits.retry_pause * (1 << (failures - 1).min(6)));
            }
        }
    }
}

fn is_passing(error: &StoreError) -> bool {
    match error {
        StoreError::Network { .. } | StoreError::Timeout { .. } => true,
        StoreError::HubFailed { status, .. } => *status >= 500 || matches!(status, 403 | 408 | 429),
        _ => false,
    }
}

/// Bytes of `file` that are gathered already; more than there should be is none.
pub(super) fn present(part: &Path, file: &RemoteFile) -> u64 {
    Some(disk::file_size(part)).filter(|&size| size <= file.size_bytes).unwrap_or(0)
}

fn open_at(part: &Path, start: u64) -> std::io::Result<File> {
    let file = File::options().create(true).append(true).open(part)?;
    if file.metadata()?.is_file() {
        file.set_len(start)?;
    }
    Ok(file)
}

/// Checks size and checksum; a wrong file is deleted, so that the next pull starts over.
fn check(file: &RemoteFile, part: &Path) -> Result<(), StoreError> {
    let size = disk::file_size(part);
    if size != file.size_bytes {
        discard(part)?;
        return Err(short(file, size));
    }
    let found = file.checksum.compute_like(part)?;
    if found != file.checksum {
        discard(part)?;
        let (expected, found) = (file.checksum.to_string(), found.to_string());
        return Err(StoreError::Checksum { file: file.name.clone(), expected, found });
    }
    Ok(())
}

fn short(file: &RemoteFile, found: u64) -> StoreError {
    StoreError::ShortFile { file: file.name.clone(), expected: file.size_bytes, found }
}

fn discard(part: &Path) -> Result<(), StoreError> {
    match fs::remove_file(part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io(part, error)),
        _ => Ok(()),
    }
}
