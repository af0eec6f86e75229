//! What a service that no key protects may be called: an address, or localhost.
//!
//! A page can have its own name resolve to this machine ("DNS rebinding"). To the browser the service is then part of the
//! page's site, and the page may read its answers. But the browser says what name it asked for, and no page can change that.

use std::net::IpAddr;

use actix_web::{HttpRequest, http::header, web::Data};

use super::{
    ApiState,
    error::{ApiError, ErrorCode},
};

/// Lets a request on whose name for this service is one that only this machine has; any, where keys tell clients apart or
/// the operator serves everybody.
///
/// # Errors
/// [`ApiError`] (403) that says what to do.
pub(super) fn check(request: &HttpRequest) -> Result<(), ApiError> {
    let state = request.app_data::<Data<ApiState>>().ok_or_else(|| ApiError::internal(&"no state is set"))?;
    if !state.access.is_local() {
        return Ok(());
    }
    // Not the forwarding headers: which of them came from a proxy is not known here.
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    if host.is_none_or(is_local) { Ok(()) } else { Err(refusal()) }
}

fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name.parse::<IpAddr>().is_ok()
}

fn refusal() -> ApiError {
    let message = "without a key this service answers to localhost and to addresses only: make a key with \
                   `breve keys create NAME`, or set access.open_to_network";
    ApiError::new(ErrorCode::Forbidden, message).at("host")
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn addresses_and_localhost_are_local_and_names_are_not() {
        for host in
            ["localhost", "LocalHost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]", "10.0.0.2", "a.localhost:1"]
        {
            assert!(is_local(host), "{host}");
        }
        for host in ["news.example", "localhost.example:8080", "127.0.0.1.example", "notlocalhost", "", "[evil]:1"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
