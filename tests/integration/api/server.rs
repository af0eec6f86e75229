//! The listening service, over real connections.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use actix_web::{dev::ServerHandle, rt::System};
use breve::{
    config::{LimitSettings, ServerSettings},
    engine::fake::Step,
    http::{ServeError, Server},
    telemetry::Snapshot,
};
use serde_json::{Value, json};

use super::harness::{Api, TRANSLATOR, limits};

fn settings(bind: &str) -> ServerSettings {
    ServerSettings {
        bind: bind.to_owned(),
        workers: 2,
        client_timeout_ms: 1000,
        drain_delay_s: 1,
        shutdown_timeout_s: 5,
    }
}

/// A service that listens on a port of its own.
struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    fn start(api: &Api) -> Self {
        let state = api.state();
        let (send, receive) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let server = Server::bind(&settings("127.0.0.1:0"), state).unwrap();
                send.send((server.addresses()[0], server.handle())).unwrap();
                server.run().await
            })
        });
        let (address, handle) = receive.recv().unwrap();
        Self { address, handle, thread }
    }

    fn agent() -> ureq::Agent {
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent()
    }

    fn post(&self, path: &str, body: &str) -> (u16, Value) {
        let url = format!("http://{}{path}", self.address);
        let request = Self::agent().post(url).header("content-type", "application/json");
        let mut answer = request.send(body).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&text).unwrap())
    }

    /// Sends bytes as they are and reads until the server closes.
    fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn stop(self) -> Result<(), ServeError> {
        drop(self.handle.stop(true));
        self.thread.join().unwrap()
    }
}

fn translate(text: &str) -> String {
    json!({"text": text, "source": "en", "target": "es"}).to_string()
}

#[test]
fn port_0_takes_a_free_port_and_says_which() {
    let api = Api::new();
    let running = Running::start(&api);
    assert_ne!(running.address.port(), 0);
    let (status, answer) = running.post("/v1/translate", &translate("One rabbit ran."));
    assert_eq!((status, &answer["translations"][0]["text"]), (200, &json!("ONE RABBIT RAN.")));
    running.stop().unwrap();
}

#[test]
fn an_address_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = taken.local_addr().unwrap().to_string();
    let api = Api::new();
    let error = breve::http::run(&settings(&bind), api.state(), |_| ()).unwrap_err();
    assert!(matches!(error, ServeError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains(&bind), "{error}");
}

#[test]
fn an_address_that_is_none_is_named() {
    let api = Api::new();
    for bind in ["", "8080", "127.0.0.1", "127.0.0.1:99999"] {
        let error = breve::http::run(&settings(bind), api.state(), |_| ()).unwrap_err();
        assert!(error.to_string().contains(&format!("server.bind: {bind:?}")), "{error}");
    }
}

#[test]
fn a_client_that_sends_too_much_still_reads_the_answer() {
    let api = Api::with(LimitSettings { body_bytes: 1000, ..limits() }, Vec::new());
    let running = Running::start(&api);
    for size in [1001, 100_000, 8 << 20] {
        let body = json!({"text": "a".repeat(size)}).to_string();
        let (status, answer) = running.post("/v1/summarize", &body);
        assert_eq!((status, &answer["error"]["code"]), (413, &json!("input_too_long")), "{size} bytes");
        assert_eq!(answer["error"]["actual"], body.len(), "{size} bytes");
    }
    running.stop().unwrap();
}

