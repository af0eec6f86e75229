use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::InputError;

/// A natural language, written as its ISO 639-1 code (`en`), or its ISO 639-3 code where it has no shorter one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language(isolang::Language);

impl Language {
    /// English.
    pub const ENGLISH: Self = Self(isolang::Language::Eng);
    /// Spanish.
    pub const SPANISH: Self = Self(isolang::Language::Spa);

    /// The shortest ISO 639 code: `en`, `es`, `ast`.
    pub fn code(self) -> &'static str {
        self.0.to_639_1().unwrap_or(self.0.to_639_3())
    }

    /// The three-letter ISO 639-3 code: `eng`, `spa`.
    pub fn code3(self) -> &'static str {
        self.0.to_639_3()
    }

    /// The English name: `Spanish`.
    pub fn name(self) -> &'static str {
        self.0.to_name()
    }
}

impl FromStr for Language {
    type Err = InputError;

    fn from_str(code: &str) -> Result<Self, InputError> {
        let found = match code.len() {
            2 => isolang::Language::from_639_1(code),
            3 => isolang::Language::from_639_3(code),
            _ => None,
        };
        found
            .map(Self)
            .ok_or_else(|| InputError::invalid("language", format!("{code:?} is not an ISO 639 language code")))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl PartialOrd for Language {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Language {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A direction of translation, written `en-es`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LanguagePair {
    /// The language translated from.
    pub source: Language,
    /// The language translated into.
    pub target: Language,
}

impl LanguagePair {
    /// From `source` into `target`.
    pub fn new(source: Language, target: Language) -> Self {
        Self { source, target }
    }
}

impl fmt::Display for LanguagePair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.source, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_two_and_three_letter_codes() {
        assert_eq!("es".parse(), Ok(Language::SPANISH));
        assert_eq!("spa".parse(), Ok(Language::SPANISH));
        assert_eq!("ast".parse::<Language>().unwrap().code(), "ast");
        for code in ["", "e", "xx", "english", "EN-us"] {
            assert!(code.parse::<Language>().is_err(), "{code:?}");
        }
    }
}
