//! The two checksums that a hub declares, and files' own.

use std::{fmt, fs::File, io::Read, path::Path, str::FromStr};

use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::StoreError;

/// What a file's content hashes to, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) enum Checksum {
    /// SHA-256: the hub's for large files.
    Sha256(String),
    /// SHA-1 of git's blob, `blob <length>\0` before the content: the hub's for small files.
    GitSha1(String),
}

impl Checksum {
    /// Reads the hub's entity tag: 64 or 40 hexadecimal digits.
    pub(super) fn from_etag(etag: &str) -> Option<Self> {
        let digits = etag.trim_start_matches("W/").trim_matches('"').to_ascii_lowercase();
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        match digits.len() {
            64 => Some(Self::Sha256(digits)),
            40 => Some(Self::GitSha1(digits)),
            _ => None,
        }
    }

    /// The digits alone: the name of the file in the cache's `blobs`.
    pub(super) fn digits(&self) -> &str {
        match self {
            Self::Sha256(digits) | Self::GitSha1(digits) => digits,
        }
    }

    /// The checksum of the same kind of the file at `path`.
    pub(super) fn compute_like(&self, path: &Path) -> Result<Self, StoreError> {
        match self {
            Self::Sha256(_) => sha256(path),
            Self::GitSha1(_) => git_sha1(path),
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(digits) => write!(f, "sha256:{digits}"),
            Self::GitSha1(digits) => write!(f, "git-sha1:{digits}"),
        }
    }
}

impl FromStr for Checksum {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = match text.split_once(':') {
            Some(("sha256", digits)) if digits.len() == 64 => Self::from_etag(digits),
            Some(("git-sha1", digits)) if digits.len() == 40 => Self::from_etag(digits),
            _ => None,
        };
        found.ok_or_else(|| format!("{text:?} is not a checksum"))
    }
}

impl TryFrom<String> for Checksum {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Checksum> for String {
    fn from(checksum: Checksum) -> Self {
        checksum.to_string()
    }
}

/// SHA-256 of the file at `path`.
pub(super) fn sha256(path: &Path) -> Result<Checksum, StoreError> {
    Ok(Checksum::Sha256(digest::<Sha256>(path, &[])?))
}

/// SHA-256 of `bytes`, as hexadecimal digits.
pub(super) fn sha256_digits(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn git_sha1(path: &Path) -> Result<Checksum, StoreError> {
    let length = std::fs::metadata(path).map_err(|source| StoreError::io(path, source))?.len();
    Ok(Checksum::GitSha1(digest::<Sha1>(path, format!("blob {length}\0").as_bytes())?))
}

fn digest<D: Digest>(path: &Path, head: &[u8]) -> Result<String, StoreError> {
    let fail = |source| StoreError::io(path, source);
    let mut file = File::open(path).map_err(fail)?;
    let mut hasher = D::new();
    hasher.update(head);
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(fail)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_hash_as_git_blobs_and_large_ones_as_sha256() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "hello\n").unwrap();
        // `printf 'hello\n' | git hash-object --stdin` and `| sha256sum`.
        let git = Checksum::from_etag("\"ce013625030ba8dba906f756967f9e9ca394464a\"").unwrap();
        assert_eq!(git.compute_like(&path).unwrap(), git);
        let large = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        let large = Checksum::from_etag(&format!("W/\"{large}\"")).unwrap();
        assert_eq!(large.compute_like(&path).unwrap(), large);
        assert_eq!(large.to_string().parse(), Ok(large));
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_tag_its_digits_are_a_plain_file_name(tag in "(W/)?\"?[0-9a-fA-F./]{38,66}\"?") {
            if let Some(checksum) = Checksum::from_etag(&tag) {
                assert!(checksum.digits().bytes().all(|byte| byte.is_ascii_hexdigit()));
                assert_eq!(checksum.to_string().parse(), Ok(checksum));
            }
        }
    }

    #[test]
    fn other_entity_tags_are_no_checksums() {
        for etag in ["", "\"abc\"", "../../../../../../../../../../../../../../../", &"g".repeat(40), &"a".repeat(41)] {
            assert_eq!(Checksum::from_etag(etag), None, "{etag:?}");
        }
    }
}
