//! Who is let in: the key that a request brings, and how often its client asks.

use std::{
    future::{Ready, ready},
    net::{IpAddr, Ipv4Addr},
    time::Duration,
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

use super::{
    ApiState,
    compat::Family,
    deadline,
    error::ApiError,
    host,
    origin::{self, OwnOrigin},
    page,
};
use crate::access::{Client, Scope, client_address};

/// What needs no key: what starts, stops and balances services, and what describes them.
const OPEN: &[&str] =
    &["/", "/docs", "/frontend/settings", "/health", "/health/live", "/health/ready", "/openapi.json"];

/// Lets `request` on to its route with the [`Client`] that it comes from, or refuses it before its body is read. A
/// LibreTranslate client may have its key in the body: there the route asks for it, and nothing that it answers without goes
/// out.
pub(super) async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(error) = host::check(request.request()) {
        return Ok(ServiceResponse::from_err(error, request.into_parts().0));
    }
    if OPEN.contains(&request.path()) || request.path().starts_with(page::ASSETS) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    if let Err(error) = origin::check(request.request(), cors_origins(request.request())) {
        return Ok(ServiceResponse::from_err(error, request.into_parts().0));
    }
    if has_key_in_body(request.request()) {
        let response = next.call(request).await?.map_into_boxed_body();
        let is_let_in = response.request().extensions().contains::<Client>();
        let forgot = || ApiError::internal(&"a route answered without asking for a key");
        return Ok(if response.status().is_success() && !is_let_in {
            response.error_response(forgot())
        } else {
            response
        });
    }
    match client(request.request(), key(request.headers())) {
        Ok(client) => drop(request.extensions_mut().insert(client)),
        // A response, and no error: what lies around this adds its headers to responses only.
        Err(error) => return Ok(ServiceResponse::from_err(error, request.into_parts().0)),
    }
    next.call(request).await.map(ServiceResponse::map_into_boxed_body)
}

fn cors_origins(request: &HttpRequest) -> &[String] {
    request.app_data::<Data<ApiState>>().map_or(&[], |state| &state.cors_origins)
}

fn has_key_in_body(request: &HttpRequest) -> bool {
    Family::of(request.path()) == Some(Family::LibreTranslate) && !request.headers().contains_key(header::AUTHORIZATION)
}

fn client(request: &HttpRequest, key: Option<&str>) -> Result<Client, ApiError> {
    let state = request.app_data::<Data<ApiState>>().ok_or_else(|| ApiError::internal(&"no state is set"))?;
    let client = state.access.admit(key, address(request, state))?;
    if let Some(key) = client.key() {
        tracing::debug!(%key, "let in");
    }
    Ok(client)
}

/// The key in `authorization: Bearer KEY`, or as DeepL's clients send it.
fn key(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let known = ["bearer", "deepl-auth-key"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    known.then(|| key.trim())
}

fn address(request: &HttpRequest, state: &ApiState) -> IpAddr {
    // Requests that tests make in the same process have no peer.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip());
    let forwarded: Vec<&str> =
        request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
    client_address(peer, forwarded.into_iter(), state.access.trusted_proxies())
}

/// The client that a request comes from, which may use the service.
pub(super) struct User {
    pub(super) client: Client,
    /// How long it waits; `None` where it does not say.
    pub(super) within: Option<Duration>,
}

impl User {
    fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        Ok(Self { client: with_scope(request, Scope::Use)?, within: deadline::of(request)? })
    }

    /// The same where the key may be in the body.
    pub(super) fn with_key(request: &HttpRequest, key: Option<&str>) -> Result<Self, ApiError> {
        if has_key_in_body(request) {
            let client = client(request, key.filter(|key| !key.is_empty()))?;
            request.extensions_mut().insert(client);
        }
        Self::of(request)
    }
}

impl FromRequest for User {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
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
        // `Authorization` among them, and what clients of other services add of their own.
        .allow_any_header()
        .expose_headers(["x-request-id", "retry-after", "etag", "cache-status", "server-timing", "x-breve-ignored"])
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

    #[test]
    fn a_key_is_read_whatever_its_scheme_is_written_like() {
        for (value, key) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("BEARER abc", Some("abc")),
            ("DeepL-Auth-Key abc", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("abc", None),
        ] {
            let request = TestRequest::get().insert_header(("authorization", value)).to_http_request();
            assert_eq!(super::key(request.headers()), key, "{value}");
        }
    }
}
