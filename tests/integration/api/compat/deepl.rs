//! DeepL's routes, as its clients call them.

use std::time::Duration;

use actix_web::test::TestRequest;
use breve::{config::LimitSettings, engine::fake::Step};
use futures_util::future::join_all;
use serde_json::json;

use super::{fails_with, form, ignored};
use crate::api::harness::{Api, limits};

#[actix_web::test]
async fn translates_texts_sent_as_json_or_as_a_form() {
    let api = Api::new();
    let translation =
        |text: &str, count: usize| json!({"detected_source_language": "EN", "text": text, "billed_characters": count});
    let expected = json!({"translations": [translation("NOBODY LEFT.", 12), translation("RAIN FELL.", 10)]});
    let body = json!({
        "text": ["Nobody left.", "Rain fell."], "source_lang": "EN", "target_lang": "ES", "show_billed_characters": true,
    });
    let answer = api.post("/v2/translate", body).await;
    assert_eq!(answer.ok(), expected);
    assert_eq!(ignored(&answer), "");
    let encoded = "text=Nobody+left.&text=Rain+fell.&source_lang=en&target_lang=es-419&show_billed_characters=1";
    assert_eq!(form(&api, "/v2/translate", encoded).await.ok(), expected);
}

#[actix_web::test]
async fn finds_each_texts_language() {
    let body =
        json!({"text": ["Nobody left the room all night.", "Nadie se fue de la sala.", "…"], "target_lang": "ES"});
    let answer = Api::new().post("/v2/translate", body).await.ok();
    assert_eq!(answer["translations"][0]["detected_source_language"], "EN");
    let spanish =
        json!({"detected_source_language": "ES", "text": "Nadie se fue de la sala.", "billed_characters": 24});
    assert_eq!(answer["translations"][1], spanish);
    assert_eq!(answer["translations"][2]["text"], "…");
}

#[actix_web::test]
async fn html_stays_html() {
    let body = json!({"text": ["<p>Tom &lt;b&gt; left.</p>"], "source_lang": "EN", "target_lang": "ES", "tag_handling": "html"});
    let answer = Api::new().post("/v2/translate", body).await.ok();
    assert_eq!(answer["translations"][0]["text"], "<p>TOM &lt;B&gt; LEFT.</p>");
}

#[actix_web::test]
async fn what_is_left_out_is_named() {
    let body = json!({
        "text": "Rain fell.", "source_lang": "EN", "target_lang": "ES", "context": "Weather.", "split_sentences": "0",
        "formality": "prefer_more", "glossary_id": null, "ignore_tags": [],
    });
    let answer = Api::new().post("/v2/translate", body).await;
    answer.ok();
    let mut names: Vec<&str> = ignored(&answer).split(", ").collect();
    names.sort_unstable();
    assert_eq!(names, ["context", "split_sentences"]);
}

#[actix_web::test]
async fn lists_languages_however_the_side_is_named() {
    let api = Api::new();
    let sources = json!([{"language": "EN", "name": "English"}, {"language": "ES", "name": "Spanish"}]);
    let targets = json!([
        {"language": "EN-GB", "name": "English (British)", "supports_formality": false},
        {"language": "EN-US", "name": "English (American)", "supports_formality": false},
        {"language": "ES", "name": "Spanish", "supports_formality": false},
        {"language": "ES-419", "name": "Spanish (Latin American)", "supports_formality": false},
    ]);
    for path in ["/v2/languages", "/v2/languages?type=source"] {
        assert_eq!(api.get(path).await.ok(), sources, "{path}");
    }
    assert_eq!(api.get("/v2/languages?type=target").await.ok(), targets);
    // The client for Python sends a form, with GET.
    let request = TestRequest::get().uri("/v2/languages");
    let request = request.insert_header(("content-type", "application/x-www-form-urlencoded"));
    assert_eq!(api.call(request.set_payload("type=target")).await.ok(), targets);
    assert_eq!(form(&api, "/v2/languages", "type=target").await.ok(), targets);
    assert_eq!(form(&api, "/v2/languages", "").await.ok(), sources);
    fails_with(&api.get("/v2/languages?type=other").await, "message", 400, "type");
}

#[actix_web::test]
async fn use_is_not_counted_and_not_limited() {
    let api = Api::new();
    let expected = json!({"character_count": 0, "character_limit": 1_000_000_000_000_u64});
    assert_eq!(api.get("/v2/usage").await.ok(), expected);
    assert_eq!(form(&api, "/v2/usage", "").await.ok(), expected);
}

#[actix_web::test]
async fn what_cannot_be_done_is_an_error() {
    let api = Api::new();
    let with = |name: &str, value: serde_json::Value| {
        let mut body = json!({"text": ["Rain fell."], "source_lang": "EN", "target_lang": "ES"});
        body[name] = value;
        body
    };
    for (body, status, part) in [
        (json!({"text": ["Rain fell."]}), 400, "target_lang"),
        (json!({"target_lang": "ES"}), 400, "text"),
        (with("text", json!([""])), 400, "text is empty"),
        (with("text", json!(["x".repeat(200_001)])), 413, "200000"),
        (with("text", json!(vec!["x"; 5])), 413, "5 texts"),
        (with("target_lang", json!("XX")), 400, "target_lang"),
        (with("target_lang", json!("FR")), 400, "French"),
        (with("source_lang", json!("EN-US")), 400, "source_lang"),
        (with("glossary_id", json!("8b7b5bd6")), 400, "glossary_id"),
        (with("glossary_ids", json!(["8b7b5bd6"])), 400, "glossary_ids"),
        (with("formality", json!("more")), 400, "formality"),
        (with("tag_handling", json!("xml")), 400, "tag_handling"),
        (with("ignore_tags", json!(["x"])), 400, "ignore_tags"),
        (with("custom_instructions", json!(["Be brief."])), 400, "custom_instructions"),
    ] {
        fails_with(&api.post("/v2/translate", body).await, "message", status, part);
    }
    fails_with(&api.get("/v2/translate").await, "message", 405, "POST");
    fails_with(&api.post("/v2/document", json!({})).await, "message", 404, "nothing");
    fails_with(&api.get("/v3/glossaries").await, "message", 404, "nothing");
}

#[actix_web::test]
async fn a_full_queue_is_too_many_requests() {
    let api = Api::with(LimitSettings { queue: 1, ..limits() }, Vec::new());
    api.translator_steps(vec![Step::Sleep(Duration::from_millis(300)); 2]);
    let body = json!({"text": ["Rain fell."], "source_lang": "EN", "target_lang": "ES"});
    let answers = join_all((0..5).map(|_| api.post("/v2/translate", body.clone()))).await;
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert_eq!(refused.len(), 3, "one at work and one waiting: {answers:?}");
    for answer in refused {
        fails_with(answer, "message", 429, "too many requests");
        assert!(!answer.header("retry-after").is_empty());
    }
}
