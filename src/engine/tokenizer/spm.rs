//! A SentencePiece model file: the pieces, and text split into them exactly as sentencepiece 0.2 does.
//!
//! The algorithms are written here because the crates that have them differ from sentencepiece in what they
//! normalise and in how they round (`tokenizers`, `rust_tokenizers`), or build C++ with cmake (`sentencepiece`).

use std::{collections::HashMap, ops::Range, path::Path};

use sentencepiece_model::{ModelType, SentencePieceModel};

use super::{
    charsmap::{Normal, Normalizer, SPACE},
    merges,
    pieces::{Kind, Pieces},
    viterbi,
};
use crate::{domain::Span, engine::EngineError};

/// What sentencepiece writes for a piece that it does not know, where the model names nothing else.
const UNKNOWN_SURFACE: &str = " \u{2047} ";

/// A SentencePiece model. Adds no token of its own: no start, no end, no language.
#[derive(Debug)]
pub(in crate::engine) struct SentencePiece {
    pieces: Pieces,
    named: HashMap<String, u32>,
    normalizer: Normalizer,
    algorithm: ModelType,
    /// Byte pieces by byte, when unknown characters are written in them.
    bytes: Option<Vec<u32>>,
    unknown_surface: String,
}

/// A piece of a text.
struct Piece {
    id: u32,
    text: String,
    /// Where it stands in the normal text. What is written in bytes stands there as a whole.
    range: Range<usize>,
}

/// Reads a SentencePiece model (`*.model`, `*.spm`) of the unigram or byte-pair kind.
///
/// # Errors
/// [`EngineError`] when the file is missing, is no such model, or is of the word or character kind.
pub(in crate::engine) fn from_sentencepiece(path: &Path) -> Result<SentencePiece, EngineError> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => EngineError::MissingFile { path: path.to_owned() },
        _ => EngineError::BadFile { path: path.to_owned(), reason: error.to_string() },
    })?;
    SentencePiece::parse(&bytes).map_err(|reason| EngineError::BadFile {
        path: path.to_owned(),
        reason: format!("not a usable SentencePiece model: {reason}"),
    })
}

