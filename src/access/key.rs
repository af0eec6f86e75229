//! Keys: what a client holds, and what is kept of it.

use std::{collections::HashMap, fmt, str::FromStr, time::SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Summaries, translations, and whatever else changes nothing.
    Use,
    /// Fetching, loading and removing models.
    Manage,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Use => "use",
            Self::Manage => "manage",
        })
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "use" => Ok(Self::Use),
            "manage" => Ok(Self::Manage),
            _ => Err("must be use or manage".to_owned()),
        }
    }
}

/// A key's public name: eight hexadecimal digits, which its secret begins with. No secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    const DIGITS: usize = 8;
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, String> {
        let plain = id.len() == Self::DIGITS && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if plain { Ok(Self(id.to_owned())) } else { Err("must be eight hexadecimal digits".to_owned()) }
    }
}

impl TryFrom<String> for KeyId {
    type Error = String;

    fn try_from(id: String) -> Result<Self, String> {
        id.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// What a client may ask in a minute; `None` as much as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyLimits {
    /// Requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens sent, at four characters each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
}

impl KeyLimits {
    /// These, and `others` where they say nothing.
    pub(super) fn or(self, others: Self) -> Self {
        Self {
            requests_per_minute: self.requests_per_minute.or(others.requests_per_minute),
            tokens_per_minute: self.tokens_per_minute.or(others.tokens_per_minute),
        }
    }
}

/// What is kept of a key: enough to know it again, not enough to use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Its public name.
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// SHA-256 of the secret, in hexadecimal. A secret is 256 random bits, so that a slow hash would protect nothing more.
    #[serde(with = "hex_digest")]
    pub sha256: [u8; 32],
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    #[serde(with = "moment")]
    pub created: SystemTime,
    /// When it ends by itself.
    #[serde(default, with = "optional_moment", skip_serializing_if = "Option::is_none")]
    pub expires: Option<SystemTime>,
    /// When it was revoked. The entry stays, so that the last key's end opens nothing.
    #[serde(default, with = "optional_moment", skip_serializing_if = "Option::is_none")]
    pub revoked: Option<SystemTime>,
    /// What its holder may ask, where that differs from other clients.
    #[serde(default)]
    pub limits: KeyLimits,
}

/// What the holder of a key sends: `breve_`, the key's id, `_` and 64 hexadecimal digits.
pub struct Secret(String);

impl Secret {
    const PREFIX: &str = "breve_";

    /// A new one and its id, from the system's random numbers.
    ///
    /// # Errors
    /// The system has none.
    pub fn generate() -> Result<(KeyId, Self), getrandom::Error> {
        let mut bytes = [0; 36];
        getrandom::fill(&mut bytes)?;
        let digits = hex::encode(bytes);
        let (id, rest) = digits.split_at(KeyId::DIGITS);
        Ok((KeyId(id.to_owned()), Self(format!("{}{id}_{rest}", Self::PREFIX))))
    }

    /// What is kept of it.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The text that its holder sends. Shown once and never kept.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Key {
    /// Whether it is neither revoked nor past its end.
    pub fn is_valid(&self, now: SystemTime) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now < end)
    }

    /// The valid key among `keys` that `secret` is of. The secret's public part finds it; the rest is compared in a time
    /// that does not depend on it, and takes as long where there is no such key.
    pub fn find<'a>(keys: &'a HashMap<KeyId, Self>, secret: &str, now: SystemTime) -> Option<&'a Self> {
        let id = secret.strip_prefix(Secret::PREFIX).and_then(|rest| rest.get(..KeyId::DIGITS));
        let key = id.and_then(|id| id.parse().ok()).and_then(|id: KeyId| keys.get(&id));
        let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        let same = digest.ct_eq(key.map_or(&[0; 32], |key| &key.sha256));
        key.filter(|key| bool::from(same) && key.is_valid(now))
    }
}

/// 32 bytes as 64 hexadecimal digits.
mod hex_digest {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(digest: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(digest))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest).map_err(|_| D::Error::custom("must be 64 hexadecimal digits"))?;
        Ok(digest)
    }
}

/// A moment as RFC 3339 has it, in whole seconds.
mod moment {
    use std::time::SystemTime;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&humantime::format_rfc3339_seconds(*time))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
        humantime::parse_rfc3339(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The same where there may be none.
mod optional_moment {
    use std::time::SystemTime;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::moment::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SystemTime>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| humantime::parse_rfc3339(&text)).transpose().map_err(D::Error::custom)
    }
}
