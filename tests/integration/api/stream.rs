//! Server-sent events while a summary is being made.

use actix_web::test::TestRequest;
use breve::{config::LimitSettings, engine::fake::Step};
use serde_json::{Value, json};

use super::harness::{Answer, Api, limits};

const ARTICLE: &str = "The mayor spoke to the press. Nobody left the room. Rain fell all night. Works begin in May.";

fn request(sentences: usize, stream: bool) -> Value {
    json!({"text": ARTICLE, "source": "en", "sentences": sentences, "stream": stream})
}

/// The names and data of a stream's events.
fn events(answer: &Answer) -> Vec<(String, Value)> {
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream"), "{answer:?}");
    assert!(answer.text.ends_with("\n\n"), "{}", answer.text);
    let event = |block: &str| {
        let (name, data) = block.split_once('\n').unwrap();
        let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        (name.strip_prefix("event: ").unwrap().to_owned(), data)
    };
    answer.text.trim_end().split("\n\n").filter(|block| !block.starts_with(':')).map(event).collect()
}

fn named<'a>(events: &'a [(String, Value)], wanted: &str) -> Vec<&'a Value> {
    events.iter().filter(|(name, _)| name == wanted).map(|(_, data)| data).collect()
}

/// Without what is a request's own.
fn lasting(body: &Value) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().retain(|name, _| name != "id" && name != "timings_ms");
    body
}

#[actix_web::test]
async fn the_plan_comes_first_each_sentence_in_both_languages_then_the_whole() {
    let api = Api::new();
    let whole = api.post("/v1/summarize", request(3, false)).await.ok();
    let answer = api.post("/v1/summarize", request(3, true)).await;
    let events = events(&answer);
    let (first, plan) = &events[0];
    assert_eq!((first.as_str(), &plan["chunks"], &plan["source"]["sentences"]), ("plan", &json!(1), &json!(4)));
    assert_eq!((&plan["targets"], &plan["id"]), (&json!(["en", "es"]), &json!(answer.header("x-request-id"))));
    let (last, done) = events.last().unwrap();
    assert_eq!(last, "done");
    assert_eq!(lasting(done), lasting(&whole), "the stream tells of the same summary");
    let sentences = named(&events, "sentence");
    assert_eq!(sentences.len(), 3);
    for (index, sentence) in sentences.iter().enumerate() {
        let mut sentence = (*sentence).clone();
        assert_eq!(sentence.as_object_mut().unwrap().remove("index"), Some(json!(index)));
        assert_eq!(sentence, whole["sentences"][index]);
    }
    let translated: Vec<_> = named(&events, "progress").into_iter().filter(|p| p["stage"] == "translate").collect();
    assert_eq!(translated.last().map(|p| (&p["done"], &p["total"])), Some((&json!(3), &json!(3))));
}

#[actix_web::test]
async fn in_strict_mode_too_the_sentences_are_those_of_the_summary() {
    let api = Api::new();
    let mut body = request(2, true);
    body["strict"] = true.into();
    let events = events(&api.post("/v1/summarize", body).await);
    let done = &events.last().unwrap().1;
    let told: Vec<&Value> = named(&events, "sentence").into_iter().map(|sentence| &sentence["en"]).collect();
    let kept: Vec<&Value> = done["sentences"].as_array().unwrap().iter().map(|sentence| &sentence["en"]).collect();
    assert_eq!(told, kept);
}

#[actix_web::test]
async fn a_failure_on_the_way_is_the_last_event_and_names_no_cause() {
    let api = Api::new();
    api.translator_steps([Step::Panic("tensor 7 broke".into()), Step::Panic("tensor 7 broke".into())]);
    let answer = api.post("/v1/summarize", request(1, true)).await;
    let events = events(&answer);
    let (name, data) = events.last().unwrap();
    assert_eq!((name.as_str(), &data["error"]["code"]), ("error", &json!("internal")));
    assert_eq!(data["error"]["request_id"], answer.header("x-request-id"));
    assert!(!answer.text.contains("tensor"), "{}", answer.text);
}

#[actix_web::test]
async fn what_cannot_be_begun_is_an_ordinary_error() {
    let api = Api::new();
    let mut body = request(1, true);
    body["sentences"] = 0.into();
    api.post("/v1/summarize", body).await.fails(400, "invalid_request");
    api.post("/v1/summarize", json!({"text": "", "stream": true})).await.fails(400, "invalid_request");
    let unknown = json!({"text": ARTICLE, "model": "no-such-model", "stream": true});
    api.post("/v1/summarize", unknown).await.fails(404, "not_found");
    let language = json!({"text": ARTICLE, "targets": ["fr"], "stream": true});
    api.post("/v1/summarize", language).await.fails(422, "unsupported_language");
}

#[actix_web::test]
async fn a_kept_summary_is_told_in_the_same_way() {
    let api = Api::with(LimitSettings { cache_mib: 1, ..limits() }, Vec::new());
    let first = events(&api.post("/v1/summarize", request(2, true)).await);
    let again = events(&api.post("/v1/summarize", request(2, true)).await);
    let names = |events: &[(String, Value)]| {
        let lasting = events.iter().map(|(name, _)| name.clone()).filter(|name| name != "progress");
        lasting.collect::<Vec<_>>()
    };
    assert_eq!(names(&first), ["plan", "sentence", "sentence", "done"]);
    assert_eq!(names(&again), names(&first));
    assert!(again[0].1.get("input_tokens").is_none(), "nothing was read: {}", again[0].1);
    let request = TestRequest::post().uri("/v1/summarize").set_json(request(2, false));
    assert_eq!(api.call(request).await.header("cache-status"), "breve; hit");
}
