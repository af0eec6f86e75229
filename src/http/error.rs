//! The error contract: one body on every route, and one table of code and status.

mod of;

use std::{fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::LanguagePair;

/// Seconds after which a client may ask again while models are being loaded.
const LOADING_RETRY_SECONDS: u64 = 5;

/// What went wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not JSON, a wrong type, an unknown field, an empty text.
    InvalidRequest,
    /// No key, or one that is not known.
    Unauthorized,
    /// The key is not for this.
    Forbidden,
    /// No such route or model.
    NotFound,
    /// The route is there, and does not answer this method.
    MethodNotAllowed,
    /// The body or a text is longer than the limit.
    InputTooLong,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// No installed model serves the language or the pair.
    UnsupportedLanguage,
    /// This client asks too much.
    RateLimited,
    /// Too many requests are waiting.
    Overloaded,
    /// Models that are to be loaded at start are not in memory yet.
    ModelLoading,
    /// The model could not be fetched.
    DownloadFailed,
    /// The deadline passed.
    Timeout,
    /// The server or a model failed; the reason is in the server's log only.
    Internal,
}

impl ErrorCode {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::InvalidRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::InputTooLong,
        Self::UnsupportedMediaType,
        Self::UnsupportedLanguage,
        Self::RateLimited,
        Self::Overloaded,
        Self::ModelLoading,
        Self::DownloadFailed,
        Self::Timeout,
        Self::Internal,
    ];

    /// The table: each code's name on the wire and its status.
    const fn row(self) -> (&'static str, StatusCode) {
        match self {
            Self::InvalidRequest => ("invalid_request", StatusCode::BAD_REQUEST),
            Self::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN),
            Self::NotFound => ("not_found", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED),
            Self::InputTooLong => ("input_too_long", StatusCode::PAYLOAD_TOO_LARGE),
            Self::UnsupportedMediaType => ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::UnsupportedLanguage => ("unsupported_language", StatusCode::UNPROCESSABLE_ENTITY),
            Self::RateLimited => ("rate_limited", StatusCode::TOO_MANY_REQUESTS),
            Self::Overloaded => ("overloaded", StatusCode::SERVICE_UNAVAILABLE),
            Self::ModelLoading => ("model_loading", StatusCode::SERVICE_UNAVAILABLE),
            Self::DownloadFailed => ("download_failed", StatusCode::BAD_GATEWAY),
            Self::Timeout => ("timeout", StatusCode::GATEWAY_TIMEOUT),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// The name on the wire: `invalid_request`.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The status it travels with.
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// The code for a response that something below us made with `status`.
    pub(super) fn of_status(status: StatusCode) -> Self {
        Self::ALL.into_iter().find(|code| code.status() == status).unwrap_or(if status.is_client_error() {
            Self::InvalidRequest
        } else {
            Self::Internal
        })
    }
}

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// What went wrong.
    pub(super) error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ErrorDetail {
    /// For programs.
    code: ErrorCode,
    /// For people.
    #[schema(examples("text has 250000 characters, the limit is 200000"))]
    message: String,
    /// The field at fault, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("text"))]
    param: Option<String>,
    /// The largest value accepted, where one was exceeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples(200_000))]
    limit: Option<u64>,
    /// The value that was sent, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples(250_000))]
    actual: Option<u64>,
    /// The directions that can be translated, where the one asked for cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    available: Option<Vec<String>>,
    /// Also in the header `x-request-id` and in the server's log.
    request_id: String,
}

/// An error on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    code: ErrorCode,
    message: String,
    param: Option<String>,
    limit: Option<u64>,
    actual: Option<u64>,
    available: Option<Vec<String>>,
    retry_after_s: Option<u32>,
}

impl ApiError {
    /// An error of `code`, with a `message` for people.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message, param: None, limit: None, actual: None, available: None, retry_after_s: None }
    }

    /// A field that cannot be used.
    pub(super) fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message).at(param)
    }

    /// A failure of ours: `cause` goes to the log, and the client learns that there was one.
    pub(super) fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(ErrorCode::Internal, "the server failed; its log holds the reason under this request id")
    }

    /// Models that are to be loaded at start are not in memory yet.
    pub(super) fn loading() -> Self {
        let error = Self::new(ErrorCode::ModelLoading, "the models are being loaded");
        error.retry_after(Duration::from_secs(LOADING_RETRY_SECONDS))
    }

    /// The service is about to stop: another replica, or the next start, serves.
    pub(super) fn draining() -> Self {
        let error = Self::new(ErrorCode::Overloaded, "the service is stopping");
        error.retry_after(Duration::from_secs(LOADING_RETRY_SECONDS))
    }

    /// The same, at fault in the field `param`.
    pub(super) fn at(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    /// The same, for a value of `actual` where `limit` is the largest accepted.
    pub(super) fn beyond(mut self, limit: usize, actual: Option<usize>) -> Self {
        self.limit = u64::try_from(limit).ok();
        self.actual = actual.and_then(|actual| u64::try_from(actual).ok());
        self
    }

    /// The same, worth another try after `wait`, rounded up to whole seconds.
    pub(super) fn retry_after(mut self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.retry_after_s = Some(u32::try_from(seconds).unwrap_or(u32::MAX).max(1));
        self
    }

    /// The same with the directions that there are.
    fn offering(mut self, available: &[LanguagePair]) -> Self {
        self.available = Some(available.iter().map(ToString::to_string).collect());
        self
    }

    /// What went wrong, for programs.
    pub(super) fn code(&self) -> ErrorCode {
        self.code
    }

    /// What went wrong, for people.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The field at fault, where there is one.
    pub(super) fn param(&self) -> Option<&str> {
        self.param.as_deref()
    }

    /// Seconds after which it is worth another try, where it is.
    pub(super) fn retry_after_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    /// The body, under the request's id.
    pub(super) fn body(&self, request_id: &str) -> ErrorBody {
        ErrorBody {
            error: ErrorDetail {
                code: self.code,
                message: self.message.clone(),
                param: self.param.clone(),
                limit: self.limit,
                actual: self.actual,
                available: self.available.clone(),
                request_id: request_id.to_owned(),
            },
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// The head of the response; `envelope` adds the body, since only it knows the request's id.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if self.code == ErrorCode::Unauthorized {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"breve\""));
        }
        if let Some(seconds) = self.retry_after_s {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        response.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::StoreError;

    #[test]
    fn the_table_names_codes_as_they_are_written() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        for (wait_ms, header) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2")] {
            let error = ApiError::new(ErrorCode::Overloaded, "").retry_after(Duration::from_millis(wait_ms));
            let response = error.error_response();
            assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), header, "{wait_ms} ms");
        }
    }

    #[test]
    fn a_failure_of_ours_says_nothing_of_its_cause() {
        let error = ApiError::internal(&"/srv/secret: tensor 7 broke");
        let body = serde_json::to_string(&error.body("r-1")).unwrap();
        assert!(body.contains("r-1") && !body.contains("secret") && !body.contains("tensor"), "{body}");
    }

    #[test]
    fn a_broken_directory_of_the_server_is_not_named() {
        let reason = "it is cut".to_owned();
        let error = ApiError::from(StoreError::BadDirectory { path: "/srv/secret".into(), reason });
        assert_eq!(error.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
