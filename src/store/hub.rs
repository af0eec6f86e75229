//! The hub's HTTP protocol. Redirects are followed by hand: the first answer carries the commit and the checksum, and
//! the token must not travel to another host.

use std::{io::Read, sync::Arc};

use ureq::{
    Agent, Body, Proxy,
    http::{HeaderMap, Response, header},
    tls::{RootCerts, TlsConfig},
};
use url::Url;

use super::{StoreError, StoreLimits, checksum::Checksum};
use crate::config::HubSettings;

const MOST_REDIRECTS: usize = 8;

/// A connection to one hub.
pub(super) struct HubClient {
    agent: Agent,
    endpoint: Url,
    token: Option<String>,
}

/// What the hub says of one file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RemoteFile {
    pub(super) name: String,
    pub(super) commit: String,
    pub(super) checksum: Checksum,
    pub(super) size_bytes: u64,
}

/// A file's bytes on their way.
pub(super) struct Download {
    /// Where in the file they begin.
    pub(super) start: u64,
    pub(super) body: Box<dyn Read>,
    /// Who sends them.
    pub(super) host: String,
}

/// Which file of which repository.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileAddress<'a> {
    pub(super) repository: &'a str,
    pub(super) revision: &'a str,
    pub(super) file: &'a str,
}

#[derive(Clone, Copy, PartialEq)]
enum Method {
    Head,
    Get { from: u64 },
}

impl HubClient {
    /// A client that has opened nothing yet.
    pub(super) fn new(settings: &HubSettings, limits: &StoreLimits) -> Result<Self, StoreError> {
        let bad = |reason: String| StoreError::Setting { name: "HF_ENDPOINT", reason };
        let endpoint =
            Url::parse(&settings.endpoint).map_err(|error| bad(format!("{:?}: {error}", settings.endpoint)))?;
        if !matches!(endpoint.scheme(), "http" | "https") || endpoint.host_str().is_none() {
            return Err(bad(format!("{:?} is not an http or https address", settings.endpoint)));
        }
        let timeout = Some(limits.network_timeout);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("breve/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .proxy(proxy(settings)?)
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            .timeout_resolve(timeout)
            .timeout_connect(timeout)
            .timeout_recv_response(timeout)
            .timeout_per_read(timeout)
            .timeout_per_write(timeout)
            .build();
        Ok(Self { agent: config.new_agent(), endpoint, token: settings.token.clone() })
    }

    /// What the hub says of a file; `None` when the repository does not have it.
    pub(super) fn describe(&self, address: FileAddress<'_>) -> Result<Option<RemoteFile>, StoreError> {
        let mut url = self.url(address)?;
        let mut facts = Facts::default();
        for _ in 0..MOST_REDIRECTS {
            let response = self.send(&url, Method::Head)?;
            facts.learn(response.headers(), response.status().is_success());
            match (response.status().as_u16(), redirect(&url, &response)?) {
                (404, _) => return Ok(None),
                // Another host serves the bytes; all that is said of the file has been said.
                (_, Some(target)) if target.origin() != self.endpoint.origin() => {
                    return facts.into_remote(address, &url).map(Some);
                }
                (_, Some(target)) => url = target,
                (200, None) => return facts.into_remote(address, &url).map(Some),
                (status, None) => return Err(self.refusal(status, &url, address)),
            }
        }
        Err(protocol(&url, "too many redirects"))
    }

    /// Asks for a file's bytes from offset `from` on; the answer may begin at the start all the same.
    /// `None` when there is nothing from that offset on (416).
    pub(super) fn download(&self, address: FileAddress<'_>, from: u64) -> Result<Option<Download>, StoreError> {
        let mut url = self.url(address)?;
        for _ in 0..MOST_REDIRECTS {
            let response = self.send(&url, Method::Get { from })?;
            match (response.status().as_u16(), redirect(&url, &response)?) {
                (_, Some(target)) => url = target,
                (200, None) => return Ok(Some(Download::new(0, response, &url))),
                (206, None) if range_start(response.headers()) == Some(from) => {
                    return Ok(Some(Download::new(from, response, &url)));
                }
                (206, None) => return Err(protocol(&url, "it sends another range than was asked for")),
                (416, None) if from > 0 => return Ok(None),
                (status, None) => return Err(self.refusal(status, &url, address)),
            }
        }
        Err(protocol(&url, "too many redirects"))
    }

    fn url(&self, address: FileAddress<'_>) -> Result<Url, StoreError> {
        let FileAddress { repository, revision, file } = address;
        // A branch may hold a slash, which must not look like the file's folder.
        let revision = revision.replace('/', "%2F");
        let text = format!("{}/{repository}/resolve/{revision}/{file}", self.endpoint.as_str().trim_end_matches('/'));
        Url::parse(&text).map_err(|error| protocol(&self.endpoint, &format!("{text}: {error}")))
    }

    fn send(&self, url: &Url, method: Method) -> Result<Response<Body>, StoreError> {
        let mut request = match method {
            Method::Head => self.agent.head(url.as_str()),
            Method::Get { .. } => self.agent.get(url.as_str()),
        };
        if let Method::Get { from } = method
            && from > 0
        {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        if let Some(token) = self.token.as_ref().filter(|_| url.origin() == self.endpoint.origin()) {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request.call().map_err(|error| network(&host(url), error))
    }

    fn refusal(&self, status: u16, url: &Url, address: FileAddress<'_>) -> StoreError {
        // A refusal by the host that serves the bytes says nothing of the token, which it never saw.
        if url.origin() != self.endpoint.origin() {
            return StoreError::HubFailed { host: host(url), status };
        }
        let repository = address.repository.to_owned();
        match status {
            401 | 403 => StoreError::Unauthorized { repository, status, token_sent: self.token.is_some() },
            404 => StoreError::NotOnHub {
                repository,
                revision: address.revision.to_owned(),
                file: address.file.to_owned(),
            },
            _ => StoreError::HubFailed { host: host(url), status },
        }
    }
}

impl Download {
    fn new(start: u64, response: Response<Body>, url: &Url) -> Self {
        Self { start, body: Box::new(response.into_body().into_reader()), host: host(url) }
    }
}

/// What the answers on the way to a file have said so far; the first word counts.
#[derive(Default)]
struct Facts {
    commit: Option<String>,
    etag: Option<String>,
    size_bytes: Option<u64>,
}

impl Facts {
    fn learn(&mut self, headers: &HeaderMap, is_file: bool) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let number = |name: &str| text(name).and_then(|value| value.trim().parse().ok());
        self.commit = self.commit.take().or_else(|| text("x-repo-commit"));
        self.etag = self.etag.take().or_else(|| text("x-linked-etag"));
        self.size_bytes = self.size_bytes.or_else(|| number("x-linked-size"));
        if is_file {
            self.etag = self.etag.take().or_else(|| text("etag"));
            self.size_bytes = self.size_bytes.or_else(|| number("content-length"));
        }
    }

    fn into_remote(self, address: FileAddress<'_>, url: &Url) -> Result<RemoteFile, StoreError> {
        let missing = |what: &str| protocol(url, &format!("it does not tell the {what} of {}", address.file));
        let commit = self.commit.filter(|commit| is_commit(commit)).ok_or_else(|| missing("commit (X-Repo-Commit)"))?;
        let etag = self.etag.ok_or_else(|| missing("checksum (X-Linked-Etag or ETag)"))?;
        let checksum = Checksum::from_etag(&etag).ok_or_else(|| missing("checksum (X-Linked-Etag or ETag)"))?;
        let size_bytes = self.size_bytes.ok_or_else(|| missing("size (X-Linked-Size or Content-Length)"))?;
        Ok(RemoteFile { name: address.file.to_owned(), commit, checksum, size_bytes })
    }
}

/// A commit becomes the name of a directory, so nothing but its hexadecimal digits will do.
pub(super) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn redirect(url: &Url, response: &Response<Body>) -> Result<Option<Url>, StoreError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| url.join(location).ok());
    let target = target.ok_or_else(|| protocol(url, "it redirects to nowhere"))?;
    if url.scheme() == "https" && target.scheme() != "https" {
        return Err(protocol(url, "it redirects from https to an unprotected address"));
    }
    Ok(Some(target))
}

