//! The file of results: written line by line, and read when the work is taken up again.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cli::CliError;

/// What is done, and where more goes.
pub(super) struct Results {
    path: PathBuf,
    file: File,
    /// By the number of the input's line: the fingerprint of that line, and whether it failed.
    done: HashMap<usize, (String, bool)>,
}

/// Tells lines of the input apart: the first half of their SHA-256, in hexadecimal.
pub(super) fn fingerprint(line: &str) -> String {
    Sha256::digest(line.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Results {
    /// Reads what is done. A last line without its end was cut by a kill or a full disk: it goes, and is done again.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        let fail = |source| CliError::Write { path: path.to_owned(), source };
        let file = File::options().read(true).append(true).create(true).open(path).map_err(fail)?;
        let (mut whole, mut done) = (0, HashMap::new());
        let mut reader = BufReader::new(&file);
        let mut line = String::new();
        while reader.read_line(&mut line).map_err(fail)? > 0 && line.ends_with('\n') {
            let (number, result) = parse(path, &line)?;
            done.insert(number, result);
            whole += line.len() as u64;
            line.clear();
        }
        file.set_len(whole).map_err(fail)?;
        (&file).seek(SeekFrom::End(0)).map_err(fail)?;
        Ok(Self { path: path.to_owned(), file, done })
    }

    /// How many lines are done.
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
    pub(super) fn write(&mut self, result: &Value) -> Result<(), CliError> {
        let line = format!("{result}\n");
        let (number, done) = parse(&self.path, &line)?;
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|source| CliError::Write { path: self.path.clone(), source })?;
        self.done.insert(number, done);
        Ok(())
    }
}

fn parse(path: &Path, line: &str) -> Result<(usize, (String, bool)), CliError> {
    let read = || {
        let value: Value = serde_json::from_str(line).ok()?;
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
        let mut results = Results::open(&path).unwrap();
        results.write(&json!({"line": 1, "input": "a", "answer": {}})).unwrap();
        results.write(&json!({"line": 3, "input": "c", "error": {}})).unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{whole}{{\"line\": 4, \"in")).unwrap();
        let mut again = Results::open(&path).unwrap();
        assert_eq!((again.len(), again.failed()), (2, 1));
        assert_eq!((again.fingerprint(1), again.fingerprint(4)), (Some("a"), None));
        again.write(&json!({"line": 4, "input": "d", "answer": {}})).unwrap();
        let lines = std::fs::read_to_string(&path).unwrap();
        assert_eq!(lines.lines().count(), 3);
        assert!(lines.starts_with(&whole), "{lines}");
    }

    #[test]
    fn another_file_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.txt");
        std::fs::write(&path, "my own notes\n").unwrap();
        assert!(Results::open(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "my own notes\n");
    }
}
