//! Keys and the end of the service, as an operator meets them.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::program::{Home, Service};

#[test]
fn a_key_is_made_used_and_revoked_while_the_service_runs() {
    let home = Home::new();
    let service = Service::start(&home);
    assert_eq!(service.get("/v1/languages").0, 200, "open as long as there is no key");
    let made = home.run(&["keys", "create", "newsdesk", "--requests-per-minute", "50", "--expires-in", "30days"]);
    let key = made.text().trim().to_owned();
    assert!(made.err.contains("shown this once"), "{made:?}");
    assert_eq!(service.get("/v1/languages").0, 401);
    assert_eq!(service.get_with_key("/v1/languages", &key).0, 200);
    let listed = home.run(&["keys", "list"]);
    assert!(listed.text().contains("newsdesk") && listed.text().contains("valid"), "{listed:?}");
    assert!(!listed.out.contains(&key), "{listed:?}");
    let id = home.run(&["keys", "list", "--json"]).json()["keys"][0]["id"].as_str().unwrap().to_owned();
    assert!(home.run(&["keys", "revoke", &id]).text().contains("is revoked"));
    assert_eq!(service.get_with_key("/v1/languages", &key).0, 401);
    assert!(home.run(&["keys", "list"]).text().contains("revoked"));
}

#[test]
fn mistakes_with_keys_are_named() {
    let home = Home::new();
    home.run(&["keys", "revoke", "00000000"]).fails(4, "there is no key 00000000");
    home.run(&["keys", "create", ""]).fails(3, "name");
    for words in [&["keys", "create", "a", "--scope", "all"][..], &["keys", "revoke", "x"], &["keys", "create"]] {
        assert_eq!(home.run(words).code, Some(2), "{words:?}");
    }
    home.file(".local/share/breve/keys.toml", "keys = 7");
    home.run(&["keys", "list"]).fails(6, "is no file of keys");
}

#[test]
fn it_does_not_listen_to_others_without_a_key() {
    let home = Home::new();
    let answer = home.run(&["serve", "--bind", "0.0.0.0:0", "--log", "error"]);
    answer.fails(7, "`breve keys create NAME`");
}

#[test]
fn what_keeps_it_from_starting_is_found_before_it_is_started() {
    let home = Home::new();
    home.file("news.txt", "A file is no folder.");
    let settings = "server.bind = \"0.0.0.0:0\"\njobs.database = \"news.txt/jobs.sqlite3\"\n[models]\n\
                    load_at_start = [\"en-es-tiny\", \"opus-mt-en-es\"]\nsummarizer = \"en-es-tiny\"\n";
    home.file("my.toml", settings);
    let examined = home.run(&["doctor", "--config", "my.toml"]);
    assert_eq!(examined.code, Some(1), "{examined:?}");
    for part in [
        "there is no key: `breve serve` will refuse to start",
        "-> make a key with `breve keys create NAME`, or set access.open_to_network",
        "news.txt/jobs.sqlite3 cannot be written",
        "opus-mt-en-es is not installed; fetch it with `breve models pull opus-mt-en-es`",
        "models.summarizer = \"en-es-tiny\": it does not summarise",
    ] {
        assert!(examined.out.contains(part), "{part}: {examined:?}");
    }
    assert!(examined.err.contains("4 of the parts above do not work"), "{examined:?}");
}

#[test]
fn an_operator_can_ask_what_is_wrong_and_whether_it_is_ready() {
    let home = Home::new();
    let examined = home.run(&["doctor"]);
    let text = examined.text();
    for part in ["processor", "memory", "models", "at start", "translated a sentence", "jobs", "keys", "address"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    home.run(&["health"]).fails(5, "no service answers");
    let service = Service::start(&home);
    let settings = format!("[server]\nbind = \"{}\"\n", service.address);
    home.file("my.toml", settings);
    assert_eq!(home.run(&["health", "--config", "my.toml"]).text(), "ready\n");
    let busy = home.run(&["doctor", "--config", "my.toml", "--json"]).json();
    let findings = busy["findings"].as_array().unwrap();
    let address = findings.iter().find(|finding| finding["part"] == "address").unwrap();
    assert_eq!(address["state"], "warning", "{address}");
    home.file(".local/share/breve/keys.toml", "keys = 7");
    let broken = home.run(&["doctor"]);
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(broken.out.contains("problem") && broken.out.contains("is no file of keys"), "{broken:?}");
}

#[test]
fn after_sigterm_every_request_that_was_taken_is_answered() {
    let home = Home::new();
    let mut service = Service::start_with(&home, &[("BREVE__SERVER__DRAIN_DELAY_S", "0")]);
    let article = "The mayor spoke to the press. Nobody left the room. ".repeat(10);
    let body = json!({"text": article, "source": "en", "sentences": 10});
    let asked = &service;
    thread::scope(|scope| {
        // Each its own article: the same ones would be one work.
        let clients: Vec<_> = (0..12)
            .map(|number| {
                let mut body = body.clone();
                body["text"] = format!("Gate {number} opened. {article}").into();
                scope.spawn(move || asked.post("/v1/summarize", &body).0)
            })
            .collect();
        let taken = || asked.get("/metrics").1.contains("breve_http_requests_in_flight 13");
        let started = Instant::now();
        while !taken() {
            assert!(started.elapsed() < Duration::from_secs(60), "they were not at work at one time");
            thread::sleep(Duration::from_millis(5));
        }
        asked.terminate();
        for client in clients {
            assert_eq!(client.join().unwrap(), 200);
        }
    });
    assert_eq!(service.wait(), Some(0));
}

#[test]
fn after_sigterm_it_is_not_ready_serves_on_and_ends_when_its_work_is_done() {
    let home = Home::new();
    let mut service = Service::start_with(&home, &[("BREVE__SERVER__DRAIN_DELAY_S", "2")]);
    let article = "The mayor spoke to the press. Nobody left the room. ".repeat(40);
    let body = json!({"text": article, "source": "en", "sentences": 20});
    assert_eq!(service.get("/health/ready").0, 200);
    let started = Instant::now();
    service.terminate();
    while service.get("/health/ready").0 == 200 {
        assert!(started.elapsed() < Duration::from_secs(2), "it stays ready");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(service.post("/v1/summarize", &body).0, 200, "it was still listening");
    assert_eq!(service.wait(), Some(0));
}
