//! The words of a sentence that carry its content.

use unicode_segmentation::UnicodeSegmentation;

use crate::{domain::Language, text};

/// Finds the stems of content words in sentences of one language.
pub(in crate::checks) struct Stems(text::Stems);

impl Stems {
    /// Languages without a stemmer or a list of stop words do without.
    pub(in crate::checks) fn of_language(language: Language) -> Self {
        Self(text::Stems::of(language))
    }

    /// Stems of the words that are no stop words; of all words, where there is no other. In the sentence's order.
    pub(in crate::checks) fn of(&self, sentence: &str) -> Vec<String> {
        let lower = sentence.to_lowercase().replace('’', "'");
        let words: Vec<_> = lower.unicode_words().map(|word| word.strip_suffix("'s").unwrap_or(word)).collect();
        let content: Vec<_> = words.iter().copied().filter(|word| !self.0.is_stop_word(word)).collect();
        let chosen = if content.is_empty() { words } else { content };
        chosen.into_iter().map(|word| self.0.stem(word).into_owned()).collect()
    }
}
