//! Request bodies, bounded in size and time; JSON on the native routes, with errors that name the field.

use std::time::Duration;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Decompress, Payload},
    http::header,
    web::{Bytes, BytesMut, Data},
};
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;

use super::{
    ApiState,
    error::{ApiError, ErrorCode},
};

/// Longest message taken from a JSON error: it may quote what was sent.
const MESSAGE_CHARACTERS: usize = 300;

/// A JSON object from the request's body.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = check_json(request).and_then(|()| Incoming::of(request, payload));
        async move { parse(&body?.read().await?).map(Self) }.boxed_local()
    }
}

/// A body that has not been read yet.
pub(super) struct Incoming {
    payload: Decompress<Payload>,
    limit: usize,
    declared: Option<usize>,
    timeout: Duration,
}

impl Incoming {
    /// The body of a request, whatever it holds.
    ///
    /// # Errors
    /// [`ApiError`] where it is compressed in a way that is not read.
    pub(super) fn of(request: &HttpRequest, payload: &mut Payload) -> Result<Self, ApiError> {
        let state = request.app_data::<Data<ApiState>>().ok_or_else(|| ApiError::internal(&"no state is set"))?;
        check_encoding(request)?;
        Ok(Self {
            payload: Decompress::from_headers(payload.take(), request.headers()),
            limit: state.limits.body_bytes,
            declared: declared_bytes(request),
            timeout: Duration::from_millis(state.limits.request_timeout_ms),
        })
    }

