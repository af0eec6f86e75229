//! Sentence selection.

use super::{EngineError, SummarizeOutput, SummarizeRequest, Summarizer};

/// Chooses an article's most telling sentences.
#[derive(Debug, Default)]
pub struct Extractive {}

impl Summarizer for Extractive {
    fn summarize(&mut self, _request: &SummarizeRequest) -> Result<SummarizeOutput, EngineError> {
        unimplemented!()
    }
}
