use std::{error::Error, io, path::PathBuf, sync::Arc};

use crate::domain::ModelId;

/// Why the store could not do it. One variant for each thing that a user would do something different about.
/// Cheap to clone, since callers that share a pull share its result.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// No model of that name.
    #[error("no model is called {0:?}; `breve models available` lists them")]
    Unknown(String),
    /// Known, but not on this machine.
    #[error("{0} is not installed; fetch it with `breve models pull {0}`")]
    NotInstalled(ModelId),
    /// A model that ships with Breve cannot be fetched or removed.
    #[error("{0} ships with Breve: it is neither fetched nor removed")]
    BuiltIn(ModelId),
    /// A model that ships with Breve is not where it should be.
    #[error(
        "{id} ships with Breve, but its files were not found: {reason}; reinstall Breve or set models.builtin_directory"
    )]
    BuiltInMissing {
        /// The model.
        id: ModelId,
        /// What is missing.
        reason: String,
    },
    /// An added directory has no hub to fetch from.
    #[error("{0} was added from a directory: there is nothing to fetch")]
    Added(ModelId),
    /// A download is needed, and `HF_HUB_OFFLINE` forbids it.
    #[error("{0} would have to be fetched, and HF_HUB_OFFLINE is set; unset it, or fetch the model on another machine")]
    Offline(ModelId),
    /// 401 or 403.
    #[error("the hub refuses access to {repository} (HTTP {status}): {}", token_advice(*.token_sent))]
    Unauthorized {
        /// `owner/name`.
        repository: String,
        /// 401 or 403.
        status: u16,
        /// Whether a token was sent.
        token_sent: bool,
    },
    /// 404.
    #[error("the hub has no {file} in {repository} at {revision} (HTTP 404); check the repository and the revision")]
    NotOnHub {
        /// `owner/name`.
        repository: String,
        /// The branch, tag or commit.
        revision: String,
        /// The file, or the files of which one was needed.
        file: String,
    },
    /// The bytes are not those that the hub declared.
    #[error(
        "{file} is damaged: its checksum is {found}, the hub declares {expected}; nothing was installed, pull it again"
    )]
    Checksum {
        /// The file.
        file: String,
        /// What the hub declared, `sha256:...` or `git-sha1:...`.
        expected: String,
        /// What arrived.
        found: String,
    },
    /// The transfer ended in good order before the declared size.
    #[error(
        "{file} is short: {found} of {expected} bytes arrived and the hub sent no more; nothing was installed, pull it again"
    )]
    ShortFile {
        /// The file.
        file: String,
        /// Bytes that the hub declared.
        expected: u64,
        /// Bytes that arrived.
        found: u64,
    },
    /// Not enough room, before or during the download.
    #[error(
        "the disk of {} is too full: {needed} bytes are needed, {free} are free; make room or set HF_HUB_CACHE to another disk",
        directory.display()
    )]
    DiskFull {
        /// The directory that is written to.
        directory: PathBuf,
        /// Bytes still to be written, with a margin.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// A file or directory could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// No connection, or one that broke more often than is tried again.
    #[error(
        "cannot fetch from {host}: {source}; check the network and the proxy settings, then pull again: it resumes"
    )]
    Network {
        /// Host and port.
        host: String,
        /// Why.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The hub did not answer in time, several times.
    #[error("{host} did not answer in time; check the network and the proxy settings, then pull again: it resumes")]
    Timeout {
        /// Host and port.
        host: String,
    },
    /// The hub answered with an error of its own, several times.
    #[error("{host} answers with HTTP {status}; try again later: what was fetched is kept")]
    HubFailed {
        /// Host and port.
        host: String,
        /// The status.
        status: u16,
    },
    /// The hub's answer breaks its own protocol.
    #[error("{host} does not answer like a model hub: {reason}; check HF_ENDPOINT")]
    HubProtocol {
        /// Host and port.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// A directory holds no usable model.
    #[error("{} holds no model that Breve can use: {reason}", path.display())]
    BadDirectory {
        /// The directory.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An added model would have the name of another.
    #[error("a model called {0} is there already; give another name with `--id`")]
    NameTaken(ModelId),
    /// Somebody else is fetching it.
    #[error("{0} is being fetched just now; try again when that is done")]
    Busy(ModelId),
    /// The pull that this one waited for was given up.
    #[error("the pull of {0} that this one waited for was given up; pull it again")]
    Interrupted(ModelId),
    /// A catalog or a record cannot be read.
    #[error("{}: {reason}", path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A setting or a variable of the environment cannot be used.
    #[error("{name}: {reason}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// What is wrong.
        reason: String,
    },
}

fn token_advice(token_sent: bool) -> &'static str {
    if token_sent {
        "the token in HF_TOKEN is wrong or was not granted access; check it, and accept the model's terms on the hub"
    } else {
        "it is private, gated or does not exist; set HF_TOKEN to a token that may read it"
    }
}

impl StoreError {
    pub(crate) fn io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Io { path: path.into(), source: Arc::new(source) }
    }

    pub(crate) fn bad_file(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::BadFile { path: path.into(), reason: reason.to_string() }
    }

    pub(crate) fn bad_directory(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::BadDirectory { path: path.into(), reason: reason.into() }
    }
}
