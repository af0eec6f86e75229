//! Tracing set-up: logs go to standard error, so that standard output holds answers only.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{LogFormat, LogSettings};

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `log.level` is not understood.
    #[error("log.level")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// This process logs already.
    #[error("logging was started before")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// Starts logging for the whole process.
///
/// # Errors
/// [`TelemetryError`] when the level is not understood, or this was called before.
pub fn start(settings: &LogSettings) -> Result<(), TelemetryError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    let registry = tracing_subscriber::registry().with(EnvFilter::try_new(&settings.level)?);
    match settings.format {
        LogFormat::Text => registry.with(lines).try_init()?,
        LogFormat::Json => registry.with(lines.json()).try_init()?,
    }
    Ok(())
}
