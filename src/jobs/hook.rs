//! Messages to those who wait for a job: where they may go, how they are signed, and their sending.
//!
//! Signed as <https://www.standardwebhooks.com> has it, so that its libraries verify them.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig},
};
use url::Url;

use super::JobsError;

const SECRET_PREFIX: &str = "whsec_";
const SECRET_BYTES: usize = 24;
/// Longest time for one message.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest address.
const LONGEST_URL: usize = 2000;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// The same for every try, so that it can be told apart from others.
    pub(super) id: String,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) body: String,
}

/// Whether the service may call `url`: only hosts that its operator names, since it can reach what callers cannot.
pub(super) fn check(url: &str, hosts: &[String]) -> Result<(), JobsError> {
    let refuse = |reason: &str| Err(JobsError::Hook(format!("webhook: {reason}")));
    if url.len() > LONGEST_URL {
        return refuse("is longer than 2000 characters");
    }
    let Ok(parsed) = Url::parse(url) else { return refuse("is no URL, such as https://desk.example/hooks") };
    if !matches!(parsed.scheme(), "http" | "https") || !parsed.username().is_empty() || parsed.password().is_some() {
        return refuse("must begin with https:// or http:// and hold no password");
    }
    let Some(host) = parsed.host_str() else { return refuse("names no host") };
    let with_port = parsed.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let allowed = |name: &String| {
        name.eq_ignore_ascii_case(host) && parsed.port().is_none() || name.eq_ignore_ascii_case(&with_port)
    };
    if hosts.iter().any(allowed) {
        return Ok(());
    }
    refuse("its host is none of those that jobs.webhook_hosts of the server's settings allows")
}

/// A new secret, as `whsec_` and Base64.
///
/// # Errors
/// [`JobsError::Unavailable`] where the system has no randomness.
pub(super) fn new_secret() -> Result<String, JobsError> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| JobsError::Unavailable(error.to_string()))?;
    Ok(format!("{SECRET_PREFIX}{}", BASE64_STANDARD.encode(bytes)))
}

/// `v1,` and the Base64 of HMAC-SHA256 over id, time in seconds, and body.
fn signature(message: &Message, seconds: u64) -> Option<String> {
    let key = BASE64_STANDARD.decode(message.secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{}.{seconds}.{}", message.id, message.body).as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

/// Sends `message`; what the other side answers but for its status is not read.
///
/// # Errors
/// Why it was not taken, for the log.
pub(super) fn send(message: &Message, seconds: u64) -> Result<(), String> {
    let signature = signature(message, seconds).ok_or("its secret is broken")?;
    let request = agent()
        .post(&message.url)
        .header("content-type", "application/json")
        .header("user-agent", "breve")
        .header("webhook-id", &message.id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature);
    let answer = request.send(&message.body).map_err(|error| error.to_string())?;
    if answer.status().is_success() { Ok(()) } else { Err(format!("it answered {}", answer.status())) }
}

/// Follows nobody elsewhere: only hosts that are allowed are called.
fn agent() -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).max_redirects(0).max_redirects_will_error(false);
    config.http_status_as_error(false).proxy(None).tls_config(tls).build().new_agent()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_that_the_operator_names_are_called() {
        let hosts = ["desk.example".to_owned(), "127.0.0.1:9000".to_owned()];
        for (url, allowed) in [
            ("https://desk.example/hook?a=1", true),
            ("http://DESK.example/", true),
            ("http://127.0.0.1:9000/", true),
            ("http://127.0.0.1/", false),
            ("https://desk.example:8443/", false),
            ("https://desk.example.evil.example/", false),
            ("https://user:secret@desk.example/", false),
            ("ftp://desk.example/", false),
            ("desk.example", false),
            ("http://169.254.169.254/latest", false),
        ] {
            assert_eq!(check(url, &hosts).is_ok(), allowed, "{url}");
        }
        assert!(check("https://desk.example/", &[]).is_err(), "none is allowed unless named");
    }

    /// The example of the specification's own test suite.
    #[test]
    fn messages_are_signed_as_the_standard_has_it() {
        let message = Message {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            url: String::new(),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            body: r#"{"test": 2432232314}"#.to_owned(),
        };
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature(&message, 1_614_265_330).as_deref(), Some(expected));
    }

    #[test]
    fn secrets_differ() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert!(one != other && one.starts_with(SECRET_PREFIX), "{one}");
    }
}
