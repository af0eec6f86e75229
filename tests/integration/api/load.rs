//! What a busy service does: kept answers, one work for many, deadlines, and an end without losses.

use std::time::{Duration, Instant};

use actix_web::test::TestRequest;
use breve::{config::LimitSettings, engine::fake::Step};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::harness::{Answer, Api, limits};

const ARTICLE: &str = "The mayor spoke to the press. Nobody left the room. Rain fell all night in the old town.";

fn caching() -> Api {
    Api::with(LimitSettings { cache_mib: 1, ..limits() }, Vec::new())
}

async fn summary(api: &Api, sentences: usize) -> Answer {
    api.post("/v1/summarize", json!({"text": ARTICLE, "source": "en", "sentences": sentences})).await
}

/// Without what is a request's own.
fn lasting(answer: &Answer) -> Value {
    let mut body = answer.ok();
    body.as_object_mut().unwrap().retain(|name, _| name != "id" && name != "timings_ms");
    body
}

#[actix_web::test]
async fn the_same_article_is_answered_from_what_is_kept() {
    let api = caching();
    let (first, again) = (summary(&api, 2).await, summary(&api, 2).await);
    assert_eq!(first.header("cache-status"), "breve; fwd=miss; stored");
    assert_eq!(again.header("cache-status"), "breve; hit");
    assert_eq!(lasting(&first), lasting(&again));
    assert_eq!(first.header("etag"), again.header("etag"));
    let key = first.json()["receipt"]["key"].as_str().unwrap().to_owned();
    assert_eq!(first.header("etag"), format!("W/\"{key}\""));
    let body = json!({"text": ARTICLE, "source": "en", "sentences": 2, "offset_unit": "utf8", "evidence": false});
    let otherwise = api.post("/v1/summarize", body).await;
    assert_eq!(otherwise.header("cache-status"), "breve; hit");
    assert_eq!(otherwise.header("etag"), format!("W/\"{key}-utf8-bare\""), "another answer has another tag");
    let times = &again.json()["timings_ms"];
    assert_eq!((&times["summarize"], &times["translate"]), (&json!(0), &json!(0)), "no work was done");
    let other = summary(&api, 1).await;
    assert_eq!(other.header("cache-status"), "breve; fwd=miss; stored");
    assert_ne!(other.header("etag"), first.header("etag"));
}

#[actix_web::test]
async fn how_the_language_was_found_is_each_requests_own() {
    let api = caching();
    let auto = json!({"text": ARTICLE, "sentences": 2});
    let confidence = |answer: &Answer| answer.json()["source"]["confidence"].as_f64().unwrap();
    let found = api.post("/v1/summarize", auto).await;
    let named = summary(&api, 2).await;
    assert_eq!(named.header("cache-status"), "breve; hit");
    assert!(confidence(&found) < 1.0 && (confidence(&named) - 1.0).abs() < f64::EPSILON);
}

#[actix_web::test]
async fn nothing_is_kept_where_that_is_switched_off() {
    let api = Api::new();
    for _ in 0..2 {
        assert_eq!(summary(&api, 2).await.header("cache-status"), "breve; fwd=bypass");
    }
}

#[actix_web::test]
async fn identical_requests_at_the_same_time_are_one_work() {
    let api = caching();
    api.translator_steps([Step::Sleep(Duration::from_millis(300))]);
    let answers = join_all((0..8).map(|_| summary(&api, 2))).await;
    let statuses: Vec<&str> = answers.iter().map(|answer| answer.header("cache-status")).collect();
    let count = |wanted: &str| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!(count("breve; fwd=miss; stored"), 1, "{statuses:?}");
    assert_eq!(count("breve; fwd=miss; collapsed"), 7, "{statuses:?}");
    assert!(answers.iter().all(|answer| lasting(answer) == lasting(&answers[0])));
}

#[actix_web::test]
async fn one_that_failed_is_not_the_answer_of_the_others() {
    let api = caching();
    api.translator_steps([Step::Panic("tensor 7 broke".into())]);
    let answers = join_all((0..3).map(|_| summary(&api, 2))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 500]);
}

fn within(milliseconds: &str) -> TestRequest {
    let body = json!({"text": "One rabbit ran.", "source": "en", "target": "es"});
    TestRequest::post().uri("/v1/translate").set_json(body).insert_header(("x-request-timeout-ms", milliseconds))
}

#[actix_web::test]
async fn a_client_says_how_long_it_waits() {
    let api = Api::new();
    api.translator_steps([Step::Sleep(Duration::from_millis(600))]);
    let started = Instant::now();
    api.call(within("100")).await.fails(504, "timeout");
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    api.call(within("10000")).await.ok();
    for wrong in ["0", "-1", "soon", "1.5", ""] {
        let error = api.call(within(wrong)).await.fails(400, "invalid_request");
        assert_eq!(error["param"], "x-request-timeout-ms", "{wrong}");
    }
}

#[actix_web::test]
async fn what_would_wait_too_long_is_refused_at_once() {
    let api = Api::new();
    let slow = || Step::Sleep(Duration::from_millis(400));
    api.translator_steps([slow(), slow(), slow(), slow()]);
    // Now it is known that an answer takes 400 ms.
    api.call(within("5000")).await.ok();
    let busy = join_all((0..2).map(|_| api.call(within("5000"))));
    let late = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let started = Instant::now();
        let answer = api.call(within("300")).await;
        (answer, started.elapsed())
    };
    let (busy, (late, took)) = futures_util::future::join(busy, late).await;
    busy.iter().for_each(|answer| drop(answer.ok()));
    late.fails(503, "overloaded");
    assert!(late.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert!(took < Duration::from_millis(200), "{took:?}");
}

#[actix_web::test]
async fn a_service_that_is_about_to_stop_is_not_ready_and_still_serves() {
    let api = Api::new();
    api.get("/health/ready").await.ok();
    api.service.drain();
    let refused = api.get("/health/ready").await;
    refused.fails(503, "overloaded");
    assert!(!refused.header("retry-after").is_empty());
    api.get("/health/live").await.ok();
    api.call(within("5000")).await.ok();
}
