//! Rounds of writing: each reads what the one before wrote.

use std::{collections::HashSet, ops::Range};

use super::{
    Abstractive,
    chunks::{Chunk, Passage},
};
use crate::{
    domain::{GenerationOptions, Usage},
    engine::{
        DraftSentence, EngineError, Generate, Hypothesis, Source, SummarizeRequest,
        extractive::{Repeats, choose},
    },
    text::{is_closed, split_sentences},
};

/// The rounds of one article.
pub(super) struct Rounds<'a> {
    summarizer: &'a Abstractive,
    request: &'a SummarizeRequest,
    model: &'a dyn Generate,
    options: GenerationOptions,
    /// Of all rounds so far.
    pub(super) usage: Usage,
}

/// What was written in one round, and what was read for it.
#[derive(Debug)]
pub(super) struct Round {
    /// In the order of what was read, no text twice.
    pub(super) drafts: Vec<Passage>,
    /// What was written by the way: the drafts of each chunk's second hypothesis, of its third, and so on.
    pub(super) alternatives: Vec<Vec<Passage>>,
    chunks: usize,
    tokens: usize,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(summarizer: &'a Abstractive, request: &'a SummarizeRequest, model: &'a dyn Generate) -> Self {
        let options = request.generation.clone().or(&summarizer.defaults);
        Self { summarizer, request, model, options, usage: Usage::default() }
    }

    /// Has the model write the summary of each chunk of `passages`.
    pub(super) fn write(&mut self, passages: &[Passage], chunks: Vec<Chunk>) -> Result<Round, EngineError> {
        let (read, ids): (Vec<Range<usize>>, Vec<Vec<i64>>) =
            chunks.into_iter().map(|chunk| (chunk.passages, chunk.ids)).unzip();
        let tokens = ids.iter().map(Vec::len).sum();
        let source = |ids| {
            let Source { ids, plan } = self.summarizer.codec.source(ids, &self.options)?;
            Ok(Source { ids, plan: plan.sparing(self.request.alternatives) })
        };
        let sources = ids.into_iter().map(source).collect::<Result<Vec<_>, EngineError>>()?;
        let outputs = self.model.generate(sources, &mut |_, _| ())?;
        let written = outputs.iter().filter_map(|hypotheses| hypotheses.first());
        self.usage += Usage { input_tokens: tokens, output_tokens: written.map(|best| best.tokens.len()).sum() };
        let drafts = |rank| self.drafts(passages, &read, &outputs, rank);
        let alternatives = (1..=self.request.alternatives).map(drafts).collect();
        Ok(Round { drafts: drafts(0), alternatives, chunks: read.len(), tokens })
    }

    /// The sentences of each chunk's hypothesis of that rank, or of its best where it has fewer.
    fn drafts(
        &self,
        passages: &[Passage],
        read: &[Range<usize>],
        outputs: &[Vec<Hypothesis>],
        rank: usize,
    ) -> Vec<Passage> {
        let (mut drafts, mut texts) = (Vec::new(), HashSet::new());
        for (paragraph, (range, hypotheses)) in read.iter().zip(outputs).enumerate() {
            let ids = hypotheses.get(rank).or(hypotheses.first()).map_or(&[][..], |hypothesis| &hypothesis.tokens);
            let written = self.written(&passages[range.clone()], ids).into_iter();
            let new = written.filter(|sentence| texts.insert(sentence.text.clone()));
            drafts.extend(new.map(|sentence| Passage { sentence, paragraph }));
        }
        drafts
    }

    /// A further round over what `last` wrote, where that makes the summary shorter and not shorter than asked.
    pub(super) fn shorten(&mut self, last: &Round) -> Result<Option<Round>, EngineError> {
        let count = self.request.count;
        if last.chunks < 2 || last.drafts.len() <= count {
            return Ok(None);
        }
        let chunks = self.summarizer.chunker().chunks(&last.drafts)?;
        if !last.is_worth(&chunks, count) {
            return Ok(None);
        }
        let round = self.write(&last.drafts, chunks)?;
        Ok((round.drafts.len() >= count).then_some(round))
    }

    /// The whole sentences that the model wrote for `passages`; where there is none, the most telling passage.
    fn written(&self, passages: &[Passage], ids: &[i64]) -> Vec<DraftSentence> {
        let sentences = whole_sentences(self.sentences(ids));
        if sentences.is_empty() {
            return self.stand_in(passages).into_iter().collect();
        }
        let ranges = || passages.iter().map(|passage| &passage.sentence.from);
        let (start, end) = (ranges().map(|from| from.start).min(), ranges().map(|from| from.end).max());
        let from = start.unwrap_or_default()..end.unwrap_or_default();
        let draft = |text: String| match passages.iter().find(|passage| passage.sentence.text == text) {
            Some(copied) => copied.sentence.clone(),
            None => DraftSentence { text, source: None, from: from.clone() },
        };
        sentences.into_iter().map(draft).collect()
    }

    /// The sentences of an output.
    fn sentences(&self, ids: &[i64]) -> Vec<String> {
        // Pegasus writes its line breaks as `<n>`.
        let text = self.summarizer.codec.decode(ids).replace("<n>", "\n");
        let spans = split_sentences(&text);
        spans.iter().map(|span| text[span.start..span.end].trim().to_owned()).filter(|text| !text.is_empty()).collect()
    }

    fn stand_in(&self, passages: &[Passage]) -> Option<DraftSentence> {
        let chosen = choose(&texts(passages), self.request.language, 1, Repeats::Dropped);
        chosen.first().map(|index| passages[*index].sentence.clone())
    }
}

impl Round {
    /// Whether a round over `chunks`, which hold what this one wrote, is to follow.
    ///
    /// Not over one chunk: choosing among so few sentences keeps them as they are, each with its place in the article.
    /// Each round costs at most two thirds of the one before, so that all together cost at most three times the first.
    fn is_worth(&self, chunks: &[Chunk], count: usize) -> bool {
        let tokens: usize = chunks.iter().map(|chunk| chunk.ids.len()).sum();
        let cheaper = |next: usize, last: usize| next.saturating_mul(3) <= last.saturating_mul(2);
        let expected = chunks.len() * self.drafts.len() / self.chunks;
        chunks.len() > 1 && cheaper(tokens, self.tokens) && cheaper(chunks.len(), self.chunks) && expected >= count
    }
}

/// The passages' texts.
pub(super) fn texts(passages: &[Passage]) -> Vec<String> {
    passages.iter().map(|passage| passage.sentence.text.clone()).collect()
}

/// Leaves out a last sentence that the length limit cut short.
fn whole_sentences(mut sentences: Vec<String>) -> Vec<String> {
    if sentences.last().is_some_and(|last| !is_closed(last)) {
        sentences.pop();
    }
    sentences
}
