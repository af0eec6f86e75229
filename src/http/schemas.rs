//! Parts of the OpenAPI document that are not a struct of one route.

use std::{collections::BTreeMap, time::Duration};

use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, OneOfBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
        example::ExampleBuilder, schema::ArrayBuilder, schema::SchemaType, schema::Type,
    },
};

use super::error::{ApiError, ErrorCode};
use crate::{
    access::{Refusal, Scope},
    domain::{Language, LanguagePair},
    service::ServiceError,
};

// utoipa leaves a field's doc comment out where the schema comes from a function.
fn word(names: &[&str], default: &str, description: &str) -> Schema {
    string().enum_values(Some(names.to_vec())).default(Some(default.into())).description(Some(description)).into()
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

/// [`crate::domain::Length`].
pub(super) fn length() -> Schema {
    word(&["short", "medium", "long"], "medium", "How long, when `sentences` is left out: two, three or six sentences.")
}

/// [`crate::domain::Format`].
pub(super) fn format() -> Schema {
    word(&["paragraph", "bullets", "headline"], "paragraph", "How the sentences are put together.")
}

/// [`crate::domain::Mode`].
pub(super) fn mode() -> Schema {
    word(
        &["auto", "abstractive", "extractive"],
        "auto",
        "Whether a model writes the sentences or they are taken from the article.",
    )
}

/// [`crate::domain::OffsetUnit`].
pub(super) fn offset_unit() -> Schema {
    word(
        &["char", "utf16", "utf8"],
        "char",
        "What offsets count: Unicode scalar values, UTF-16 code units, or bytes of UTF-8.",
    )
}

/// [`crate::domain::Task`].
pub(super) fn task() -> Schema {
    string().enum_values(Some(["summarization", "translation"])).description(Some("What it does.")).into()
}

/// [`crate::domain::FactKind`].
pub(super) fn fact_kind() -> Schema {
    let kinds = ["number", "date", "time", "money", "percent", "name", "quote"];
    string().enum_values(Some(kinds)).description(Some("What kind of fact it is.")).into()
}

/// [`crate::domain::FactStatus`].
pub(super) fn fact_status() -> Schema {
    let description = "`kept`: as the article writes it, in every language. `reformatted`: the same, written in another \
        way. `missing`: not in all languages of the summary. `invented`: not in the article.";
    let statuses = ["kept", "reformatted", "missing", "invented"];
    string().enum_values(Some(statuses)).description(Some(description)).into()
}

/// [`crate::domain::Fault`].
pub(super) fn fault() -> Schema {
    let faults = [
        "repeated",
        "untranslated",
        "wrong_language",
        "length",
        "unbalanced",
        "empty",
        "unclosed",
        "number",
        "name",
        "quotation",
        "unsupported",
        "glossary",
    ];
    string().enum_values(Some(faults)).description(Some("What is or was wrong.")).into()
}

/// Many of them.
pub(super) fn faults() -> Schema {
    ArrayBuilder::new()
        .items(RefOr::T(fault()))
        .description(Some("What is wrong with it still; absent where nothing is."))
        .into()
}

/// [`crate::domain::Means`].
pub(super) fn means() -> Schema {
    let description = "How it was mended: `alternative`, another output of the same model; `source`, the source's name or \
        number put in; `settings`, the same model with other settings; `model`, another installed model; `verbatim`, the article's own sentence.";
    let means = ["alternative", "source", "settings", "model", "verbatim"];
    string().enum_values(Some(means)).description(Some(description)).into()
}

/// [`super::fields::Texts`].
pub(super) fn texts() -> Schema {
    let many = ArrayBuilder::new().items(string()).min_items(Some(1));
    OneOfBuilder::new().item(string()).item(many).description(Some("A text, or an array of texts.")).into()
}

/// Declares sets of errors that routes can answer with.
macro_rules! error_sets {
    ($($(#[$doc:meta])* $name:ident: [$($code:ident),*];)*) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                responses(&[$(ErrorCode::$code),*])
            }
        }
    )*};
}

error_sets! {
    /// Errors of routes that put a model to work.
    WorkErrors: [InvalidRequest, Unauthorized, Forbidden, NotFound, InputTooLong, UnsupportedMediaType, UnsupportedLanguage, RateLimited, Overloaded, Timeout, Internal];
    /// Errors of routes that take JSON and need no model.
    BodyErrors: [InvalidRequest, Unauthorized, Forbidden, InputTooLong, UnsupportedMediaType, RateLimited, Timeout, Internal];
    /// Errors of taking a job.
    JobErrors: [InvalidRequest, Unauthorized, Forbidden, InputTooLong, UnsupportedMediaType, RateLimited, Overloaded, Timeout, Internal];
    /// Errors of routes that name a job.
    JobReadErrors: [InvalidRequest, Unauthorized, Forbidden, NotFound, RateLimited, Overloaded, Internal];
    /// Errors of routes that name a model.
    ModelErrors: [Unauthorized, NotFound, RateLimited, Internal];
    /// Errors of fetching a model, before it starts.
    PullErrors: [InvalidRequest, Unauthorized, Forbidden, NotFound, RateLimited, Internal];
    /// Errors of loading a model.
    LoadErrors: [InvalidRequest, Unauthorized, Forbidden, NotFound, RateLimited, Overloaded, Timeout, Internal];
    /// Errors of unloading and removing a model.
    RemoveErrors: [InvalidRequest, Unauthorized, Forbidden, NotFound, RateLimited, Internal];
    /// Errors of routes that only read.
    ReadErrors: [Unauthorized, RateLimited, Internal];
    /// Not ready.
    ReadyErrors: [Overloaded, ModelLoading, Internal];
}

