//! What goes around every request: its id, its log line, a guard against panics, and the error body: one on all native
//! routes, and that of each family of compatibility routes.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use futures_util::FutureExt;
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::{
    ApiState,
    compat::Family,
    error::{ApiError, ErrorCode},
    gate,
};
use crate::telemetry::{self, InFlight, Metrics};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_ID: usize = 64;

/// The id of a request: the caller's own where it is plain, else a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestId(pub(super) String);

impl RequestId {
    fn of(headers: &HeaderMap) -> Self {
        let plain = |id: &&str| {
            (1..=LONGEST_ID).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(plain);
        Self(given.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned))
    }

    /// What is logged inside bears the id. An error span, so that it is there at every level of logging.
    pub(super) fn span(&self) -> Span {
        tracing::error_span!("request", request_id = %self.0)
    }
}

/// Answers `request` by the rest of the application.
pub(super) async fn wrap(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::of(request.headers());
    let metrics = request.app_data::<Data<ApiState>>().map(|state| Arc::clone(&state.metrics));
    let span = id.span();
    let line = LogLine::start(&request, metrics, span.clone());
    let family = Family::of(request.path());
    request.extensions_mut().insert(id.clone());
    // A HEAD is a GET whose body the server leaves out by itself.
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    telemetry::continue_trace(&span, |name| request.headers().get(name)?.to_str().ok());
    let result = AssertUnwindSafe(next.call(request).instrument(span.clone())).catch_unwind().await;
    let _inside = span.enter();
    let failure = match result {
        Ok(Ok(response)) => {
            let (request, response) = response.map_into_boxed_body().into_parts();
            let response = complete(response, &id, family);
            line.finish(response.status(), request.match_pattern().as_deref());
            return Ok(ServiceResponse::new(request, response));
        }
        Ok(Err(error)) => error,
        // The panic's own message is on standard error already, by the panic hook.
        Err(_) => ApiError::internal(&"a handler panicked").into(),
    };
    // The request went with the handler, so the whole response travels as an error.
    let response = complete(HttpResponse::from_error(failure), &id, family);
    line.finish(response.status(), None);
    Err(InternalError::from_response("", response).into())
}

/// Gives a response the headers that all have, and an error the body that all errors of its family have.
fn complete(response: HttpResponse, id: &RequestId, family: Option<Family>) -> HttpResponse {
    let mut response = match (error_of(&response), family) {
        (Some(error), Some(family)) => family.form(&error).of(response),
        (Some(error), None) => with_error_body(response, &error, id),
        (None, _) => response,
    };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    gate::secure(headers);
    response
}

/// The error that a response stands for: ours, or one made from the status that something below us chose.
fn error_of(response: &HttpResponse) -> Option<ApiError> {
    if let Some(error) = response.error().and_then(|error| error.as_error::<ApiError>()) {
        return Some(error.clone());
    }
    let status = response.status();
    if status.is_server_error() {
        let cause = response.error().map_or_else(|| status.to_string(), ToString::to_string);
        return Some(ApiError::internal(&cause));
    }
    status.is_client_error().then(|| {
        let reason = status.canonical_reason().unwrap_or("the request cannot be answered");
        ApiError::new(ErrorCode::of_status(status), reason)
    })
}

