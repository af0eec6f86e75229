//! `POST /models/{id}`, as `huggingface_hub` and `@huggingface/inference` call it.

use std::time::Duration;

use actix_web::test::TestRequest;
use breve::engine::fake::{Script, Step};
use serde_json::json;

use super::{ARTICLE, fails_with, ignored, items};
use crate::api::harness::{Api, TRANSLATOR, id, limits};

const SUMMARIZER: &str = "/models/extractive";
const TRANSLATIONS: &str = "/models/en-es-tiny";

#[actix_web::test]
async fn a_summariser_gives_a_summary_in_the_articles_language() {
    let answer = Api::new().post(SUMMARIZER, json!({"inputs": ARTICLE})).await.ok();
    let summary = items(&answer, 1)[0]["summary_text"].as_str().unwrap();
    assert!(summary.starts_with("The city council approved the plan on Monday. Works begin in May."), "{answer}");
    let spanish = "El pleno aprobó el plan el lunes. Las obras empiezan en mayo. El alcalde habló durante una hora.";
    let answer = Api::new().post(SUMMARIZER, json!({"inputs": spanish})).await.ok();
    assert_eq!(items(&answer, 1)[0]["summary_text"], spanish, "whatever could be translated");
}

#[actix_web::test]
async fn lengths_in_tokens_become_sentences_wherever_they_stand() {
    let api = Api::new();
    for parameters in [
        json!({"max_length": 40}),
        json!({"max_new_tokens": 40, "max_length": 400}),
        json!({"generate_parameters": {"max_new_tokens": 40}}),
    ] {
        let answer = api.post(SUMMARIZER, json!({"inputs": ARTICLE, "parameters": parameters})).await;
        assert_eq!(
            answer.ok(),
            json!([{"summary_text": "The city council approved the plan on Monday."}]),
            "{parameters}"
        );
        assert_eq!(ignored(&answer), "", "{parameters}");
    }
}

#[actix_web::test]
async fn a_translator_gives_translations_one_for_each_text() {
    let api = Api::new();
    let one = api.post(TRANSLATIONS, json!({"inputs": "Nobody left."})).await.ok();
    assert_eq!(one, json!([{"translation_text": "NOBODY LEFT."}]));
    let named = json!({"src_lang": "en_XX", "tgt_lang": "es_XX"});
    let many =
        api.post(TRANSLATIONS, json!({"inputs": ["Nobody left.", "Rain fell."], "parameters": named})).await.ok();
    assert_eq!(many, json!([{"translation_text": "NOBODY LEFT."}, {"translation_text": "RAIN FELL."}]));
    let other = json!({"src_lang": "es_XX", "tgt_lang": "en_XX"});
    let other = api.post(TRANSLATIONS, json!({"inputs": "Nadie se fue.", "parameters": other})).await;
    fails_with(&other, "error", 400, "does not translate es-en");
}

#[actix_web::test]
async fn many_articles_have_many_summaries() {
    let body = json!({"inputs": [ARTICLE, "Rain fell all night.", ARTICLE], "parameters": {"max_length": 30}});
    let answer = Api::new().post(SUMMARIZER, body).await.ok();
    assert_eq!(items(&answer, 3)[1], json!({"summary_text": "Rain fell all night."}));
}

#[actix_web::test]
async fn what_is_left_out_is_named() {
    let parameters = json!({
        "num_beams": 4, "do_sample": true, "truncation": "do_not_truncate", "clean_up_tokenization_spaces": true,
        "generate_parameters": {"top_k": 50},
    });
    let body = json!({"inputs": ARTICLE, "parameters": parameters, "options": {"wait_for_model": true}, "x": 1});
    let answer = Api::new().post(SUMMARIZER, body).await;
    answer.ok();
    let mut names: Vec<&str> = ignored(&answer).split(", ").collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["parameters.do_sample", "parameters.generate_parameters.top_k", "parameters.num_beams", "x"],
        "{answer:?}"
    );
    let warning = answer.header("x-hf-warning");
    assert!(warning.contains("; ") && warning.contains("num_beams"), "{warning}");
}

