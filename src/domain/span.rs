use serde::{Deserialize, Serialize};

/// A half-open range of byte offsets into the article as it was sent; both ends lie on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// From `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The same range of `text` counted in `unit`.
    pub fn in_unit(self, text: &str, unit: OffsetUnit) -> Self {
        let start = unit.count(&text[..self.start]);
        Self { start, end: start + unit.count(&text[self.start..self.end]) }
    }
}

/// What offsets in an answer count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OffsetUnit {
    /// Unicode scalar values, as Python counts.
    #[default]
    Char,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
    /// Bytes of UTF-8.
    Utf8,
}

impl OffsetUnit {
    /// The length of `text` in this unit.
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Char => text.chars().count(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf8 => text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_each_unit() {
        let text = "a😀ñb";
        let span = Span::new(1, 7); // 😀ñ
        assert_eq!(span.in_unit(text, OffsetUnit::Char), Span::new(1, 3));
        assert_eq!(span.in_unit(text, OffsetUnit::Utf16), Span::new(1, 4));
        assert_eq!(span.in_unit(text, OffsetUnit::Utf8), span);
    }
}
