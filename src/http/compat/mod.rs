//! Routes that speak other services' languages, one file a family, so that their clients work unchanged.
//!
//! Handlers give the same [`ApiError`] as the native routes; [`Family::form`] turns it into what the family's clients
//! know. What a client sent and nothing was done with is named in the header `x-breve-ignored`.

mod batch;
mod document;
mod length;
mod sent;
mod values;

pub(super) mod deepl;
pub(super) mod hugging_face;
pub(super) mod libretranslate;
pub(super) mod openai;

use actix_web::{
    HttpResponse,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use serde::Serialize;

use super::error::ApiError;
use sent::Ignored;

const IGNORED: HeaderName = HeaderName::from_static("x-breve-ignored");

/// Whose clients a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    HuggingFace,
    LibreTranslate,
    OpenAi,
    DeepL,
}

/// First parts of paths that are LibreTranslate's, also of those that this service does not have.
const LIBRETRANSLATE: [&str; 8] =
    ["translate", "translate_file", "download_file", "detect", "languages", "suggest", "frontend", "health"];

impl Family {
    /// The family of a path, whether there is anything at it or not; `None` for the native routes. OpenAI's list of
    /// models is native: it has one shape for both.
    pub(super) fn of(path: &str) -> Option<Self> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let first = parts.next()?;
        match first {
            "models" if path.ends_with("/v1/chat/completions") => Some(Self::OpenAi),
            "models" => Some(Self::HuggingFace),
            "v1" if parts.next() == Some("chat") => Some(Self::OpenAi),
            "v2" | "v3" => Some(Self::DeepL),
            "health" if parts.next().is_some() => None,
            _ => LIBRETRANSLATE.contains(&first).then_some(Self::LibreTranslate),
        }
    }

    /// An error as the family's clients know it.
    pub(super) fn form(self, error: &ApiError) -> ErrorForm {
        match self {
            Self::HuggingFace => hugging_face::error(error),
            Self::LibreTranslate => libretranslate::error(error),
            Self::OpenAi => openai::error(error),
            Self::DeepL => deepl::error(error),
        }
    }
}

/// An error's status and body.
pub(super) struct ErrorForm {
    status: StatusCode,
    body: serde_json::Value,
    /// Whether the client is told not to try again.
    is_final: bool,
}

impl ErrorForm {
    fn new(status: StatusCode, body: impl Serialize) -> Self {
        Self { status, body: serde_json::to_value(body).unwrap_or_default(), is_final: false }
    }

    /// Puts it in the place of what `response` holds.
    pub(super) fn of(self, response: HttpResponse) -> HttpResponse {
        let mut response = response.set_body(BoxBody::new(self.body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.is_final {
            headers.insert(HeaderName::from_static("x-should-retry"), HeaderValue::from_static("false"));
        }
        response
    }
}

/// An answer, with the names of the fields that nothing was done with.
fn answer(body: impl Serialize, ignored: &Ignored) -> HttpResponse {
    with_ignored(HttpResponse::Ok().json(body), ignored)
}

fn with_ignored(mut response: HttpResponse, ignored: &Ignored) -> HttpResponse {
    if let Some(names) = ignored.names().and_then(|names| HeaderValue::try_from(names).ok()) {
        response.headers_mut().insert(IGNORED, names);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_of_the_family_whose_clients_call_it() {
        for (path, family) in [
            ("/models/extractive", Some(Family::HuggingFace)),
            ("/models/owner/name", Some(Family::HuggingFace)),
            ("/models/owner/name/v1/chat/completions", Some(Family::OpenAi)),
            ("/v1/chat/completions", Some(Family::OpenAi)),
            ("/translate", Some(Family::LibreTranslate)),
            ("/translate_file", Some(Family::LibreTranslate)),
            ("/health", Some(Family::LibreTranslate)),
            ("/v2/translate", Some(Family::DeepL)),
            ("/v3/glossaries", Some(Family::DeepL)),
            ("/health/live", None),
            ("/v1/models", None),
            ("/v1/translate", None),
            ("/translations", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Family::of(path), family, "{path:?}");
        }
    }
}
