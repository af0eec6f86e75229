//! A receipt is the same however the service was started and however busy it is, and its summary can be made again.

use std::{fs, thread};

use serde_json::{Value, json};

use crate::program::{Home, Service};

fn article() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/article.txt")).unwrap()
}

/// Other articles that share the models with the one that is asked for.
fn others() -> Vec<String> {
    let sentences = ["The mayor of Boston resigned on Monday.", "Works begin in May.", "Nobody left the room all day."];
    (1..=7)
        .map(|count| sentences.iter().cycle().skip(count).take(3 + count).copied().collect::<Vec<_>>().join(" "))
        .collect()
}

fn summarize(service: &Service, text: &str) -> String {
    let (status, body) = service.post("/v1/summarize", &json!({"text": text}));
    assert_eq!(status, 200, "{body}");
    body
}

/// The receipt as the answer holds it, byte for byte.
fn receipt(answer: &str) -> &str {
    let (_, rest) = answer.split_once("\"receipt\":").unwrap();
    rest.split_once(",\"timings_ms\"").unwrap().0
}

#[test]
fn receipts_are_the_same_across_restarts_and_batches() {
    let (home, article) = (Home::new(), article());
    let mut receipts = Vec::new();
    for batch in ["1", "2", "0"] {
        let mut service = Service::start_with(&home, &[("BREVE__MODELS__MAX_BATCH_SOURCES", batch)]);
        let others = others();
        thread::scope(|scope| {
            let work = |text| {
                let service = &service;
                scope.spawn(move || summarize(service, text))
            };
            others.iter().map(|text| work(text)).for_each(drop);
            receipts.extend([work(&article), work(&article)].map(|answer| receipt(&answer.join().unwrap()).to_owned()));
        });
        receipts.push(receipt(&summarize(&service, &article)).to_owned());
        assert_eq!(service.stop(), Some(0));
    }
    assert_eq!(receipts.len(), 9);
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]), "{receipts:#?}");
}

#[test]
fn a_summary_is_made_again_from_its_receipt() {
    let home = Home::new();
    home.file("article.txt", article());
    let answer = home.run(&["summarize", "article.txt", "--sentences", "2", "--strict", "--json"]).json();
    home.file("answer.json", answer.to_string());
    home.file("receipt.json", answer["receipt"].to_string());
    for name in ["answer.json", "receipt.json"] {
        let verified = home.run(&["verify", name, "article.txt"]);
        assert!(verified.text().starts_with("The summary matches its receipt: English, Spanish\n"), "{verified:?}");
        assert!(verified.out.contains(answer["summaries"]["es"].as_str().unwrap()), "{verified:?}");
    }
    // What the settings say now does not matter.
    let mut command = home.breve(&["verify", "receipt.json", "article.txt"]);
    let verified = command.env("BREVE__MODELS__PRECISION", "f32").output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn editors_may_end_the_file_with_a_line_end() {
    let home = Home::new();
    let text = "The city council approved the plan on Monday. Works begin in May. Nobody left the room.";
    home.file("article.txt", text);
    let answer = home.run(&["summarize", "article.txt", "--sentences", "1", "--json"]).json();
    home.file("answer.json", answer.to_string());
    home.file("article.txt", format!("{text}\r\n"));
    home.run(&["verify", "answer.json", "article.txt"]).text();
}

#[test]
fn what_does_not_match_is_named() {
    let home = Home::new();
    home.file("article.txt", article());
    home.file("other.txt", article().replace("Canada", "Kanada"));
    let answer = home.run(&["summarize", "article.txt", "--json"]).json();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut receipt = answer["receipt"].clone();
        change(&mut receipt);
        home.file("receipt.json", receipt.to_string());
        home.run(&["verify", "receipt.json", "article.txt"])
    };
    changed(&|_| ()).text();
    home.run(&["verify", "receipt.json", "other.txt"]).fails(10, "this text is not the one that was summarised");
    changed(&|receipt| receipt["result"]["summaries"]["es"] = json!("0"))
        .fails(10, "not the same: the summary in Spanish");
    changed(&|receipt| receipt["result"]["checks"]["repaired"] = json!(99)).fails(10, "what the checks found");
    changed(&|receipt| receipt["recipe"]["sentences"] = json!(1)).fails(3, "was changed");
    changed(&|receipt| receipt["version"] = json!(2)).fails(3, "of version 2");
    changed(&|receipt| *receipt = json!({"hello": 1})).fails(3, "neither a receipt nor an answer with one");
    home.run(&["verify", "nowhere.json", "article.txt"]).fails(3, "cannot be read");
}