impl SentencePiece {
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let model = SentencePieceModel::from_slice(bytes).map_err(|error| error.to_string())?;
        let pieces = Pieces::new(&model)?;
        let trainer = model.trainer();
        let algorithm = trainer.map_or(ModelType::Unigram, |trainer| trainer.model_type());
        if !matches!(algorithm, ModelType::Unigram | ModelType::Bpe) {
            return Err(format!("models of the kind {algorithm:?} are not supported"));
        }
        let of_kind = |wanted| pieces.all.iter().filter(move |(_, _, kind)| *kind == wanted);
        let fixed = of_kind(Kind::UserDefined).map(|(text, _, _)| text.clone()).collect();
        let suffix = trainer.is_some_and(|trainer| trainer.treat_whitespace_as_suffix());
        let byte_fallback = trainer.is_some_and(|trainer| trainer.byte_fallback());
        Ok(Self {
            normalizer: Normalizer::new(model.normalizer(), fixed, suffix)?,
            algorithm,
            bytes: if byte_fallback { Some(byte_ids(&pieces)?) } else { None },
            unknown_surface: trainer.map_or(UNKNOWN_SURFACE, |trainer| trainer.unk_surface()).to_owned(),
            named: (0u32..).zip(&pieces.all).map(|(id, (text, _, _))| (text.clone(), id)).collect(),
            pieces,
        })
    }

    /// The ids of `text`'s pieces.
    pub(in crate::engine) fn encode(&self, text: &str) -> Vec<u32> {
        self.split(&self.normalizer.normalize(text)).into_iter().map(|piece| piece.id).collect()
    }

    /// The pieces of `text`: those that the model does not know as they stand in the text.
    pub(in crate::engine) fn encode_as_pieces(&self, text: &str) -> Vec<String> {
        self.split(&self.normalizer.normalize(text)).into_iter().map(|piece| piece.text).collect()
    }

    /// Where each of `text`'s pieces stands in it, without the blanks around it: byte ranges on character boundaries; none
    /// for a piece that is blank.
    pub(in crate::engine) fn spans(&self, text: &str) -> Vec<Option<Span>> {
        let normal = self.normalizer.normalize(text);
        self.split(&normal).into_iter().map(|piece| original(&normal, piece.range)).collect()
    }

    fn split(&self, normal: &Normal) -> Vec<Piece> {
        let normal = normal.text.as_str();
        let split = match self.algorithm {
            ModelType::Bpe => merges::split(&self.pieces, normal, |rest| self.normalizer.fixed_prefix(rest)),
            _ => viterbi::split(&self.pieces, normal),
        };
        let mut out = Vec::with_capacity(split.len());
        let mut start = 0;
        for (id, end) in split {
            self.append(id, &normal[start..end], start..end, &mut out);
            start = end;
        }
        out
    }

    /// Unknown pieces side by side become one, or are written in bytes.
    fn append(&self, id: u32, text: &str, range: Range<usize>, out: &mut Vec<Piece>) {
        let whole = |range| Piece { id, text: text.to_owned(), range };
        if id != self.pieces.unknown {
            return out.push(whole(range));
        }
        match (&self.bytes, out.last_mut()) {
            (Some(ids), _) => out.extend(text.bytes().map(|byte| {
                let (id, range) = (ids[usize::from(byte)], range.clone());
                Piece { id, text: format!("<0x{byte:02X}>"), range }
            })),
            (None, Some(last)) if last.id == id => {
                last.text.push_str(text);
                last.range.end = range.end;
            }
            (None, _) => out.push(whole(range)),
        }
    }

    /// The text of `ids`. Control pieces and ids that the model does not have are left out.
    pub(in crate::engine) fn decode(&self, ids: &[u32]) -> String {
        self.join(ids.iter().filter_map(|id| self.pieces.get(*id)).map(|(text, _, kind)| (text.as_str(), *kind)))
    }

    /// The text of `pieces`; those that the model does not have are copied.
    pub(in crate::engine) fn decode_pieces(&self, pieces: &[&str]) -> String {
        self.join(pieces.iter().map(|text| match self.id_of(text) {
            Some(id) => (*text, self.pieces.kind(id)),
            None => (*text, Kind::Foreign),
        }))
    }

    fn join<'a>(&self, pieces: impl Iterator<Item = (&'a str, Kind)>) -> String {
        let mut out = String::new();
        let mut bytes = Vec::new();
        let mut at_start = true;
        for (text, kind) in pieces {
            if let Kind::Byte(byte) = kind {
                bytes.push(byte);
                continue;
            }
            push_bytes(&mut bytes, &mut out);
            at_start &= out.is_empty();
            match kind {
                Kind::Control => {}
                Kind::Unknown => out.push_str(&self.unknown_surface),
                Kind::Foreign => out.push_str(text),
                _ => at_start = self.push_piece(text, at_start, &mut out),
            }
        }
        push_bytes(&mut bytes, &mut out);
        out
    }

    /// Appends a piece's text; whether the next piece is still the first.
    fn push_piece(&self, piece: &str, at_start: bool, out: &mut String) -> bool {
        let bare = piece.strip_prefix(SPACE).filter(|_| at_start && self.normalizer.hides_first_space());
        out.extend(bare.unwrap_or(piece).chars().map(|c| if c == SPACE { ' ' } else { c }));
        at_start && (bare.is_none() || self.normalizer.removes_extra_whitespaces())
    }

    /// The id of a piece, of whatever kind.
    pub(in crate::engine) fn id_of(&self, piece: &str) -> Option<u32> {
        self.named.get(piece).copied()
    }

    /// The piece that has this id.
    pub(in crate::engine) fn piece(&self, id: u32) -> Option<&str> {
        self.pieces.get(id).map(|(text, _, _)| text.as_str())
    }

    /// The number of pieces.
    pub(in crate::engine) fn len(&self) -> usize {
        self.pieces.all.len()
    }

    /// The id of the piece that stands for what the model does not know.
    pub(in crate::engine) fn unknown_id(&self) -> u32 {
        self.pieces.unknown
    }
}

/// What a range of the normal text was made from, without the blanks around it.
fn original(normal: &Normal, range: Range<usize>) -> Option<Span> {
    let (text, blank) = (&normal.text[range.clone()], [SPACE, ' ']);
    let start = range.end - text.trim_start_matches(blank).len();
    let end = range.start + text.trim_end_matches(blank).len();
    (start < end).then(|| Span::new(normal.origins[start].start, normal.origins[end - 1].end))
}

