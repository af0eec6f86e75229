//! A translator of any encoder-decoder: sentence by sentence, nothing cut, nothing lost.

use std::sync::Arc;

use super::{Codec, EngineError, Generate, TranslateOutput, TranslateRequest, Translator, best};
use crate::{
    domain::{GenerationOptions, LanguagePair, Usage},
    text::split_long,
};

/// Translates each sentence on its own, so that each source sentence has exactly one translation.
pub(super) struct SentenceTranslator {
    codec: Arc<dyn Codec>,
    defaults: GenerationOptions,
}

/// A part of a sentence that fits the model's context, as token ids.
struct Piece {
    sentence: usize,
    ids: Vec<i64>,
}

impl SentenceTranslator {
    pub(super) fn new(codec: Arc<dyn Codec>, defaults: GenerationOptions) -> Self {
        let defaults = defaults.within(codec.context_tokens());
        Self { codec, defaults }
    }

    /// The sentence in pieces that fit the context: one, unless it is very long.
    fn pieces(&self, sentence: usize, text: &str, pair: LanguagePair) -> Result<Vec<Piece>, EngineError> {
        let limit = self.codec.context_tokens();
        let ids = self.codec.encode(text, Some(pair))?;
        if ids.len() <= limit {
            return Ok(vec![Piece { sentence, ids }]);
        }
        // An error would show below, when the piece is encoded for good.
        let count = |part: &str| self.codec.encode(part, Some(pair)).map_or(usize::MAX, |ids| ids.len());
        let encode = |part: &str| Ok(Piece { sentence, ids: self.codec.encode(part, Some(pair))? });
        split_long(text, limit, count).into_iter().map(encode).collect()
    }
}

impl Translator for SentenceTranslator {
    fn translate(&self, request: &TranslateRequest, model: &dyn Generate) -> Result<TranslateOutput, EngineError> {
        let options = self.codec.options_for(request.pair)?.or(&request.generation).or(&self.defaults);
        let mut pieces = Vec::new();
        for (index, sentence) in request.sentences.iter().enumerate().filter(|(_, text)| has_words(text)) {
            pieces.extend(self.pieces(index, sentence, request.pair)?);
        }
        let input_tokens = pieces.iter().map(|piece| piece.ids.len()).sum();
        let places: Vec<usize> = pieces.iter().map(|piece| piece.sentence).collect();
        let source = |piece: Piece| self.codec.source(piece.ids, &options);
        let sources = pieces.into_iter().map(source).collect::<Result<_, _>>()?;
        let outputs = best(model.generate(sources, &mut |_, _| ())?);
        let usage = Usage { input_tokens, output_tokens: outputs.iter().map(Vec::len).sum() };
        let translated = places.into_iter().zip(outputs).map(|(sentence, ids)| (sentence, self.codec.decode(&ids)));
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
    use crate::{
        domain::Language,
        engine::{Hypothesis, Source, fake},
    };

    /// Ten tokens of context, a token a word; "translates" by shouting each word.
    struct Shouter;

    impl Codec for Shouter {
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

        fn source(&self, ids: Vec<i64>, _: &GenerationOptions) -> Result<Source, EngineError> {
            assert!(ids.len() <= 10, "a source is longer than the context");
            Ok(fake::source(ids))
        }
    }

    impl Generate for Shouter {
        fn generate(
            &self,
            sources: Vec<Source>,
            _: &mut dyn FnMut(usize, &[i64]),
        ) -> Result<Vec<Vec<Hypothesis>>, EngineError> {
            let known = |source: Source| source.ids.into_iter().filter(|&id| id < 1000).collect();
            Ok(sources.into_iter().map(|source| vec![Hypothesis { tokens: known(source), score: 0.0 }]).collect())
        }
    }

    fn translate(sentences: &[&str]) -> Result<TranslateOutput, EngineError> {
        let sentences = sentences.iter().map(ToString::to_string).collect();
        let pair = LanguagePair::new(Language::ENGLISH, Language::SPANISH);
        let translator = SentenceTranslator::new(Arc::new(Shouter), GenerationOptions::default());
        translator.translate(&TranslateRequest { pair, sentences, generation: GenerationOptions::default() }, &Shouter)
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