/// One response for each status among `codes`, with an example for each code.
fn responses(codes: &[ErrorCode]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<ErrorCode>> = BTreeMap::new();
    for &code in codes {
        by_status.entry(code.status().as_str().to_owned()).or_default().push(code);
    }
    by_status.into_iter().map(|(status, codes)| (status, RefOr::T(response(&codes)))).collect()
}

fn response(codes: &[ErrorCode]) -> Response {
    let examples = codes.iter().map(|&code| {
        let value = serde_json::to_value(example(code).body("5f0c8f7e-5d43-4f0e-9a53-2f6f1e3a0c11")).ok();
        (code.name(), RefOr::T(ExampleBuilder::new().value(value).build()))
    });
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).examples_from_iter(examples).build();
    let description = codes.iter().map(|code| format!("`{}`: {}", code.name(), meaning(*code))).collect::<Vec<_>>();
    let response = ResponseBuilder::new().description(description.join("; ")).content("application/json", content);
    let waits =
        |code: &ErrorCode| matches!(code, ErrorCode::RateLimited | ErrorCode::Overloaded | ErrorCode::ModelLoading);
    if !codes.iter().any(waits) {
        return response.build();
    }
    let wait = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer))))
        .description(Some("Seconds after which to try again."));
    response.header("Retry-After", wait.build()).build()
}

pub(super) const fn meaning(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidRequest => {
            "not JSON, a wrong type, an unknown field, an empty text, a request by a page of another site"
        }
        ErrorCode::Unauthorized => "no key, or one that is not known, revoked or expired",
        ErrorCode::Forbidden => "the key is not for this",
        ErrorCode::NotFound => "no such model",
        ErrorCode::MethodNotAllowed => "the route does not answer this method",
        ErrorCode::InputTooLong => "the body or a text is too long",
        ErrorCode::UnsupportedMediaType => "the body is not declared as JSON",
        ErrorCode::UnsupportedLanguage => "no installed model serves the language or the pair",
        ErrorCode::RateLimited => "this client asks too much",
        ErrorCode::Overloaded => "too many requests are waiting, or the service is stopping",
        ErrorCode::ModelLoading => "models that are to be loaded at start are not in memory yet",
        ErrorCode::DownloadFailed => "the model could not be fetched",
        ErrorCode::Timeout => "the deadline passed",
        ErrorCode::Internal => "the server or a model failed",
    }
}

pub(super) fn example(code: ErrorCode) -> ApiError {
    match code {
        ErrorCode::InvalidRequest => {
            ApiError::invalid("txt", "unknown field `txt`, expected one of `text`, `source` at line 1 column 6")
        }
        ErrorCode::Unauthorized => Refusal::NoKey.into(),
        ErrorCode::Forbidden => Refusal::Scope(Scope::Manage).into(),
        ErrorCode::RateLimited => Refusal::Requests { limit: 60, retry_after: Duration::from_secs(1) }.into(),
        ErrorCode::NotFound => ApiError::new(code, "no model is called \"opus-mt-xx-yy\"").at("model"),
        ErrorCode::InputTooLong => {
            let error = ApiError::new(code, "text has 250000 characters, the limit is 200000").at("text");
            error.beyond(200_000, Some(250_000))
        }
        ErrorCode::UnsupportedMediaType => {
            ApiError::new(code, "the body must be JSON, sent with `content-type: application/json`").at("content-type")
        }
        ErrorCode::UnsupportedLanguage => ServiceError::Language {
            missing: "no installed model translates es-en".to_owned(),
            available: vec![LanguagePair::new(Language::ENGLISH, Language::SPANISH)],
        }
        .into(),
        ErrorCode::Overloaded => {
            ApiError::new(code, "too many requests are waiting for en-es-tiny").retry_after(Duration::from_secs(1))
        }
        ErrorCode::ModelLoading => ApiError::loading(),
        ErrorCode::Timeout => ApiError::new(code, "the deadline passed before en-es-tiny had answered"),
        ErrorCode::MethodNotAllowed | ErrorCode::DownloadFailed | ErrorCode::Internal => {
            ApiError::new(code, meaning(code))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::domain::{Format, Length, Mode, OffsetUnit, Task};

    /// The documented words must be those that the domain reads, default included.
    fn check<T: DeserializeOwned + Default + PartialEq + std::fmt::Debug>(schema: &Schema) {
        let schema = serde_json::to_value(schema).unwrap();
        for word in schema["enum"].as_array().unwrap() {
            serde_json::from_value::<T>(word.clone()).unwrap();
        }
        assert_eq!(serde_json::from_value::<T>(schema["default"].clone()).unwrap(), T::default());
    }

    #[test]
    fn the_documented_words_are_those_that_are_read() {
        check::<Length>(&length());
        check::<Format>(&format());
        check::<Mode>(&mode());
        check::<OffsetUnit>(&offset_unit());
        let tasks = serde_json::to_value(task()).unwrap();
        for (task, name) in [(Task::Summarization, "summarization"), (Task::Translation, "translation")] {
            assert_eq!(serde_json::to_value(task).unwrap(), name);
            assert!(tasks["enum"].as_array().unwrap().contains(&name.into()));
        }
    }
}
