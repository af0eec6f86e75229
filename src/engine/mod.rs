//! What turns text into text: the traits, and what implements them. Only this module knows tensors.
//!
//! A model is in two halves. Its [`Codec`] turns text into token ids and back, on any thread; its [`Generator`] holds
//! the tensors and is built, stepped and dropped on one thread. A [`Summarizer`] or a [`Translator`] is plain code that
//! asks the codec for ids and a [`Generate`] for outputs. tch's plain methods panic on error, so whoever steps a
//! generator catches the panic and builds the engine again.

mod abstractive;
mod alignment;
mod chunk_plan;
mod error;
pub mod extractive;
pub mod fake;
mod generation;
#[cfg(test)]
mod golden_batch;
mod kernels;
mod loader;
mod local;
mod parameters;
mod pretrained;
mod probe;
mod reference;
mod seq2seq;
mod tokenizer;
mod translation;
mod weights;

use std::{ops::Range, path::PathBuf, sync::Arc};

use crate::domain::{GenerationOptions, Language, LanguagePair, ModelCard, Precision, Runtime, Span, Usage};

pub use alignment::{Alignment, Link};
pub use chunk_plan::ChunkPlan;
pub use error::EngineError;
pub use generation::Plan;
pub use loader::{EngineLoader, Loader};
pub use local::{Local, OpenOptions, open_local};
pub use parameters::{Parameters, parameters};
pub use probe::{Int8Product, Processor, processor};

/// All that is needed to build an engine.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineSpec {
    /// The model's description.
    pub card: ModelCard,
    /// The directory that holds its files; empty for sentence selection, which has none.
    pub directory: PathBuf,
    /// CPU threads that all models of this process share.
    pub threads: usize,
    /// The numbers to compute with.
    pub precision: Precision,
    /// What runs it.
    pub runtime: Runtime,
}

/// A model in memory: what any thread may use, and what its owner thread steps.
pub struct Engine {
    /// What it does.
    pub role: Role,
    /// Its network.
    pub generator: Box<dyn Generator>,
}

/// What a model does.
#[derive(Clone)]
pub enum Role {
    /// Shortens text.
    Summarizer(Arc<dyn Summarizer>),
    /// Translates sentences.
    Translator(Arc<dyn Translator>),
}

/// An article to shorten.
#[derive(Debug, Clone, PartialEq)]
pub struct SummarizeRequest {
    /// The article's language.
    pub language: Language,
    /// The article's sentences, in order, cleaned.
    pub sentences: Vec<String>,
    /// The number of each sentence's paragraph; empty where it is not known.
    pub paragraphs: Vec<usize>,
    /// The number of sentences wanted.
    pub count: usize,
    /// Most further summaries wanted, of those that the search comes upon by the way.
    pub alternatives: usize,
    /// Settings that win over the model's own.
    pub generation: GenerationOptions,
}

impl SummarizeRequest {
    /// Whether the article has no more sentences than its summary is to have.
    fn is_short_enough(&self) -> bool {
        self.sentences.len() <= self.count
    }
}

/// A summary in the article's language.
#[derive(Debug, Clone, PartialEq)]
pub struct SummarizeOutput {
    /// The sentences, in the article's order.
    pub sentences: Vec<DraftSentence>,
    /// Further summaries, of which each has something that the others have not, the likeliest first.
    pub alternatives: Vec<Vec<DraftSentence>>,
    /// How many chunks the article was split into.
    pub chunks: usize,
    /// How many rounds made it: in each but the first, what was written in the one before was shortened again. 0 for an
    /// article that is unchanged.
    pub rounds: usize,
    /// Whether this is the article itself, which has no more sentences than were asked for.
    pub unchanged: bool,
    /// How many of the article's sentences were read.
    pub sentences_read: usize,
    /// Tokens read and written.
    pub usage: Usage,
}

impl SummarizeOutput {
    /// All sentences of an article that is short enough.
    fn unchanged(sentences: &[String]) -> Self {
        Self {
            sentences: (0..sentences.len()).map(|index| DraftSentence::of(sentences, index)).collect(),
            alternatives: Vec::new(),
            chunks: 1,
            rounds: 0,
            unchanged: true,
            sentences_read: sentences.len(),
            usage: Usage::default(),
        }
    }
}

