//! Whether a model's files are all there and whole, without reading them through.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use serde::Deserialize;

use super::{disk::file_size, formats, records::RecordedFile};
use crate::domain::ModelFile;

/// Why a directory does not hold a model.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// A file is not there: the model was never fetched, or not to the end.
    Missing(String),
    /// A file is there, and is not what it should be.
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(reason) => f.write_str(reason),
            Self::Damaged { file, reason } => write!(f, "{file}: {reason}"),
        }
    }
}

/// How a file looked (bytes, time of change), and what was found.
type Seen = (u64, Option<SystemTime>, Result<(), String>);

/// Looks at files' sizes and structure; remembers what it saw for as long as a file does not change.
#[derive(Debug, Default)]
pub(super) struct Inspector {
    seen: Mutex<HashMap<PathBuf, Seen>>,
}

impl Inspector {
    /// The bytes of a whole model in `directory`; `recorded` holds the sizes that were verified, where they are known.
    pub(super) fn check(&self, files: &[ModelFile], directory: &Path, recorded: &[RecordedFile]) -> Result<u64, Fault> {
        for file in recorded {
            let size = file_size(&directory.join(&file.name));
            if size != file.size_bytes {
                let reason = format!("{size} of {} bytes", file.size_bytes);
                return Err(Fault::Damaged { file: file.name.clone(), reason });
            }
        }
        let present = |file: &&ModelFile| file_size(&directory.join(&file.name)) > 0;
        if let Some(missing) = files.iter().filter(|file| !file.optional).find(|file| !present(file)) {
            return Err(Fault::Missing(format!("{} is missing", missing.name)));
        }
        let mut weights = files.iter().filter(|file| formats::is_weights(&file.name)).peekable();
        if weights.peek().is_some() && !weights.any(|file| present(&file)) {
            return Err(Fault::Missing(format!("there are no weights ({})", formats::WEIGHTS.join(", "))));
        }
        for file in files.iter().filter(present) {
            let whole = self.check_whole(&directory.join(&file.name));
            whole.map_err(|reason| Fault::Damaged { file: file.name.clone(), reason })?;
        }
        // Of several forms of the weights only one is read.
        let used = formats::WEIGHTS.iter().find(|name| file_size(&directory.join(name)) > 0);
        let counts = |file: &&ModelFile| !formats::is_weights(&file.name) || used == Some(&file.name.as_str());
        Ok(files.iter().filter(counts).map(|file| file_size(&directory.join(&file.name))).sum())
    }

    fn check_whole(&self, path: &Path) -> Result<(), String> {
        let check = match path.extension().and_then(|extension| extension.to_str()) {
            Some("safetensors") => check_safetensors,
            Some("bin" | "ot") => check_zip,
            _ => return Ok(()),
        };
        let data = path.metadata().map_err(|error| error.to_string())?;
        let (length, modified) = (data.len(), data.modified().ok());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(path) {
            Some((known, time, result)) if *known == length && *time == modified => result.clone(),
            _ => {
                let result = File::open(path).map_err(|error| error.to_string()).and_then(|file| check(file, length));
                seen.insert(path.to_owned(), (length, modified, result.clone()));
                result
            }
        }
    }
}

#[derive(Deserialize)]
struct Tensor {
    data_offsets: (u64, u64),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum HeaderEntry {
    Tensor(Tensor),
    Metadata(serde::de::IgnoredAny),
}

/// The header names where each tensor ends: the last end is the end of the file.
fn check_safetensors(mut file: File, length: u64) -> Result<(), String> {
    let mut size = [0; 8];
    file.read_exact(&mut size).map_err(|_| format!("truncated: only {length} bytes"))?;
    let header_length = u64::from_le_bytes(size);
    // The format's own limit on its header is 100 MB.
    if header_length > 100_000_000 {
        return Err("not a safetensors file".to_owned());
    }
    let mut header = Vec::new();
    file.take(header_length).read_to_end(&mut header).map_err(|error| error.to_string())?;
    if (header.len() as u64) < header_length {
        return Err(format!("truncated: only {length} bytes"));
    }
    let entries: HashMap<String, HeaderEntry> =
        serde_json::from_slice(&header).map_err(|error| format!("not a safetensors file: {error}"))?;
    let ends = entries.values().map(|entry| match entry {
        HeaderEntry::Tensor(tensor) => tensor.data_offsets.1,
        HeaderEntry::Metadata(_) => 0,
    });
    let expected = ends.max().unwrap_or(0).saturating_add(8 + header_length);
    if expected == length { Ok(()) } else { Err(format!("truncated: {length} of {expected} bytes")) }
}

/// PyTorch's files are zip archives, whose directory stands at the end; those of before 2020 are not, and pass.
fn check_zip(mut file: File, length: u64) -> Result<(), String> {
    // The directory's end record is 22 bytes and a comment of at most 65,535.
    const END_RECORD: u64 = 22 + 65_535;
    let mut magic = [0; 4];
    if file.read_exact(&mut magic).is_err() || magic != *b"PK\x03\x04" {
        return Ok(());
    }
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub(END_RECORD)))
        .and_then(|_| file.read_to_end(&mut tail))
        .map_err(|error| error.to_string())?;
    let whole = tail.windows(4).any(|window| window == b"PK\x05\x06");
    if whole { Ok(()) } else { Err(format!("truncated: the archive breaks off after {length} bytes")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, bytes: &[u8]) -> Result<(), String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Inspector::default().check_whole(&path)
    }

    proptest::proptest! {
        #[test]
        fn no_header_is_too_strange(header in ".{0,80}", claimed in proptest::prelude::any::<u64>()) {
            for length in [claimed, header.len() as u64] {
                let file = [&length.to_le_bytes()[..], header.as_bytes()].concat();
                assert!(check("model.safetensors", &file).is_err() || length == 2, "{header}");
            }
        }
    }

    #[test]
    fn notices_weights_that_break_off() {
        let whole = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/bart/model.safetensors"));
        let whole = whole.unwrap();
        assert_eq!(check("model.safetensors", &whole), Ok(()));
        for length in [0, 7, 8, 200, whole.len() / 2, whole.len() - 1] {
            let found = check("model.safetensors", &whole[..length]).unwrap_err();
            assert!(found.contains("truncated"), "{length}: {found}");
        }
        assert!(check("model.safetensors", b"<!DOCTYPE html><html>").is_err());
        assert_eq!(check("pytorch_model.bin", b"\x80\x02legacy"), Ok(()));
        assert_eq!(check("pytorch_model.bin", b"PK\x03\x04...PK\x05\x06...................."), Ok(()));
        assert!(check("pytorch_model.bin", b"PK\x03\x04...").unwrap_err().contains("truncated"));
    }
}