#[test]
fn a_head_is_a_get_without_its_body() {
    let api = Api::new();
    let running = Running::start(&api);
    let answer = running.raw(b"HEAD /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(answer.contains("content-length: 17"), "{answer}");
    running.stop().unwrap();
}

#[test]
fn an_engine_that_panics_costs_one_request() {
    let api = Api::new();
    api.translator_steps([Step::Panic("tensor 7 broke".into())]);
    let running = Running::start(&api);
    let (status, answer) = running.post("/v1/translate", &translate("One rabbit ran."));
    assert_eq!((status, &answer["error"]["code"]), (500, &json!("internal")));
    let (status, _) = running.post("/v1/translate", &translate("One rabbit ran."));
    assert_eq!(status, 200);
    running.stop().unwrap();
}

#[test]
fn work_of_a_client_that_has_gone_is_dropped() {
    let api = Api::new();
    api.translator_steps([Step::Sleep(Duration::from_millis(800)), Step::Panic("nobody wants this".into())]);
    let running = Running::start(&api);
    let send = |text: &str| {
        let body = translate(text);
        let head = "POST /v1/translate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        let mut stream = TcpStream::connect(running.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    };
    let _busy = send("One rabbit ran.");
    thread::sleep(Duration::from_millis(200));
    let waiting = send("Two foxes slept.");
    thread::sleep(Duration::from_millis(200));
    drop(waiting);
    thread::sleep(Duration::from_millis(100));
    // Were the second request still there, it would use up the panic; so this one must.
    let (status, _) = running.post("/v1/translate", &translate("Three owls flew."));
    assert_eq!(status, 500, "the abandoned request reached the engine");
    running.stop().unwrap();
    let counted = api.metrics.text(Snapshot::default()).unwrap();
    assert!(counted.contains("status=\"499\"} 1"), "nothing tells of it: {counted}");
}

#[test]
fn a_stream_that_is_cut_ends_its_work() {
    let api = Api::new();
    api.translator_steps([Step::Sleep(Duration::from_millis(800)), Step::Panic("nobody wants this".into())]);
    let running = Running::start(&api);
    let body =
        json!({"text": "One rabbit ran. Two foxes slept.", "source": "en", "sentences": 1, "stream": true}).to_string();
    let head = "POST /v1/summarize HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    let mut busy = TcpStream::connect(running.address).unwrap();
    let send = |stream: &mut TcpStream| {
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).unwrap();
        let mut start = [0; 17];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 200 OK\r\n", "it streams before the work is done");
    };
    send(&mut busy);
    thread::sleep(Duration::from_millis(200));
    let mut waiting = TcpStream::connect(running.address).unwrap();
    send(&mut waiting);
    drop(busy);
    drop(waiting);
    thread::sleep(Duration::from_millis(1000));
    // Were their work still there, it would have used up the panic; so this one does.
    let (status, _) = running.post("/v1/translate", &translate("Three owls flew."));
    assert_eq!(status, 500, "an abandoned stream reached the engine");
    running.stop().unwrap();
}

#[test]
fn a_stop_lets_open_requests_finish() {
    let api = Api::new();
    api.translator_steps([Step::Sleep(Duration::from_millis(700))]);
    let running = Running::start(&api);
    let address = running.address;
    let open = thread::spawn(move || {
        let agent = Running::agent();
        let request = agent.post(format!("http://{address}/v1/translate")).header("content-type", "application/json");
        request.send(translate("One rabbit ran.")).unwrap().status().as_u16()
    });
    thread::sleep(Duration::from_millis(300));
    let started = Instant::now();
    running.stop().unwrap();
    assert_eq!(open.join().unwrap(), 200);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(TcpStream::connect(address).is_err(), "it still listens");
}

#[test]
fn a_slow_head_is_cut_off() {
    let api = Api::new();
    let running = Running::start(&api);
    let answer = running.raw(b"GET /health/live HTTP/1.1\r\nhost:");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    running.stop().unwrap();
}

#[test]
fn a_body_that_never_ends_is_cut_off() {
    let api = Api::with(LimitSettings { request_timeout_ms: 300, ..limits() }, Vec::new());
    let running = Running::start(&api);
    let head =
        b"POST /v1/detect HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"te";
    let answer = running.raw(head);
    assert!(answer.starts_with("HTTP/1.1 504") && answer.contains("\"timeout\""), "{answer}");
    running.stop().unwrap();
}

#[test]
fn a_compressed_body_is_bounded_by_what_it_holds() {
    let api = Api::with(LimitSettings { body_bytes: 1000, ..limits() }, Vec::new());
    let running = Running::start(&api);
    let send = |name: &str| {
        let body = std::fs::read(format!("{}/tests/fixtures/gzip/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let request = Running::agent().post(format!("http://{}/v1/detect", running.address));
        let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
        request.send(&body[..]).unwrap().status().as_u16()
    };
    assert_eq!(send("small.json.gz"), 200);
    assert_eq!(send("megabyte.json.gz"), 413);
    running.stop().unwrap();
}

#[test]
fn progress_comes_line_by_line() {
    let api = Api::new();
    let running = Running::start(&api);
    let url = format!("http://{}/v1/models/opus-mt-en-es/pull", running.address);
    let mut answer = Running::agent().post(url).send_empty().unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["event"].is_string(), "{line}");
    }
    assert!(!text.contains(TRANSLATOR) && text.ends_with('\n'), "{text:?}");
    running.stop().unwrap();
}
