//! Text to token ids and back.

mod charsmap;
mod merges;
mod spm;
mod viterbi;

pub(in crate::engine) use spm::{SentencePiece, from_sentencepiece};
