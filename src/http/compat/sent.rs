//! What a client sent: JSON, a form, or the query, read into one type, with the names of what nothing was done with.

use std::collections::HashMap;

use actix_multipart::Multipart;
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::HeaderMap,
    web::{Bytes, Data},
};
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture, stream};
use serde::{Deserializer, de::DeserializeOwned};
use serde_json::Value;

use crate::http::{
    ApiState,
    body::{self, Incoming},
    error::{ApiError, ErrorCode},
};

/// Fields of a form besides the texts: no client sends nearly as many.
const FORM_FIELDS: usize = 64;

/// A request, and what of it nothing was done with. Unlike the native routes these take fields that they do not know,
/// since clients of other services send what those know.
pub(in crate::http) struct Sent<T> {
    pub(super) wanted: T,
    pub(super) ignored: Ignored,
}

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Incoming::of(request, payload);
        let texts = request.app_data::<Data<ApiState>>().map_or(0, |state| state.limits.texts);
        let (kind, headers) = (request.content_type().to_ascii_lowercase(), request.headers().clone());
        let query = request.query_string().to_owned();
        async move {
            let body = body?.read().await?;
            let fields = match Encoding::of(&kind, &body)? {
                Encoding::Json => return body::parse_with(&body, |reader| read(reader)),
                Encoding::Form => pairs(body::utf8(&body)?).collect(),
                Encoding::Multipart => parts(&headers, body.clone(), texts + FORM_FIELDS).await?,
            };
            let form = object(pairs(&query).chain(fields), texts + FORM_FIELDS)?;
            read(form).map_err(|error| body::refusal(&error))
        }
        .boxed_local()
    }
}

/// How a body is written.
#[derive(Debug, PartialEq, Eq)]
enum Encoding {
    Json,
    Form,
    Multipart,
}

impl Encoding {
    fn of(kind: &str, body: &[u8]) -> Result<Self, ApiError> {
        match kind {
            "multipart/form-data" => Ok(Self::Multipart),
            // curl calls whatever it sends a form, and plain HTTP libraries call it nothing, unless they are told.
            "" | "application/x-www-form-urlencoded" if !body.trim_ascii_start().starts_with(b"{") => Ok(Self::Form),
            "" | "application/x-www-form-urlencoded" => Ok(Self::Json),
            kind if body::is_json(kind) => Ok(Self::Json),
            _ => {
                let message = "the body must be JSON or a form, sent with its `content-type`";
                Err(ApiError::new(ErrorCode::UnsupportedMediaType, message).at("content-type"))
            }
        }
    }
}

fn pairs(form: &str) -> impl Iterator<Item = (String, String)> {
    url::form_urlencoded::parse(form.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// The fields of a multipart form, at most `most`.
async fn parts(headers: &HeaderMap, body: Bytes, most: usize) -> Result<Vec<(String, String)>, ApiError> {
    let broken = |reason: String| ApiError::invalid("body", format!("the form cannot be read: {reason}"));
    let length = body.len();
    let mut parts = Multipart::new(headers, stream::iter([Ok(body)]));
    let mut fields = Vec::new();
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| broken(error.to_string()))?;
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes(length).await.map_err(|error| broken(error.to_string()))?;
        let bytes = bytes.map_err(|error| broken(error.to_string()))?;
        fields.push((name, body::utf8(&bytes)?.to_owned()));
        if fields.len() > most {
            return Err(too_many(most));
        }
    }
    Ok(fields)
}

/// A form as the JSON that it stands for: a field that is there many times is an array.
fn object(fields: impl Iterator<Item = (String, String)>, most: usize) -> Result<Value, ApiError> {
    let mut values: HashMap<String, Vec<Value>> = HashMap::new();
    for (index, (name, value)) in fields.enumerate() {
        if index == most {
            return Err(too_many(most));
        }
        values.entry(name).or_default().push(Value::String(value));
    }
    let whole = |mut values: Vec<Value>| if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
    Ok(Value::Object(values.into_iter().map(|(name, values)| (name, whole(values))).collect()))
}

fn too_many(most: usize) -> ApiError {
    let message = format!("the form has more than {most} fields");
    ApiError::new(ErrorCode::InputTooLong, message).at("body").beyond(most, None)
}

