//! The file of results: written line by line, and read when the work is taken up again.

use std::{
    collections::HashMap,
    fs::{File, TryLockError},
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::cli::CliError;

/// What was done before, and where more goes. As long as this lives, no other process writes there.
pub(super) struct Results {
    path: PathBuf,
    file: File,
    done: Done,
}

/// By the number of the input's line: the fingerprint of that line, and whether it failed.
type Done = HashMap<usize, (String, bool)>;

impl Results {
    /// Reads what is done. A last line without its end was cut by a kill or a full disk: it goes, and is done again.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        let fail = |source| CliError::Write { path: path.to_owned(), source };
        let file = File::options().read(true).append(true).create(true).open(path).map_err(fail)?;
        lock(&file, path)?;
        let (whole, done) = read(&file, path)?;
        file.set_len(whole).map_err(fail)?;
        (&file).seek(SeekFrom::End(0)).map_err(fail)?;
        Ok(Self { path: path.to_owned(), file, done })
    }

    /// How many lines were done.
    pub(super) fn len(&self) -> usize {
        self.done.len()
    }

    /// How many of them failed.
    pub(super) fn failed(&self) -> usize {
        self.done.values().filter(|(_, failed)| *failed).count()
    }

    /// That of the input's line `number` when it was done.
    pub(super) fn fingerprint(&self, number: usize) -> Option<&str> {
        self.done.get(&number).map(|(fingerprint, _)| fingerprint.as_str())
    }

    /// Adds a result; it is on the disk when this returns.
    pub(super) fn write(&self, result: &Value) -> Result<(), CliError> {
        let line = format!("{result}\n");
        let written = (&self.file).write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|source| CliError::Write { path: self.path.clone(), source })
    }
}

/// Keeps others out until the file is closed.
fn lock(file: &File, path: &Path) -> Result<(), CliError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            let reason =
                "another `breve batch` is writing to it; wait for its end, or write to another file".to_owned();
            Err(CliError::Content { name: path.display().to_string(), reason })
        }
        // File systems without locks say so in different ways; results can be kept there all the same.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "{} cannot be locked: write to it by one `breve batch` only", path.display());
            Ok(())
        }
    }
}

/// How many bytes are whole lines, and what these say.
fn read(file: &File, path: &Path) -> Result<(u64, Done), CliError> {
    let fail = |source| CliError::Write { path: path.to_owned(), source };
    let (mut whole, mut done) = (0, Done::new());
    let (mut reader, mut line) = (BufReader::new(file), Vec::new());
    // By bytes: the last line may end inside a character.
    while reader.read_until(b'\n', &mut line).map_err(fail)? > 0 && line.ends_with(b"\n") {
        let (number, result) = parse(path, &line)?;
        done.insert(number, result);
        whole += line.len() as u64;
        line.clear();
    }
    Ok((whole, done))
}

fn parse(path: &Path, line: &[u8]) -> Result<(usize, (String, bool)), CliError> {
    let read = || {
        let value: Value = serde_json::from_slice(line).ok()?;
        let number = usize::try_from(value["line"].as_u64()?).ok()?;
        Some((number, (value["input"].as_str()?.to_owned(), value.get("error").is_some())))
    };
    let reason = "holds a line that is no result of `breve batch`; write to another file".to_owned();
    read().ok_or_else(|| CliError::Content { name: path.display().to_string(), reason })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_cut_is_done_again_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let results = Results::open(&path).unwrap();
        results.write(&json!({"line": 1, "input": "a", "answer": {}})).unwrap();
        results.write(&json!({"line": 3, "input": "c", "error": {}})).unwrap();
        drop(results);
        let whole = std::fs::read_to_string(&path).unwrap();
        // The second ends inside "ó".
        for tail in [&b"{\"line\": 4, \"in"[..], b"{\"answer\": \"Lleg\xc3"] {
            std::fs::write(&path, [whole.as_bytes(), tail].concat()).unwrap();
            let again = Results::open(&path).unwrap();
            assert_eq!((again.len(), again.failed()), (2, 1));
            assert_eq!((again.fingerprint(1), again.fingerprint(4)), (Some("a"), None));
            again.write(&json!({"line": 4, "input": "d", "answer": {}})).unwrap();
            let lines = std::fs::read_to_string(&path).unwrap();
            assert_eq!(lines.lines().count(), 3);
            assert!(lines.starts_with(&whole), "{lines}");
        }
    }

    #[test]
    fn two_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        let first = Results::open(&path).unwrap();
        first.write(&json!({"line": 1, "input": "a", "answer": {}})).unwrap();
        let refused = Results::open(&path).err().unwrap().to_string();
        assert!(refused.contains("out.jsonl: another `breve batch` is writing to it"), "{refused}");
        drop(first);
        assert_eq!(Results::open(&path).unwrap().len(), 1);
    }

    #[test]
    fn another_file_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.txt");
        for content in [&b"my own notes\n"[..], b"\xff\n{\"line\": 1"] {
            std::fs::write(&path, content).unwrap();
            assert!(Results::open(&path).is_err());
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
    }
}
