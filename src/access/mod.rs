//! Who may use the service, and how much: keys, the clients that hold none, and their rates.

mod address;
mod key;
mod key_file;
mod rates;

use std::{
    net::IpAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

pub use address::client_address;
pub use key::{Key, KeyId, KeyLimits, Scope, Secret};
pub use key_file::{KeyFile, KeyFileError, NewKey};

use crate::domain::Network;
use key_file::Keys;
use rates::Rates;

/// Who is served without a key, as long as no key was ever made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutKeys {
    /// Nobody: others can reach the service.
    Nobody,
    /// Whoever is on this machine, which alone can reach the service.
    ThisMachine,
    /// Everybody, since the operator says so.
    Everybody,
}

/// How access is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPolicy {
    /// Where the keys are.
    pub keys_file: PathBuf,
    /// Who is served without one.
    pub without_keys: WithoutKeys,
    /// What a client may ask in a minute, unless its key says otherwise.
    pub limits: KeyLimits,
    /// Proxies that are believed when they say whom they speak for.
    pub trusted_proxies: Vec<Network>,
}

/// Decides who is served. Cheap to clone.
#[derive(Clone)]
pub struct Access {
    inner: Arc<Inner>,
}

struct Inner {
    keys: KeyFile,
    policy: AccessPolicy,
    /// There were keys once: a file that is gone opens nothing.
    closed: AtomicBool,
    rates: Rates,
}

/// A client that may be served.
#[derive(Clone)]
pub struct Client {
    who: Who,
    limits: KeyLimits,
    access: Access,
}

/// Who a client is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// The holder of a key.
    Key(KeyId, Vec<Scope>),
    /// Nobody that is known: the network that it calls from.
    Address(Network),
}

/// Why a client is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It brought no key.
    #[error("a key is needed: send `authorization: Bearer KEY`")]
    NoKey,
    /// It brought something that is no key, or one that is revoked or expired.
    #[error("the key is not known, or is revoked or expired")]
    WrongKey,
    /// Its key is not for this.
    #[error("this key has not the scope {0}")]
    Scope(Scope),
    /// It asks too often.
    #[error("too many requests: {limit} a minute are allowed")]
    Requests {
        /// Requests a minute.
        limit: u32,
        /// When the next one may come.
        retry_after: Duration,
    },
    /// It sends too much.
    #[error("too much text: {limit} tokens a minute are allowed")]
    Tokens {
        /// Tokens a minute.
        limit: u32,
        /// When there is room for this much.
        retry_after: Duration,
    },
    /// It sends more at once than it may in a minute.
    #[error("about {actual} tokens at once; this client may send {limit} a minute")]
    TooManyTokens {
        /// Tokens a minute.
        limit: u32,
        /// Tokens in this request.
        actual: u32,
    },
    /// The keys cannot be read: nobody is let in.
    #[error("the keys cannot be read: {0}")]
    Keys(String),
}

impl Access {
    /// Reads the keys that there are.
    ///
    /// # Errors
    /// [`KeyFileError`] of a file that is there and cannot be used.
    pub fn new(policy: AccessPolicy) -> Result<Self, KeyFileError> {
        let keys = KeyFile::new(policy.keys_file.clone());
        let closed = AtomicBool::new(!keys.current()?.is_empty());
        Ok(Self { inner: Arc::new(Inner { keys, policy, closed, rates: Rates::default() }) })
    }

    /// Whether any key was made.
    pub fn has_keys(&self) -> bool {
        self.inner.closed.load(Ordering::Acquire)
    }

    /// Whether a client without a key is served as things are.
    pub fn is_open(&self) -> bool {
        self.inner.policy.without_keys != WithoutKeys::Nobody && !self.has_keys()
    }

    /// Whether the service is there for this machine's programs and users, and for nobody else.
    pub fn is_local(&self) -> bool {
        // Keys that cannot be read let nobody in, whatever is said here.
        self.inner.policy.without_keys == WithoutKeys::ThisMachine && self.keys().is_ok() && !self.has_keys()
    }

    /// Proxies that are believed when they say whom they speak for.
    pub fn trusted_proxies(&self) -> &[Network] {
        &self.inner.policy.trusted_proxies
    }

    /// Lets a client in that calls from `address` and brings `credential`, and counts its request.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn admit(&self, credential: Option<&str>, address: IpAddr) -> Result<Client, Refusal> {
        let client = self.identify(credential, address).or_else(|refusal| {
            // So that keys cannot be guessed faster than anybody may ask.
            self.inner.rates.request(&Who::Address(Network::of_client(address)), self.inner.policy.limits)?;
            Err(refusal)
        })?;
        self.inner.rates.request(&client.who, client.limits)?;
        Ok(client)
    }

    /// The keys that there are now; that there are any is never forgotten.
    fn keys(&self) -> Result<Arc<Keys>, KeyFileError> {
        let keys = self.inner.keys.current()?;
        if !keys.is_empty() {
            self.inner.closed.store(true, Ordering::Release);
        }
        Ok(keys)
    }

    fn identify(&self, credential: Option<&str>, address: IpAddr) -> Result<Client, Refusal> {
        let keys = self.keys().map_err(|error| Refusal::Keys(error.to_string()))?;
        // What an open service is sent as a key is of no consequence: many clients always send one.
        if self.is_open() {
            let who = Who::Address(Network::of_client(address));
            return Ok(Client { who, limits: self.inner.policy.limits, access: self.clone() });
        }
        let secret = credential.ok_or(Refusal::NoKey)?;
        let key = Key::find(&keys, secret, SystemTime::now()).ok_or(Refusal::WrongKey)?;
        let limits = key.limits.or(self.inner.policy.limits);
        Ok(Client { who: Who::Key(key.id.clone(), key.scopes.clone()), limits, access: self.clone() })
    }
}

impl Client {
    /// Counts what it sent.
    ///
    /// # Errors
    /// [`Refusal::Tokens`], [`Refusal::TooManyTokens`].
    pub fn spend(&self, characters: usize) -> Result<(), Refusal> {
        let tokens = characters.div_ceil(CHARACTERS_PER_TOKEN);
        self.access.inner.rates.tokens(&self.who, self.limits, u32::try_from(tokens).unwrap_or(u32::MAX))
    }

    /// Whether it may do what `scope` is for. Who needs no key may do everything.
    ///
    /// # Errors
    /// [`Refusal::Scope`].
    pub fn needs(&self, scope: Scope) -> Result<(), Refusal> {
        match &self.who {
            Who::Key(_, scopes) if !scopes.contains(&scope) => Err(Refusal::Scope(scope)),
            _ => Ok(()),
        }
    }

    /// Its key's id, which is no secret.
    pub fn key(&self) -> Option<&KeyId> {
        match &self.who {
            Who::Key(id, _) => Some(id),
            Who::Address(_) => None,
        }
    }
}

/// What a token counts for where no model has counted yet: English and Spanish text has four to five characters a token.
const CHARACTERS_PER_TOKEN: usize = 4;

#[cfg(test)]
mod tests;
