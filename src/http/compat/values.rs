//! Values as clients of other services send them.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor},
};
use utoipa::openapi::{ObjectBuilder, Schema, schema::SchemaType};

use crate::http::error::ApiError;

/// A whole number that is not negative: `3`, `3.0`, or `"3"` in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(pub(super) usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number that is not negative")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
        let count = usize::try_from(number).map(Count);
        count.map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Count, E> {
        // What this holds is a number of tokens or texts: beyond a million any is as good as another.
        let whole = (0.0..=1e6).contains(&number) && number.fract() == 0.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was looked at")]
        whole.then_some(Count(number as usize)).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
        text.trim().parse().map(Count).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// A field that this service can do nothing with. Whether it asks for something: null, `false`, 0, and what is empty
/// do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unsupported {
    pub(super) asked: bool,
}

impl<'de> Deserialize<'de> for Unsupported {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UnsupportedVisitor).map(|asked| Self { asked })
    }
}

struct UnsupportedVisitor;

impl<'de> Visitor<'de> for UnsupportedVisitor {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<bool, E> {
        Ok(flag)
    }

    fn visit_u64<E>(self, number: u64) -> Result<bool, E> {
        Ok(number != 0)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_f64<E>(self, number: f64) -> Result<bool, E> {
        Ok(number != 0.0)
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        Ok(!matches!(text, "" | "0" | "false"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        let mut asked = false;
        while items.next_element::<IgnoredAny>()?.is_some() {
            asked = true;
        }
        Ok(asked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let mut asked = false;
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            asked = true;
        }
        Ok(asked)
    }
}

/// Refuses the first of the fields that asks for something: the answer would not be what was asked for.
pub(super) fn refuse(fields: &[(&str, Unsupported)]) -> Result<(), ApiError> {
    match fields.iter().find(|(_, field)| field.asked) {
        Some((name, _)) => Err(cannot(name)),
        None => Ok(()),
    }
}

/// A field that asks for what this service cannot do.
pub(super) fn cannot(name: &str) -> ApiError {
    ApiError::invalid(name, format!("{name}: Breve cannot do what this asks for, and will not leave it out unasked"))
}

/// The schema of [`Count`].
pub(super) fn count() -> Schema {
    let kind = SchemaType::from_iter([utoipa::openapi::Type::Integer, utoipa::openapi::Type::Null]);
    ObjectBuilder::new().schema_type(kind).minimum(Some(0)).into()
}

/// The schema of [`Unsupported`].
pub(super) fn unsupported() -> Schema {
    let description = "Refused, unless it is null, `false`, 0 or empty.";
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(description)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_counts_of_json_and_of_forms() {
        for (json, count) in [("3", 3), ("3.0", 3), ("\" 3\"", 3), ("0", 0)] {
            assert_eq!(serde_json::from_str::<Count>(json).unwrap(), Count(count), "{json}");
        }
        for json in ["-1", "2.5", "1e300", "\"x\"", "\"\"", "true", "[]"] {
            assert!(serde_json::from_str::<Count>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn only_what_asks_for_something_is_refused() {
        let asked = |json| serde_json::from_str::<Unsupported>(json).unwrap().asked;
        for json in ["null", "false", "0", "0.0", "\"\"", "\"0\"", "[]", "{}"] {
            assert!(!asked(json), "{json}");
        }
        for json in ["true", "1", "-1", "0.5", "\"x\"", "[0]", "{\"a\":null}"] {
            assert!(asked(json), "{json}");
        }
        let (yes, no) = (Unsupported { asked: true }, Unsupported::default());
        assert_eq!(refuse(&[("n", no), ("tools", yes)]).unwrap_err().param(), Some("tools"));
        assert_eq!(refuse(&[("n", no)]), Ok(()));
    }
}
