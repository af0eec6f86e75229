//! What turns text into text: the traits, and what implements them. Only this module knows tensors.
//!
//! An [`Engine`] is built and used on one thread. tch's plain methods panic on error, so whoever runs an
//! engine catches the panic and builds the engine again.

mod abstractive;
mod batch;
mod error;
pub mod extractive;
pub mod fake;
mod loader;
mod reference;
mod seq2seq;
mod tokenizer;
mod translation;

use std::path::PathBuf;

use crate::domain::{Architecture, GenerationOptions, Language, LanguagePair, ModelCard, Usage};

pub use error::EngineError;
pub use loader::{EngineLoader, Loader};

/// All that is needed to build an engine.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineSpec {
    /// The model's description.
    pub card: ModelCard,
    /// The directory that holds its files; empty for sentence selection, which has none.
    pub directory: PathBuf,
    /// CPU threads for one operation.
    pub threads: usize,
}

/// A model in memory, ready to work.
pub enum Engine {
    /// Shortens text.
    Summarizer(Box<dyn Summarizer>),
    /// Translates sentences.
    Translator(Box<dyn Translator>),
}

/// An article to shorten.
#[derive(Debug, Clone, PartialEq)]
pub struct SummarizeRequest {
    /// The article's language.
    pub language: Language,
    /// The article's sentences, in order, cleaned.
    pub sentences: Vec<String>,
    /// The number of sentences wanted.
    pub count: usize,
    /// Settings that win over the model's own.
    pub generation: GenerationOptions,
}

/// A summary in the article's language.
#[derive(Debug, Clone, PartialEq)]
pub struct SummarizeOutput {
    /// The sentences, in the article's order.
    pub sentences: Vec<DraftSentence>,
    /// How many pieces the article was split into.
    pub chunks: usize,
    /// How many of the article's sentences were read.
    pub sentences_read: usize,
    /// Tokens read and written.
    pub usage: Usage,
}

/// One sentence of a summary, before translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSentence {
    /// The sentence.
    pub text: String,
    /// The index of the article's sentence that it is, word for word.
    pub source: Option<usize>,
}

/// Sentences to translate, each on its own.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslateRequest {
    /// The direction.
    pub pair: LanguagePair,
    /// The sentences, in order.
    pub sentences: Vec<String>,
    /// Settings that win over the model's own.
    pub generation: GenerationOptions,
}

/// Translated sentences: as many as were sent, in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslateOutput {
    /// One for each sentence sent.
    pub sentences: Vec<String>,
    /// How many of them the model gave nothing for: these stand in the source language.
    pub untranslated: usize,
    /// Tokens read and written.
    pub usage: Usage,
}

/// Asked between steps: whether anybody still wants the answer.
pub type Wanted<'a> = &'a dyn Fn() -> bool;

/// Shortens text.
pub trait Summarizer {
    /// Shortens one article.
    ///
    /// # Errors
    /// [`EngineError`] when the model cannot do it, or [`EngineError::Unwanted`]. Tensor operations may panic.
    fn summarize(&mut self, request: &SummarizeRequest, wanted: Wanted<'_>) -> Result<SummarizeOutput, EngineError>;
}

/// Translates sentences.
pub trait Translator {
    /// Translates each sentence.
    ///
    /// # Errors
    /// [`EngineError`] when the model cannot do it, or [`EngineError::Unwanted`]. Tensor operations may panic.
    fn translate(&mut self, request: &TranslateRequest, wanted: Wanted<'_>) -> Result<TranslateOutput, EngineError>;
}

/// An encoder-decoder model that maps token ids to token ids. `abstractive` and `translation` make a
/// [`Summarizer`] and a [`Translator`] of any.
pub trait Seq2Seq {
    /// Longest source in tokens, special tokens included.
    fn context_tokens(&self) -> usize;

    /// The ids of `text`, special tokens included, not truncated. `pair` is needed by models of many languages.
    ///
    /// # Errors
    /// [`EngineError::Language`] when the model does not know one of the languages.
    fn encode(&self, text: &str, pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError>;

    /// The text of `ids`, special tokens left out.
    fn decode(&self, ids: &[i64]) -> String;

    /// What generating into a language asks for, such as `forced_bos_token_id`.
    ///
    /// # Errors
    /// [`EngineError::Language`] when the model does not know one of the languages.
    fn options_for(&self, pair: LanguagePair) -> Result<GenerationOptions, EngineError>;

    /// Generates one output for each source; ids come back as `transformers.generate` returns them for that row
    /// alone (with the decoder's start token and the end token, without padding).
    ///
    /// # Errors
    /// [`EngineError`] for settings that this model cannot honour. Tensor operations may panic.
    fn generate(&mut self, sources: &[Vec<i64>], options: &GenerationOptions) -> Result<Vec<Vec<i64>>, EngineError> {
        self.generate_while(sources, options, &|| true)
    }

    /// The same, given up at the next step once the answer is not wanted any more.
    ///
    /// # Errors
    /// As [`generate`](Self::generate), and [`EngineError::Unwanted`].
    fn generate_while(
        &mut self,
        sources: &[Vec<i64>],
        options: &GenerationOptions,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Vec<i64>>, EngineError>;
}

/// Opens the encoder-decoder in `directory` by itself, for checking it against a reference (`breve generate`).
///
/// # Errors
/// [`EngineError`] when the files are missing, damaged or of an architecture that is not known.
pub fn open_seq2seq(
    directory: &std::path::Path,
    architecture: Option<Architecture>,
) -> Result<Box<dyn Seq2Seq>, EngineError> {
    loader::open_seq2seq(directory, architecture)
}
