//! The tokenizers of the pretrained families: which piece has which id, and which special tokens go around a text,
//! as the slow tokenizers of transformers 4.44 have it.
//!
//! One thing is different on purpose: a special token's name inside a text (`</s>`, `<mask>`, `>>es<<`) is text.
//! Articles come from anywhere, and must not be able to end the source or to change its language.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use tokenizers::{Tokenizer, models::bpe::BPE, pre_tokenizers::byte_level::ByteLevel};

use super::{SentencePiece, from_sentencepiece, languages::LanguageTokens};
use crate::{
    domain::{Architecture, Language, LanguagePair, Span},
    engine::EngineError,
};

/// The ids below this one are special in mBART-50 and NLLB: `<s>`, `<pad>`, `</s>`, `<unk>`.
const FAIRSEQ_SPECIAL: i64 = 4;
/// Pegasus numbers its pieces from here (`offset` in `tokenization_pegasus.py`).
const PEGASUS_OFFSET: i64 = 103;

/// Text to ids and back for one pretrained model.
#[derive(Debug)]
pub(in crate::engine) struct Pretrained {
    splitter: Splitter,
    prefix: Prefix,
    end: i64,
    clean_up: bool,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for each model")]
enum Splitter {
    /// Byte-level byte pairs (BART).
    Bytes(Tokenizer),
    /// SentencePiece, with ids of its own numbering. Marian joins with another model than it splits with.
    Pieces { source: SentencePiece, target: Option<Target>, numbering: Numbering },
}

/// What joins outputs, where that is not what splits sources.
#[derive(Debug)]
struct Target {
    pieces: SentencePiece,
    /// None where both sides share a vocabulary.
    numbering: Option<Numbering>,
}

#[derive(Debug)]
enum Numbering {
    /// By `vocab.json`.
    Listed { ids: HashMap<String, i64>, pieces: HashMap<i64, String>, unknown: i64 },
    /// The SentencePiece id and `offset`; ids under `first` are special.
    Shifted { offset: i64, first: i64, unknown: i64 },
}

/// What stands before a text.
#[derive(Debug)]
enum Prefix {
    Nothing,
    Start(i64),
    /// The source language's token.
    Source(LanguageTokens),
    /// The target language's token, by its name in the vocabulary (`>>es<<`).
    Target(HashMap<String, i64>),
}

impl Pretrained {
    /// Reads the tokenizer files of `directory`.
    ///
    /// # Errors
    /// [`EngineError`] when one is missing or damaged.
    pub(in crate::engine) fn open(directory: &Path, architecture: Architecture) -> Result<Self, EngineError> {
        let clean_up = clean_up_spaces(directory)?;
        let (splitter, prefix, end) = match architecture {
            Architecture::Bart => byte_level(directory)?,
            Architecture::Marian => marian(directory)?,
            Architecture::M2m100 => m2m100(directory)?,
            Architecture::Mbart50 | Architecture::Nllb => fairseq(directory, architecture)?,
            Architecture::Pegasus => shifted(directory, PEGASUS_OFFSET, 1)?,
            Architecture::T5 => shifted(directory, 0, 1)?,
            Architecture::Extractive | Architecture::MarianSsru => {
                let architecture = format!("{architecture:?}");
                return Err(EngineError::UnknownArchitecture { path: directory.to_owned(), architecture });
            }
        };
        Ok(Self { splitter, prefix, end, clean_up })
    }

    /// The ids of `text` with the special tokens around it, not truncated.
    ///
    /// # Errors
    /// [`EngineError::Language`] for a language that the model does not know, [`EngineError::Option`] when a model of
    /// many languages is given none.
    pub(in crate::engine) fn encode(&self, text: &str, pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        let mut ids = Vec::from_iter(self.prefix_id(pair)?);
        match &self.splitter {
            Splitter::Bytes(tokenizer) => {
                let encoding = tokenizer.encode(text, false).map_err(|error| EngineError::Failed(error.to_string()))?;
                ids.extend(encoding.get_ids().iter().map(|id| i64::from(*id)));
            }
            Splitter::Pieces { source, numbering, .. } => numbering.extend(source, text, &mut ids),
        }
        ids.push(self.end);
        Ok(ids)
    }