fn read<'de, T, D>(source: D) -> Result<Sent<T>, body::JsonError>
where
    T: DeserializeOwned,
    D: Deserializer<'de, Error = serde_json::Error>,
{
    let mut ignored = Ignored::default();
    let mut note = |path: serde_ignored::Path<'_>| ignored.note(&path.to_string());
    let wanted = serde_path_to_error::deserialize(serde_ignored::Deserializer::new(source, &mut note))?;
    Ok(Sent { wanted, ignored })
}

/// Names of fields that were sent and that nothing was done with.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Ignored(Vec<String>);

/// Most of these that are told, and the longest.
const NAMED: usize = 32;
const NAME_CHARACTERS: usize = 64;

impl Ignored {
    /// Adds a field by its path, such as `parameters.top_k`.
    pub(super) fn note(&mut self, path: &str) {
        if self.0.len() < NAMED {
            // "?" is the inside of an optional value. A name is the client's own and goes into a header.
            let plain = |c: &char| c.is_ascii_graphic() && !matches!(c, ',' | ';' | '"');
            self.0.push(path.replace(".?", "").chars().filter(plain).take(NAME_CHARACTERS).collect());
        }
    }

    /// Without fields that ask for what is the case anyhow.
    pub(super) fn without(mut self, met: &[&str]) -> Self {
        self.0.retain(|name| !met.contains(&name.as_str()));
        self
    }

    /// All of them with commas between; `None` where there are none.
    pub(super) fn names(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Inner {
        a: u8,
    }

    #[derive(Debug, Deserialize)]
    struct Example {
        text: String,
        inner: Option<Inner>,
    }

    fn parse(json: &str) -> Result<Sent<Example>, ApiError> {
        body::parse_with(json.as_bytes(), |reader| read(reader))
    }

    #[test]
    fn names_what_was_not_read_and_where_it_went_wrong() {
        let sent = parse(r#"{"text":"x","temperature":1,"inner":{"a":1,"b":{"c":2}}}"#).unwrap();
        assert_eq!((sent.wanted.text.as_str(), sent.wanted.inner.unwrap().a), ("x", 1));
        assert_eq!(sent.ignored.names().unwrap(), "temperature, inner.b");
        assert_eq!(sent.ignored.without(&["inner.b", "temperature"]).names(), None);
        let error = parse(r#"{"text":"x","inner":{"a":"y"}}"#).map(|sent| sent.wanted).unwrap_err();
        assert_eq!(error.param(), Some("inner.a"), "{error}");
    }

    #[test]
    fn a_body_is_read_as_what_it_is() {
        for (kind, body, expected) in [
            ("application/json", "", Encoding::Json),
            ("application/x-www-form-urlencoded", "q=a", Encoding::Form),
            ("application/x-www-form-urlencoded", " {\"q\":\"a\"}", Encoding::Json),
            ("", "", Encoding::Form),
            ("", "{}", Encoding::Json),
            ("multipart/form-data", "--x", Encoding::Multipart),
        ] {
            assert_eq!(Encoding::of(kind, body.as_bytes()), Ok(expected), "{kind} {body}");
        }
        assert!(Encoding::of("text/csv", b"a,b").is_err());
    }

    #[test]
    fn a_field_that_is_there_twice_is_an_array() {
        let form = object(pairs("q=a+b&q=%C3%B1&target=es"), 3).unwrap();
        assert_eq!(form, serde_json::json!({"q": ["a b", "ñ"], "target": "es"}));
        assert!(object(pairs("q=a&q=b&target=es"), 2).is_err());
    }

    proptest! {
        #[test]
        fn any_form_is_read_or_refused(form in "[ -~]{0,80}") {
            let _ = object(pairs(&form), 8);
        }

        #[test]
        fn what_is_ignored_fits_into_a_header(name in ".{0,200}") {
            let mut ignored = Ignored::default();
            ignored.note(&name);
            let header = actix_web::http::header::HeaderValue::try_from(ignored.names().unwrap_or_default());
            prop_assert!(header.is_ok());
        }
    }
}
