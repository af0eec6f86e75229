use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use super::{CheckReport, InputError, Language, LanguagePair, ModelId, Receipt, Span, TermCounts};

/// A finished summary, with where its sentences came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// What was read.
    pub source: DetectedSource,
    /// The whole summary in each language asked for.
    pub texts: BTreeMap<Language, String>,
    /// The same, sentence by sentence.
    pub sentences: Vec<Sentence>,
    /// How much of the article was read.
    pub coverage: Coverage,
    /// What was checked; `None` where no checks were asked for.
    pub checks: Option<CheckReport>,
    /// Sentences in other languages that the translator gave nothing for: these stand in the article's language.
    pub dropped: usize,
    /// What became of the glossary's terms; `None` where there are none for any of the translations.
    pub glossary: Option<TermCounts>,
    /// Tokens read and written.
    pub usage: Usage,
    /// The summariser.
    pub summarizer: ModelName,
    /// The translators, each once; empty where none was needed.
    pub translators: Vec<ModelName>,
    /// Directions that no installed model translates, where the caller left the languages to us.
    pub missing_pairs: Vec<LanguagePair>,
    /// What it takes to make it again.
    pub receipt: Receipt,
    /// Where the time went.
    pub timings: StageTimings,
}

/// The article as it was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectedSource {
    /// Its language.
    pub language: Language,
    /// How sure that is, 0 to 1; 1 when the caller named it.
    pub confidence: f64,
    /// Unicode scalar values.
    pub characters: usize,
    /// Sentences found.
    pub sentences: usize,
}

/// One sentence of the summary in every language asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// Its text by language.
    pub texts: BTreeMap<Language, String>,
    /// Whether it is the article's own, word for word.
    pub verbatim: bool,
    /// The parts of the article that support it, the best first; one, and exact, for a sentence that is verbatim.
    pub evidence: Vec<Evidence>,
}

/// A part of the article that supports a sentence of its summary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Where the article holds it.
    pub span: Span,
    /// How much of the sentence it covers by itself, 0 to 1.
    pub score: f64,
}

/// How much of the article the summariser read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Chunks that the article was split into for the model's context.
    pub chunks: usize,
    /// Rounds that made the summary: in each but the first, what was written in the one before was shortened again. 0
    /// for an article that is unchanged.
    pub rounds: usize,
    /// Whether the summary is the article itself, which has no more sentences than were asked for.
    pub unchanged: bool,
    /// Sentences read.
    pub sentences_read: usize,
    /// Sentences in the article.
    pub sentences_total: usize,
}

impl Coverage {
    /// Whether anything went unread.
    pub fn truncated(&self) -> bool {
        self.sentences_read < self.sentences_total
    }
}

/// Tokens read and written by the models, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: usize,
    /// Tokens written.
    pub output_tokens: usize,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
    }
}

/// A model and the revision of its files, written `id@revision`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelName {
    /// The model.
    pub id: ModelId,
    /// A commit, or a hash of the files.
    pub revision: String,
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.revision)
    }
}

impl FromStr for ModelName {
    type Err = InputError;

    fn from_str(name: &str) -> Result<Self, InputError> {
        match name.split_once('@') {
            Some((id, revision)) if !revision.is_empty() && revision.chars().all(|c| c.is_ascii_graphic()) => {
                Ok(Self { id: id.parse()?, revision: revision.to_owned() })
            }
            _ => Err(InputError::invalid("model", format!("{name:?} is not a model's name and revision, id@revision"))),
        }
    }
}

impl TryFrom<String> for ModelName {
    type Error = InputError;

    fn try_from(name: String) -> Result<Self, InputError> {
        name.parse()
    }
}

impl From<ModelName> for String {
    fn from(name: ModelName) -> Self {
        name.to_string()
    }
}

impl std::ops::AddAssign for StageTimings {
    fn add_assign(&mut self, other: Self) {
        self.queue += other.queue;
        self.summarize += other.summarize;
        self.translate += other.translate;
        self.checks += other.checks;
        self.total += other.total;
    }
}

/// Where a request's time went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageTimings {
    /// Waiting for models, all together.
    pub queue: Duration,
    /// Writing or choosing sentences.
    pub summarize: Duration,
    /// Translating them.
    pub translate: Duration,
    /// Looking for faults.
    pub checks: Duration,
    /// From the request's arrival to its answer.
    pub total: Duration,
}
