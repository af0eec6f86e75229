//! The ranges that values must lie in. Types are checked before, by deserialising.

use std::{fmt::Display, net::SocketAddr, ops::RangeInclusive};

use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use url::Url;

use super::Settings;
use crate::domain::{ModelId, Network};

/// The first setting that is out of range, as `(key, reason)`.
pub(super) fn check(settings: &Settings) -> Result<(), (&'static str, String)> {
    let Settings { server, access, limits, jobs, models, glossary, log } = settings;
    let (day_ms, year_s) = (86_400_000, 31_536_000);
    named("server.bind", address(&server.bind))?;
    named("server.workers", within(server.workers, 1..=256))?;
    named("server.client_timeout_ms", within(server.client_timeout_ms, 1..=600_000))?;
    named("server.drain_delay_s", within(server.drain_delay_s, 0..=3600))?;
    named("server.shutdown_timeout_s", within(server.shutdown_timeout_s, 0..=3600))?;
    named("access.requests_per_minute", within(access.requests_per_minute, 0..=1_000_000))?;
    named("access.tokens_per_minute", within(access.tokens_per_minute, 0..=1_000_000_000))?;
    named("access.trusted_proxies", each(&access.trusted_proxies, |text| text.parse::<Network>().map(drop)))?;
    named("access.cors_origins", each(&access.cors_origins, origin))?;
    named("limits.body_bytes", within(limits.body_bytes, 1..=1 << 30))?;
    named("limits.text_characters", within(limits.text_characters, 1..=100_000_000))?;
    named("limits.texts", within(limits.texts, 1..=10_000))?;
    named("limits.summary_sentences", within(limits.summary_sentences, 1..=1000))?;
    named("limits.request_timeout_ms", within(limits.request_timeout_ms, 1..=day_ms))?;
    named("limits.queue", within(limits.queue, 1..=100_000))?;
    named("limits.cache_mib", within(limits.cache_mib, 0..=1 << 30))?;
    named("jobs.workers", within(jobs.workers, 0..=256))?;
    named("jobs.articles", within(jobs.articles, 1..=1_000_000))?;
    named("jobs.body_bytes", within(jobs.body_bytes, 1..=1 << 30))?;
    named("jobs.queue", within(jobs.queue, 1..=10_000_000))?;
    named("jobs.keep_hours", within(jobs.keep_hours, 1..=87_600))?;
    named("jobs.article_timeout_ms", within(jobs.article_timeout_ms, 1..=day_ms))?;
    named("jobs.attempts", within(jobs.attempts, 1..=100))?;
    named("jobs.lease_s", within(jobs.lease_s, 1..=3600))?;
    named("models.summarizer", model(&models.summarizer))?;
    named("models.memory_budget_mib", within(models.memory_budget_mib, 0..=1 << 30))?;
    named("models.idle_unload_s", within(models.idle_unload_s, 0..=year_s))?;
    named("models.threads", within(models.threads, 0..=1024))?;
    named("models.batch_wait_ms", within(models.batch_wait_ms, 0..=1000))?;
    named("models.max_batch_sources", within(models.max_batch_sources, 0..=100_000))?;
    named("glossary", glossary.glossary().map(drop).map_err(|error| error.to_string()))?;
    named("log.otlp_endpoint", collector(&log.otlp_endpoint))?;
    named("log.level", directives(&log.level))
}

/// Nothing, or where an HTTP server takes something.
fn collector(endpoint: &str) -> Result<(), String> {
    let is_http = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    match endpoint.is_empty() || Url::parse(endpoint).is_ok_and(|url| is_http(&url)) {
        true => Ok(()),
        false => {
            Err("must be empty, or begin with http:// or https://, such as http://127.0.0.1:4318/v1/traces".into())
        }
    }
}

fn named(key: &'static str, result: Result<(), String>) -> Result<(), (&'static str, String)> {
    result.map_err(|reason| (key, reason))
}

fn within<T: PartialOrd + Display>(value: T, range: RangeInclusive<T>) -> Result<(), String> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(format!("must be from {} to {}", range.start(), range.end()))
}

/// An address with a port, or a host name with one; the name is looked up when the service binds.
fn address(bind: &str) -> Result<(), String> {
    let named = || bind.rsplit_once(':').is_some_and(|(host, port)| host_name(host) && port.parse::<u16>().is_ok());
    if bind.parse::<SocketAddr>().is_ok() || named() {
        return Ok(());
    }
    Err("must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080".into())
}

fn host_name(host: &str) -> bool {
    let letters = host.contains(|c: char| c.is_ascii_alphabetic());
    letters && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
}

fn each(values: &[String], check: impl Fn(&str) -> Result<(), String>) -> Result<(), String> {
    values.iter().try_for_each(|value| check(value).map_err(|reason| format!("{value:?} {reason}")))
}

/// A site as browsers name it: scheme, host and perhaps port, and nothing after these.
fn origin(text: &str) -> Result<(), String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |host: &str| !host.is_empty() && !host.contains(['/', '*', ' ', '@']);
    if text == "*" || host.is_some_and(plain) { Ok(()) } else { Err("is no site, such as https://desk.example".into()) }
}

fn model(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Ok(());
    }
    name.parse::<ModelId>().map(drop).map_err(|error| error.to_string())
}

/// `EnvFilter` takes a bare unknown word for the name of a module, so that a misspelt level would
/// silence everything; here a bare word has to be a level.
fn directives(level: &str) -> Result<(), String> {
    for directive in level.split(',').map(str::trim) {
        if !directive.contains(['=', '[']) && (directive.is_empty() || directive.parse::<LevelFilter>().is_err()) {
            return Err(format!("{directive:?} is none of off, error, warn, info, debug, trace"));
        }
    }
    EnvFilter::try_new(level).map(drop).map_err(|error| error.to_string())
}
