//! The families' errors in the OpenAPI document: what [`Family::form`] really makes of each.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, example::ExampleBuilder},
};

use super::{ErrorForm, Family};
use crate::http::{error::ErrorCode, schemas};

/// Errors of routes that put a model to work.
const WORK: &[ErrorCode] = &[
    ErrorCode::InvalidRequest,
    ErrorCode::Unauthorized,
    ErrorCode::Forbidden,
    ErrorCode::NotFound,
    ErrorCode::InputTooLong,
    ErrorCode::UnsupportedMediaType,
    ErrorCode::UnsupportedLanguage,
    ErrorCode::RateLimited,
    ErrorCode::Overloaded,
    ErrorCode::ModelLoading,
    ErrorCode::Timeout,
    ErrorCode::Internal,
];
/// Errors of routes that take a body and need no model.
const BODY: &[ErrorCode] = &[
    ErrorCode::InvalidRequest,
    ErrorCode::Unauthorized,
    ErrorCode::Forbidden,
    ErrorCode::InputTooLong,
    ErrorCode::UnsupportedMediaType,
    ErrorCode::RateLimited,
    ErrorCode::Timeout,
    ErrorCode::Internal,
];

/// Why a service is not well.
const HEALTH: &[ErrorCode] = &[ErrorCode::Overloaded, ErrorCode::ModelLoading, ErrorCode::Internal];
/// Errors of routes that only read.
const READ: &[ErrorCode] =
    &[ErrorCode::Unauthorized, ErrorCode::RateLimited, ErrorCode::Overloaded, ErrorCode::Internal];

/// Declares sets of errors that a family's routes can answer with.
macro_rules! error_sets {
    ($($name:ident: $family:ident, $codes:expr, $schema:literal;)*) => {$(
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                responses(Family::$family, $codes, $schema)
            }
        }
    )*};
}

error_sets! {
    HuggingFaceWork: HuggingFace, WORK, "HuggingFaceError";
    LibreTranslateWork: LibreTranslate, WORK, "LibreTranslateError";
    LibreTranslateBody: LibreTranslate, BODY, "LibreTranslateError";
    LibreTranslateRead: LibreTranslate, BODY, "LibreTranslateError";
    LibreTranslateHealth: LibreTranslate, HEALTH, "LibreTranslateError";
    OpenAiWork: OpenAi, WORK, "OpenAiErrorBody";
    DeepLWork: DeepL, WORK, "DeepLError";
    DeepLBody: DeepL, BODY, "DeepLError";
    DeepLRead: DeepL, READ, "DeepLError";
}

/// One response for each status that the codes have in the family, with an example for each code.
fn responses(family: Family, codes: &[ErrorCode], schema: &str) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<(ErrorCode, ErrorForm)>> = BTreeMap::new();
    for &code in codes {
        let form = family.form(&schemas::example(code));
        by_status.entry(form.status.as_str().to_owned()).or_default().push((code, form));
    }
    by_status.into_iter().map(|(status, forms)| (status, RefOr::T(response(&forms, schema)))).collect()
}

fn response(forms: &[(ErrorCode, ErrorForm)], schema: &str) -> Response {
    let example = |(code, form): &(ErrorCode, ErrorForm)| {
        (code.name(), RefOr::T(ExampleBuilder::new().value(Some(form.body.clone())).build()))
    };
    let examples = forms.iter().map(example);
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).examples_from_iter(examples);
    let meanings: Vec<&str> = forms.iter().map(|(code, _)| schemas::meaning(*code)).collect();
    let response = ResponseBuilder::new().description(meanings.join("; "));
    response.content("application/json", content.build()).build()
}
