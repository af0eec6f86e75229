//! How long a client waits for its answer.

use std::{
    future::{Ready, ready},
    time::Duration,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::error::ApiError;

/// Milliseconds that the client waits. The server's own limit holds where that is less.
const HEADER: &str = "x-request-timeout-ms";

/// The time that a request's client has; `None` where it does not say.
pub(super) struct Patience(pub(super) Option<Duration>);

impl FromRequest for Patience {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.headers().get(HEADER).map(|value| value.to_str().unwrap_or_default());
        ready(value.map(parse).transpose().map(Self))
    }
}

fn parse(value: &str) -> Result<Duration, ApiError> {
    let bad = || ApiError::invalid(HEADER, format!("{HEADER}: must be a whole number of milliseconds, at least 1"));
    let milliseconds: u64 = value.trim().parse().map_err(|_| bad())?;
    if milliseconds == 0 { Err(bad()) } else { Ok(Duration::from_millis(milliseconds)) }
}
