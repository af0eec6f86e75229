use serde::{Deserialize, Serialize};

use super::{Glossary, Language, ModelId, OffsetUnit};

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

impl Format {
    /// One sentence as this format shows it.
    pub fn sentence(self, text: &str) -> String {
        match self {
            Self::Headline => text.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(text).to_owned(),
            Self::Paragraph | Self::Bullets => text.to_owned(),
        }
    }

    /// The sentences put together.
    pub fn join<'a>(self, sentences: impl Iterator<Item = &'a str>) -> String {
        match self {
            Self::Paragraph | Self::Headline => sentences.collect::<Vec<_>>().join(" "),
            Self::Bullets => sentences.map(|sentence| format!("- {sentence}")).collect::<Vec<_>>().join("\n"),
        }
    }
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
    /// The languages wanted; empty for English and Spanish as far as the installed models reach.
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
    /// Whether sentences are checked, and mended where they can be.
    pub checks: bool,
    /// Whether a sentence that the article does not support gives way to one of the article's own.
    pub strict: bool,
    /// Terms of its translations; what the service itself holds is added to these.
    pub glossary: Glossary,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self {
            source: None,
            targets: Vec::new(),
            length: Length::default(),
            sentences: None,
            format: Format::default(),
            mode: Mode::default(),
            model: None,
            offset_unit: OffsetUnit::default(),
            checks: true,
            strict: false,
            glossary: Glossary::default(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_has_no_closing_stop() {
        let shown = |text| Format::Headline.sentence(text);
        assert_eq!(shown("Rain falls."), "Rain falls");
        assert_eq!(shown("Will it rain?"), "Will it rain?");
        assert_eq!(shown("And then..."), "And then...");
    }

    #[test]
    fn bullets_stand_on_lines_of_their_own() {
        assert_eq!(Format::Bullets.join(["One.", "Two."].into_iter()), "- One.\n- Two.");
        assert_eq!(Format::Paragraph.join(["One.", "Two."].into_iter()), "One. Two.");
    }
}
