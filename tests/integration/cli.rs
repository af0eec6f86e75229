//! The `breve` program as a user runs it.

use std::{fs, path::Path, process::Stdio};

use crate::program::{Answer, Home, Service};

#[test]
fn version_and_help_are_answers() {
    let home = Home::new();
    let version = home.run(&["--version"]);
    assert_eq!((version.code, version.out.as_str()), (Some(0), concat!("breve ", env!("CARGO_PKG_VERSION"), "\n")));
    let help = home.run(&["--help"]);
    assert!(help.code == Some(0) && help.out.contains("Exit codes:") && help.out.contains("summarize"), "{help:?}");
}

#[test]
fn a_wrong_command_line_is_code_2() {
    let home = Home::new();
    for words in [
        ["bogus"].as_slice(),
        &[],
        &["summarize", "--to", "xx"],
        &["summarize", "--sentences", "0"],
        &["translate", "a.txt"],
        &["models"],
        &["models", "pull"],
        &["models", "show", "../etc"],
        &["generate", "--model", "x", "--input", "y", "--from", "en"],
        &["completions", "cmd"],
    ] {
        assert_eq!(home.run(words).code, Some(2), "{words:?}");
    }
}

#[test]
fn completions_are_written_for_each_shell() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let answer = home.run(&["completions", shell]);
        assert!(answer.code == Some(0) && answer.out.contains("summarize"), "{shell}: {answer:?}");
    }
}

#[test]
fn completions_work_with_a_broken_configuration() {
    let home = Home::new();
    let answer = home.breve(&["completions", "bash"]).env("BREVE__SERVER__PROT", "1").output().unwrap();
    assert!(answer.status.success(), "{answer:?}");
}

#[test]
fn settings_are_printed_and_can_be_read_back() {
    let home = Home::new();
    home.file("my.toml", "[server]\nbind = \"127.0.0.1:1\"\n[limits]\nqueue = 7\n");
    let mut command = home.breve(&["--config", "my.toml", "config"]);
    let printed: Answer =
        command.env("BREVE__LIMITS__TEXTS", "9").env("HF_TOKEN", "hf_secret").output().unwrap().into();
    assert_eq!(printed.code, Some(0), "{printed:?}");
    for line in ["bind = \"127.0.0.1:1\"", "queue = 7", "texts = 9", "# token: set"] {
        assert!(printed.out.contains(line), "{line}: {printed:?}");
    }
    assert!(!printed.out.contains("hf_secret"));
    home.file("printed.toml", &printed.out);
    assert_eq!(home.run(&["config", "--config", "printed.toml"]).code, Some(0));
}

#[test]
fn the_usual_file_and_the_named_file_are_found() {
    let home = Home::new();
    fs::create_dir_all(home.path().join(".config/breve")).unwrap();
    home.file(".config/breve/breve.toml", "limits.queue = 3");
    assert!(home.run(&["config"]).out.contains("queue = 3"));
    home.file("other.toml", "limits.queue = 4");
    let named: Answer = home.breve(&["config"]).env("BREVE_CONFIG", "other.toml").output().unwrap().into();
    assert!(named.out.contains("queue = 4"), "{named:?}");
}

#[test]
fn a_wrong_setting_stops_the_start_with_code_7() {
    let home = Home::new();
    home.file("my.toml", "[server]\nprot = 1\n");
    home.run(&["serve", "--config", "my.toml"]).fails(7, "my.toml: there is no setting server.prot");
    home.run(&["serve", "--config", "none.toml"]).fails(7, "none.toml cannot be read: No such file");
    home.run(&["serve", "--bind", "here"]).fails(7, "--bind: server.bind = \"here\"");
    home.run(&["detect", "--log", "loud"]).fails(7, "--log: log.level = \"loud\"");
    let answer: Answer = home.breve(&["detect"]).env("BREVE__SERVER__WORKERS", "0").output().unwrap().into();
    answer.fails(7, "BREVE__SERVER__WORKERS: server.workers = 0: must be from 1 to 256");
}

#[test]
fn wrong_input_is_code_3() {
    let home = Home::new();
    home.file("latin1.txt", b"El Se\xf1or L\xf3pez");
    home.file("empty.txt", "");
    home.file("blank.txt", " \n\t ... \u{1F600}");
    for command in [["summarize", "--to=es"], ["translate", "--to=es"], ["detect", "--log=warn"]] {
        let run = |file| home.run(&[command[0], file, command[1]]);
        run("none.txt").fails(3, "none.txt cannot be read: No such file");
        run(".").fails(3, ". cannot be read: Is a directory");
        run("latin1.txt").fails(3, "latin1.txt: is not UTF-8: byte 0xf1 at offset 5");
        run("empty.txt").fails(3, "empty.txt: is empty");
        run("blank.txt").fails(3, "blank.txt: is empty");
        run("-").fails(3, "standard input: is empty");
    }
}