fn range_start(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.trim().strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

fn protocol(url: &Url, reason: &str) -> StoreError {
    StoreError::HubProtocol { host: host(url), reason: reason.to_owned() }
}

/// What a failed request or a broken body comes to.
fn network(host: &str, error: ureq::Error) -> StoreError {
    match error {
        ureq::Error::Timeout(_) => StoreError::Timeout { host: host.to_owned() },
        other => StoreError::Network { host: host.to_owned(), source: Arc::new(other) },
    }
}

/// What an error while reading a body comes to.
pub(super) fn broken_body(host: &str, error: std::io::Error) -> StoreError {
    network(host, ureq::Error::from(error))
}

fn proxy(settings: &HubSettings) -> Result<Option<Proxy>, StoreError> {
    let Some(address) = &settings.proxy else { return Ok(None) };
    // The address is not repeated in the message: it may hold a password.
    let bad = |_| StoreError::Setting {
        name: "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
        reason: "not the address of a proxy such as http://proxy.example:8080".to_owned(),
    };
    let given = Proxy::new(address).map_err(bad)?;
    let mut builder = Proxy::builder(given.protocol()).host(given.host()).port(given.port());
    if let Some(name) = given.username() {
        builder = builder.username(name);
    }
    if let Some(password) = given.password() {
        builder = builder.password(password);
    }
    for host in &settings.no_proxy {
        // As other tools read it, a bare name means its subdomains too.
        builder = builder.no_proxy(host).no_proxy(&format!(".{}", host.trim_start_matches('.')));
    }
    builder.build().map(Some).map_err(bad)
}
