//! OpenAI's routes, as its clients call them.

use std::time::Duration;

use breve::{
    config::LimitSettings,
    engine::fake::{Script, Step},
};
use serde_json::{Value, json};

use super::{ARTICLE, ignored, items};
use crate::api::harness::{Answer, Api, TRANSLATOR, id, limits};

const CHAT: &str = "/v1/chat/completions";

fn user(content: impl Into<Value>) -> Value {
    json!({"role": "user", "content": content.into()})
}

/// The text of an answer in one piece.
#[track_caller]
fn content(answer: &Answer) -> String {
    let body = answer.ok();
    let choice = &items(&body["choices"], 1)[0];
    assert_eq!((&choice["index"], &choice["message"]["role"]), (&json!(0), &json!("assistant")), "{body}");
    choice["message"]["content"].as_str().unwrap().to_owned()
}

/// The `error` of a failure, which must have this status and the shape that the clients read.
#[track_caller]
fn fails(answer: &Answer, status: u16, code: &str, part: &str) -> Value {
    let body = answer.json();
    let error = &body["error"];
    assert_eq!((answer.status, error["code"].as_str()), (status, Some(code)), "{answer:?}");
    assert!(error["message"].as_str().unwrap().contains(part), "{part}: {body}");
    assert!(error["type"].is_string() && error.get("param").is_some(), "{body}");
    error.clone()
}

#[actix_web::test]
async fn the_last_message_of_the_user_is_summarised() {
    let messages = json!([{"role": "system", "content": "You summarise."}, user("Hello there."), user(ARTICLE)]);
    let answer = Api::new().post(CHAT, json!({"model": "breve", "messages": messages})).await;
    assert!(content(&answer).starts_with("The city council approved the plan on Monday. Works begin"), "{answer:?}");
    let body = answer.ok();
    assert_eq!((&body["object"], &body["model"]), (&json!("chat.completion"), &json!("breve")));
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert!(body["system_fingerprint"].as_str().unwrap().starts_with("extractive@"), "{body}");
    assert!(body["id"].as_str().unwrap().starts_with("chatcmpl-") && body["created"].as_u64() > Some(1_700_000_000));
    let usage = &body["usage"];
    let count = |name: &str| usage[name].as_u64().unwrap();
    assert_eq!(count("total_tokens"), count("prompt_tokens") + count("completion_tokens"));
    assert_eq!(ignored(&answer), "messages.0, messages.1");
}

#[actix_web::test]
async fn the_language_is_in_the_models_name_or_in_a_system_message() {
    let api = Api::new();
    let spanish = api.post(CHAT, json!({"model": "breve-es", "messages": [user(ARTICLE)]})).await;
    assert!(content(&spanish).starts_with("THE CITY COUNCIL"), "{spanish:?}");
    let said = json!({"role": "system", "content": "Summarise the text in Spanish, in one sentence."});
    let answer = api.post(CHAT, json!({"model": "extractive", "messages": [said, user(ARTICLE)]})).await;
    assert_eq!(content(&answer), "THE CITY COUNCIL APPROVED THE PLAN ON MONDAY.");
    assert_eq!(ignored(&answer), "");
}

#[actix_web::test]
async fn limits_of_tokens_leave_out_whole_sentences_and_say_so() {
    let api = Api::new();
    for (limit, expected) in [
        (json!({"max_tokens": 10}), "length"),
        (json!({"max_completion_tokens": 40, "max_tokens": 4000}), "length"),
        (json!({"max_tokens": 4000}), "stop"),
    ] {
        let mut body = json!({"model": "breve", "messages": [user(ARTICLE)]});
        body.as_object_mut().unwrap().extend(limit.as_object().unwrap().clone());
        let answer = api.post(CHAT, body).await;
        let one = content(&answer) == "The city council approved the plan on Monday.";
        assert_eq!((answer.ok()["choices"][0]["finish_reason"].as_str(), one), (Some(expected), expected == "length"));
    }
    let body = json!({"model": "breve", "messages": [user(ARTICLE)], "verbosity": "low"});
    assert_eq!(
        content(&api.post(CHAT, body).await),
        "The city council approved the plan on Monday. Works begin in May."
    );
}

#[actix_web::test]
async fn a_stream_holds_the_same_summary() {
    let api = Api::new();
    let body = json!({"model": "breve", "messages": [user(ARTICLE)]});
    let whole = content(&api.post(CHAT, body.clone()).await);
    let mut streamed = body;
    streamed["stream"] = json!(true);
    streamed["stream_options"] = json!({"include_usage": true});
    let answer = api.post(CHAT, streamed).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream"));
    let events: Vec<&str> =
        answer.text.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap()).collect();
    let (last, events) = events.split_last().unwrap();
    assert_eq!(*last, "[DONE]");
    let chunks: Vec<Value> = events.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    let texts = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str());
    assert_eq!(texts.collect::<String>(), whole);
    assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["id"] == chunks[0]["id"]));
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let (usage, rest) = chunks.split_last().unwrap();
    assert_eq!(rest.last().unwrap()["choices"][0]["finish_reason"], "stop");
    assert!(usage["usage"]["total_tokens"].as_u64() > Some(0) && usage["choices"] == json!([]), "{usage}");
}

#[actix_web::test]
async fn an_error_comes_before_a_stream_begins() {
    let body = json!({"model": "no-such-model", "messages": [user(ARTICLE)], "stream": true});
    fails(&Api::new().post(CHAT, body).await, 404, "model_not_found", "no-such-model");
}