#[test]
fn a_text_over_the_limit_is_code_3() {
    let home = Home::new();
    home.file("long.txt", "ñ".repeat(11));
    let run = |limit| -> Answer {
        home.breve(&["detect", "long.txt"]).env("BREVE__LIMITS__TEXT_CHARACTERS", limit).output().unwrap().into()
    };
    run("10").fails(3, "long.txt has 11 characters, the limit is 10");
    run("2").fails(3, "has more than 2 characters");
}

#[test]
fn generate_names_what_is_wrong_with_its_input() {
    let home = Home::new();
    home.file("bad.jsonl", "{\"input_ids\":[1]}\n{\"input_ids\":\"x\"}\n");
    let run = |input| home.run(&["generate", "--model", "nowhere", "--input", input]);
    run("bad.jsonl").fails(3, "bad.jsonl: line 2: ");
    run("none.jsonl").fails(3, "none.jsonl cannot be read");
}

#[test]
fn generate_gives_the_ids_of_the_reference() {
    let home = Home::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = fs::read_to_string(root.join("tests/goldens/en-es-tiny/golden.json")).unwrap();
    let golden: Vec<serde_json::Value> = serde_json::from_str(&golden).unwrap();
    let line = |case: &serde_json::Value| {
        serde_json::json!({"input_ids": case["source_ids"], "params": {"num_beams": 1}}).to_string() + "\n"
    };
    home.file("cases.jsonl", golden.iter().map(line).collect::<String>());
    let model = root.join("models/en-es-tiny");
    let words = ["generate", "--model", model.to_str().unwrap(), "--input", "cases.jsonl", "--output", "out.jsonl"];
    let answer = home.run(&words);
    assert_eq!((answer.code, answer.out.as_str()), (Some(0), ""), "{answer:?}");
    let out = fs::read_to_string(home.path().join("out.jsonl")).unwrap();
    assert_eq!(out.lines().count(), golden.len());
    for (line, case) in out.lines().zip(&golden) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["output_ids"], case["output_ids"], "{}", case["source"]);
        assert_eq!(line["output_text"], case["output"]);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let home = Home::new();
    let mut child = home.breve(&["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let answer: Answer = child.wait_with_output().unwrap().into();
    assert_eq!((answer.code, answer.err.as_str()), (Some(0), ""));
}

#[test]
fn the_built_in_models_are_there_with_nothing_fetched() {
    let home = Home::new();
    let list = home.run(&["models", "list"]);
    assert!(list.code == Some(0) && list.out.lines().count() == 4, "{list:?}");
    let available = home.run(&["models", "available", "--json"]).json();
    let state = |id: &str| {
        let models = available["models"].as_array().unwrap();
        models.iter().find(|model| model["id"] == id).unwrap_or_else(|| panic!("{id}: {available}"))["state"].clone()
    };
    assert_eq!((state("en-es-tiny"), state("opus-mt-en-es")), ("ready".into(), "available".into()));
    assert_eq!(home.run(&["models", "show", "en-es-tiny", "--json"]).json()["license"], "MPL-2.0");
    assert_eq!(home.run(&["models", "verify", "--json"]).json()["models"][1]["ok"], true);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "looking creates nothing");
}

#[test]
fn failures_of_the_model_manager_have_their_codes() {
    let home = Home::new();
    home.run(&["models", "show", "nope"]).fails(4, "no model is called \"nope\"");
    home.run(&["models", "verify", "opus-mt-en-es"]).fails(4, "opus-mt-en-es is not installed");
    home.run(&["models", "rm", "en-es-tiny"]).fails(3, "en-es-tiny ships with Breve");
    home.run(&["models", "pull", "opus-mt-en-es"]).fails(5, "HF_HUB_OFFLINE");
    home.run(&["models", "add", "nowhere"]).fails(3, "nowhere");
    home.run(&["serve", "--bind", "127.0.0.1:0", "--config", "load.toml"]).fails(7, "load.toml");
    home.file("load.toml", "models.load_at_start = [\"opus-mt-en-es\"]");
    home.run(&["serve", "--bind", "127.0.0.1:0", "--config", "load.toml"]).fails(4, "opus-mt-en-es is not installed");
}

