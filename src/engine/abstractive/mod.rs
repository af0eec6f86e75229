//! A summariser of any encoder-decoder: the article in chunks that fit its context, nothing cut.
//!
//! The model writes the summary of each chunk. As long as those together need several chunks again and are clearly
//! shorter than what was read for them, it does the same with them; of what it wrote last, the most telling sentences
//! are chosen, in order, and none that says what another says. The work grows with the article's length.

mod chunks;
mod rounds;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{
    ChunkPlan, Codec, DraftSentence, EngineError, Generate, SummarizeOutput, SummarizeRequest, Summarizer,
    extractive::{Repeats, choose},
};
use crate::domain::GenerationOptions;
use chunks::{Chunker, Passage};
use rounds::Rounds;

/// Has a model write the summary of each chunk of an article.
pub(super) struct Abstractive {
    codec: Arc<dyn Codec>,
    /// Put before every chunk, such as T5's `summarize: `.
    prefix: String,
    defaults: GenerationOptions,
}

impl Abstractive {
    pub(super) fn new(codec: Arc<dyn Codec>, prefix: String, defaults: GenerationOptions) -> Self {
        let defaults = defaults.within(codec.context_tokens());
        Self { codec, prefix, defaults }
    }

    fn chunker(&self) -> Chunker<'_> {
        Chunker { codec: &*self.codec, prefix: &self.prefix }
    }
}

impl Summarizer for Abstractive {
    fn plan(&self, request: &SummarizeRequest) -> Result<ChunkPlan, EngineError> {
        if request.is_short_enough() {
            return Ok(ChunkPlan::whole(request.sentences.len()));
        }
        Ok(chunks::plan(&self.chunker().chunks(&chunks::article(request))?))
    }

    fn summarize(&self, request: &SummarizeRequest, model: &dyn Generate) -> Result<SummarizeOutput, EngineError> {
        if request.is_short_enough() {
            return Ok(SummarizeOutput::unchanged(&request.sentences));
        }
        let article = chunks::article(request);
        let pieces = self.chunker().chunks(&article)?;
        let plan = chunks::plan(&pieces);
        let mut writing = Rounds::new(self, request, model);
        let mut round = writing.write(&article, pieces)?;
        let mut rounds = 1;
        while let Some(shorter) = writing.shorten(&round)? {
            round = shorter;
            rounds += 1;
        }
        let chunks = plan.chunks.len();
        let sentences = merge(round.drafts, request, chunks);
        let others = round.alternatives.into_iter().map(|drafts| merge(drafts, request, chunks));
        Ok(SummarizeOutput {
            alternatives: different(&sentences, others),
            sentences,
            chunks,
            rounds,
            unchanged: false,
            sentences_read: plan.sentences(),
            usage: writing.usage,
        })
    }
}

/// Each of `others` that is neither `best` nor one before it.
fn different(best: &[DraftSentence], others: impl Iterator<Item = Vec<DraftSentence>>) -> Vec<Vec<DraftSentence>> {
    let mut kept: Vec<Vec<DraftSentence>> = Vec::new();
    for other in others {
        if other != best && !kept.contains(&other) {
            kept.push(other);
        }
    }
    kept
}

/// At most as many sentences as were asked for: the first of one chunk, the most telling ones of several.
fn merge(mut drafts: Vec<Passage>, request: &SummarizeRequest, chunks: usize) -> Vec<DraftSentence> {
    if chunks < 2 {
        drafts.truncate(request.count);
    } else {
        let chosen = choose(&rounds::texts(&drafts), request.language, request.count, Repeats::Dropped);
        let mut index = 0..;
        drafts.retain(|_| index.next().is_some_and(|index| chosen.binary_search(&index).is_ok()));
    }
    drafts.into_iter().map(|draft| draft.sentence).collect()
}
