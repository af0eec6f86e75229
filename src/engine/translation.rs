//! A translator of any encoder-decoder: sentence by sentence, nothing cut, nothing lost.

use super::{EngineError, Seq2Seq, TranslateOutput, TranslateRequest, Translator, Wanted};
use crate::{
    domain::{GenerationOptions, LanguagePair, Usage},
    text::split_long,
};

/// Translates each sentence on its own, so that each source sentence has exactly one translation.
pub(super) struct SentenceTranslator {
    model: Box<dyn Seq2Seq>,
    defaults: GenerationOptions,
}

/// A part of a sentence that fits the model's context, as token ids.
struct Piece {
    sentence: usize,
    ids: Vec<i64>,
}

impl SentenceTranslator {
    pub(super) fn new(model: Box<dyn Seq2Seq>, defaults: GenerationOptions) -> Self {
        let defaults = defaults.within(model.context_tokens());
        Self { model, defaults }
    }

    /// The sentence in pieces that fit the context: one, unless it is very long.
    fn pieces(&self, sentence: usize, text: &str, pair: LanguagePair) -> Result<Vec<Piece>, EngineError> {
        let limit = self.model.context_tokens();
        let ids = self.model.encode(text, Some(pair))?;
        if ids.len() <= limit {
            return Ok(vec![Piece { sentence, ids }]);
        }
        // An error would show below, when the piece is encoded for good.
        let count = |part: &str| self.model.encode(part, Some(pair)).map_or(usize::MAX, |ids| ids.len());
        let encode = |part: &str| Ok(Piece { sentence, ids: self.model.encode(part, Some(pair))? });
        split_long(text, limit, count).into_iter().map(encode).collect()
    }
}

impl Translator for SentenceTranslator {
    fn translate(&mut self, request: &TranslateRequest, wanted: Wanted<'_>) -> Result<TranslateOutput, EngineError> {
        let options = self.model.options_for(request.pair)?.or(&request.generation).or(&self.defaults);
        let mut pieces = Vec::new();
        for (index, sentence) in request.sentences.iter().enumerate().filter(|(_, text)| has_words(text)) {
            pieces.extend(self.pieces(index, sentence, request.pair)?);
        }
        let sources: Vec<Vec<i64>> = pieces.iter().map(|piece| piece.ids.clone()).collect();
        let outputs = self.model.generate_while(&sources, &options, wanted)?;
        let usage = Usage {
            input_tokens: pieces.iter().map(|piece| piece.ids.len()).sum(),
            output_tokens: outputs.iter().map(Vec::len).sum(),
        };
        let translated = pieces.iter().zip(outputs).map(|(piece, ids)| (piece.sentence, self.model.decode(&ids)));
        let (sentences, untranslated) = join(&request.sentences, translated);
        Ok(TranslateOutput { sentences, untranslated, usage })
    }
}

/// Whether there is anything to translate: a row of dashes or an emoji reads the same in every language.
fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Puts the pieces of each sentence together. A sentence without words stays as it is, and so does one that the model
/// gave nothing for, which is counted: a name in a script that the model has no tokens for, for one.
fn join(sentences: &[String], pieces: impl Iterator<Item = (usize, String)>) -> (Vec<String>, usize) {
    let mut translations = vec![String::new(); sentences.len()];
    for (sentence, text) in pieces {
        let translation = &mut translations[sentence];
        if !translation.is_empty() {
            translation.push(' ');
        }
        translation.push_str(text.trim());
    }
    let mut untranslated = 0;
    for (sentence, translation) in sentences.iter().zip(&mut translations).filter(|(_, text)| text.is_empty()) {
        translation.clone_from(sentence);
        untranslated += usize::from(has_words(sentence));
    }
    (translations, untranslated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Language;

    /// Ten tokens of context, a token a word; "translates" by shouting each word.
    struct Shouter;

    impl Seq2Seq for Shouter {
        fn context_tokens(&self) -> usize {
            10
        }

        fn encode(&self, text: &str, _: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
            Ok(text.split_whitespace().map(|word| word.trim_start_matches('w').parse().unwrap_or(0)).collect())
        }

        fn decode(&self, ids: &[i64]) -> String {
            ids.iter().map(|id| format!("W{id}")).collect::<Vec<_>>().join(" ")
        }

        fn options_for(&self, _: LanguagePair) -> Result<GenerationOptions, EngineError> {
            Ok(GenerationOptions::default())
        }

        fn generate_while(
            &mut self,
            sources: &[Vec<i64>],
            _: &GenerationOptions,
            _: Wanted<'_>,
        ) -> Result<Vec<Vec<i64>>, EngineError> {
            assert!(sources.iter().all(|ids| ids.len() <= 10), "a source is longer than the context");
            Ok(sources.iter().map(|ids| ids.iter().copied().filter(|&id| id < 1000).collect()).collect())
        }
    }

    fn translate(sentences: &[&str]) -> Result<TranslateOutput, EngineError> {
        let sentences = sentences.iter().map(ToString::to_string).collect();
        let pair = LanguagePair::new(Language::ENGLISH, Language::SPANISH);
        let mut translator = SentenceTranslator::new(Box::new(Shouter), GenerationOptions::default());
        translator.translate(&TranslateRequest { pair, sentences, generation: GenerationOptions::default() }, &|| true)
    }

    #[test]
    fn every_sentence_has_its_translation_in_its_place() {
        let output = translate(&["w1 w2", "—", "w3"]).unwrap();
        assert_eq!(output.sentences, ["W1 W2", "—", "W3"]);
        assert_eq!(output.usage, Usage { input_tokens: 3, output_tokens: 3 });
    }

    #[test]
    fn a_sentence_longer_than_the_context_loses_nothing() {
        let words: Vec<String> = (1..=95).map(|number| format!("w{number}")).collect();
        let output = translate(&[&words.join(" "), "w7"]).unwrap();
        assert_eq!(output.sentences, [words.join(" ").to_uppercase(), "W7".to_owned()]);
    }

    #[test]
    fn a_sentence_that_the_model_gives_nothing_for_is_kept_and_counted() {
        let output = translate(&["w1", "w2000", "—"]).unwrap();
        assert_eq!(output.sentences, ["W1", "w2000", "—"]);
        assert_eq!(output.untranslated, 1);
    }
}
