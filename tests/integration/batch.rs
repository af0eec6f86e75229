//! Many articles from a file, as somebody with a scheduler runs them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::program::{Answer, Home};

fn article(number: usize) -> Value {
    let text = format!("The mayor of town {number} spoke on Monday. Nobody left the room. Works begin in May.");
    json!({"id": format!("a{number}"), "text": text, "source": "en", "sentences": 2})
}

fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

fn results(home: &Home, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(home.path().join(name)).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn numbers(results: &[Value]) -> Vec<u64> {
    results.iter().map(|result| result["line"].as_u64().unwrap()).collect()
}

#[test]
fn a_bad_article_fails_alone_and_what_is_done_is_not_done_again() {
    let home = Home::new();
    let mut input = lines(&[article(1), json!({"id": "empty", "text": ""}), article(3)]);
    input.push_str("nonsense\n\n");
    home.file("in.jsonl", &input);
    let answer = home.run(&["batch", "in.jsonl", "out.jsonl"]);
    assert_eq!(answer.code, Some(11), "{answer:?}");
    let done = results(&home, "out.jsonl");
    assert_eq!(numbers(&done), [1, 2, 3, 4]);
    assert_eq!((&done[0]["id"], &done[2]["id"]), (&json!("a1"), &json!("a3")));
    assert!(done[0]["answer"]["summaries"]["es"].as_str().is_some_and(|text| !text.is_empty()), "{}", done[0]);
    assert_eq!((&done[1]["error"]["code"], &done[1]["error"]["param"]), (&json!("invalid_request"), &json!("text")));
    assert_eq!((&done[3]["error"]["param"], done[3].get("id")), (&json!("body"), None));
    let before = fs::read_to_string(home.path().join("out.jsonl")).unwrap();
    let again = home.run(&["batch", "in.jsonl", "out.jsonl"]);
    assert!(again.err.contains("4 articles are done already, 0 are left"), "{again:?}");
    assert_eq!(fs::read_to_string(home.path().join("out.jsonl")).unwrap(), before);
}

#[test]
fn a_line_that_is_not_utf8_fails_alone() {
    let home = Home::new();
    let bad = b"{\"text\":\"Se\xf1or\"}\n";
    home.file("in.jsonl", [lines(&[article(1)]).as_bytes(), bad, lines(&[article(3)]).as_bytes()].concat());
    let answer = home.run(&["batch", "in.jsonl", "out.jsonl"]);
    assert_eq!(answer.code, Some(11), "{answer:?}");
    let done = results(&home, "out.jsonl");
    assert_eq!(numbers(&done), [1, 2, 3]);
    let error = &done[1]["error"];
    assert_eq!((&error["code"], done[1].get("id")), (&json!("invalid_request"), None));
    assert_eq!(error["message"], "the line is not UTF-8: bad byte at offset 11");
    assert!(done[0]["answer"].is_object() && done[2]["answer"].is_object(), "{done:?}");
    let again = home.run(&["batch", "in.jsonl", "out.jsonl"]);
    assert!(again.err.contains("3 articles are done already, 0 are left"), "{again:?}");
}

#[test]
fn a_file_that_another_batch_writes_to_is_left_alone() {
    let home = Home::new();
    home.file("in.jsonl", lines(&[article(1)]));
    let other = File::create(home.path().join("out.jsonl")).unwrap();
    other.lock().unwrap();
    home.run(&["batch", "in.jsonl", "out.jsonl"]).fails(3, "out.jsonl: another `breve batch` is writing to it");
    other.unlock().unwrap();
    assert_eq!(home.run(&["batch", "in.jsonl", "out.jsonl"]).code, Some(0));
    assert_eq!(numbers(&results(&home, "out.jsonl")), [1]);
}

#[test]
fn a_pipe_cannot_be_read_twice() {
    let home = Home::new();
    let mut command = home.breve(&["batch", "/dev/stdin", "out.jsonl"]);
    let answer: Answer = command.stdin(Stdio::piped()).output().unwrap().into();
    answer.fails(3, "/dev/stdin: is read twice");
    assert!(!home.path().join("out.jsonl").exists(), "nothing was begun");
}

#[test]
fn a_batch_that_is_killed_goes_on_and_does_each_article_once() {
    let home = Home::new();
    home.file("in.jsonl", lines(&(1..=40).map(article).collect::<Vec<_>>()));
    let words = ["batch", "in.jsonl", "out.jsonl", "--jobs", "2"];
    for _ in 0..2 {
        let before = results(&home, "out.jsonl").len();
        let mut child = home.breve(&words).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while results(&home, "out.jsonl").len() < before + 3 && began.elapsed() < Duration::from_secs(60) {
            thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let killed = results(&home, "out.jsonl").len();
    assert!((6..40).contains(&killed), "{killed} were done before the last kill");
    assert_eq!(home.run(&words).code, Some(0));
    assert_eq!(numbers(&results(&home, "out.jsonl")), (1..=40).collect::<Vec<_>>());
}

#[test]
fn parts_for_many_machines_make_the_whole() {
    let home = Home::new();
    home.file("in.jsonl", lines(&(1..=7).map(article).collect::<Vec<_>>()));
    let mut all = BTreeSet::new();
    for part in ["0/3", "1/3", "2/3"] {
        let name = format!("out-{}.jsonl", &part[..1]);
        assert_eq!(home.run(&["batch", "in.jsonl", &name, "--shard", part]).code, Some(0));
        let numbers = numbers(&results(&home, &name));
        assert!((2..=3).contains(&numbers.len()), "{part}: {numbers:?}");
        assert!(numbers.into_iter().all(|number| all.insert(number)), "{part} does what another does");
    }
    assert_eq!(all.len(), 7);
}

#[test]
fn results_of_other_articles_are_not_taken_for_these() {
    let home = Home::new();
    home.file("in.jsonl", lines(&[article(1)]));
    assert_eq!(home.run(&["batch", "in.jsonl", "out.jsonl"]).code, Some(0));
    home.file("in.jsonl", lines(&[article(2)]));
    home.run(&["batch", "in.jsonl", "out.jsonl"]).fails(3, "line 1 is not the one");
    home.run(&["batch", "none.jsonl", "out.jsonl"]).fails(3, "none.jsonl cannot be read");
}
