//! Which pages may put the service to work: those of its own address, and those that its operator names. Who may change
//! which models are here: programs, and pages of its own address.
//!
//! A browser lets a page of any site send a form, or a request without a body, without asking us first (a "simple request"
//! of the Fetch standard); the page cannot read the answer, but the work is done. A browser says where such a request comes
//! from.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};

use super::error::ApiError;

/// A request that no page of another site has made.
pub(super) struct OwnOrigin;

impl FromRequest for OwnOrigin {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if is_foreign(request) { Err(refusal("pull, load, unload or remove models")) } else { Ok(Self) })
    }
}

/// Lets requests that only read pass, and others where no page of another site has made them or `origins` names its site.
pub(super) fn check(request: &HttpRequest, origins: &[String]) -> Result<(), ApiError> {
    let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let is_named = origins.iter().any(|named| named == "*" || Some(named.as_str()) == origin);
    if request.method().is_safe() || is_named || !is_foreign(request) {
        return Ok(());
    }
    Err(refusal("use the service, unless access.cors_origins names that site"))
}

fn is_foreign(request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    // No page can set this header, and the browser knows its own address behind any proxy.
    if header("sec-fetch-site") == Some("same-origin") {
        return false;
    }
    let origin = header(header::ORIGIN.as_str());
    let elsewhere = |origin: &str| {
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        // Behind a proxy the address that the browser sees is in a forwarding header, which no page can set unasked.
        !authority.eq_ignore_ascii_case(request.connection_info().host())
    };
    header("sec-fetch-site") == Some("cross-site") || origin.is_some_and(elsewhere)
}

fn refusal(what: &str) -> ApiError {
    ApiError::invalid("origin", format!("origin: a page of another site may not {what}"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn pages_of_other_sites_are_told_from_programs_and_own_pages() {
        for (headers, expected) in [
            (&[("host", "localhost:8080")][..], false),
            (&[("host", "localhost:8080"), ("origin", "http://localhost:8080")], false),
            (
                &[("host", "Breve.example"), ("origin", "https://breve.example"), ("sec-fetch-site", "same-origin")],
                false,
            ),
            (
                &[
                    ("host", "10.0.0.2:8080"),
                    ("x-forwarded-host", "breve.example"),
                    ("origin", "https://breve.example"),
                ],
                false,
            ),
            (&[("host", "localhost:8080"), ("sec-fetch-site", "none")], false),
            // A proxy that passes its own name on.
            (&[("host", "10.0.0.2"), ("origin", "https://breve.example"), ("sec-fetch-site", "same-origin")], false),
            (&[("host", "localhost:8080"), ("sec-fetch-site", "cross-site")], true),
            (&[("host", "localhost:8080"), ("origin", "http://localhost:3000")], true),
            (&[("host", "localhost:8080"), ("origin", "https://evil.example")], true),
            (&[("host", "localhost:8080"), ("origin", "null")], true),
        ] {
            let request = headers.iter().fold(TestRequest::post(), |request, header| request.insert_header(*header));
            assert_eq!(is_foreign(&request.to_http_request()), expected, "{headers:?}");
        }
    }
}
