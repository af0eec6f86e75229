//! Routes for clients of other services, as those clients call them.

mod deepl;
mod hugging_face;
mod libretranslate;
mod openai;

use actix_web::test::TestRequest;
use serde_json::Value;

use super::harness::{Answer, Api};

const ARTICLE: &str = "The city council approved the plan on Monday. Works begin in May. The mayor spoke for an hour. \
                       Nobody left the room.";

/// Posts a form.
async fn form(api: &Api, path: &str, body: &str) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("content-type", "application/x-www-form-urlencoded"));
    api.call(request.set_payload(body.to_owned())).await
}

/// Fails with this status, and a body whose one member `name` is a message that holds `part`.
#[track_caller]
fn fails_with(answer: &Answer, name: &str, status: u16, part: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    let body = answer.json();
    assert!(body[name].as_str().is_some_and(|message| message.contains(part)), "{part}: {body}");
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(!answer.header("x-request-id").is_empty());
}

/// The names in the header that tells what was left out.
fn ignored(answer: &Answer) -> &str {
    answer.headers.get("x-breve-ignored").map_or("", |names| names.to_str().unwrap())
}

/// Whether `value` is an array of this many.
#[track_caller]
fn items(value: &Value, count: usize) -> &[Value] {
    let items = value.as_array().unwrap_or_else(|| panic!("no array: {value}"));
    assert_eq!(items.len(), count, "{value}");
    items
}
