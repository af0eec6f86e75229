//! The file of articles: read twice and line by line, so that no more of it is in memory than is at work.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Seek},
    path::Path,
};

use sha2::{Digest, Sha256};

use super::Shard;
use crate::{
    cli::CliError,
    http::{ApiError, ErrorCode},
};

/// One part of the lines of a file.
pub(super) struct Input {
    name: String,
    file: File,
    shard: Shard,
}

impl Input {
    /// Opens the file, which stays the same one for all readings.
    pub(super) fn open(path: &Path, shard: Shard) -> Result<Self, CliError> {
        let name = path.display().to_string();
        match File::open(path).and_then(|mut file| file.rewind().map(|()| file)) {
            Ok(file) => Ok(Self { name, file, shard }),
            Err(error) if error.kind() == io::ErrorKind::NotSeekable => {
                let reason = "is read twice, so that it must be a file and not a pipe".to_owned();
                Err(CliError::Content { name, reason })
            }
            Err(source) => Err(CliError::Read { name, source }),
        }
    }

    /// The lines of this part from the first on, without those that are blank. Only one reading can go on at a time.
    pub(super) fn lines(&self) -> Result<impl Iterator<Item = Result<Line, CliError>>, CliError> {
        (&self.file).rewind().map_err(|source| self.unreadable(source))?;
        let line = move |(index, bytes): (usize, io::Result<Vec<u8>>)| match bytes {
            Ok(bytes) if self.shard.has(index) => {
                Some(Line::new(index + 1, bytes)).filter(|line| !line.is_blank()).map(Ok)
            }
            Ok(_) => None,
            // Whosever line it is: what follows cannot be counted.
            Err(source) => Some(Err(self.unreadable(source))),
        };
        Ok(BufReader::new(&self.file).split(b'\n').enumerate().filter_map(line))
    }

    /// Why the line `number` cannot be taken for done.
    pub(super) fn changed(&self, number: usize) -> CliError {
        let reason = format!("line {number} is not the one that the results were made from; write to another file");
        CliError::Content { name: self.name.clone(), reason }
    }

    fn unreadable(&self, source: io::Error) -> CliError {
        CliError::Read { name: self.name.clone(), source }
    }
}

/// A line with an article, as it is in the file.
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
    bytes: Vec<u8>,
}

impl Line {
    fn new(number: usize, mut bytes: Vec<u8>) -> Self {
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        Self { number, bytes }
    }

    /// What stands there, which is not checked before: one bad line must not keep the others from being done.
    pub(super) fn text(&self) -> Result<&str, ApiError> {
        std::str::from_utf8(&self.bytes).map_err(|error| {
            let message = format!("the line is not UTF-8: bad byte at offset {}", error.valid_up_to());
            ApiError::new(ErrorCode::InvalidRequest, message)
        })
    }

    /// Tells lines apart: the first half of the SHA-256, in hexadecimal.
    pub(super) fn fingerprint(&self) -> String {
        hex::encode(&Sha256::digest(&self.bytes)[..16])
    }

    fn is_blank(&self) -> bool {
        std::str::from_utf8(&self.bytes).is_ok_and(|text| text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(content: &[u8], shard: &str) -> (tempfile::TempDir, Input) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in.jsonl");
        std::fs::write(&path, content).unwrap();
        let input = Input::open(&path, shard.parse().unwrap()).unwrap();
        (folder, input)
    }

    fn numbers(input: &Input) -> Vec<usize> {
        input.lines().unwrap().map(|line| line.unwrap().number).collect()
    }

    #[test]
    fn each_reading_gives_the_same_lines() {
        let (_folder, input) = input(b"{}\r\n\n\xff\n \t\r\nlast", "0/1");
        assert_eq!(numbers(&input), [1, 3, 5]);
        assert_eq!(numbers(&input), [1, 3, 5]);
        let lines: Vec<Line> = input.lines().unwrap().map(Result::unwrap).collect();
        assert_eq!((lines[0].text(), lines[2].text()), (Ok("{}"), Ok("last")));
    }

    #[test]
    fn a_part_keeps_the_numbers_of_the_whole() {
        let (_folder, input) = input(b"a\nb\n\nd\ne\nf\n", "1/2");
        assert_eq!(numbers(&input), [2, 4, 6]);
    }

    #[test]
    fn a_line_that_is_no_text_says_where() {
        let error = Line::new(1, b"Se\xf1or".to_vec()).text().unwrap_err();
        assert_eq!(error.to_string(), "invalid_request: the line is not UTF-8: bad byte at offset 2");
    }

    #[test]
    fn results_of_earlier_versions_are_known_again() {
        assert_eq!(Line::new(1, b"abc\r".to_vec()).fingerprint(), "ba7816bf8f01cfea414140de5dae2223");
    }
}
