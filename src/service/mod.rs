//! The use cases: detect, plan, summarise, translate, assemble. Routes and commands only call these.

use std::time::Duration;

use crate::{
    domain::{
        Article, InputError, Language, LanguagePair, ModelCard, ModelId, ModelName, ModelState, StageTimings, Summary,
        SummaryOptions, Usage,
    },
    pool::Pool,
    store::Store,
};

pub use crate::{
    pool::PoolError,
    store::{PullEvent, StoreError},
};

/// Limits and preferences of the use cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSettings {
    /// Longest time for one request, waiting included.
    pub request_timeout: Duration,
    /// Most sentences in a summary.
    pub summary_sentences: usize,
    /// The summariser when a request names none; `None` for the best installed.
    pub summarizer: Option<ModelId>,
    /// The translators to prefer, first first.
    pub translators: Vec<ModelId>,
}

/// Texts and their translations.
#[derive(Debug, Clone, PartialEq)]
pub struct Translation {
    /// One for each text sent, in order.
    pub texts: Vec<TranslatedText>,
    /// The language translated into.
    pub target: Language,
    /// Tokens read and written.
    pub usage: Usage,
    /// The translators used, each once; empty when every text was in the target language already.
    pub models: Vec<ModelName>,
    /// Where the time went.
    pub timings: StageTimings,
}

/// One text's translation.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslatedText {
    /// The whole translation; line breaks and paragraphs of the source are kept.
    pub text: String,
    /// Sentence by sentence: source and translation.
    pub sentences: Vec<(String, String)>,
    /// The language found or named.
    pub source: Language,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}

/// A text's language.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// The likeliest language.
    pub language: Language,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// Every candidate, likeliest first, summing to 1.
    pub candidates: Vec<(Language, f64)>,
}

/// What can be done with a language as things are installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageEntry {
    /// The language.
    pub language: Language,
    /// Whether text in it can be summarised.
    pub summarize: bool,
    /// What it can be translated into.
    pub targets: Vec<Language>,
}

/// A model and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelStatus {
    /// What it is.
    pub card: ModelCard,
    /// Where it stands.
    pub state: ModelState,
    /// The installed revision.
    pub revision: Option<String>,
    /// Bytes on disk.
    pub disk_bytes: u64,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Service {}

impl Service {
    /// Puts the parts together.
    pub fn new(_store: Store, _pool: Pool, _settings: ServiceSettings) -> Self {
        unimplemented!()
    }

    /// Summarises an article in every language asked for.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn summarize(&self, _article: &Article, _options: &SummaryOptions) -> Result<Summary, ServiceError> {
        unimplemented!()
    }

    /// Translates texts sentence by sentence.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn translate(
        &self,
        _texts: &[Article],
        _source: Option<Language>,
        _target: Language,
        _model: Option<&ModelId>,
    ) -> Result<Translation, ServiceError> {
        unimplemented!()
    }

    /// Finds a text's language among those that the installed models serve.
    pub fn detect(&self, _article: &Article) -> Detection {
        unimplemented!()
    }

    /// The languages that the installed models serve.
    pub fn languages(&self) -> Vec<LanguageEntry> {
        unimplemented!()
    }

    /// Every model known and where it stands.
    pub fn models(&self) -> Vec<ModelStatus> {
        unimplemented!()
    }

    /// One model and where it stands.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when there is none of that name.
    pub fn model(&self, _id: &ModelId) -> Result<ModelStatus, ServiceError> {
        unimplemented!()
    }

    /// Reads a model into memory.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn load_model(&self, _id: &ModelId) -> Result<ModelStatus, ServiceError> {
        unimplemented!()
    }

    /// Starts fetching a model; events follow on the channel, the last of them `Done` or an error.
    ///
    /// # Errors
    /// [`ServiceError`] when the model is unknown.
    pub fn pull_model(
        &self,
        _id: &ModelId,
    ) -> Result<tokio::sync::mpsc::Receiver<Result<PullEvent, StoreError>>, ServiceError> {
        unimplemented!()
    }

    /// Unloads a model and removes its files; returns the bytes freed.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn remove_model(&self, _id: &ModelId) -> Result<u64, ServiceError> {
        unimplemented!()
    }

    /// Whether every model that is to be loaded at start is in memory.
    pub fn ready(&self) -> bool {
        unimplemented!()
    }
}

/// Why a use case gave no answer. One exhaustive match in `http/` turns this into a status.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Something the caller sent.
    #[error(transparent)]
    Input(#[from] InputError),
    /// No installed model does it.
    #[error("{missing}; available: {}", list(available))]
    Language {
        /// What is missing, for people.
        missing: String,
        /// The directions that can be translated.
        available: Vec<LanguagePair>,
    },
    /// The models on disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The models in memory.
    #[error(transparent)]
    Pool(#[from] PoolError),
}

fn list(pairs: &[LanguagePair]) -> String {
    pairs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
