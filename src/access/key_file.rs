//! The file of keys: read again as soon as it changes, so that what is revoked is revoked at once.

use std::{
    collections::HashMap,
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use fs4::FileExt;
use serde::{Deserialize, Serialize};

use super::key::{Key, KeyId, KeyLimits, Scope, Secret};

/// Why keys cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The system does not let it.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// As the system says it.
        source: io::Error,
    },
    /// It is not what this program writes.
    #[error("{} is no file of keys: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is no such key.
    #[error("there is no key {0}; `breve keys list` shows them")]
    Unknown(KeyId),
    /// The system has no random numbers.
    #[error("the system gave no random numbers: {0}")]
    Random(getrandom::Error),
}

/// What a new key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// After how long it ends by itself.
    pub expires_in: Option<Duration>,
    /// What its holder may ask.
    pub limits: KeyLimits,
}

/// The keys by their ids.
pub(super) type Keys = HashMap<KeyId, Key>;

/// A file of keys.
pub struct KeyFile {
    path: PathBuf,
    read: Mutex<(Option<Stamp>, Arc<Keys>)>,
}

/// What changes when a file does: it is replaced as a whole, never written in place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    node: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { modified: metadata.modified().ok(), length: metadata.len(), node: node(metadata) }
    }
}

#[cfg(unix)]
fn node(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn node(_: &Metadata) -> u64 {
    0
}

/// The file as it is written.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(default)]
    keys: Vec<Key>,
}

impl KeyFile {
    /// The file at `path`, which need not be there.
    pub fn new(path: PathBuf) -> Self {
        Self { path, read: Mutex::default() }
    }

    /// The keys as they are now.
    ///
    /// # Errors
    /// [`KeyFileError`] where the file is there and cannot be read.
    pub(super) fn current(&self) -> Result<Arc<Keys>, KeyFileError> {
        let stamp = match fs::metadata(&self.path) {
            Ok(metadata) => Some(Stamp::of(&metadata)),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(source) => return Err(self.io(source)),
        };
        let mut read = self.lock();
        if read.0 != stamp {
            let keys = self.load()?.keys.into_iter().map(|key| (key.id.clone(), key)).collect();
            *read = (stamp, Arc::new(keys));
        }
        Ok(Arc::clone(&read.1))
    }

    /// Every key, also those that are revoked or expired, the oldest first.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn list(&self) -> Result<Vec<Key>, KeyFileError> {
        Ok(self.load()?.keys)
    }

    /// Makes a key; the secret is to be found nowhere else.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn create(&self, new: NewKey) -> Result<(Key, Secret), KeyFileError> {
        let (id, secret) = Secret::generate().map_err(KeyFileError::Random)?;
        let created = SystemTime::now();
        let key = Key {
            id,
            name: new.name,
            sha256: secret.sha256(),
            scopes: new.scopes,
            created,
            expires: new.expires_in.and_then(|time| created.checked_add(time)),
            revoked: None,
            limits: new.limits,
        };
        self.change(|content| {
            content.keys.push(key.clone());
            Ok(())
        })?;
        Ok((key, secret))
    }

    /// Ends a key now. Ending it again changes nothing.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn revoke(&self, id: &KeyId) -> Result<Key, KeyFileError> {
        self.change(|content| {
            let key = content.keys.iter_mut().find(|key| key.id == *id);
            let key = key.ok_or_else(|| KeyFileError::Unknown(id.clone()))?;
            key.revoked.get_or_insert_with(SystemTime::now);
            Ok(key.clone())
        })
    }

    fn load(&self) -> Result<Content, KeyFileError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Content::default()),
            Err(source) => return Err(self.io(source)),
        };
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            let reason = error.message().replace('\n', "; ");
            KeyFileError::Content { path: self.path.clone(), reason }
        })
    }

    /// Changes what the file holds, while no other process does.
    fn change<T>(&self, change: impl FnOnce(&mut Content) -> Result<T, KeyFileError>) -> Result<T, KeyFileError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|source| self.io(source))?;
        let lock = File::create(self.path.with_extension("lock")).map_err(|source| self.io(source))?;
        FileExt::lock(&lock).map_err(|source| self.io(source))?;
        let mut content = self.load()?;
        let outcome = change(&mut content)?;
        let text = toml::to_string(&content)
            .map_err(|error| KeyFileError::Content { path: self.path.clone(), reason: error.to_string() })?;
        self.replace(folder, &text).map_err(|source| self.io(source))?;
        Ok(outcome)
    }

    /// A temporary file is its owner's alone, and stays so under its new name.
    fn replace(&self, folder: &Path, text: &str) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(HEADER.as_bytes())?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }

    fn io(&self, source: io::Error) -> KeyFileError {
        KeyFileError::Io { path: self.path.clone(), source }
    }

    fn lock(&self) -> MutexGuard<'_, (Option<Stamp>, Arc<Keys>)> {
        // Nothing panics while it holds this lock, and the pair is replaced as a whole.
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const HEADER: &str = "# Written by `breve keys`. Holds no secret: what clients send cannot be made from it.\n\n";
