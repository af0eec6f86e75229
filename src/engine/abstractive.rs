//! A summariser of any encoder-decoder: the article in pieces that fit its context, nothing cut.

use std::{ops::Range, sync::Arc};

use super::{
    Codec, DraftSentence, EngineError, Generate, SummarizeOutput, SummarizeRequest, Summarizer, best,
    extractive::select,
};
use crate::{
    domain::{GenerationOptions, Usage},
    text::{chunk, split_long, split_sentences},
};

/// Has a model write the summary of each piece of an article.
pub(super) struct Abstractive {
    codec: Arc<dyn Codec>,
    /// Put before every piece, such as T5's `summarize: `.
    prefix: String,
    defaults: GenerationOptions,
}

/// A stretch of the article that fits the model's context together with its neighbours.
struct Part {
    text: String,
    tokens: usize,
}

impl Abstractive {
    pub(super) fn new(codec: Arc<dyn Codec>, prefix: String, defaults: GenerationOptions) -> Self {
        let defaults = defaults.within(codec.context_tokens());
        Self { codec, prefix, defaults }
    }

    fn tokens(&self, text: &str) -> Result<usize, EngineError> {
        Ok(self.codec.encode(text, None)?.len())
    }

    /// The article's sentences; those longer than `limit` tokens in several parts.
    fn parts(&self, sentences: &[String], limit: usize) -> Result<Vec<Part>, EngineError> {
        let mut parts = Vec::with_capacity(sentences.len());
        for sentence in sentences {
            let tokens = self.tokens(sentence)?;
            if tokens <= limit {
                parts.push(Part { text: sentence.clone(), tokens });
                continue;
            }
            // An error would have shown above: the same text was encoded whole.
            let count = |text: &str| self.tokens(text).unwrap_or(usize::MAX);
            for text in split_long(sentence, limit, count) {
                parts.push(Part { text: text.to_owned(), tokens: self.tokens(text)? });
            }
        }
        Ok(parts)
    }

    /// The token ids of each piece of the article, every one within the context.
    ///
    /// Tokens of joined sentences can be a few more than their sum, so a piece that came out too long is halved.
    fn pieces(&self, sentences: &[String]) -> Result<Vec<Vec<i64>>, EngineError> {
        let limit = self.codec.context_tokens().saturating_sub(self.tokens(&self.prefix)?).max(1);
        let parts = self.parts(sentences, limit)?;
        let counts: Vec<usize> = parts.iter().map(|part| part.tokens).collect();
        let mut waiting = chunk(&counts, limit);
        waiting.reverse();
        let mut pieces = Vec::new();
        while let Some(range) = waiting.pop() {
            let ids = self.encode_range(&parts, range.clone())?;
            if ids.len() <= self.codec.context_tokens() || range.len() < 2 {
                pieces.push(ids);
            } else {
                let middle = range.start + range.len() / 2;
                waiting.extend([middle..range.end, range.start..middle]);
            }
        }
        Ok(pieces)
    }

    fn encode_range(&self, parts: &[Part], range: Range<usize>) -> Result<Vec<i64>, EngineError> {
        let texts: Vec<&str> = parts[range].iter().map(|part| part.text.as_str()).collect();
        self.codec.encode(&format!("{}{}", self.prefix, texts.join(" ")), None)
    }

    /// The sentences that the model wrote for one piece.
    fn sentences(&self, ids: &[i64]) -> Vec<String> {
        // Pegasus writes its line breaks as `<n>`.
        let text = self.codec.decode(ids).replace("<n>", "\n");
        let spans = split_sentences(&text);
        spans.iter().map(|span| text[span.start..span.end].trim().to_owned()).filter(|text| !text.is_empty()).collect()
    }
}

impl Summarizer for Abstractive {
    fn summarize(&self, request: &SummarizeRequest, model: &dyn Generate) -> Result<SummarizeOutput, EngineError> {
        let options = request.generation.clone().or(&self.defaults);
        let source = |ids| self.codec.source(ids, &options);
        let pieces = self.pieces(&request.sentences)?.into_iter().map(source).collect::<Result<Vec<_>, _>>()?;
        let input_tokens = pieces.iter().map(|piece| piece.ids.len()).sum();
        let chunks = pieces.len();
        let outputs = best(model.generate(pieces, &mut |_, _| ())?);
        let usage = Usage { input_tokens, output_tokens: outputs.iter().map(Vec::len).sum() };
        let drafts: Vec<String> = outputs.iter().flat_map(|ids| whole_sentences(self.sentences(ids))).collect();
        if drafts.is_empty() {
            return Err(EngineError::Failed("it wrote nothing".into()));
        }
        Ok(SummarizeOutput {
            sentences: choose(drafts, request, chunks),
            chunks,
            sentences_read: request.sentences.len(),
            usage,
        })
    }
}

/// Leaves out a last sentence that the length limit cut short, unless there is no other.
fn whole_sentences(mut sentences: Vec<String>) -> Vec<String> {
    let ended = |text: &String| text.trim_end_matches(['"', '\'', '”', '’', '»', ')']).ends_with(['.', '!', '?', '…']);
    if sentences.len() > 1 && !sentences.last().is_some_and(ended) {
        sentences.pop();
    }
    sentences
}

/// At most as many sentences as were asked for: the first of one piece, the most telling ones of several.
fn choose(drafts: Vec<String>, request: &SummarizeRequest, pieces: usize) -> Vec<DraftSentence> {
    let written = |text: String| DraftSentence { text, source: None };
    if pieces < 2 || drafts.len() <= request.count {
        return drafts.into_iter().take(request.count).map(written).collect();
    }
    let chosen = select(&SummarizeRequest { sentences: drafts, ..request.clone() });
    chosen.sentences.into_iter().map(|sentence| written(sentence.text)).collect()
}
