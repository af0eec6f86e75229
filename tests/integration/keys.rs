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
fn an_operator_can_ask_what_is_wrong_and_whether_it_is_ready() {
    let home = Home::new();
    let examined = home.run(&["doctor"]);
    let text = examined.text();
    for part in ["processor", "memory", "models", "translated a sentence", "keys", "address"] {
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
