use std::{error::Error, io, io::Write, path::PathBuf, process::ExitCode};

use crate::{
    access::KeyFileError, config::ConfigError, domain::InputError, engine::EngineError, http::ServeError,
    pool::PoolError, service::ServiceError, store::StoreError, telemetry::TelemetryError,
};

/// Why a command failed. Decides the exit code.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The settings cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Logging could not be started.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The text or a flag's value.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The input cannot be read.
    #[error("{name} cannot be read")]
    Read {
        /// The file, or standard input.
        name: String,
        /// Why not.
        source: io::Error,
    },
    /// The input was read and is not what it should be.
    #[error("{name}: {reason}")]
    Content {
        /// The file, or standard input.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A use case failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The models on disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A model opened by itself.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Files of a model are not what was installed.
    #[error("damaged: {0}; remove it and pull it again")]
    Damaged(String),
    /// The answer cannot be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The answer cannot be written to standard output.
    #[error("standard output cannot be written")]
    Output(#[source] io::Error),
    /// The keys cannot be read or changed.
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    /// Some articles of a batch failed; the others are done.
    #[error("{failed} of {total} articles failed; the results say why")]
    Incomplete {
        /// Those that failed.
        failed: usize,
        /// All that are done.
        total: usize,
    },
    /// `breve doctor` found so many problems.
    #[error("{0} of the parts above do not work")]
    Unwell(usize),
    /// No service answers.
    #[error("no service answers on {bind}: {source}")]
    Unreachable {
        /// Where it was asked for.
        bind: String,
        /// Why not.
        source: io::Error,
    },
    /// The service answers, and is not ready.
    #[error("the service is not ready: status {0}")]
    NotReady(String),
    /// The service does not listen, or stopped.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The asynchronous runtime did not start.
    #[error("the runtime could not be started")]
    Runtime(#[source] io::Error),
    /// A summary made again is not the one of the receipt.
    #[error("not the same: {}", .0.join("; "))]
    Differs(Vec<String>),
    /// An answer could not be put into JSON.
    #[error("the answer could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl CliError {
    /// Tells the user in one line on standard error, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        // Whoever reads our output has seen enough, as in `breve models available | head -1`.
        if self.reader_left() {
            return ExitCode::SUCCESS;
        }
        // With standard error closed there is nobody to tell; the exit code still says it.
        let _ = writeln!(io::stderr(), "error: {}", self.line());
        ExitCode::from(self.code())
    }

    fn reader_left(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The message and its causes in one line. A cause that its message quotes already is not repeated.
    pub(super) fn line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !line.contains(&text) {
                line = format!("{line}: {text}");
            }
            cause = error.source();
        }
        let hint = match self.code() {
            TIMEOUT => "; limits.request_timeout_ms and limits.queue allow more",
            _ => "",
        };
        line.split_whitespace().collect::<Vec<_>>().join(" ") + hint
    }

    fn code(&self) -> u8 {
        match self {
            Self::Telemetry(_) | Self::Runtime(_) | Self::Json(_) | Self::Unwell(_) => INTERNAL,
            Self::Input(_) | Self::Read { .. } | Self::Content { .. } => INPUT,
            Self::Damaged(_) | Self::Write { .. } | Self::Output(_) => DISK,
            Self::Config(_) => CONFIG,
            Self::Differs(_) => DIFFERS,
            Self::Service(error) => service_code(error),
            Self::Store(error) => store_code(error),
            Self::Engine(error) => engine_code(error),
            Self::Incomplete { .. } => INCOMPLETE,
            Self::Unreachable { .. } => NETWORK,
            Self::NotReady(_) => TIMEOUT,
            Self::Keys(KeyFileError::Unknown(_)) => NOT_FOUND,
            Self::Keys(KeyFileError::Io { .. } | KeyFileError::Content { .. }) => DISK,
            Self::Keys(KeyFileError::Random(_)) => INTERNAL,
            Self::Serve(ServeError::Address { .. } | ServeError::Unprotected { .. }) => CONFIG,
            Self::Serve(ServeError::InUse { .. } | ServeError::Bind { .. } | ServeError::Run(_)) => NETWORK,
        }
    }
}

const INTERNAL: u8 = 1;
const INPUT: u8 = 3;
const NOT_FOUND: u8 = 4;
const NETWORK: u8 = 5;
const DISK: u8 = 6;
const CONFIG: u8 = 7;
const LANGUAGE: u8 = 8;
const TIMEOUT: u8 = 9;
const DIFFERS: u8 = 10;
const INCOMPLETE: u8 = 11;

fn service_code(error: &ServiceError) -> u8 {
    match error {
        ServiceError::Input(_) => INPUT,
        ServiceError::Language { .. } => LANGUAGE,
        ServiceError::Store(error) => store_code(error),
        ServiceError::Pool(PoolError::Overloaded { .. } | PoolError::Loading { .. } | PoolError::Timeout { .. }) => {
            TIMEOUT
        }
        ServiceError::Pool(PoolError::TooLarge { .. } | PoolError::Load { .. } | PoolError::Engine { .. }) => INTERNAL,
    }
}

fn store_code(error: &StoreError) -> u8 {
    match error {
        StoreError::Unknown(_)
        | StoreError::NotInstalled(_)
        | StoreError::NotOnHub { .. }
        | StoreError::BuiltInMissing { .. } => NOT_FOUND,
        StoreError::BuiltIn(_) | StoreError::Added(_) | StoreError::NameTaken(_) | StoreError::BadDirectory { .. } => {
            INPUT
        }
        StoreError::Offline(_)
        | StoreError::Unauthorized { .. }
        | StoreError::Checksum { .. }
        | StoreError::ShortFile { .. }
        | StoreError::Network { .. }
        | StoreError::Timeout { .. }
        | StoreError::HubFailed { .. }
        | StoreError::HubProtocol { .. }
        | StoreError::Interrupted(_) => NETWORK,
        StoreError::DiskFull { .. } | StoreError::Io { .. } | StoreError::BadFile { .. } => DISK,
        StoreError::Setting { .. } => CONFIG,
        StoreError::Busy(_) => TIMEOUT,
    }
}

fn engine_code(error: &EngineError) -> u8 {
    match error {
        EngineError::MissingFile { .. } => NOT_FOUND,
        EngineError::Unwanted => TIMEOUT,
        EngineError::Language(_) => LANGUAGE,
        EngineError::Option { .. } => INPUT,
        EngineError::BadFile { .. } | EngineError::UnknownArchitecture { .. } | EngineError::Failed(_) => INTERNAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_line_with_its_causes() {
        let source = io::Error::other("disk\nfull");
        let error = CliError::Write { path: "out.jsonl".into(), source };
        assert_eq!(error.line(), "out.jsonl cannot be written: disk full");
    }

    #[test]
    fn a_cause_is_not_said_twice() {
        let engine = EngineError::Failed("shapes differ".into());
        let model = "en-es-tiny".parse().unwrap();
        let error = CliError::from(ServiceError::Pool(PoolError::Engine { model, source: engine }));
        assert_eq!(error.line(), "en-es-tiny failed: the model failed: shapes differ");
        assert_eq!(error.code(), INTERNAL);
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        assert!(CliError::Output(io::ErrorKind::BrokenPipe.into()).reader_left());
        assert!(!CliError::Output(io::ErrorKind::StorageFull.into()).reader_left());
    }
}