fn byte_ids(pieces: &Pieces) -> Result<Vec<u32>, String> {
    let mut ids = vec![None; 256];
    for (id, (_, _, kind)) in (0u32..).zip(&pieces.all) {
        if let Kind::Byte(byte) = kind {
            ids[usize::from(*byte)] = Some(id);
        }
    }
    ids.into_iter()
        .collect::<Option<_>>()
        .ok_or_else(|| "it falls back to bytes and does not have all of them".to_owned())
}

/// Bytes that are no UTF-8 become U+FFFD, one for each.
fn push_bytes(bytes: &mut Vec<u8>, out: &mut String) {
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    bytes.clear();
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    #[derive(serde::Deserialize)]
    struct Fixture {
        model: String,
        cases: Vec<Case>,
    }

    #[derive(serde::Deserialize)]
    struct Case {
        text: String,
        ids: Vec<u32>,
        pieces: Vec<String>,
        decoded: String,
    }

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn splits_and_joins_as_sentencepiece_does() {
        let text = std::fs::read(root().join("tests/fixtures/sentencepiece/cases.json")).unwrap();
        for fixture in serde_json::from_slice::<Vec<Fixture>>(&text).unwrap() {
            let model = from_sentencepiece(&root().join(&fixture.model)).unwrap();
            for case in fixture.cases {
                let at = format!("{}: {:?}", fixture.model, case.text);
                assert_eq!(model.encode_as_pieces(&case.text), case.pieces, "{at}");
                assert_eq!(model.encode(&case.text), case.ids, "{at}");
                assert_eq!(model.decode(&case.ids), case.decoded, "{at}");
            }
        }
    }

    #[test]
    fn an_empty_piece_is_refused() {
        // One more of the model's pieces: no text, user-defined.
        let piece = b"\x0a\x04\x0a\x00\x18\x04";
        for model in ["marian/source.spm", "t5/spiece.model"] {
            let whole = std::fs::read(root().join("tests/goldens").join(model)).unwrap();
            let error = SentencePiece::parse(&[&whole[..], piece].concat()).unwrap_err();
            assert!(error.contains("empty piece"), "{model}: {error}");
        }
    }

    #[test]
    fn a_damaged_model_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vocab.spm");
        assert!(matches!(from_sentencepiece(&path), Err(EngineError::MissingFile { .. })));
        let whole = std::fs::read(root().join("tests/goldens/marian/source.spm")).unwrap();
        for bytes in [&b"not a model"[..], &[], &whole[..whole.len() / 2]] {
            std::fs::write(&path, bytes).unwrap();
            let error = from_sentencepiece(&path).unwrap_err();
            assert!(error.to_string().contains("vocab.spm: not a usable SentencePiece model"), "{error}");
        }
    }

    static MODELS: LazyLock<Vec<SentencePiece>> = LazyLock::new(|| {
        let paths = ["models/en-es-tiny/vocab.spm", "tests/goldens/marian/source.spm", "tests/goldens/t5/spiece.model"];
        paths.map(|path| from_sentencepiece(&root().join(path)).unwrap()).into()
    });

    proptest! {
        #[test]
        fn pieces_stand_in_the_text_in_its_order(text in "([a-z]{1,4}|[ \u{a0}\t]|[ÁéÑ]|e\u{301}|ﬁ|½|😀|[A-Z,.]|\\PC){0,12}") {
            for model in MODELS.iter() {
                let (spans, pieces) = (model.spans(&text), model.encode_as_pieces(&text));
                prop_assert_eq!(spans.len(), pieces.len());
                prop_assert!(spans.iter().flatten().is_sorted_by(|a, b| a.start <= b.start && a.end <= b.end));
                for (span, piece) in spans.iter().zip(&pieces) {
                    // Slicing panics off character boundaries.
                    let part = span.map_or("", |span| &text[span.start..span.end]);
                    let bare = piece.trim_matches(SPACE);
                    prop_assert_eq!(part.is_empty(), bare.is_empty());
                    prop_assert!(!part.is_ascii() || part == bare, "{:?} is not {:?}", part, piece);
                }
            }
        }
    }
}