    /// Where in `text` each of its ids stands; `None` for byte-level byte pairs, and where [`encode`](Self::encode) fails.
    pub(in crate::engine) fn spans(&self, text: &str, pair: Option<LanguagePair>) -> Option<Vec<Option<Span>>> {
        let Splitter::Pieces { source, .. } = &self.splitter else { return None };
        let prefix = self.prefix_id(pair).ok()?.map(|_| None);
        Some(prefix.into_iter().chain(source.spans(text)).chain([None]).collect())
    }

    fn prefix_id(&self, pair: Option<LanguagePair>) -> Result<Option<i64>, EngineError> {
        let id = match (&self.prefix, pair) {
            (Prefix::Nothing, _) => return Ok(None),
            (Prefix::Start(id), _) => *id,
            (Prefix::Source(languages), Some(LanguagePair { source, .. })) => {
                languages.id(source).ok_or(EngineError::Language(source))?
            }
            (Prefix::Target(names), Some(LanguagePair { target, .. })) => target_id(names, target)?,
            (Prefix::Source(_) | Prefix::Target(_), None) => {
                let reason = "a model of many languages must be told the language".to_owned();
                return Err(EngineError::Option { name: "language", reason });
            }
        };
        Ok(Some(id))
    }

    /// The text of `ids`, special tokens and unknown ids left out.
    pub(in crate::engine) fn decode(&self, ids: &[i64]) -> String {
        let text = match &self.splitter {
            Splitter::Bytes(tokenizer) => {
                // The five specials of RoBERTa's vocabulary have the ids 0 to 3 and `<mask>`, which is never written.
                let ids: Vec<u32> = ids.iter().filter(|id| **id > 3).filter_map(|id| u32::try_from(*id).ok()).collect();
                tokenizer.decode(&ids, true).unwrap_or_default().trim().to_owned()
            }
            Splitter::Pieces { source, target, numbering } => {
                let (joiner, numbering) = match target {
                    Some(Target { pieces, numbering: own }) => (pieces, own.as_ref().unwrap_or(numbering)),
                    None => (source, numbering),
                };
                let pieces: Vec<&str> = ids.iter().filter_map(|id| numbering.piece(joiner, *id)).collect();
                let text = joiner.decode_pieces(&pieces);
                text.replace(super::charsmap::SPACE, " ").trim().to_owned()
            }
        };
        if self.clean_up { clean_up(text) } else { text }
    }

    /// The token that output in `language` must start with, in models that are told the target that way.
    ///
    /// # Errors
    /// [`EngineError::Language`] when the model does not know it.
    pub(in crate::engine) fn first_token_for(&self, language: Language) -> Result<Option<i64>, EngineError> {
        match &self.prefix {
            Prefix::Source(languages) => languages.id(language).map(Some).ok_or(EngineError::Language(language)),
            Prefix::Target(names) => target_id(names, language).map(|_| None),
            Prefix::Nothing | Prefix::Start(_) => Ok(None),
        }
    }
}

/// The id of `>>es<<`, `>>spa<<` or, where there are only varieties, the first of `>>es_MX<<`.
fn target_id(names: &HashMap<String, i64>, language: Language) -> Result<i64, EngineError> {
    let named = |code: &str| names.get(code).copied();
    let variety = || {
        let of = |name: &str| name.split('_').next().is_some_and(|code| code == language.code());
        names.iter().filter(|(name, _)| of(name)).map(|(_, id)| *id).min()
    };
    let id = named(language.code()).or_else(|| named(language.code3())).or_else(variety);
    id.ok_or(EngineError::Language(language))
}

impl Numbering {
    fn extend(&self, model: &SentencePiece, text: &str, ids: &mut Vec<i64>) {
        match self {
            Self::Listed { ids: listed, unknown, .. } => {
                ids.extend(model.encode_as_pieces(text).iter().map(|piece| *listed.get(piece).unwrap_or(unknown)));
            }
            Self::Shifted { offset, unknown, .. } => ids.extend(
                model
                    .encode(text)
                    .into_iter()
                    .map(|id| if id == model.unknown_id() { *unknown } else { i64::from(id) + offset }),
            ),
        }
    }

