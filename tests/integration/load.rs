//! Many clients at once, and clients that leave, with the real program and the built-in models.

use std::{
    fs,
    io::Write,
    net::TcpStream,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::program::{Home, Service};

fn article() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/article.txt")).unwrap()
}

/// Requests of different lengths, to both routes.
fn requests() -> Vec<(&'static str, Value)> {
    let sentences: Vec<String> = article().split_inclusive(". ").map(str::to_owned).collect();
    let translate = |count: usize| {
        let text: String = sentences.iter().skip(count).take(count).cloned().collect();
        ("/v1/translate", json!({"text": text, "source": "en", "target": "es"}))
    };
    let summary = ("/v1/summarize", json!({"text": article(), "sentences": 1}));
    let headline = ("/v1/translate", json!({"text": "The bridge is open.", "source": "en", "target": "es"}));
    vec![translate(1), translate(2), summary, headline]
}

/// What a client reads of an answer: all but the time it took.
fn ask(service: &Service, (path, request): &(&str, Value)) -> Value {
    let (status, answer) = service.post(path, request);
    assert_eq!(status, 200, "{answer}");
    let mut answer: Value = serde_json::from_str(&answer).unwrap();
    for changing in ["timings_ms", "request_id", "id", "created"] {
        answer.as_object_mut().unwrap().remove(changing);
    }
    answer
}

#[test]
fn sixty_four_clients_at_once_each_get_the_answer_that_they_get_alone() {
    // On a busy machine they may take long: who is refused when they take too long is another question.
    let service = Service::start_with(&Home::new(), &[("BREVE__LIMITS__REQUEST_TIMEOUT_MS", "600000")]);
    let requests = requests();
    let alone: Vec<Value> = requests.iter().map(|request| ask(&service, request)).collect();
    let until = Instant::now() + Duration::from_secs(1);
    thread::scope(|scope| {
        for client in 0..64 {
            let (service, requests, alone) = (&service, &requests, &alone);
            scope.spawn(move || {
                for turn in client.. {
                    let which = turn % requests.len();
                    assert_eq!(ask(service, &requests[which]), alone[which], "client {client}");
                    if Instant::now() > until {
                        break;
                    }
                }
            });
        }
    });
}

#[test]
fn clients_that_leave_mid_request_free_their_places_at_once() {
    let service = Service::start_with(&Home::new(), &[("BREVE__LIMITS__QUEUE", "1")]);
    let (path, headline) = requests().pop().unwrap();
    ask(&service, &(path, headline.clone()));
    let book = json!({"text": article().repeat(90), "source": "en", "target": "es"}).to_string();
    let send = || {
        let mut stream = TcpStream::connect(&service.address).unwrap();
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ");
        stream.write_all(format!("{head}{}\r\n\r\n{book}", book.len()).as_bytes()).unwrap();
        stream
    };
    let until = |expected: u16, limit: Duration, meanwhile: &mut dyn FnMut()| {
        let started = Instant::now();
        while service.post(path, &headline).0 != expected {
            assert!(started.elapsed() < limit, "no {expected} within {limit:?}");
            meanwhile();
            thread::sleep(Duration::from_millis(100));
        }
    };
    // There are two places. A book that finds one taken by a headline is refused, and the next one comes.
    let mut books = vec![send(), send()];
    until(503, Duration::from_secs(20), &mut || books.push(send()));
    drop(books);
    // A book takes minutes in a debug build; what a busy machine is in the middle of takes some seconds.
    until(200, Duration::from_secs(20), &mut || ());
}

/// The variables of the process that was started: where it started itself again, it is the same process.
#[cfg(target_os = "linux")]
fn variables(service: &Service) -> Vec<String> {
    let variables = fs::read_to_string(format!("/proc/{}/environ", service.id())).unwrap();
    variables.split('\0').map(str::to_owned).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn threads_do_not_spin_for_ever_unless_the_user_says_so() {
    const F32: (&str, &str) = ("BREVE__MODELS__PRECISION", "f32");
    let settled = |service: &Service| variables(service).iter().any(|set| set == "GOMP_SPINCOUNT=100000");
    assert!(settled(&Service::start_with(&Home::new(), &[F32])));
    let passive = Service::start_with(&Home::new(), &[F32, ("OMP_WAIT_POLICY", "passive")]);
    assert!(!settled(&passive));
    let own = Service::start_with(&Home::new(), &[F32, ("GOMP_SPINCOUNT", "7")]);
    assert!(variables(&own).contains(&"GOMP_SPINCOUNT=7".to_owned()));
    // libtorch's threads have nothing to do then.
    let eight_bits = Service::start_with(&Home::new(), &[("BREVE__MODELS__PRECISION", "int8")]);
    assert!(!settled(&eight_bits));
}
