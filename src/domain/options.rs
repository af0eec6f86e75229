use serde::{Deserialize, Serialize};

use super::{Language, ModelId, OffsetUnit};

/// How much of the article the summary keeps, when no number of sentences is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Length {
    /// Two sentences.
    Short,
    /// Three sentences.
    #[default]
    Medium,
    /// Six sentences.
    Long,
}

impl Length {
    /// The number of sentences asked for.
    pub fn sentences(self) -> usize {
        match self {
            Self::Short => 2,
            Self::Medium => 3,
            Self::Long => 6,
        }
    }
}

/// How the summary's sentences are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Sentences one after another.
    #[default]
    Paragraph,
    /// A line with a bullet for each sentence.
    Bullets,
    /// One sentence, without its closing stop.
    Headline,
}

/// Whether sentences are written anew or taken from the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The best summariser installed.
    #[default]
    Auto,
    /// A model writes the sentences.
    Abstractive,
    /// The article's own sentences are chosen.
    Extractive,
}

/// What a caller asks of a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryOptions {
    /// The article's language; `None` finds it.
    pub source: Option<Language>,
    /// The languages wanted, each once.
    pub targets: Vec<Language>,
    /// How long, when `sentences` is `None`.
    pub length: Length,
    /// Exactly how many sentences, as far as the article and the model have them.
    pub sentences: Option<usize>,
    /// How the sentences are put together.
    pub format: Format,
    /// Written anew or taken from the article.
    pub mode: Mode,
    /// The summariser; `None` chooses the best installed.
    pub model: Option<ModelId>,
    /// What offsets count.
    pub offset_unit: OffsetUnit,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self {
            source: None,
            targets: vec![Language::ENGLISH, Language::SPANISH],
            length: Length::default(),
            sentences: None,
            format: Format::default(),
            mode: Mode::default(),
            model: None,
            offset_unit: OffsetUnit::default(),
        }
    }
}

impl SummaryOptions {
    /// The number of sentences asked for.
    pub fn sentence_count(&self) -> usize {
        match self.format {
            Format::Headline => 1,
            Format::Paragraph | Format::Bullets => self.sentences.unwrap_or(self.length.sentences()),
        }
    }
}
