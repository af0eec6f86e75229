//! Spans, as a collector of OpenTelemetry gets them from the real program.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use serde_json::json;

use crate::program::{Home, Service};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A collector that takes all it is sent.
struct Collector {
    endpoint: String,
    taken: mpsc::Receiver<Vec<u8>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let (sender, taken) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if sender.send(take(&mut stream.unwrap())).is_err() {
                    break;
                }
            }
        });
        Self { endpoint, taken }
    }

    /// Everything that was sent, once nothing more can come.
    fn everything(self) -> Vec<u8> {
        self.taken.try_iter().flatten().collect()
    }
}

/// Reads one request and answers it.
fn take(stream: &mut TcpStream) -> Vec<u8> {
    let (mut request, mut part) = (Vec::new(), [0; 4096]);
    let is_whole = |request: &[u8]| {
        let head = request.windows(4).position(|window| window == b"\r\n\r\n")?;
        let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
        let length: usize = text.split("content-length: ").nth(1)?.lines().next()?.parse().ok()?;
        (request.len() >= head + 4 + length).then_some(())
    };
    while is_whole(&request).is_none() {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "the request ends early: {}", String::from_utf8_lossy(&request));
        request.extend_from_slice(&part[..read]);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    request
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_collector_gets_the_spans_of_a_request_in_its_callers_trace_and_nothing_that_it_said() {
    let collector = Collector::start();
    let home = Home::new();
    let mut service = Service::start_with(&home, &[("BREVE__LOG__OTLP_ENDPOINT", &collector.endpoint)]);
    let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let text = "The Zanzibar committee met in secret on Friday. It chose a colour.";
    let headers = [("traceparent", &*traceparent), ("authorization", "Bearer breve_deadbeef_quux")];
    let (status, answer) = service.post_with("/v1/summarize?from=hidden", &headers, &json!({"text": text}));
    assert_eq!(status, 200, "{answer}");
    let (status, answer) = service.post_with("/v1/summarize", &headers[..1], &json!({"text": text}));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(service.stop(), Some(0));
    let sent = collector.everything();
    for part in ["POST /v1/traces", "POST /v1/summarize", "translate", "http.route", "en-es-tiny", "service.version"] {
        assert!(holds(&sent, part.as_bytes()), "{part} was not sent: {}", String::from_utf8_lossy(&sent));
    }
    let id: Vec<u8> =
        (0..TRACE.len()).step_by(2).map(|at| u8::from_str_radix(&TRACE[at..at + 2], 16).unwrap()).collect();
    assert!(holds(&sent, &id), "the caller's trace goes on");
    for part in ["Zanzibar", "secret", "Comité", "deadbeef", "quux", "hidden"] {
        assert!(!holds(&sent, part.as_bytes()), "{part} was sent");
    }
}

#[test]
fn a_collector_that_is_away_holds_nothing_up() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{gone}/v1/traces");
    let mut service = Service::start_with(&Home::new(), &[("BREVE__LOG__OTLP_ENDPOINT", &endpoint)]);
    assert_eq!(service.post("/v1/detect", &json!({"text": "It chose a colour."})).0, 200);
    assert_eq!(service.stop(), Some(0));
}

#[test]
fn an_address_that_is_none_is_named_at_the_start() {
    let answer = Home::new().breve(&["serve"]).env("BREVE__LOG__OTLP_ENDPOINT", "collector:4318").output().unwrap();
    assert_eq!(answer.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&answer.stderr).contains("log.otlp_endpoint"), "{answer:?}");
}
