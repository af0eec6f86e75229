//! Sentences in chunks that fit the model's context.

use std::ops::Range;

use crate::{
    engine::{ChunkPlan, Codec, DraftSentence, EngineError, SummarizeRequest},
    text::{chunk, split_long},
};

/// A sentence to read: of the article, or of what was written of it.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    pub(super) sentence: DraftSentence,
    /// Sentences of one number are kept together where that costs little.
    pub(super) paragraph: usize,
}

/// Passages that the model reads at once.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) passages: Range<usize>,
    /// Their text after the prefix.
    pub(super) ids: Vec<i64>,
}

/// Splits what a model is to read.
pub(super) struct Chunker<'a> {
    pub(super) codec: &'a dyn Codec,
    /// Put before every chunk.
    pub(super) prefix: &'a str,
}

/// A passage or, of one that does not fit by itself, a piece.
struct Part<'a> {
    text: &'a str,
    tokens: usize,
    passage: usize,
}

/// The article, ready to be read.
pub(super) fn article(request: &SummarizeRequest) -> Vec<Passage> {
    let passage = |sentence: DraftSentence| {
        let paragraph = request.paragraphs.get(sentence.from.start).copied().unwrap_or_default();
        Passage { sentence, paragraph }
    };
    (0..request.sentences.len()).map(|index| passage(DraftSentence::of(&request.sentences, index))).collect()
}

/// The plan that chunks of the article make.
pub(super) fn plan(chunks: &[Chunk]) -> ChunkPlan {
    ChunkPlan {
        chunks: chunks.iter().map(|chunk| chunk.passages.clone()).collect(),
        tokens: chunks.iter().map(|chunk| chunk.ids.len()).collect(),
    }
}

impl Chunker<'_> {
    /// Every passage, in order, in chunks that fit the context. Only ids are kept, a few bytes for each of the text's.
    ///
    /// Tokens of joined sentences can be a few more than their sum, so a chunk that came out too long is halved.
    pub(super) fn chunks(&self, passages: &[Passage]) -> Result<Vec<Chunk>, EngineError> {
        let limit = self.codec.context_tokens().saturating_sub(self.tokens(self.prefix)?).max(1);
        let parts = self.parts(passages, limit)?;
        let counts: Vec<usize> = parts.iter().map(|part| part.tokens).collect();
        let paragraph = |part: usize| passages[parts[part].passage].paragraph;
        let mut waiting = chunk(&counts, limit, |part| paragraph(part) != paragraph(part - 1));
        waiting.reverse();
        let mut chunks = Vec::new();
        while let Some(range) = waiting.pop() {
            let ids = self.encode(&parts[range.clone()])?;
            if ids.len() <= self.codec.context_tokens() || range.len() < 2 {
                chunks.push(Chunk { passages: parts[range.start].passage..parts[range.end - 1].passage + 1, ids });
            } else {
                let middle = range.start + range.len() / 2;
                waiting.extend([middle..range.end, range.start..middle]);
            }
        }
        Ok(chunks)
    }

    /// The passages; those longer than `limit` tokens in several parts.
    fn parts<'a>(&self, passages: &'a [Passage], limit: usize) -> Result<Vec<Part<'a>>, EngineError> {
        let mut parts = Vec::with_capacity(passages.len());
        for (passage, text) in passages.iter().map(|passage| passage.sentence.text.as_str()).enumerate() {
            let tokens = self.tokens(text)?;
            if tokens <= limit {
                parts.push(Part { text, tokens, passage });
                continue;
            }
            // An error would have shown above: the same text was encoded whole.
            let count = |text: &str| self.tokens(text).unwrap_or(usize::MAX);
            for text in split_long(text, limit, count) {
                parts.push(Part { text, tokens: self.tokens(text)?, passage });
            }
        }
        Ok(parts)
    }

    fn tokens(&self, text: &str) -> Result<usize, EngineError> {
        Ok(self.codec.encode(text, None)?.len())
    }

    fn encode(&self, parts: &[Part<'_>]) -> Result<Vec<i64>, EngineError> {
        let texts: Vec<&str> = parts.iter().map(|part| part.text).collect();
        self.codec.encode(&format!("{}{}", self.prefix, texts.join(" ")), None)
    }
}