    /// The piece that has this id; `None` for special tokens.
    fn piece<'a>(&'a self, model: &'a SentencePiece, id: i64) -> Option<&'a str> {
        match self {
            Self::Listed { pieces, unknown, .. } => {
                pieces.get(&id).filter(|_| id != *unknown).map(String::as_str).filter(|piece| !is_special(piece))
            }
            Self::Shifted { offset, first, unknown } => (id >= *first && id != *unknown)
                .then(|| model.piece(u32::try_from(id - offset).ok()?))
                .flatten()
                .filter(|piece| !is_special(piece)),
        }
    }
}

fn is_special(piece: &str) -> bool {
    matches!(piece, "<s>" | "</s>" | "<pad>" | "<unk>")
}

/// What `PreTrainedTokenizerBase.clean_up_tokenization` of transformers does to English punctuation.
fn clean_up(text: String) -> String {
    const RULES: [(&str, &str); 10] = [
        (" .", "."),
        (" ?", "?"),
        (" !", "!"),
        (" ,", ","),
        (" ' ", "'"),
        (" n't", "n't"),
        (" 'm", "'m"),
        (" 's", "'s"),
        (" 've", "'ve"),
        (" 're", "'re"),
    ];
    RULES.iter().fold(text, |text, (from, to)| text.replace(from, to))
}

type Parts = (Splitter, Prefix, i64);

fn byte_level(directory: &Path) -> Result<Parts, EngineError> {
    let (vocabulary, merges) = (existing(directory, "vocab.json")?, existing(directory, "merges.txt")?);
    let ids = read_vocabulary(&vocabulary)?;
    let (start, end) = (special(&ids, &vocabulary, "<s>")?, special(&ids, &vocabulary, "</s>")?);
    let model = BPE::from_file(&vocabulary.to_string_lossy(), &merges.to_string_lossy()).build();
    let mut tokenizer = Tokenizer::new(model.map_err(|error| bad(&merges, error))?);
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
    tokenizer.with_decoder(Some(ByteLevel::default()));
    Ok((Splitter::Bytes(tokenizer), Prefix::Start(start), end))
}

fn marian(directory: &Path) -> Result<Parts, EngineError> {
    let source = from_sentencepiece(&directory.join("source.spm"))?;
    let target = Target {
        pieces: from_sentencepiece(&directory.join("target.spm"))?,
        numbering: target_numbering(&directory.join("target_vocab.json"))?,
    };
    let path = existing(directory, "vocab.json")?;
    let ids = read_vocabulary(&path)?;
    let end = special(&ids, &path, "</s>")?;
    let name = |piece: &str| Some(piece.strip_prefix(">>")?.strip_suffix("<<")?.to_owned());
    let targets: HashMap<_, _> = ids.iter().filter_map(|(piece, id)| Some((name(piece)?, *id))).collect();
    let prefix = if targets.is_empty() { Prefix::Nothing } else { Prefix::Target(targets) };
    let numbering = listed(ids, &path)?;
    Ok((Splitter::Pieces { source, target: Some(target), numbering }, prefix, end))
}

/// The numbering of outputs in models that have a vocabulary for either side.
fn target_numbering(path: &Path) -> Result<Option<Numbering>, EngineError> {
    if path.is_file() { listed(read_vocabulary(path)?, path).map(Some) } else { Ok(None) }
}

fn m2m100(directory: &Path) -> Result<Parts, EngineError> {
    let source = from_sentencepiece(&directory.join("sentencepiece.bpe.model"))?;
    let path = existing(directory, "vocab.json")?;
    let ids = read_vocabulary(&path)?;
    let end = special(&ids, &path, "</s>")?;
    let languages = LanguageTokens::new(Architecture::M2m100, count(ids.len()));
    let numbering = listed(ids, &path)?;
    Ok((Splitter::Pieces { source, target: None, numbering }, Prefix::Source(languages), end))
}

fn fairseq(directory: &Path, architecture: Architecture) -> Result<Parts, EngineError> {
    let source = from_sentencepiece(&directory.join("sentencepiece.bpe.model"))?;
    let languages = LanguageTokens::new(architecture, count(source.len()) + 1);
    let numbering = Numbering::Shifted { offset: 1, first: FAIRSEQ_SPECIAL, unknown: 3 };
    Ok((Splitter::Pieces { source, target: None, numbering }, Prefix::Source(languages), 2))
}

/// Pegasus and T5: SentencePiece's own ids, moved up by `offset`.
fn shifted(directory: &Path, offset: i64, end: i64) -> Result<Parts, EngineError> {
    let path = directory.join("spiece.model");
    let source = from_sentencepiece(&path)?;
    let unknown = i64::from(source.unknown_id()) + offset;
    // Pegasus ends a text with its own `</s>`, T5 with the vocabulary's.
    let end = if offset > 0 {
        end
    } else {
        source.id_of("</s>").map(i64::from).ok_or_else(|| bad(&path, "it has no piece </s>"))?
    };
    let numbering = Numbering::Shifted { offset, first: offset, unknown };
    Ok((Splitter::Pieces { source, target: None, numbering }, Prefix::Nothing, end))
}

fn listed(ids: HashMap<String, i64>, path: &Path) -> Result<Numbering, EngineError> {
    let unknown = special(&ids, path, "<unk>")?;
    let pieces = ids.iter().map(|(piece, id)| (*id, piece.clone())).collect();
    Ok(Numbering::Listed { ids, pieces, unknown })
}

fn count(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

fn existing(directory: &Path, name: &str) -> Result<PathBuf, EngineError> {
    let path = directory.join(name);
    if path.is_file() { Ok(path) } else { Err(EngineError::MissingFile { path }) }
}

fn read_vocabulary(path: &Path) -> Result<HashMap<String, i64>, EngineError> {
    let text = std::fs::read(path).map_err(|error| bad(path, error))?;
    serde_json::from_slice(&text).map_err(|error| bad(path, error))
}

fn special(ids: &HashMap<String, i64>, path: &Path, token: &str) -> Result<i64, EngineError> {
    ids.get(token).copied().ok_or_else(|| bad(path, format_args!("it has no token {token}")))
}

/// `clean_up_tokenization_spaces` of `tokenizer_config.json`: on where nothing is said, as in transformers 4.44.
fn clean_up_spaces(directory: &Path) -> Result<bool, EngineError> {
    let path = directory.join("tokenizer_config.json");
    if !path.exists() {
        return Ok(true);
    }
    let text = std::fs::read(&path).map_err(|error| bad(&path, error))?;
    let config: serde_json::Value = serde_json::from_slice(&text).map_err(|error| bad(&path, error))?;
    Ok(config["clean_up_tokenization_spaces"].as_bool().unwrap_or(true))
}

fn bad(path: &Path, reason: impl std::fmt::Display) -> EngineError {
    EngineError::BadFile { path: path.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Case {
        source: Language,
        target: Language,
        text: String,
        ids: Vec<i64>,
        target_id: i64,
        decoded: String,
    }

    #[test]
    fn nllb_numbers_pieces_and_languages_as_transformers_does() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let tokenizer = Pretrained::open(&root.join("goldens/mbart50"), Architecture::Nllb).unwrap();
        let cases = std::fs::read(root.join("fixtures/nllb.json")).unwrap();
        for case in serde_json::from_slice::<Vec<Case>>(&cases).unwrap() {
            let at = format!("{} to {}: {:?}", case.source, case.target, case.text);
            let pair = LanguagePair::new(case.source, case.target);
            assert_eq!(tokenizer.encode(&case.text, Some(pair)).unwrap(), case.ids, "{at}");
            assert_eq!(tokenizer.first_token_for(case.target).unwrap(), Some(case.target_id), "{at}");
            assert_eq!(tokenizer.decode(&case.ids), case.decoded, "{at}");
        }
    }
}
