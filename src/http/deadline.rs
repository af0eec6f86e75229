//! How long a client waits for its answer.

use std::time::Duration;

use actix_web::HttpRequest;

use super::error::ApiError;

/// Milliseconds that the client waits. The server's own limit holds where that is less.
const HEADER: &str = "x-request-timeout-ms";

/// The time that a request's client has; `None` where it does not say.
///
/// # Errors
/// [`ApiError`] where it says no time.
pub(super) fn of(request: &HttpRequest) -> Result<Option<Duration>, ApiError> {
    request.headers().get(HEADER).map(|value| parse(value.to_str().unwrap_or_default())).transpose()
}

fn parse(value: &str) -> Result<Duration, ApiError> {
    let bad = || ApiError::invalid(HEADER, format!("{HEADER}: must be a whole number of milliseconds, at least 1"));
    let milliseconds: u64 = value.trim().parse().map_err(|_| bad())?;
    if milliseconds == 0 { Err(bad()) } else { Ok(Duration::from_millis(milliseconds)) }
}
