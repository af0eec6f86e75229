//! Reads the text that a command works on.

use std::{
    fs::File,
    io::{IsTerminal, Read, stdin},
    path::{Path, PathBuf},
};

use super::{CliError, output};
use crate::domain::{Article, InputError};

/// Where the text comes from.
#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// Text file in UTF-8; - or nothing reads standard input.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl InputArgs {
    /// The text as an article of at most `limit` characters.
    pub(super) fn article(&self, limit: usize) -> Result<Article, CliError> {
        let file = self.file.as_deref().filter(|path| *path != Path::new("-"));
        let name = file.map_or("standard input".into(), |path| path.display().to_string());
        // No character has more than four bytes, so that more bytes are too many characters.
        let most = limit.saturating_mul(4);
        let bytes = read(file, most).map_err(|source| CliError::Read { name: name.clone(), source })?;
        if bytes.len() > most {
            return Err(InputError::invalid(name, format!("has more than {limit} characters, the limit")).into());
        }
        Ok(Article::parse(&name, decode(&name, bytes)?, limit)?)
    }
}

/// At most one byte more than `most`.
fn read(file: Option<&Path>, most: usize) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    match file {
        Some(path) => File::open(path)?.take(most).read_to_end(&mut bytes)?,
        None => {
            if stdin().is_terminal() {
                output::note("Reading the text from the terminal; Ctrl-D on an empty line ends it.");
            }
            stdin().lock().take(most).read_to_end(&mut bytes)?
        }
    };
    Ok(bytes)
}

/// The text of a file; a byte order mark at its start is not part of it.
fn decode(name: &str, bytes: Vec<u8>) -> Result<String, CliError> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(offset).copied().unwrap_or_default();
        let reason =
            format!("is not UTF-8: byte 0x{byte:02x} at offset {offset}; convert it first, for example with iconv");
        CliError::Content { name: name.to_owned(), reason }
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_byte_that_is_not_utf8() {
        let error = decode("news.txt", b"Se\xf1or".to_vec()).unwrap_err();
        assert!(error.to_string().starts_with("news.txt: is not UTF-8: byte 0xf1 at offset 2;"), "{error}");
    }

    #[test]
    fn drops_a_byte_order_mark() {
        assert_eq!(decode("x", "\u{feff}Hola".into()).unwrap(), "Hola");
    }

    #[test]
    fn reads_no_more_than_it_may() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.txt");
        std::fs::write(&path, "x".repeat(100)).unwrap();
        let error = InputArgs { file: Some(path) }.article(10).unwrap_err().to_string();
        assert!(error.contains("has more than 10 characters"), "{error}");
    }
}
