//! A stand-in for the model hub on loopback: one server answers `resolve` addresses, a second one, under another host
//! name, holds the large files. It misbehaves as told, and counts what it is asked.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use sha1::Sha1;
use sha2::{Digest, Sha256};

pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The hub: the repository `Helsinki-NLP/opus-mt-en-es` at one commit, with the golden Marian model's files.
pub(crate) struct StandInHub {
    pub(crate) endpoint: String,
    state: Arc<State>,
}

struct State {
    repository: String,
    files: HashMap<String, Vec<u8>>,
    storage: String,
    faults: Mutex<Faults>,
    seen: Mutex<Seen>,
}

/// How the hub misbehaves. All off by default.
#[derive(Default)]
pub(crate) struct Faults {
    /// The token asked for.
    pub(crate) token: Option<String>,
    /// Answer this file with this status, so many times.
    pub(crate) status: HashMap<String, (u16, usize)>,
    /// Close the connection when so many per cent of this file are sent, so many times.
    pub(crate) cut: HashMap<String, (usize, usize)>,
    /// Send other bytes than were declared for this file.
    pub(crate) corrupt: Option<String>,
    /// End this file in good order at 60 %.
    pub(crate) short: Option<String>,
    /// Declare this size for the large file.
    pub(crate) declared_size: Option<u64>,
    /// Answer a range with the whole file.
    pub(crate) ignore_ranges: bool,
    /// Answer every range with 416.
    pub(crate) refuse_ranges: bool,
    /// Leave out X-Repo-Commit.
    pub(crate) no_commit: bool,
    /// Send this entity tag for large files.
    pub(crate) etag: Option<String>,
    /// Wait before each piece of a large file.
    pub(crate) delay: Duration,
}

/// What was asked.
#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<Request>,
    bytes_sent: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) file: String,
    pub(crate) from: usize,
    pub(crate) ranged: bool,
    pub(crate) token: Option<String>,
    pub(crate) on_storage: bool,
}

pub(crate) fn golden(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name)
}

/// A file as large as those that the hub keeps in another place.
fn is_large(content: &[u8]) -> bool {
    content.len() > 200_000
}

pub(crate) fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn etag(content: &[u8]) -> String {
    if is_large(content) {
        return sha256(content);
    }
    let blob = [format!("blob {}\0", content.len()).as_bytes(), content].concat();
    Sha1::digest(blob).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl StandInHub {
    /// Starts both servers.
    pub(crate) fn start() -> Self {
        let mut files = HashMap::new();
        for name in
            ["config.json", "generation_config.json", "tokenizer_config.json", "vocab.json", "source.spm", "target.spm"]
        {
            files.insert(name.to_owned(), std::fs::read(golden("marian").join(name)).unwrap());
        }
        files.insert("pytorch_model.bin".to_owned(), b"never fetched: the safetensors come first".to_vec());
        files
            .insert("model.safetensors".to_owned(), std::fs::read(golden("marian").join("model.safetensors")).unwrap());
        let (hub, storage) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let endpoint = format!("http://{}", hub.local_addr().unwrap());
        let state = Arc::new(State {
            repository: "Helsinki-NLP/opus-mt-en-es".to_owned(),
            files,
            storage: format!("http://localhost:{}", storage.local_addr().unwrap().port()),
            faults: Mutex::default(),
            seen: Mutex::default(),
        });
        for (listener, on_storage) in [(hub, false), (storage, true)] {
            let state = state.clone();
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let state = state.clone();
                    thread::spawn(move || state.serve(stream, on_storage));
                }
            });
        }
        Self { endpoint, state }
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.state.faults.lock().unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.seen.lock().unwrap().connections
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.seen.lock().unwrap().requests.clone()
    }

    /// Bytes of a file's content that were sent, all answers together.
    pub(crate) fn bytes_sent(&self, file: &str) -> usize {
        self.state.seen.lock().unwrap().bytes_sent.get(file).copied().unwrap_or(0)
    }

    pub(crate) fn content(&self, file: &str) -> &[u8] {
        &self.state.files[file]
    }
}

impl State {
    fn serve(&self, stream: TcpStream, on_storage: bool) {
        self.seen.lock().unwrap().connections += 1;
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let Some(request) = self.read(&mut reader, on_storage) else { return };
        self.seen.lock().unwrap().requests.push(request.clone());
        // A client that hangs up is its own affair.
        let _ = self.answer(&request, stream);
    }

