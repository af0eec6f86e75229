//! The routes of the model manager. Downloads themselves are tested with the store.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::harness::{Api, TRANSLATOR};

#[actix_web::test]
async fn models_are_listed_with_their_state() {
    let answer = Api::new().get("/v1/models").await.ok();
    let models = answer["models"].as_array().unwrap();
    let of = |id: &str| models.iter().find(|model| model["id"] == id).unwrap_or_else(|| panic!("no {id}: {answer}"));
    let builtin = of(TRANSLATOR);
    assert_eq!((&builtin["state"], &builtin["task"]), (&json!("ready"), &json!("translation")));
    assert_eq!(builtin["languages"], json!({"kind": "pairs", "pairs": ["en-es"]}));
    assert!(builtin["revision"].is_string() && builtin["disk_bytes"].as_u64() > Some(0), "{builtin}");
    let known = of("opus-mt-en-es");
    assert_eq!(known["state"], "available");
    assert!(known["size_bytes"].as_u64() > Some(0) && known.get("revision").is_none(), "{known}");
}

#[actix_web::test]
async fn a_model_is_loaded_on_request() {
    let api = Api::new();
    let loaded = api.call(TestRequest::post().uri(&format!("/v1/models/{TRANSLATOR}/load"))).await.ok();
    assert_eq!(loaded["state"], "loaded");
    assert!(loaded["memory_bytes"].as_u64() > Some(0), "{loaded}");
    assert_eq!(api.get(&format!("/v1/models/{TRANSLATOR}")).await.ok()["state"], "loaded");
}

#[actix_web::test]
async fn a_model_leaves_memory_on_request_and_is_read_again_when_asked_for() {
    let api = Api::new();
    let told = |what: &str| TestRequest::post().uri(&format!("/v1/models/{TRANSLATOR}/{what}"));
    api.call(told("load")).await.ok();
    for _ in 0..2 {
        let unloaded = api.call(told("unload")).await.ok();
        assert_eq!((&unloaded["state"], unloaded.get("memory_bytes")), (&json!("ready"), None));
    }
    api.post("/v1/translate", json!({"text": "A rabbit ran.", "source": "en", "target": "es"})).await.ok();
    assert_eq!(api.get(&format!("/v1/models/{TRANSLATOR}")).await.ok()["state"], "loaded");
}

#[actix_web::test]
async fn a_model_that_is_not_installed_cannot_be_loaded() {
    let answer = Api::new().call(TestRequest::post().uri("/v1/models/opus-mt-en-es/load")).await;
    assert!(answer.fails(404, "not_found")["message"].as_str().unwrap().contains("not installed"));
}

#[actix_web::test]
async fn a_builtin_model_cannot_be_removed() {
    let answer = Api::new().call(TestRequest::delete().uri(&format!("/v1/models/{TRANSLATOR}"))).await;
    assert_eq!(answer.fails(400, "invalid_request")["param"], "model");
}

#[actix_web::test]
async fn a_page_of_another_site_changes_no_models() {
    let api = Api::new();
    let load = format!("/v1/models/{TRANSLATOR}/load");
    let requests = || {
        let (pull, remove) = ("/v1/models/opus-mt-en-es/pull", "/v1/models/opus-mt-en-es");
        [TestRequest::post().uri(pull), TestRequest::post().uri(&load), TestRequest::delete().uri(remove)]
    };
    for header in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        for request in requests() {
            let error = api.call(request.insert_header(header)).await.fails(400, "invalid_request");
            assert_eq!(error["param"], "origin", "{error}");
        }
    }
    let own = TestRequest::post()
        .uri(&load)
        .insert_header(("host", "localhost:1"))
        .insert_header(("origin", "http://localhost:1"));
    assert_eq!(api.call(own).await.ok()["state"], "loaded");
}

#[actix_web::test]
async fn a_pull_that_fails_ends_with_the_error() {
    let answer = Api::new().call(TestRequest::post().uri("/v1/models/opus-mt-en-es/pull")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let last: Value = serde_json::from_str(answer.text.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["error"]["code"]), (&json!("error"), &json!("download_failed")), "{answer:?}");
    assert!(last["error"]["message"].as_str().unwrap().contains("HF_HUB_OFFLINE"), "{last}");
    assert_eq!(last["error"]["request_id"], answer.header("x-request-id"));
}