/// One sentence of a summary, before translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSentence {
    /// The sentence.
    pub text: String,
    /// The index of the article's sentence that it is, word for word.
    pub source: Option<usize>,
    /// The article's sentences that it was written from, as far as that is known: those that the model read for it.
    pub from: Range<usize>,
}

impl DraftSentence {
    /// The article's sentence at `index`, word for word.
    fn of(sentences: &[String], index: usize) -> Self {
        Self { text: sentences[index].clone(), source: Some(index), from: index..index + 1 }
    }
}

/// Sentences to translate, each on its own.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslateRequest {
    /// The direction.
    pub pair: LanguagePair,
    /// The sentences, in order.
    pub sentences: Vec<String>,
    /// Which further translations are wanted of each sentence, besides the best.
    pub alternatives: Alternatives,
    /// Whether to say what each translation was written from.
    pub alignments: bool,
    /// Settings that win over the model's own.
    pub generation: GenerationOptions,
}

/// Which translations of a sentence are wanted besides the best: at most one fewer than the search has beams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alternatives {
    /// Up to so many that the search comes upon by the way; the best is the same for any number.
    Found(usize),
    /// So many. The search of a built-in model goes on until they have ended, and may come upon a better best on the way;
    /// one of `transformers`' kind is the same as for `Found`.
    Sought(usize),
}

impl Alternatives {
    /// The most that there may be.
    pub fn most(self) -> usize {
        match self {
            Self::Found(most) | Self::Sought(most) => most,
        }
    }
}

/// Translated sentences: as many as were sent, in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslateOutput {
    /// One for each sentence sent.
    pub sentences: Vec<String>,
    /// For each sentence its further translations, best first: different from the best and from each other, and therefore
    /// fewer than were asked where tokens of two kinds make one text. None where the sentence was too long to be translated
    /// in one piece.
    pub alternatives: Vec<Vec<String>>,
    /// For each sentence what its translation was written from; none where that was not asked or is not known.
    pub alignments: Vec<Option<Alignment>>,
    /// How many of them the model gave nothing for: these stand in the source language.
    pub untranslated: usize,
    /// Tokens read, and those of the best translations.
    pub usage: Usage,
}

/// Shortens text. The work of the network is done by the [`Generate`] that each call brings.
pub trait Summarizer: Send + Sync {
    /// How [`summarize`](Self::summarize) will read an article, without asking the network.
    ///
    /// # Errors
    /// [`EngineError`] when the article cannot be put into tokens.
    fn plan(&self, request: &SummarizeRequest) -> Result<ChunkPlan, EngineError>;

    /// Shortens one article.
    ///
    /// # Errors
    /// [`EngineError`] when the model cannot do it, or [`EngineError::Unwanted`].
    fn summarize(&self, request: &SummarizeRequest, model: &dyn Generate) -> Result<SummarizeOutput, EngineError>;
}

/// Translates sentences. The work of the network is done by the [`Generate`] that each call brings.
pub trait Translator: Send + Sync {
    /// Translates each sentence.
    ///
    /// # Errors
    /// [`EngineError`] when the model cannot do it, or [`EngineError::Unwanted`].
    fn translate(&self, request: &TranslateRequest, model: &dyn Generate) -> Result<TranslateOutput, EngineError>;
}

/// Text to ids and back for one encoder-decoder, and what a search for it does. `abstractive` and `translation` make
/// a [`Summarizer`] and a [`Translator`] of any.
pub trait Codec: Send + Sync {
    /// Longest source in tokens, special tokens included.
    fn context_tokens(&self) -> usize;

