//! What answers where no route does: 404, or 405 with the methods that there are.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
};

use super::{
    error::{ApiError, ErrorCode},
    routes,
};

/// Each path's segments (`None` takes anything) and its methods as an `Allow` header has them.
type Known = Vec<(Vec<Option<String>>, String)>;

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let known = routes::operations().into_iter();
    known.map(|(path, methods)| (segments(&path), allow(&methods))).collect()
});

fn segments(path: &str) -> Vec<Option<String>> {
    path.split('/').map(|part| (!part.starts_with('{')).then(|| part.to_owned())).collect()
}

fn allow(methods: &[String]) -> String {
    let mut names = methods.to_vec();
    if names.iter().any(|name| name == "GET") {
        names.push("HEAD".to_owned());
    }
    names.join(", ")
}

/// The methods that `path` answers, if any.
fn methods(path: &str) -> Option<&'static str> {
    let parts: Vec<_> = path.split('/').collect();
    let matches = |known: &[Option<String>]| {
        let same = |(known, part): (&Option<String>, &&str)| known.as_ref().is_none_or(|known| known == part);
        known.len() == parts.len() && known.iter().zip(&parts).all(same)
    };
    KNOWN.iter().find(|(known, _)| matches(known)).map(|(_, allow)| allow.as_str())
}

/// Answers a request that no route took.
pub(super) async fn unknown(request: HttpRequest) -> HttpResponse {
    let Some(allow) = methods(request.path()) else {
        return HttpResponse::from_error(ApiError::new(ErrorCode::NotFound, "there is nothing at this path"));
    };
    let message = format!("this path answers {allow} only");
    let mut response = HttpResponse::from_error(ApiError::new(ErrorCode::MethodNotAllowed, message));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_methods_of_each_path() {
        assert_eq!(methods("/v1/summarize"), Some("POST"));
        assert_eq!(methods("/v1/models"), Some("GET, HEAD"));
        assert_eq!(methods("/v1/models/opus-mt-en-es"), Some("DELETE, GET, HEAD"));
        assert_eq!(methods("/v1/models/opus-mt-en-es/pull"), Some("POST"));
        for path in ["/v1", "/v1/summarize/", "/v1/models/a/b", "/metric"] {
            assert_eq!(methods(path), None, "{path}");
        }
    }
}