#[actix_web::test]
async fn the_body_is_json_whatever_it_is_called() {
    let api = Api::new();
    let body = json!({"inputs": "Nobody left."}).to_string();
    for kind in [None, Some("application/x-www-form-urlencoded"), Some("application/json; charset=utf-8")] {
        let mut request = TestRequest::post().uri(TRANSLATIONS).set_payload(body.clone());
        if let Some(kind) = kind {
            request = request.insert_header(("content-type", kind));
        }
        assert_eq!(api.call(request).await.ok(), json!([{"translation_text": "NOBODY LEFT."}]), "{kind:?}");
    }
}

#[actix_web::test]
async fn what_cannot_be_done_is_an_error() {
    let api = Api::new();
    for (path, body, status, part) in [
        ("/models/no-such-model", json!({"inputs": ARTICLE}), 404, "no-such-model"),
        ("/models/nobody/no-such-model", json!({"inputs": ARTICLE}), 404, "nobody/no-such-model"),
        ("/models/sshleifer/distilbart-cnn-12-6", json!({"inputs": ARTICLE}), 404, "distilbart-cnn-12-6"),
        (SUMMARIZER, json!({"inputs": ""}), 400, "inputs"),
        (SUMMARIZER, json!({"inputs": [ARTICLE, " "]}), 400, "inputs[1]"),
        (SUMMARIZER, json!({"inputs": []}), 400, "inputs"),
        (SUMMARIZER, json!({"inputs": 5}), 400, "inputs"),
        (SUMMARIZER, json!({"parameters": {}}), 400, "inputs"),
        (SUMMARIZER, json!({"inputs": "x".repeat(200_001)}), 413, "200000"),
        (
            SUMMARIZER,
            json!({"inputs": ARTICLE, "parameters": {"num_return_sequences": 2}}),
            400,
            "num_return_sequences",
        ),
        (SUMMARIZER, json!({"inputs": ARTICLE, "parameters": {"max_length": "x"}}), 400, "max_length"),
        (SUMMARIZER, json!({"inputs": ARTICLE, "stream": true}), 400, "stream"),
        (TRANSLATIONS, json!({"inputs": "Rain.", "parameters": {"tgt_lang": "xx"}}), 400, "tgt_lang"),
    ] {
        fails_with(&api.post(path, body).await, "error", status, part);
    }
    let wrong = api.get(SUMMARIZER).await;
    fails_with(&wrong, "error", 405, "POST");
    assert_eq!(wrong.header("allow"), "POST");
    fails_with(&api.post("/models/a/b/c", json!({})).await, "error", 404, "nothing at this path");
}

#[actix_web::test]
async fn a_model_that_is_being_loaded_says_how_long_it_may_take() {
    let api = Api::with(breve::config::LimitSettings { request_timeout_ms: 100, ..limits() }, Vec::new());
    let loads = [Step::Sleep(Duration::from_millis(600))].into();
    api.loader.script(id(TRANSLATOR), Script { loads, ..Script::default() });
    let answer = api.post(TRANSLATIONS, json!({"inputs": "Rain fell."})).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.json()["estimated_time"], 5.0);
    assert!(answer.json()["error"].as_str().unwrap().contains("loaded"), "{answer:?}");
    assert_eq!(answer.header("retry-after"), "5");
}

#[actix_web::test]
async fn a_failure_of_a_model_says_nothing_of_its_cause() {
    let api = Api::new();
    api.translator_steps((0..4).map(|_| Step::Panic("tensor 7 broke".into())));
    let answer = api.post(TRANSLATIONS, json!({"inputs": "Rain fell."})).await;
    fails_with(&answer, "error", 500, "request id");
    assert!(!answer.text.contains("tensor"), "{answer:?}");
}
