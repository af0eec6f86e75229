//! Text to token ids and back.

mod charsmap;
mod languages;
mod merges;
mod pieces;
mod pretrained;
mod spm;
mod viterbi;

pub(in crate::engine) use pretrained::Pretrained;
pub(in crate::engine) use spm::{SentencePiece, from_sentencepiece};
