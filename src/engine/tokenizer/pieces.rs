//! The vocabulary of a SentencePiece model.

use std::collections::HashMap;

use sentencepiece_model::{SentencePieceModel, Type};

/// What a piece is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Unknown,
    Control,
    UserDefined,
    Unused,
    Byte(u8),
    /// A piece of another model.
    Foreign,
}

/// The vocabulary of a model.
#[derive(Debug)]
pub(super) struct Pieces {
    pub(super) all: Vec<(String, f32, Kind)>,
    /// Pieces that occur in text: normal, user-defined and unused ones.
    ids: HashMap<String, u32>,
    longest: usize,
    pub(super) unknown: u32,
    pub(super) worst: f32,
    pub(super) best: f32,
}

impl Pieces {
    pub(super) fn new(model: &SentencePieceModel) -> Result<Self, String> {
        let all: Vec<_> = model.pieces().iter().map(read_piece).collect::<Result<_, _>>()?;
        let unknown = all.iter().position(|(_, _, kind)| *kind == Kind::Unknown).ok_or("it has no unknown piece")?;
        let normal = || all.iter().filter(|(_, _, kind)| *kind == Kind::Normal).map(|(_, score, _)| *score);
        let ids: HashMap<_, _> = (0u32..)
            .zip(&all)
            .filter(|(_, (_, _, kind))| matches!(kind, Kind::Normal | Kind::UserDefined | Kind::Unused))
            .map(|(id, (text, _, _))| (text.clone(), id))
            .collect();
        Ok(Self {
            longest: ids.keys().map(String::len).max().unwrap_or(0),
            unknown: u32::try_from(unknown).map_err(|_| "it has too many pieces")?,
            worst: normal().fold(f32::MAX, f32::min),
            best: normal().fold(f32::MIN, f32::max),
            ids,
            all,
        })
    }

    /// The id of a piece that occurs in text.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied()
    }

    /// The pieces that `text` starts with, shortest first, with their lengths in bytes; unused ones left out.
    pub(super) fn prefixes<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, u32)> + 'a {
        let ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
        ends.take_while(|end| *end <= self.longest)
            .filter_map(|end| Some((end, self.find(&text[..end])?)))
            .filter(|(_, id)| self.kind(*id) != Kind::Unused)
    }

    /// What the piece is for; `Unknown` for an id that has none.
    pub(super) fn kind(&self, id: u32) -> Kind {
        self.get(id).map_or(Kind::Unknown, |(_, _, kind)| *kind)
    }

    /// The piece's score.
    pub(super) fn score(&self, id: u32) -> f32 {
        self.get(id).map_or(0.0, |(_, score, _)| *score)
    }

    pub(super) fn get(&self, id: u32) -> Option<&(String, f32, Kind)> {
        self.all.get(id as usize)
    }
}

fn read_piece(piece: &sentencepiece_model::SentencePiece) -> Result<(String, f32, Kind), String> {
    let text = piece.piece().to_owned();
    // Every text starts with it, so that a text would never come to its end. sentencepiece refuses it as well.
    if text.is_empty() {
        return Err("it has an empty piece".to_owned());
    }
    let kind = match piece.r#type() {
        Type::Normal => Kind::Normal,
        Type::Unknown => Kind::Unknown,
        Type::Control => Kind::Control,
        Type::UserDefined => Kind::UserDefined,
        Type::Unused => Kind::Unused,
        Type::Byte => Kind::Byte(byte_of(&text).ok_or_else(|| format!("{text:?} is not a byte piece"))?),
    };
    Ok((text, piece.score(), kind))
}

fn byte_of(text: &str) -> Option<u8> {
    u8::from_str_radix(text.strip_prefix("<0x")?.strip_suffix('>')?, 16).ok()
}
