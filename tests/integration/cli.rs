//! The `breve` program as a user runs it.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// The program in a home of its own, with nothing of the tester's environment.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn breve(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breve"));
        command.args(words).env_clear().env("HOME", self.path()).env("HF_HUB_OFFLINE", "1").current_dir(self.path());
        command
    }

    fn run(&self, words: &[&str]) -> Answer {
        self.breve(words).stdin(Stdio::null()).output().unwrap().into()
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), content).unwrap();
    }
}

/// What the program said, and its exit code.
#[derive(Debug)]
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Answer {
    /// Failed with `code` and one line on standard error that holds `part`.
    fn fails(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.starts_with("error: ") && self.err.contains(part), "{part}: {self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert_eq!(self.out, "");
    }
}

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
fn a_reader_that_has_seen_enough_is_no_failure() {
    let home = Home::new();
    let mut child = home.breve(&["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let answer: Answer = child.wait_with_output().unwrap().into();
    assert_eq!((answer.code, answer.err.as_str()), (Some(0), ""));
}
