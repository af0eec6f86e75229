//! Cleaning, language detection, sentence splitting, chunking: pure functions.

mod abbreviations;
mod boundary;
mod chunk;
mod clean;
mod detect;
mod document;
mod elements;
mod lines;
mod mapped;
mod markup;
mod masking;
mod sentences;
mod spacing;
mod split_long;
mod stemming;

pub use chunk::chunk;
pub use detect::{detect, detectable};
pub use document::{Document, Sentence};
pub use masking::{Masked, Restored, Term, holds_placeholder};
pub use sentences::{is_balanced, is_closed, split_sentences};
pub use spacing::Spaced;
pub use split_long::split_long;
pub use stemming::Stems;
