//! Who is let in: the key that a request brings, and how often its client asks.

use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr},
};

use actix_cors::Cors;
use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::{Condition, Next},
    web::Data,
};

use super::{ApiState, error::ApiError, origin::OwnOrigin};
use crate::access::{Client, Scope, client_address};

/// What needs no key: what starts, stops and balances services, and what describes them.
const OPEN: &[&str] = &["/", "/docs", "/health/live", "/health/ready", "/openapi.json"];

/// Lets `request` on to its route with the [`Client`] that it comes from, or refuses it before its body is read.
pub(super) async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !OPEN.contains(&request.path()) {
        match client(request.request()) {
            Ok(client) => drop(request.extensions_mut().insert(client)),
            // A response, and no error: what lies around this adds its headers to responses only.
            Err(error) => return Ok(ServiceResponse::from_err(error, request.into_parts().0)),
        }
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

fn client(request: &HttpRequest) -> Result<Client, ApiError> {
    let state = request.app_data::<Data<ApiState>>().ok_or_else(|| ApiError::internal(&"no state is set"))?;
    let client = state.access.admit(bearer(request.headers()), address(request, state))?;
    if let Some(key) = client.key() {
        tracing::debug!(%key, "let in");
    }
    Ok(client)
}

/// The key in `authorization: Bearer KEY`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

fn address(request: &HttpRequest, state: &ApiState) -> IpAddr {
    // Requests that tests make in the same process have no peer.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip());
    let forwarded: Vec<&str> =
        request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
    client_address(peer, forwarded.into_iter(), state.access.trusted_proxies())
}

/// The client that a request comes from, which may use the service.
pub(super) struct User(pub(super) Client);

impl FromRequest for User {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(with_scope(request, Scope::Use).map(Self))
    }
}

/// A request of a client that may change which models are here, and of no page of another site.
pub(super) struct Manager;

impl FromRequest for Manager {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let own = OwnOrigin::from_request(request, payload).into_inner();
        ready(own.and_then(|_| with_scope(request, Scope::Manage)).map(|_| Self))
    }
}

fn with_scope(request: &HttpRequest, scope: Scope) -> Result<Client, ApiError> {
    let client = request.extensions().get::<Client>().cloned();
    let client = client.ok_or_else(|| ApiError::internal(&"a route that needs a client is open"))?;
    client.needs(scope)?;
    Ok(client)
}

/// What pages of other sites may do.
pub(super) fn cors(origins: &[String]) -> Condition<Cors> {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::POST, Method::DELETE])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .allowed_header("x-request-id")
        .allowed_header("x-request-timeout-ms")
        .expose_headers(["x-request-id", "retry-after", "etag", "cache-status", "server-timing"])
        .max_age(3600);
    let cors = match origins.iter().any(|origin| origin == "*") {
        true => cors.allow_any_origin().send_wildcard(),
        false => origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    };
    Condition::new(!origins.is_empty(), cors)
}

/// What every answer says to browsers: that it is no page, and is shown in none.
pub(super) fn secure(headers: &mut HeaderMap) {
    let mut set = |name, value| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_key_is_read_whatever_its_scheme_is_written_like() {
        for (value, key) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("BEARER abc", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("abc", None),
        ] {
            let request = TestRequest::get().insert_header(("authorization", value)).to_http_request();
            assert_eq!(bearer(request.headers()), key, "{value}");
        }
    }
}