    fn read(&self, reader: &mut BufReader<TcpStream>, on_storage: bool) -> Option<Request> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let file = path.rsplit('/').next()?.to_owned();
        let mut request = Request { method, path, file, from: 0, ranged: false, token: None, on_storage };
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim().split_once(':') else { return Some(request) };
            match name.to_ascii_lowercase().as_str() {
                "authorization" => request.token = Some(value.trim().trim_start_matches("Bearer ").to_owned()),
                "range" => {
                    request.ranged = true;
                    request.from = value.trim().trim_start_matches("bytes=").trim_end_matches('-').parse().ok()?;
                }
                _ => {}
            }
        }
    }

    fn answer(&self, request: &Request, stream: TcpStream) -> std::io::Result<()> {
        if let Some(status) = self.refusal(request) {
            return head(&stream, status, &[("Content-Length", "0".to_owned())]);
        }
        let content = &self.files[&request.file];
        if request.on_storage {
            return self.send_content(request, content, stream, Vec::new());
        }
        let mut headers = Vec::new();
        let faults = self.faults.lock().unwrap();
        if !faults.no_commit {
            headers.push(("X-Repo-Commit", COMMIT.to_owned()));
        }
        if request.file == "tokenizer_config.json" && !request.path.starts_with("/cached/") {
            // The hub sends some small files to another address of its own.
            headers.push(("Location", format!("/cached/{}", request.file)));
            headers.push(("Content-Length", "0".to_owned()));
            return head(&stream, 307, &headers);
        }
        if !is_large(content) {
            drop(faults);
            headers.push(("ETag", format!("\"{}\"", etag(content))));
            return self.send_content(request, content, stream, headers);
        }
        let tag = faults.etag.clone().unwrap_or_else(|| etag(content));
        headers.push(("X-Linked-Etag", format!("\"{tag}\"")));
        headers.push(("X-Linked-Size", faults.declared_size.unwrap_or(content.len() as u64).to_string()));
        headers.push(("ETag", "\"of-the-redirect\"".to_owned()));
        headers.push(("Location", format!("{}/storage/{}", self.storage, request.file)));
        headers.push(("Content-Length", "0".to_owned()));
        head(&stream, 302, &headers)
    }

    fn refusal(&self, request: &Request) -> Option<u16> {
        let mut faults = self.faults.lock().unwrap();
        if let Some((status, times)) = faults.status.get_mut(&request.file)
            && *times > 0
        {
            *times -= 1;
            return Some(*status);
        }
        if !request.on_storage {
            if faults.token.is_some() && faults.token != request.token {
                return Some(401);
            }
            let resolve = |revision| format!("/{}/resolve/{revision}/{}", self.repository, request.file);
            let known = [resolve("main"), resolve(COMMIT), format!("/cached/{}", request.file)];
            if !known.contains(&request.path) {
                return Some(404);
            }
        }
        (!self.files.contains_key(&request.file)).then_some(404)
    }

    fn send_content(
        &self,
        request: &Request,
        content: &[u8],
        mut stream: TcpStream,
        mut headers: Vec<(&str, String)>,
    ) -> std::io::Result<()> {
        let mut body = content.to_vec();
        let (end, delay, from) = {
            let mut faults = self.faults.lock().unwrap();
            if faults.corrupt.as_ref() == Some(&request.file) {
                body[content.len() / 2] ^= 1;
            }
            if faults.short.as_ref() == Some(&request.file) {
                body.truncate(content.len() * 6 / 10);
            }
            let from = if faults.ignore_ranges { 0 } else { request.from };
            if request.ranged && (faults.refuse_ranges || from >= body.len().max(1)) {
                return head(&stream, 416, &[("Content-Length", "0".to_owned())]);
            }
            (self.end(&mut faults, request, body.len()), faults.delay, from)
        };
        headers.push(("Content-Length", (body.len() - from).to_string()));
        let partial = request.ranged && from == request.from;
        if partial {
            headers.push(("Content-Range", format!("bytes {from}-{}/{}", body.len() - 1, body.len())));
        }
        head(&stream, if partial { 206 } else { 200 }, &headers)?;
        if request.method == "HEAD" {
            return Ok(());
        }
        for piece in body[from..end.max(from)].chunks(64 << 10) {
            thread::sleep(delay);
            stream.write_all(piece)?;
            *self.seen.lock().unwrap().bytes_sent.entry(request.file.clone()).or_default() += piece.len();
        }
        stream.flush()
    }

    fn end(&self, faults: &mut Faults, request: &Request, length: usize) -> usize {
        match faults.cut.get_mut(&request.file) {
            Some((percent, times)) if *times > 0 && request.method == "GET" => {
                *times -= 1;
                length * *percent / 100
            }
            _ => length,
        }
    }
}

fn head(mut stream: &TcpStream, status: u16, headers: &[(&str, String)]) -> std::io::Result<()> {
    let mut text = format!("HTTP/1.1 {status} Whatever\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    stream.write_all((text + "\r\n").as_bytes())
}