    /// The same, of at most so many bytes.
    pub(super) fn up_to(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// All of it.
    ///
    /// # Errors
    /// [`ApiError`] where it is too long, too late or broken.
    pub(super) async fn read(self) -> Result<Bytes, ApiError> {
        let timeout = self.timeout;
        let late = || {
            let message = format!("the body did not arrive within {} ms", timeout.as_millis());
            ApiError::new(ErrorCode::Timeout, message)
        };
        tokio::time::timeout(timeout, self.collect()).await.map_err(|_| late())?
    }

    // A body that is refused may stay unread: actix lets the client finish before it closes the connection.
    async fn collect(mut self) -> Result<Bytes, ApiError> {
        if self.declared.is_some_and(|declared| declared > self.limit) {
            return Err(self.too_long());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = self.payload.next().await {
            let chunk =
                chunk.map_err(|error| ApiError::invalid("body", format!("the body cannot be read: {error}")))?;
            if body.len() + chunk.len() > self.limit {
                return Err(self.too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn too_long(&self) -> ApiError {
        let message = format!("the body is longer than {} bytes", self.limit);
        ApiError::new(ErrorCode::InputTooLong, message).at("body").beyond(self.limit, self.declared)
    }
}

/// The length that the client declares, where nothing is compressed.
fn declared_bytes(request: &HttpRequest) -> Option<usize> {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return None;
    }
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a content type is JSON's.
pub(super) fn is_json(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("application/json")
        || (kind.starts_with("application/") && kind.to_ascii_lowercase().ends_with("+json"))
}

fn check_json(request: &HttpRequest) -> Result<(), ApiError> {
    if is_json(request.content_type()) {
        return Ok(());
    }
    let message = "the body must be JSON, sent with `content-type: application/json`";
    Err(ApiError::new(ErrorCode::UnsupportedMediaType, message).at("content-type"))
}

fn check_encoding(request: &HttpRequest) -> Result<(), ApiError> {
    let known = |encoding: &str| ["identity", "gzip"].iter().any(|name| encoding.trim().eq_ignore_ascii_case(name));
    let encoding = request.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    if encoding.is_some_and(|encoding| !known(encoding)) {
        let message = "a body may be compressed with gzip only";
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType, message).at("content-encoding"));
    }
    Ok(())
}

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    parse_with(body, |reader| serde_path_to_error::deserialize(reader))
}

/// What goes wrong while a value is read from JSON, and where.
pub(super) type JsonError = serde_path_to_error::Error<serde_json::Error>;
/// Reads JSON from the text of a body.
pub(super) type JsonReader<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

/// Reads a JSON object by `read`.
///
/// # Errors
/// [`ApiError`] that names the field.
pub(super) fn parse_with<'a, T>(
    body: &'a [u8],
    read: impl FnOnce(&mut JsonReader<'a>) -> Result<T, JsonError>,
) -> Result<T, ApiError> {
    let text = utf8(body)?;
    // serde would take an array for a struct, field by field.
    if !text.trim_start().starts_with('{') {
        return Err(ApiError::invalid("body", "the body must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = read(&mut reader).map_err(|error| refusal(&error))?;
    reader.end().map_err(|error| ApiError::invalid("body", format!("not JSON: {error}")))?;
    Ok(value)
}

/// The text of a body, or of a part of one.
///
/// # Errors
/// [`ApiError`] where it is not UTF-8.
pub(super) fn utf8(body: &[u8]) -> Result<&str, ApiError> {
    std::str::from_utf8(body).map_err(|error| {
        let message = format!("the body is not UTF-8: bad byte at offset {}", error.valid_up_to());
        ApiError::invalid("body", message)
    })
}

/// Names the field that a JSON error is about.
pub(super) fn refusal(error: &JsonError) -> ApiError {
    let message: String = error.inner().to_string().chars().take(MESSAGE_CHARACTERS).collect();
    let path = error.path().to_string();
    if let Some(field) = named_field(&message) {
        return ApiError::invalid(field, &message);
    }
    // "." is the whole object, "?" a key that was not read to its end.
    let at = if path == "." || path == "?" { "body" } else { &path };
    match error.inner().classify() {
        serde_json::error::Category::Data => ApiError::invalid(at, format!("{at}: {message}")),
        _ => ApiError::invalid(at, format!("not JSON: {message}")),
    }
}

/// The field in serde's messages about a whole object, whose path is the object's and not the field's.
fn named_field(message: &str) -> Option<&str> {
    ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Example {
        text: String,
        #[serde(default)]
        targets: Vec<String>,
    }

    #[test]
    fn names_the_field_at_fault() {
        for (json, param, part) in [
            ("", "body", "JSON object"),
            ("[\"a\"]", "body", "JSON object"),
            ("{\"text\":\"a\"", "body", "EOF"),
            ("{\"text\":\"a\"} x", "body", "trailing"),
            ("{text:1}", "body", "not JSON"),
            ("{}", "text", "missing field"),
            ("{\"text\":5}", "text", "invalid type"),
            ("{\"text\":\"a\",\"text\":\"b\"}", "text", "duplicate field"),
            ("{\"text\":\"a\",\"txt\":1}", "txt", "unknown field"),
            ("{\"text\":\"a\",\"targets\":[\"en\",7]}", "targets[1]", "invalid type"),
            (r#"{"text":"\ud800"}"#, "text", "hex escape"),
            (r#"{"text":"\udc00"}"#, "text", "hex escape"),
        ] {
            let error = parse::<Example>(json.as_bytes()).unwrap_err().body("");
            let error = serde_json::to_value(error).unwrap()["error"].clone();
            assert_eq!(
                (error["code"].as_str(), error["param"].as_str()),
                (Some("invalid_request"), Some(param)),
                "{json}"
            );
            assert!(error["message"].as_str().unwrap().contains(part), "{json}: {error}");
        }
    }

    #[test]
    fn refuses_bytes_that_are_not_utf8() {
        let error = parse::<Example>(b"{\"text\":\"\xff\"}").unwrap_err();
        assert!(error.to_string().contains("offset 9"), "{error}");
    }

    #[test]
    fn does_not_quote_a_long_value_back() {
        let long = format!("{{\"text\":\"a\",\"targets\":\"{}\"}}", "x".repeat(100_000));
        assert!(parse::<Example>(long.as_bytes()).unwrap_err().to_string().len() < 500);
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{{\"text\":{}", "[".repeat(100_000));
        assert!(parse::<Example>(deep.as_bytes()).is_err());
    }
}
