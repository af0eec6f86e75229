//! Every row of the error table.

use std::time::Duration;

use actix_web::test::TestRequest;
use breve::{
    config::LimitSettings,
    engine::fake::{Script, Step},
};
use futures_util::future::join_all;
use serde_json::json;

use super::harness::{Api, TRANSLATOR, id, limits};

#[actix_web::test]
async fn invalid_request_names_the_field() {
    let api = Api::new();
    for (path, body, param) in [
        ("/v1/summarize", "not json", "body"),
        ("/v1/summarize", "", "body"),
        ("/v1/summarize", "[]", "body"),
        ("/v1/summarize", "{\"text\":\"A b.\"", "body"),
        ("/v1/summarize", "{}", "text"),
        ("/v1/summarize", r#"{"text":""}"#, "text"),
        ("/v1/summarize", r#"{"text":7}"#, "text"),
        ("/v1/summarize", r#"{"text":["A b."]}"#, "text"),
        ("/v1/summarize", r#"{"text":null}"#, "text"),
        ("/v1/summarize", r#"{"text":"A b.","txt":1}"#, "txt"),
        ("/v1/summarize", r#"{"text":"A b.","source":"xx"}"#, "source"),
        ("/v1/summarize", r#"{"text":"A b.","source":3}"#, "source"),
        ("/v1/summarize", r#"{"text":"A b.","targets":[]}"#, "targets"),
        ("/v1/summarize", r#"{"text":"A b.","targets":"es"}"#, "targets"),
        ("/v1/summarize", r#"{"text":"A b.","targets":["en","klingon"]}"#, "targets[1]"),
        ("/v1/summarize", r#"{"text":"A b.","targets":["en","en","en","en","en","en","en","en","en"]}"#, "targets"),
        ("/v1/summarize", r#"{"text":"A b.","length":"huge"}"#, "length"),
        ("/v1/summarize", r#"{"text":"A b.","format":"poem"}"#, "format"),
        ("/v1/summarize", r#"{"text":"A b.","mode":1}"#, "mode"),
        ("/v1/summarize", r#"{"text":"A b.","offset_unit":"words"}"#, "offset_unit"),
        ("/v1/summarize", r#"{"text":"A b.","sentences":0}"#, "sentences"),
        ("/v1/summarize", r#"{"text":"A b.","sentences":-1}"#, "sentences"),
        ("/v1/summarize", r#"{"text":"A b.","sentences":1.5}"#, "sentences"),
        ("/v1/summarize", r#"{"text":"A b.","sentences":11}"#, "sentences"),
        ("/v1/summarize", r#"{"text":"A b.","model":"../etc"}"#, "model"),
        ("/v1/summarize", r#"{"text":"A b.","strict":"yes"}"#, "strict"),
        ("/v1/summarize", r#"{"text":"A b.","checks":1}"#, "checks"),
        ("/v1/summarize", r#"{"text":"A b.","stream":"yes"}"#, "stream"),
        ("/v1/translate", r#"{"text":"A b."}"#, "target"),
        ("/v1/translate", r#"{"text":"A b.","target":"xx"}"#, "target"),
        ("/v1/translate", r#"{"text":"A b.","target":"auto"}"#, "target"),
        ("/v1/translate", r#"{"text":[],"target":"es"}"#, "text"),
        ("/v1/translate", r#"{"text":["A b.","  "],"target":"es"}"#, "text[1]"),
        ("/v1/translate", r#"{"text":["A b.",1],"target":"es"}"#, "text[1]"),
        ("/v1/translate", r#"{"text":{"a":1},"target":"es"}"#, "text"),
        ("/v1/detect", r#"{"text":"..."}"#, "text"),
        ("/v1/detect", r#"{"text":"a","source":"en"}"#, "source"),
    ] {
        let answer = api.post_raw(path, body).await;
        let error = answer.fails(400, "invalid_request");
        assert_eq!(error["param"], param, "{path} {body}: {error}");
    }
}

#[actix_web::test]
async fn a_number_beyond_its_limit_names_both() {
    let error = Api::new().post("/v1/summarize", json!({"text": "A b.", "sentences": 11})).await;
    let error = error.fails(400, "invalid_request");
    assert_eq!((&error["limit"], &error["actual"]), (&json!(10), &json!(11)));
}

#[actix_web::test]
async fn unknown_models_and_paths_are_not_found() {
    let api = Api::new();
    let body = json!({"text": "One rabbit ran.", "model": "no-such-model"});
    assert_eq!(api.post("/v1/summarize", body).await.fails(404, "not_found")["param"], "model");
    let body = json!({"text": "One rabbit ran.", "source": "en", "target": "es", "model": "no-such-model"});
    assert_eq!(api.post("/v1/translate", body).await.fails(404, "not_found")["param"], "model");
    for path in ["/v1/models/no-such-model", "/v1/models/..%2f..%2fetc", "/nowhere", "/v1", "/v1/summarize/"] {
        api.get(path).await.fails(404, "not_found");
    }
    for what in ["load", "unload", "pull"] {
        api.call(TestRequest::post().uri(&format!("/v1/models/no-such-model/{what}"))).await.fails(404, "not_found");
    }
    api.call(TestRequest::delete().uri("/v1/models/no-such-model")).await.fails(404, "not_found");
}

#[actix_web::test]
async fn a_model_of_another_kind_is_refused() {
    let body = json!({"text": "One rabbit ran.", "model": TRANSLATOR});
    assert_eq!(Api::new().post("/v1/summarize", body).await.fails(400, "invalid_request")["param"], "model");
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let api = Api::new();
    for (request, allow) in [
        (TestRequest::get().uri("/v1/summarize"), "POST"),
        (TestRequest::post().uri("/v1/languages"), "GET, HEAD"),
        (TestRequest::patch().uri("/v1/models/x"), "DELETE, GET, HEAD"),
        (TestRequest::delete().uri("/"), "GET, HEAD"),
    ] {
        let answer = api.call(request).await;
        answer.fails(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allow);
    }
}

#[actix_web::test]
async fn too_long_a_text_names_limit_and_length() {
    let api = Api::with(LimitSettings { text_characters: 20, ..limits() }, Vec::new());
    let long = "ñ".repeat(21);
    for (path, body, param) in [
        ("/v1/summarize", json!({"text": long}), "text"),
        ("/v1/detect", json!({"text": long}), "text"),
        ("/v1/translate", json!({"text": ["a", long], "target": "es"}), "text[1]"),
    ] {
        let error = api.post(path, body).await.fails(413, "input_too_long");
        assert_eq!((&error["param"], &error["limit"], &error["actual"]), (&json!(param), &json!(20), &json!(21)));
    }
}

#[actix_web::test]
async fn too_many_texts_are_too_long() {
    let body = json!({"text": ["a", "b", "c", "d", "e"], "target": "es"});
    let error = Api::new().post("/v1/translate", body).await.fails(413, "input_too_long");
    assert_eq!((&error["limit"], &error["actual"]), (&json!(4), &json!(5)));
}

#[actix_web::test]
async fn too_long_a_body_names_the_limit() {
    let api = Api::with(LimitSettings { body_bytes: 100, ..limits() }, Vec::new());
    let body = json!({"text": "a".repeat(100)}).to_string();
    let error = api.post_raw("/v1/summarize", body).await.fails(413, "input_too_long");
    assert_eq!((&error["param"], &error["limit"]), (&json!("body"), &json!(100)));
    let edge = format!("{:<100}", r#"{"text":"One rabbit ran."}"#);
    api.post_raw("/v1/detect", edge).await.ok();
}

#[actix_web::test]
async fn only_json_is_taken() {
    let api = Api::new();
    let body = r#"{"text":"One rabbit ran."}"#;
    let post = || TestRequest::post().uri("/v1/detect").set_payload(body);
    api.call(post()).await.fails(415, "unsupported_media_type");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "nonsense"] {
        api.call(post().insert_header(("content-type", kind))).await.fails(415, "unsupported_media_type");
    }
    let packed = post().insert_header(("content-type", "application/json")).insert_header(("content-encoding", "br"));
    api.call(packed).await.fails(415, "unsupported_media_type");
    for kind in ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/ld+json"] {
        api.call(post().insert_header(("content-type", kind))).await.ok();
    }
}

#[actix_web::test]
async fn a_pair_that_is_not_there_comes_with_those_that_are() {
    let api = Api::new();
    let body = json!({"text": "Personne n'est parti.", "source": "fr", "target": "en"});
    let error = api.post("/v1/translate", body).await.fails(422, "unsupported_language");
    assert_eq!(error["available"], json!(["en-es", "es-en"]));
    let body = json!({"text": "Nobody left the room.", "source": "en", "targets": ["en", "sw"]});
    let error = api.post("/v1/summarize", body).await.fails(422, "unsupported_language");
    assert_eq!(error["available"], json!(["en-es", "es-en"]));
}

#[actix_web::test]
async fn beyond_the_queue_requests_are_refused_with_a_time_to_retry() {
    let api = Api::with(LimitSettings { queue: 1, ..limits() }, Vec::new());
    api.translator_steps(vec![Step::Sleep(Duration::from_millis(300)); 2]);
    let answers = join_all((0..5).map(|_| api.translate("One rabbit ran."))).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), refused.len()), (2, 3), "one at work and one waiting: {answers:?}");
    for answer in refused {
        answer.fails(503, "overloaded");
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    }
}

#[actix_web::test]
async fn a_model_that_is_still_loading_is_worth_another_try() {
    let api = Api::with(LimitSettings { request_timeout_ms: 100, ..limits() }, Vec::new());
    let script = Script { loads: [Step::Sleep(Duration::from_millis(600))].into(), ..Script::default() };
    api.loader.script(id(TRANSLATOR), script);
    let answer = api.translate("One rabbit ran.").await;
    answer.fails(503, "model_loading");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
}

#[actix_web::test]
async fn a_service_that_has_not_loaded_its_models_is_not_ready() {
    let api = Api::with(limits(), vec![id(TRANSLATOR)]);
    let answer = api.get("/health/ready").await;
    answer.fails(503, "model_loading");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(api.get("/health/live").await.ok(), json!({"status": "live"}));
    api.service.load_at_start().await.unwrap();
    assert_eq!(api.get("/health/ready").await.ok(), json!({"status": "ready"}));
}

#[actix_web::test]
async fn the_deadline_is_kept() {
    let api = Api::with(LimitSettings { request_timeout_ms: 300, ..limits() }, Vec::new());
    api.translate("Warm up.").await.ok();
    api.translator_steps([Step::Sleep(Duration::from_secs(2))]);
    api.translate("One rabbit ran.").await.fails(504, "timeout");
}

#[actix_web::test]
async fn a_failing_engine_leaks_nothing_and_comes_back() {
    let api = Api::new();
    let secret = "/srv/weights: tensor 7 broke on rabbit";
    api.translator_steps([Step::Panic(secret.into()), Step::Fail(secret.into())]);
    for _ in 0..2 {
        let error = api.translate("One rabbit ran.").await.fails(500, "internal");
        for part in ["srv", "tensor", "rabbit", TRANSLATOR] {
            assert!(!error.to_string().contains(part), "{part} leaks: {error}");
        }
    }
    assert_eq!(api.translate("One rabbit ran.").await.ok()["translations"][0]["text"], "ONE RABBIT RAN.");
}

#[actix_web::test]
async fn a_model_that_cannot_be_loaded_says_why_only_where_models_are_listed() {
    let api = Api::new();
    let script = Script { loads: [Step::Fail("weights are torn".into())].into(), ..Script::default() };
    api.loader.script(id(TRANSLATOR), script);
    let error = api.translate("One rabbit ran.").await.fails(500, "internal");
    assert!(!error.to_string().contains("torn"), "{error}");
    let model = api.get(&format!("/v1/models/{TRANSLATOR}")).await.ok();
    assert_eq!(model["state"], "failed");
    assert!(model["reason"].as_str().unwrap().contains("weights are torn"), "{model}");
    api.translate("One rabbit ran.").await.ok();
}

#[actix_web::test]
async fn a_strange_request_id_is_not_repeated() {
    for strange in ["a b", "<script>", &"x".repeat(65)] {
        let answer = Api::new().call(TestRequest::get().uri("/nowhere").insert_header(("x-request-id", strange))).await;
        assert_ne!(answer.header("x-request-id"), strange);
        answer.fails(404, "not_found");
    }
}