#[test]
fn a_preferred_model_must_be_known_and_of_its_task() {
    let home = Home::new();
    home.file("news.txt", "The city council approved the plan on Monday.");
    for (setting, part) in [
        ("summarizer = \"bart-large-cmm\"", "models.summarizer = \"bart-large-cmm\": no model is called"),
        ("summarizer = \"en-es-tiny\"", "models.summarizer = \"en-es-tiny\": it does not summarise"),
        ("translators = [\"en-es-tiny\", \"opus\"]", "models.translators = \"opus\": no model is called"),
        ("translators = [\"extractive\"]", "models.translators = \"extractive\": it does not translate"),
    ] {
        home.file("my.toml", format!("[models]\n{setting}\n"));
        home.run(&["translate", "news.txt", "--to", "es", "--config", "my.toml"]).fails(7, part);
        home.run(&["serve", "--bind", "127.0.0.1:0", "--config", "my.toml"]).fails(7, part);
    }
    home.file("my.toml", "models.translators = [\"opus-mt-en-es\"]");
    let answer = home.run(&["translate", "news.txt", "--to", "es", "--config", "my.toml", "--log", "warn"]);
    assert!(answer.code == Some(0) && answer.err.contains("models.translators names a model that"), "{answer:?}");
}

#[test]
fn a_model_is_added_shown_and_forgotten() {
    let home = Home::new();
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/t5");
    let added = home.run(&["models", "add", golden, "--id", "mine"]);
    assert!(added.code == Some(0) && added.out.starts_with("mine@"), "{added:?}");
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/bart");
    home.run(&["models", "add", other, "--id", "mine"]).fails(3, "a model called mine is there already");
    assert!(home.run(&["models", "show", "mine"]).out.contains("summarization"));
    assert_eq!(home.run(&["models", "rm", "mine"]).code, Some(0));
    home.run(&["models", "show", "mine"]).fails(4, "no model is called \"mine\"");
}

#[test]
fn a_truncated_model_is_found_by_verifying_them_all() {
    let home = Home::new();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/t5");
    let copy = home.path().join("mine");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(&golden).unwrap().flatten() {
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    assert_eq!(home.run(&["models", "add", "mine"]).code, Some(0));
    assert_eq!(home.run(&["models", "verify"]).code, Some(0));
    let weights = fs::read(copy.join("model.safetensors")).unwrap();
    fs::write(copy.join("model.safetensors"), &weights[..weights.len() / 2]).unwrap();
    let answer = home.run(&["models", "verify"]);
    assert_eq!(answer.code, Some(6), "{answer:?}");
    assert!(answer.err.contains("damaged: mine/model.safetensors"), "{answer:?}");
}

#[test]
fn a_text_is_translated_by_the_built_in_model() {
    let home = Home::new();
    home.file("news.txt", "The city council approved the plan on Monday.");
    let text = home.run(&["translate", "news.txt", "--to", "es"]);
    assert!(text.code == Some(0) && text.out.contains("ciudad"), "{text:?}");
    assert!(text.err.starts_with("[en-es-tiny@"), "{text:?}");
    let answer = home.run(&["translate", "news.txt", "--to", "es", "--json"]).json();
    assert_eq!(answer["translations"][0]["text"], text.out.trim_end());
    home.run(&["translate", "news.txt", "--to", "fr"]).fails(8, "en-fr");
}

#[test]
fn the_language_is_detected() {
    let home = Home::new();
    home.file("news.txt", "El ayuntamiento aprobó el plan el lunes.");
    assert!(home.run(&["detect", "news.txt"]).out.starts_with("es "));
    assert_eq!(home.run(&["detect", "news.txt", "--json"]).json()["detections"][0]["language"], "es");
}

#[test]
fn an_article_is_summarised_in_both_languages() {
    let home = Home::new();
    let article = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/article.txt");
    let text = home.run(&["summarize", article]);
    assert_eq!(text.code, Some(0), "{text:?}");
    let (english, spanish) = text.out.split_once("\n\nSpanish\n").unwrap_or_else(|| panic!("{text:?}"));
    assert!(english.starts_with("English\n") && english.contains("Canada") && spanish.contains("Canadá"), "{text:?}");
    assert!(text.err.starts_with("[extractive@") && text.err.contains("en-es-tiny@"), "{text:?}");
    let answer = home.run(&["summarize", article, "--sentences", "2", "--to", "es", "--json"]).json();
    assert_eq!(answer["sentences"].as_array().map(Vec::len), Some(2), "{answer}");
    assert!(answer["summaries"]["en"].is_null() && answer["summaries"]["es"].is_string(), "{answer}");
    home.run(&["summarize", article, "--sentences", "51"]).fails(3, "sentences");
    home.run(&["summarize", article, "--model", "en-es-tiny"]).fails(3, "it does not summarise");
    home.run(&["summarize", article, "--model", "bart-large-cnn"]).fails(4, "breve models pull bart-large-cnn");
    home.run(&["summarize", article, "--to", "de"]).fails(8, "en-de");
}

#[test]
fn the_service_listens_answers_and_stops() {
    let home = Home::new();
    let mut service = Service::start(&home);
    let health = service.get("/health/live");
    assert_eq!(health.0, 200, "{health:?}");
    let address = service.address.clone();
    home.run(&["serve", "--bind", &address, "--log", "error"]).fails(5, "another program uses this address");
    assert_eq!(service.stop(), Some(0));
}
