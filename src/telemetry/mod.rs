//! Tracing set-up: logs go to standard error, so that standard output holds answers only; spans to a collector, if one is
//! named.

mod metrics;
mod traces;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{IsTerminal, stderr},
    panic::PanicHookInfo,
};

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::{EnvFilter, filter::ParseError, layer::SubscriberExt, util::SubscriberInitExt};

pub use metrics::{InFlight, Metrics, Snapshot};
pub use traces::{continue_trace, describe};

use crate::{
    config::{LogFormat, LogSettings},
    domain::panic_message,
};

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `log.level` is not understood.
    #[error("log.level")]
    Level(#[from] ParseError),
    /// `log.otlp_endpoint` cannot be used.
    #[error("log.otlp_endpoint")]
    Endpoint(#[from] opentelemetry_otlp::ExporterBuildError),
    /// This process logs already.
    #[error("logging was started before")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// Logs and spans of this process. What was not delivered yet is when this is dropped.
#[must_use]
pub struct Telemetry(Option<SdkTracerProvider>);

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.0.iter().for_each(traces::end);
    }
}

/// Starts logging for the whole process.
///
/// # Errors
/// [`TelemetryError`] when the level or the collector's address is not understood, or this was called before.
pub fn start(settings: &LogSettings) -> Result<Telemetry, TelemetryError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    let named = Some(settings.otlp_endpoint.as_str()).filter(|endpoint| !endpoint.is_empty());
    let provider = named.map(traces::provider).transpose()?;
    let registry =
        tracing_subscriber::registry().with(filter(&settings.level)?).with(provider.as_ref().map(traces::layer));
    match settings.format {
        LogFormat::Text => registry.with(lines).try_init()?,
        LogFormat::Json => registry.with(lines.json()).try_init()?,
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(Telemetry(provider))
}

/// The HTTP client's own lines hold whole addresses and heads of requests, with what they have of secrets: none is ever
/// wanted.
const NEVER: [&str; 2] = ["ureq=info", "ureq_proto=info"];

fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    NEVER.into_iter().try_fold(EnvFilter::try_new(level)?, |filter, cap| Ok(filter.add_directive(cap.parse()?)))
}

/// A panic is caught where the model runs; here it becomes one line of the log.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic_message(panic.payload());
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = Backtrace::capture();
    match backtrace.status() {
        BacktraceStatus::Captured => tracing::error!(place, %backtrace, "panicked: {message}"),
        _ => tracing::error!(place, "panicked: {message}"),
    }
}