    /// The ids of `text`, special tokens included, not truncated. `pair` is needed by models of many languages.
    ///
    /// # Errors
    /// [`EngineError::Language`] when the model does not know one of the languages.
    fn encode(&self, text: &str, pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError>;

    /// Where in `text` each id stands that [`encode`](Self::encode) gives for it: byte ranges on character boundaries, none
    /// for special tokens and for blanks. `None` where the codec cannot tell.
    fn source_spans(&self, _text: &str, _pair: Option<LanguagePair>) -> Option<Vec<Option<Span>>> {
        None
    }

    /// The text of `ids`, special tokens left out.
    fn decode(&self, ids: &[i64]) -> String;

    /// What generating into a language asks for, such as `forced_bos_token_id`.
    ///
    /// # Errors
    /// [`EngineError::Language`] when the model does not know one of the languages.
    fn options_for(&self, pair: LanguagePair) -> Result<GenerationOptions, EngineError>;

    /// Checks the source and the settings, and merges the settings with the model's own.
    ///
    /// # Errors
    /// [`EngineError::Option`] for a source or a setting that this model cannot honour.
    fn source(&self, ids: Vec<i64>, options: &GenerationOptions) -> Result<Source, EngineError>;
}

/// One source and how to generate from it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its token ids.
    pub ids: Vec<i64>,
    /// What the search does; made by [`Codec::source`].
    pub plan: Plan,
}

/// One output of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// Ids as `transformers.generate` returns them for that row alone: start token, end token, no padding.
    pub tokens: Vec<i64>,
    /// The sum of log-probabilities over length^length_penalty; for greedy search the plain sum.
    pub score: f64,
    /// For each token after the start token the position of its source that the decoder attended to most when it chose
    /// the token; empty where the network does not say.
    pub alignment: Vec<u32>,
}

/// Reaches a model that generates. Implemented by the pool, and by [`Local`], which steps a generator in place.
pub trait Generate {
    /// For each source its hypotheses, best first (as many as `num_return_sequences`, 1 by default). `on_tokens(source
    /// index, tokens)` is called with tokens as they become certain, in order; together they are the best hypothesis.
    ///
    /// # Errors
    /// The first [`EngineError`] of any source, or [`EngineError::Unwanted`].
    fn generate(
        &self,
        sources: Vec<Source>,
        on_tokens: &mut dyn FnMut(usize, &[i64]),
    ) -> Result<Vec<Vec<Hypothesis>>, EngineError>;
}

/// Tells the sources of one generator apart. Never used twice.
pub type SourceId = u64;

/// A network and the sources that it is generating from. Stepped by one thread. Sources never change each other's
/// outputs. Tensor operations may panic.
pub trait Generator {
    /// Reads (encodes) sources; they take part from the next step on.
    ///
    /// # Errors
    /// [`EngineError`]; then none of them has joined.
    fn join(&mut self, arrivals: Vec<(SourceId, Source)>) -> Result<(), EngineError>;

    /// One decoder step for every running source. Ended sources leave at once.
    ///
    /// # Errors
    /// [`EngineError`]; then no running source can go on.
    fn step(&mut self) -> Result<Vec<Event>, EngineError>;

    /// Lets go of the sources for which `wanted` says no.
    fn retain(&mut self, wanted: &mut dyn FnMut(SourceId) -> bool);

    /// Sources that are running.
    fn running(&self) -> usize;

    /// Whether `source` may join what is running now together with `joining` (limits of rows, scores, tokens); always
    /// true when nothing runs and nothing joins. What joins at once holds up what is running, so that has a limit too.
    fn has_room(&self, joining: &[(SourceId, Source)], source: &Source) -> bool;
}

/// What a step came to for one source.
#[derive(Debug, Clone)]
pub enum Event {
    /// Tokens of the best hypothesis that cannot change any more.
    Tokens {
        /// Whose.
        source: SourceId,
        /// The tokens, after those of earlier events.
        tokens: Vec<i64>,
    },
    /// The source has left.
    Done {
        /// Which.
        source: SourceId,
        /// Its hypotheses, best first.
        outcome: Result<Vec<Hypothesis>, EngineError>,
    },
}

/// The tokens of each source's best hypothesis.
fn best(outputs: Vec<Vec<Hypothesis>>) -> Vec<Vec<i64>> {
    let first = |hypotheses: Vec<Hypothesis>| hypotheses.into_iter().next();
    outputs.into_iter().map(|output| first(output).map(|best| best.tokens).unwrap_or_default()).collect()
}
