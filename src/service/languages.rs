use std::collections::{BTreeMap, BTreeSet};

use super::{Service, ServiceError, select::Installed};
use crate::{
    domain::{Article, Language, Languages},
    text::{self, Document},
};

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

impl Service {
    /// Finds a text's language among those that the installed models serve.
    pub fn detect(&self, article: &Article) -> Detection {
        self.installed().detect(article.text())
    }

    /// The languages that the installed models serve.
    pub fn languages(&self) -> Vec<LanguageEntry> {
        let installed = self.installed();
        let mut targets: BTreeMap<Language, Vec<Language>> = BTreeMap::new();
        for pair in installed.pairs() {
            targets.entry(pair.source).or_default().push(pair.target);
            targets.entry(pair.target).or_default();
        }
        for language in installed.source_languages() {
            targets.entry(language).or_default();
        }
        // Sentence selection is always there, and reads any language.
        let entry = |(language, targets)| LanguageEntry { language, summarize: true, targets };
        targets.into_iter().map(entry).collect()
    }
}

impl Installed<'_> {
    fn detect(&self, text: &str) -> Detection {
        let candidates = text::detect(text, &self.source_languages());
        // English stands in where no language can be told at all: a text of digits alone.
        let (language, confidence) = candidates.first().copied().unwrap_or((Language::ENGLISH, 0.0));
        Detection { language, confidence, candidates }
    }

    /// The language of a text that is to be worked on, and how sure it is: the one named, else the one found.
    ///
    /// # Errors
    /// [`ServiceError::Language`] when the text has letters and no language is likelier than another: it is in another
    /// language then, or its script is one that detection does not know.
    pub(super) fn language_of(
        &self,
        document: &Document,
        named: Option<Language>,
    ) -> Result<(Language, f64), ServiceError> {
        if let Some(language) = named {
            return Ok((language, 1.0));
        }
        // The cleaned text: tags and scripts are not in any language.
        let text = document.texts().join(" ");
        let detection = self.detect(&text);
        let tied = matches!(detection.candidates[..], [(_, first), (_, second), ..] if first - second < 1e-9);
        if tied && text.chars().any(char::is_alphabetic) {
            let names: Vec<&str> = detection.candidates.iter().map(|(language, _)| language.name()).collect();
            let missing = format!("the text's language is none of those that can be told ({})", names.join(", "));
            return Err(ServiceError::Language {
                missing: format!("{missing}; name it as the source language"),
                available: self.pairs(),
            });
        }
        Ok((detection.language, detection.confidence))
    }

    /// The languages that a text sent here may be in.
    fn source_languages(&self) -> Vec<Language> {
        let mut languages = BTreeSet::from([Language::ENGLISH, Language::SPANISH]);
        for model in &self.models {
            match &model.card.languages {
                Languages::Text(read) | Languages::Between(read) => languages.extend(read),
                Languages::Pairs(pairs) => languages.extend(pairs.iter().map(|pair| pair.source)),
                Languages::Any => {}
            }
        }
        languages.into_iter().collect()
    }
}
