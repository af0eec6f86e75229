//! Who may change which models are here: programs, and pages of this service's own address.
//!
//! Pulling and loading take no body, so that a browser would let a page of any site ask for them without asking us
//! first (a "simple request" of the Fetch standard). A browser says where such a request comes from.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};

use super::error::ApiError;

/// A request that no page of another site has made.
pub(super) struct OwnOrigin;

impl FromRequest for OwnOrigin {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if is_foreign(request) { Err(refusal()) } else { Ok(Self) })
    }
}

fn is_foreign(request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let origin = header(header::ORIGIN.as_str());
    let elsewhere = |origin: &str| {
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        // Behind a proxy the address that the browser sees is in a forwarding header, which no page can set unasked.
        !authority.eq_ignore_ascii_case(request.connection_info().host())
    };
    header("sec-fetch-site") == Some("cross-site") || origin.is_some_and(elsewhere)
}

fn refusal() -> ApiError {
    ApiError::invalid("origin", "origin: a page of another site may not pull, load or remove models")
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
