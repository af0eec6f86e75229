//! The `breve` program, started as a user starts it.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// Longest wait for an answer: many clients of a debug build on a busy machine wait for minutes.
const PATIENCE: Duration = Duration::from_secs(600);

/// The program in a home of its own, with nothing of the tester's environment.
pub(crate) struct Home {
    directory: TempDir,
    hub: Option<String>,
}

impl Home {
    /// Cut off from every hub.
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), hub: None }
    }

    /// With a hub at `endpoint`.
    pub(crate) fn with_hub(endpoint: &str) -> Self {
        Self { hub: Some(endpoint.to_owned()), ..Self::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn breve(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breve"));
        command.args(words).env_clear().env("HOME", self.path()).current_dir(self.path());
        match &self.hub {
            Some(endpoint) => command.env("HF_ENDPOINT", endpoint),
            None => command.env("HF_HUB_OFFLINE", "1"),
        };
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Answer {
        self.breve(words).stdin(Stdio::null()).output().unwrap().into()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// What the program said, and its exit code.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Answer {
    /// Failed with `code` and one line on standard error that holds `part`.
    pub(crate) fn fails(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.err.starts_with("error: ") && self.err.contains(part), "{part}: {self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        assert_eq!(self.out, "");
    }

    /// Went well; what it printed.
    pub(crate) fn text(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.out
    }

    /// Went well and printed JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A running service.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: String,
    client: ureq::Agent,
    log: Arc<Mutex<String>>,
}

impl Service {
    pub(crate) fn start(home: &Home) -> Self {
        Self::start_with(home, &[])
    }

    /// With settings in the environment.
    pub(crate) fn start_with(home: &Home, settings: &[(&str, &str)]) -> Self {
        let mut command = home.breve(&["serve", "--bind", "127.0.0.1:0"]);
        command.envs(settings.iter().copied());
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said =
            |line: &String| line.split_once("listening on http://").map(|(_, address)| address.trim().to_owned());
        let address = lines.find_map(|line| said(&line.unwrap())).expect("it says where it listens");
        let log: Arc<Mutex<String>> = Arc::default();
        let kept = Arc::clone(&log);
        std::thread::spawn(move || lines.for_each(|line| *kept.lock().unwrap() += &(line.unwrap() + "\n")));
        let client = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        Self { child, address, client: client.build().into(), log }
    }

    /// The same with a key.
    pub(crate) fn get_with_key(&self, path: &str, key: &str) -> (u16, String) {
        read(self.client.get(self.url(path)).header("authorization", format!("Bearer {key}")).call().unwrap())
    }

    /// The status and the body.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        read(self.client.get(self.url(path)).call().unwrap())
    }

    pub(crate) fn delete(&self, path: &str) -> (u16, String) {
        read(self.client.delete(self.url(path)).call().unwrap())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, String) {
        self.post_with(path, &[], body)
    }

    /// The same with more headers.
    pub(crate) fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, String) {
        let request = self.client.post(self.url(path)).header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        read(request.send(body.to_string()).unwrap())
    }

    /// What it has logged since it listens.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as a service manager does.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// The same, and waits for its end.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        self.terminate();
        self.child.wait().unwrap().code()
    }

    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> (u16, String) {
    (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
