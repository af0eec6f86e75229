//! The text normalisation that a SentencePiece model carries, as `normalizer.cc` of sentencepiece 0.2 does it.
//!
//! `tokenizers` has a `Precompiled` normaliser for the same table, but it takes the shortest matching prefix of a
//! grapheme where sentencepiece takes the longest of the rest of the text, and it panics on a damaged table.

use sentencepiece_model::NormalizerSpec;

use crate::domain::Span;

/// What sentencepiece writes for a space.
pub(super) const SPACE: char = '\u{2581}';

/// Rewrites text before it is split into pieces.
#[derive(Debug)]
pub(super) struct Normalizer {
    table: Table,
    add_dummy_prefix: bool,
    suffix: bool,
    remove_extra_whitespaces: bool,
    escape_whitespaces: bool,
    /// Pieces that are taken as they stand.
    fixed: Vec<String>,
}

/// What is split into pieces.
#[derive(Debug, Default)]
pub(super) struct Normal {
    pub(super) text: String,
    /// For each byte of the text those of the original that it was made from, on character boundaries.
    pub(super) origins: Vec<Span>,
}

impl Normal {
    fn push(&mut self, c: char, origin: Span) {
        self.text.push(c);
        self.origins.resize(self.text.len(), origin);
    }
}

impl Normalizer {
    /// Reads the table. `fixed` are the user-defined pieces; `suffix` puts the added space at the end.
    pub(super) fn new(spec: Option<&NormalizerSpec>, mut fixed: Vec<String>, suffix: bool) -> Result<Self, String> {
        fixed.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
        let charsmap = spec.map_or(&[][..], |spec| spec.precompiled_charsmap());
        Ok(Self {
            table: Table::parse(charsmap).ok_or("the table of character replacements is damaged")?,
            add_dummy_prefix: spec.is_none_or(|spec| spec.add_dummy_prefix()),
            suffix,
            remove_extra_whitespaces: spec.is_none_or(|spec| spec.remove_extra_whitespaces()),
            escape_whitespaces: spec.is_none_or(|spec| spec.escape_whitespaces()),
            fixed,
        })
    }

    /// Whether decoding drops the space in front of the text.
    pub(super) fn hides_first_space(&self) -> bool {
        self.add_dummy_prefix || self.remove_extra_whitespaces
    }

    /// Whether runs of spaces become one.
    pub(super) fn removes_extra_whitespaces(&self) -> bool {
        self.remove_extra_whitespaces
    }

    /// The longest user-defined piece that `text` starts with.
    pub(super) fn fixed_prefix(&self, text: &str) -> Option<usize> {
        self.fixed.iter().find(|piece| text.starts_with(piece.as_str())).map(String::len)
    }

    /// The text that is split into pieces.
    pub(super) fn normalize(&self, text: &str) -> Normal {
        let mut out = Normal::default();
        let mut rest = text;
        if self.remove_extra_whitespaces {
            while let (" ", read @ 1..) = self.prefix(rest) {
                rest = &rest[read..];
            }
        }
        if rest.is_empty() {
            return out;
        }
        let space = if self.escape_whitespaces { SPACE } else { ' ' };
        let start = text.len() - rest.len();
        if self.add_dummy_prefix && !self.suffix {
            out.push(space, Span::new(start, start));
        }
        self.copy(text, start, space, &mut out);
        if self.remove_extra_whitespaces {
            out.text.truncate(out.text.trim_end_matches(space).len());
            out.origins.truncate(out.text.len());
        }
        if self.add_dummy_prefix && self.suffix {
            out.push(space, Span::new(text.len(), text.len()));
        }
        out
    }

    /// Appends what `text` becomes from the byte `at` on.
    fn copy(&self, text: &str, mut at: usize, space: char, out: &mut Normal) {
        let mut after_space = self.remove_extra_whitespaces;
        while at < text.len() {
            let (mut piece, read) = self.prefix(&text[at..]);
            let origin = Span::new(at, at + read);
            if after_space {
                piece = piece.trim_start_matches(' ');
            }
            if !piece.is_empty() {
                piece.chars().for_each(|c| out.push(if c == ' ' { space } else { c }, origin));
                after_space = self.remove_extra_whitespaces && piece.ends_with(' ');
            }
            at += read;
        }
    }

    /// What the start of `text` becomes, and how many bytes of it were read: at least one character.
    fn prefix<'a>(&'a self, text: &'a str) -> (&'a str, usize) {
        if let Some(length) = self.fixed_prefix(text) {
            return (&text[..length], length);
        }
        if let Some((replacement, read)) = self.table.longest(text) {
            return (replacement, read);
        }
        let length = text.chars().next().map_or(0, char::len_utf8);
        (&text[..length], length)
    }
}

/// A double-array trie (Darts) from byte strings to offsets into zero-terminated replacements.
#[derive(Debug)]
struct Table {
    units: Vec<u32>,
    replacements: String,
}

impl Table {
    fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self { units: Vec::new(), replacements: String::new() });
        }
        let (size, rest) = bytes.split_first_chunk()?;
        let (units, replacements) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*size)).ok()?)?;
        let units = units.chunks_exact(4).map(|unit| u32::from_le_bytes([unit[0], unit[1], unit[2], unit[3]]));
        Some(Self { units: units.collect(), replacements: String::from_utf8(replacements.to_vec()).ok()? })
    }

    /// The replacement of the longest key that `text` starts with, and that key's length in bytes.
    fn longest(&self, text: &str) -> Option<(&str, usize)> {
        let mut found = None;
        let mut node = offset(*self.units.first()?);
        for (index, byte) in text.bytes().enumerate() {
            node ^= usize::from(byte);
            let Some(&unit) = self.units.get(node).filter(|unit| *unit & 0x8000_00FF == u32::from(byte)) else { break };
            node ^= offset(unit);
            if unit >> 8 & 1 == 1 {
                found = self.units.get(node).map(|leaf| (leaf & 0x7FFF_FFFF, index + 1));
            }
        }
        let (start, length) = found?;
        let tail = self.replacements.get(usize::try_from(start).ok()?..)?;
        Some((tail.split('\0').next()?, length)).filter(|_| text.is_char_boundary(length))
    }
}

fn offset(unit: u32) -> usize {
    ((unit >> 10) << ((unit & 0x200) >> 6)) as usize
}