fn with_error_body(response: HttpResponse, error: &ApiError, id: &RequestId) -> HttpResponse {
    let body = serde_json::to_string(&error.body(&id.0)).unwrap_or_default();
    let mut response = response.set_body(BoxBody::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A line of the access log. Never holds a body or a query.
struct LogLine {
    method: Method,
    path: String,
    started: Instant,
    metrics: Option<(Arc<Metrics>, InFlight)>,
    span: Span,
    is_written: bool,
}

/// What nginx calls a client that has gone before its answer.
const CLIENT_HAS_GONE: u16 = 499;

impl LogLine {
    fn start(request: &ServiceRequest, metrics: Option<Arc<Metrics>>, span: Span) -> Self {
        let metrics = metrics.map(|metrics| {
            let in_flight = metrics.begin();
            (metrics, in_flight)
        });
        let (method, path) = (request.method().clone(), request.path().to_owned());
        Self { method, path, started: Instant::now(), metrics, span, is_written: false }
    }

    /// `route`: the pattern that the path matched.
    fn finish(mut self, status: StatusCode, route: Option<&str>) {
        self.write(status.as_u16(), route, "answered");
    }

    fn write(&mut self, status: u16, route: Option<&str>, what: &str) {
        self.is_written = true;
        let took = self.started.elapsed();
        if let Some((metrics, _)) = &self.metrics {
            metrics.answered(self.method.as_str(), route, status, took);
        }
        telemetry::describe(&self.span, self.method.as_str(), route, status);
        let ms = took.as_millis();
        let _inside = self.span.clone().entered();
        tracing::info!(method = %self.method, path = %self.path, status, ms, "{what}");
    }
}

impl Drop for LogLine {
    /// The server drops a request whose client has gone.
    fn drop(&mut self) {
        if !self.is_written {
            self.write(CLIENT_HAS_GONE, None, "its client has gone");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{SocketAddr, TcpStream},
        sync::{Arc, Mutex},
    };

    use actix_web::{App, HttpServer, http::header::HeaderMap, middleware::from_fn, rt::System, test as app_test, web};

    use super::*;

    fn header_of(id: &str) -> HeaderMap {
        HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_str(id).unwrap())])
    }

    #[test]
    fn a_plain_id_of_the_caller_is_kept() {
        assert_eq!(RequestId::of(&header_of("job-7.part_2")).0, "job-7.part_2");
        for id in ["", "a b", "a\"b", "é", &"a".repeat(65)] {
            let new = RequestId::of(&header_of(id)).0;
            assert!(Uuid::parse_str(&new).is_ok(), "{id:?} became {new:?}");
        }
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[actix_web::test]
    async fn the_log_holds_the_reason_under_the_request_id() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let _logging = tracing::subscriber::set_default(subscriber);
        let fails = || async { Err::<HttpResponse, _>(ApiError::internal(&"tensor 7 broke")) };
        let app = app_test::init_service(App::new().wrap(from_fn(wrap)).route("/fails", web::get().to(fails))).await;
        let request = app_test::TestRequest::get().uri("/fails?token=secret").insert_header(("x-request-id", "r-1"));
        assert_eq!(app_test::call_service(&app, request.to_request()).await.status(), 500);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = log.lines().collect();
        assert!(lines[0].contains("tensor 7 broke") && lines[0].contains("r-1"), "{log}");
        assert!(lines[1].contains("/fails") && lines[1].contains("500") && lines[1].contains("r-1"), "{log}");
        assert!(!log.contains("secret"), "{log}");
    }

    async fn broken() -> HttpResponse {
        panic!("tensor 7 broke")
    }

    /// Starts a server with a route that panics and one that fails; returns its address.
    fn start() -> SocketAddr {
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            System::new().block_on(async move {
                let app = || {
                    let fails = || async { Err::<HttpResponse, _>(actix_web::error::ErrorImATeapot("kettle")) };
                    App::new()
                        .wrap(from_fn(wrap))
                        .route("/broken", web::get().to(broken))
                        .route("/fails", web::get().to(fails))
                };
                let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
                send.send(server.addrs()[0]).unwrap();
                server.run().await.unwrap();
            });
        });
        receive.recv().unwrap()
    }

    /// The status line's code and the body; the head must hold what every answer has.
    fn get(address: SocketAddr, path: &str) -> (u16, serde_json::Value) {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-request-id: r-1\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("x-request-id: r-1") && head.contains("x-content-type-options: nosniff"), "{head}");
        (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    #[test]
    fn a_panic_in_a_handler_gives_the_error_body_and_the_server_goes_on() {
        let address = start();
        for _ in 0..2 {
            let (status, body) = get(address, "/broken");
            assert_eq!((status, body["error"]["code"].as_str()), (500, Some("internal")));
            assert_eq!(body["error"]["request_id"], "r-1");
            assert!(!body.to_string().contains("tensor"), "{body}");
        }
    }

    #[test]
    fn an_error_that_is_not_ours_gets_our_body() {
        let (status, body) = get(start(), "/fails");
        assert_eq!((status, body["error"]["code"].as_str()), (418, Some("invalid_request")));
    }
}
