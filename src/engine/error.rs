use std::path::PathBuf;

use crate::domain::Language;

/// Why an engine could not be built or could not do its work.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// A file that the model needs is not there.
    #[error("{} is missing", path.display())]
    MissingFile {
        /// Where it should be.
        path: PathBuf,
    },
    /// A file is there and cannot be used.
    #[error("{}: {reason}", path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing here runs this kind of model.
    #[error("{} holds a model of the architecture {architecture:?}, which is not supported", path.display())]
    UnknownArchitecture {
        /// The directory.
        path: PathBuf,
        /// As its config names it.
        architecture: String,
    },
    /// The model does not know a language.
    #[error("the model does not know the language {0}")]
    Language(Language),
    /// A setting that the model cannot honour.
    #[error("{name}: {reason}")]
    Option {
        /// The setting's name.
        name: &'static str,
        /// Why not.
        reason: String,
    },
    /// The client has gone or the deadline has passed: the work was given up.
    #[error("the work was given up: nobody wants its answer any more")]
    Unwanted,
    /// The model failed while it worked.
    #[error("the model failed: {0}")]
    Failed(String),
}
