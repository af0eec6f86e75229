//! Whole journeys with the real program and real engines: from a hub to a translation, from an article to a summary.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    hub::{StandInHub, golden},
    program::{Home, Service},
};

const PULLED: &str = "opus-mt-en-es";

fn article() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/article.txt")).unwrap()
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_model_is_pulled_used_and_removed_over_http() {
    let hub = StandInHub::start();
    let home = Home::with_hub(&hub.endpoint);
    let service = Service::start(&home);
    let state = || parse(&service.get(&format!("/v1/models/{PULLED}")).1)["state"].clone();
    assert_eq!(state(), "available");
    assert_eq!(hub.connections(), 0, "nothing is fetched unasked");

    let (status, events) = service.post(&format!("/v1/models/{PULLED}/pull"), &json!({}));
    let events: Vec<Value> = events.lines().map(parse).collect();
    assert_eq!((status, &events[0]["event"]), (200, &json!("resolved")), "{events:?}");
    assert_eq!(events.last().unwrap()["event"], "done", "{events:?}");
    assert!(events.iter().any(|event| event["event"] == "verified" && event["file"] == "model.safetensors"));
    assert_eq!(state(), "ready");

    let request = json!({"text": "The vote is on Tuesday. It may be late.", "target": "es", "model": PULLED});
    let (status, answer) = service.post("/v1/translate", &request);
    assert_eq!(status, 200, "{answer}");
    let answer = parse(&answer);
    assert_eq!(answer["translations"][0]["sentences"].as_array().unwrap().len(), 2, "{answer}");
    assert!(answer["models"][0].as_str().unwrap().starts_with("opus-mt-en-es@01234567"), "{answer}");
    assert_eq!(state(), "loaded");

    let (status, removed) = service.delete(&format!("/v1/models/{PULLED}"));
    assert_eq!(status, 200, "{removed}");
    assert!(parse(&removed)["freed_bytes"].as_u64() > Some(1_000_000), "{removed}");
    assert_eq!(state(), "available");
}

#[test]
fn a_pull_that_the_hub_spoils_says_why_and_leaves_no_model() {
    let hub = StandInHub::start();
    hub.faults().corrupt = Some("model.safetensors".to_owned());
    let home = Home::with_hub(&hub.endpoint);
    let service = Service::start(&home);
    let (_, events) = service.post(&format!("/v1/models/{PULLED}/pull"), &json!({}));
    let last = parse(events.lines().last().unwrap());
    assert!(last["error"]["message"].as_str().unwrap().contains("checksum"), "{last}");
    let model = parse(&service.get(&format!("/v1/models/{PULLED}")).1);
    assert_eq!(model["state"], "failed", "{model}");
}

#[test]
fn a_model_is_pulled_verified_and_removed_by_command() {
    let hub = StandInHub::start();
    let home = Home::with_hub(&hub.endpoint);
    let pulled = home.run(&["models", "pull", PULLED]);
    assert_eq!(pulled.code, Some(0), "{pulled:?}");
    assert!(home.run(&["models", "list"]).text().contains(PULLED));
    assert!(home.run(&["models", "verify", PULLED]).text().contains("model.safetensors"));
    let summary = home.run(&["translate", "--to", "es", "--model", PULLED]);
    assert_eq!(summary.code, Some(3), "no text on standard input: {summary:?}");
    home.run(&["models", "rm", PULLED]).text();
    assert!(!home.run(&["models", "list"]).text().contains(PULLED));
}

/// Random weights write nonsense; what counts is that nothing is cut, and that every sentence has its translation.
#[test]
fn every_family_of_summarisers_reads_the_whole_of_a_long_article() {
    let home = Home::new();
    let long = vec![article(); 4].join("\n\n");
    home.file("long.txt", &long);
    for family in ["bart", "pegasus", "t5"] {
        let directory = golden(family);
        let words = ["summarize", "long.txt", "--to", "en", "--json", "--model", directory.to_str().unwrap()];
        let summary = home.run(&words).json();
        let coverage = &summary["coverage"];
        assert_eq!(coverage["sentences_read"], coverage["sentences_total"], "{family}: {coverage}");
        assert_eq!(coverage["truncated"], false, "{family}");
        assert!(coverage["chunks"].as_u64() > Some(1), "{family}: {coverage}");
        assert!(summary["models"]["summarizer"].as_str().unwrap().starts_with(family), "{family}");
    }
}

#[test]
fn every_family_of_translators_gives_each_sentence_its_own() {
    let home = Home::new();
    home.file("text.txt", "The vote is on Tuesday. \"It may be late,\" she said.\n\nNobody knows.");
    for family in ["marian", "m2m_100", "mbart50"] {
        let directory = golden(family);
        let words = ["translate", "text.txt", "--from", "en", "--to", "es", "--json", "--model"];
        let answer = home.run(&[&words[..], &[directory.to_str().unwrap()]].concat()).json();
        let sentences = answer["translations"][0]["sentences"].as_array().unwrap();
        assert_eq!(sentences.len(), 3, "{family}: {answer}");
    }
}

#[test]
fn work_past_its_deadline_does_not_hold_up_the_next_request() {
    let home = Home::new();
    let service = Service::start_with(&home, &[("BREVE__LIMITS__REQUEST_TIMEOUT_MS", "8000")]);
    let long = article().repeat(90);
    let (status, answer) = service.post("/v1/translate", &json!({"text": long, "target": "es"}));
    assert_eq!((status, &parse(&answer)["error"]["code"]), (504, &json!("timeout")), "{answer}");
    let (status, answer) = service.post("/v1/translate", &json!({"text": "The dog runs.", "target": "es"}));
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn text_in_a_language_that_cannot_be_told_is_refused_and_read_when_named() {
    let service = Service::start(&Home::new());
    let text = "市議会は今日会合した。結果は良好だった。";
    for path in ["/v1/summarize", "/v1/translate"] {
        let mut request = json!({"text": text});
        if path.ends_with("translate") {
            request["target"] = json!("es");
        }
        let (status, answer) = service.post(path, &request);
        assert_eq!((status, &parse(&answer)["error"]["code"]), (422, &json!("unsupported_language")), "{answer}");
    }
    let (status, answer) = service.post("/v1/summarize", &json!({"text": text, "source": "ja", "sentences": 1}));
    let answer = parse(&answer);
    assert_eq!((status, &answer["source"]["language"]), (200, &json!("ja")), "{answer}");
    assert!(text.contains(answer["summaries"]["ja"].as_str().unwrap()), "{answer}");
    assert_eq!(answer["missing_pairs"], json!(["ja-en", "ja-es"]));
}

#[test]
fn ampersands_and_entities_are_translated_in_their_places() {
    let home = Home::new();
    home.file("text.txt", "AT&T rose.\n\nThe council met &amp; left. It agreed.");
    let answer = home.run(&["translate", "text.txt", "--to", "es", "--json"]).json();
    let sentences = answer["translations"][0]["sentences"].as_array().unwrap();
    let sources: Vec<&str> = sentences.iter().map(|sentence| sentence["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["AT&T rose.", "The council met & left.", "It agreed."]);
}
