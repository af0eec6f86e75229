use std::path::PathBuf;

/// Why the settings cannot be used. Each names what the user has to change, and where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration file {} is not valid TOML: line {line}: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Nothing has this name.
    #[error("{layer}: there is no setting {key}; there are {}", known.join(", "))]
    UnknownKey {
        /// `section.key`.
        key: String,
        /// The file, variable or flag.
        layer: String,
        /// The names that exist at this place.
        known: Vec<String>,
    },
    /// The setting exists, but cannot have this value.
    #[error("{layer}: {key} = {value}: {reason}")]
    BadValue {
        /// `section.key`.
        key: String,
        /// The value as it was given.
        value: String,
        /// The file, variable or flag.
        layer: String,
        /// What is wrong with it.
        reason: String,
    },
}