#[actix_web::test]
async fn parts_of_a_message_are_read_and_pictures_are_not() {
    let api = Api::new();
    let text = |text: &str| json!({"type": "text", "text": text});
    let body = json!({"model": "breve", "messages": [user(json!([text("Rain fell."), text("Nobody left.")]))]});
    assert_eq!(content(&api.post(CHAT, body).await), "Rain fell. Nobody left.");
    let picture = json!([{"type": "image_url", "image_url": {"url": "data:,x"}}]);
    let body = json!({"model": "breve", "messages": [user(picture)]});
    fails(&api.post(CHAT, body).await, 400, "invalid_request", "image_url");
}

#[actix_web::test]
async fn what_clients_send_beside_is_named_and_not_refused() {
    let body = json!({
        "model": "breve", "messages": [user(ARTICLE)], "temperature": 0.2, "top_p": 1, "n": 1, "stream": false, "user": "u",
        "tools": [], "response_format": {"type": "text"}, "stop": null, "logprobs": false, "modalities": ["text"],
    });
    let answer = Api::new().post(CHAT, body).await;
    content(&answer);
    let mut names: Vec<&str> = ignored(&answer).split(", ").collect();
    names.sort_unstable();
    assert_eq!(names, ["temperature", "top_p", "user"]);
}

#[actix_web::test]
async fn what_cannot_be_done_is_an_error() {
    let api = Api::new();
    let with = |name: &str, value: Value| {
        let mut body = json!({"model": "breve", "messages": [user(ARTICLE)]});
        body[name] = value;
        body
    };
    for (body, status, code, part) in [
        (with("model", json!("gpt-4o-mini")), 404, "model_not_found", "gpt-4o-mini"),
        (with("model", json!("owner/name")), 404, "model_not_found", "owner/name"),
        (with("model", json!(TRANSLATOR)), 400, "invalid_request", "translates"),
        (with("model", json!("breve-fr")), 422, "unsupported_language", "French"),
        (with("messages", json!([])), 400, "invalid_request", "messages"),
        (with("messages", json!([user("")])), 400, "invalid_request", "messages"),
        (with("messages", json!([user("x".repeat(200_001))])), 400, "context_length_exceeded", "200000"),
        (with("messages", json!("hi")), 400, "invalid_request", "messages"),
        (with("n", json!(2)), 400, "invalid_request", "n"),
        (with("tools", json!([{"type": "function"}])), 400, "invalid_request", "tools"),
        (with("response_format", json!({"type": "json_object"})), 400, "invalid_request", "response_format"),
        (with("stop", json!(["."])), 400, "invalid_request", "stop"),
        (with("modalities", json!(["audio"])), 400, "invalid_request", "modalities"),
        (json!({"messages": [user(ARTICLE)]}), 400, "invalid_request", "model"),
    ] {
        fails(&api.post(CHAT, body).await, status, code, part);
    }
    fails(&api.get(CHAT).await, 405, "method_not_allowed", "POST");
    fails(&api.get("/v1/chat/nothing").await, 404, "not_found", "nothing at this path");
    assert_eq!(
        api.post("/v1/embeddings", json!({})).await.fails(404, "not_found")["message"],
        "there is nothing at this path"
    );
}

#[actix_web::test]
async fn a_deadline_that_has_passed_is_not_worth_another_try() {
    let api = Api::with(LimitSettings { request_timeout_ms: 200, ..limits() }, Vec::new());
    api.loader.script(id("extractive"), Script::default());
    api.post(CHAT, json!({"model": "breve", "messages": [user("Rain fell.")]})).await.ok();
    let requests = [Step::Sleep(Duration::from_millis(800))].into();
    api.loader.script(id("extractive"), Script { requests, ..Script::default() });
    let answer = api.post(CHAT, json!({"model": "breve", "messages": [user(ARTICLE)]})).await;
    assert_eq!(fails(&answer, 504, "timeout", "deadline")["type"], "server_error");
    assert_eq!(answer.header("x-should-retry"), "false");
}

#[actix_web::test]
async fn hugging_faces_clients_chat_at_a_models_address() {
    let api = Api::new();
    let body = json!({"model": "dummy", "messages": [user(ARTICLE)]});
    let answer = api.post("/models/extractive/v1/chat/completions", body.clone()).await;
    assert!(content(&answer).starts_with("The city council"), "{answer:?}");
    assert_eq!(answer.ok()["model"], "extractive");
    content(&api.post(CHAT, body.clone()).await);
    fails(&api.post("/models/a/b/v1/chat/completions", body).await, 404, "model_not_found", "a/b");
}

#[actix_web::test]
async fn one_list_of_models_serves_both_kinds_of_clients() {
    let api = Api::new();
    let list = api.get("/v1/models").await.ok();
    assert_eq!(list["object"], "list");
    let ids: Vec<&str> = list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["breve", "breve-en", "breve-es", "extractive"], "what is not here cannot be chatted with");
    assert!(list["models"].as_array().unwrap().len() > 4);
    for name in ["breve", "breve-es", "extractive", TRANSLATOR] {
        let model = api.get(&format!("/v1/models/{name}")).await.ok();
        assert_eq!((&model["id"], &model["object"]), (&json!(name), &json!("model")));
        assert!(model["created"].is_u64() && model["owned_by"] == "breve", "{model}");
    }
    assert_eq!(api.get("/v1/models/distilbart-cnn-12-6").await.ok()["owned_by"], "sshleifer");
    let missing = api.get("/v1/models/no-such-model").await;
    assert!(missing.fails(404, "not_found")["message"].as_str().unwrap().contains("no-such-model"));
}
