//! Greedy and beam search as `transformers` 4.44 does them, over any network: what turns scores of tokens into outputs.
//!
//! There are no tensors here. A [`Network`] reads sources and scores tokens; a [`Search`](search::Search) for each
//! source decides by these scores, with settings ([`Plan`]) of its own; a [`Session`] lets sources of different age and
//! settings share the network's steps.

mod candidates;
mod ended;
mod plan;
mod row;
mod rules;
mod scores;
mod search;
mod session;
#[cfg(test)]
mod tests;

pub use plan::Plan;
pub(in crate::engine) use plan::{SearchSettings, SearchStyle};
pub(in crate::engine) use session::Session;

use super::EngineError;

/// Reads sources, and scores the tokens that may continue their outputs.
pub(in crate::engine) trait Network {
    /// One source being decoded: what the encoder made of it and the caches of its hypotheses.
    type Memory;

    /// Columns of the scores.
    fn columns(&self) -> usize;

    /// The token of each column; `None` where the column's number is the token.
    fn tokens(&self) -> Option<&[i64]>;

    /// Reads sources; a memory for each, in their order.
    ///
    /// # Errors
    /// [`EngineError`] when the network cannot read them. Tensor operations may panic.
    fn read(&mut self, sources: &[NewSource<'_>]) -> Result<Vec<Self::Memory>, EngineError>;

    /// One step: in each source, every hypothesis grows by a token. Returns raw logits, a row of
    /// [`columns`](Self::columns) for each hypothesis, source after source, in a buffer that the network reuses and that
    /// the caller may overwrite.
    ///
    /// # Errors
    /// [`EngineError`] when the network cannot compute. Tensor operations may panic.
    fn step(&mut self, running: &mut [Step<'_, Self::Memory>]) -> Result<&mut [f32], EngineError>;

    /// The position of its source that each hypothesis attended to most in the step before; empty where the network does
    /// not say.
    fn attended(_memory: &Self::Memory) -> &[u32] {
        &[]
    }
}

/// A source to read.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct NewSource<'a> {
    /// Its tokens, special tokens included.
    pub(in crate::engine) ids: &'a [i64],
    /// The most steps that it will take.
    pub(in crate::engine) max_steps: usize,
    /// Whether [`Network::attended`] will be asked for.
    pub(super) aligned: bool,
}

/// What one source is to do in a step.
pub(in crate::engine) struct Step<'a, M> {
    /// The source's state.
    pub(in crate::engine) memory: &'a mut M,
    /// Its hypotheses from this step on.
    pub(in crate::engine) hypotheses: &'a [Extension],
}

/// A hypothesis that grows by a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Extension {
    /// The place among the source's hypotheses, after the step before, of the one that this continues; 0 at first.
    pub(in crate::engine) parent: usize,
    /// The token it grew by; at first the start token, where a negative number stands for none (a zero embedding).
    pub(in crate::engine) token: i64,
}
