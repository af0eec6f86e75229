//! A translator of any encoder-decoder: sentence by sentence, nothing cut, nothing lost.

use std::sync::Arc;

use super::{
    Alignment, Alternatives, Codec, EngineError, Generate, Hypothesis, Source, TranslateOutput, TranslateRequest,
    Translator,
};
use crate::{
    domain::{GenerationOptions, LanguagePair, Usage},
    text::{Spaced, split_long},
};

/// Translates each sentence on its own, so that each source sentence has exactly one translation.
pub(super) struct SentenceTranslator {
    codec: Arc<dyn Codec>,
    defaults: GenerationOptions,
}

/// A part of a sentence that fits the model's context, as token ids.
struct Piece {
    sentence: usize,
    /// Whether it is the whole sentence.
    whole: bool,
    ids: Vec<i64>,
}

/// What came of a piece.
struct Translated {
    sentence: usize,
    text: String,
    /// Only of whole sentences.
    alternatives: Vec<String>,
    /// Only of whole sentences.
    alignment: Option<Alignment>,
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
            return Ok(vec![Piece { sentence, whole: true, ids }]);
        }
        // An error would show below, when the piece is encoded for good.
        let count = |part: &str| self.codec.encode(part, Some(pair)).map_or(usize::MAX, |ids| ids.len());
        let encode = |part: &str| Ok(Piece { sentence, whole: false, ids: self.codec.encode(part, Some(pair))? });
        split_long(text, limit, count).into_iter().map(encode).collect()
    }

    /// What the hypotheses of a piece say; `whole` is the sentence that it is all of.
    fn read(
        &self,
        sentence: usize,
        whole: Option<&Spaced>,
        pair: LanguagePair,
        hypotheses: &[Hypothesis],
    ) -> Translated {
        let decode = |hypothesis: &Hypothesis| self.codec.decode(&hypothesis.tokens).trim().to_owned();
        let Some((best, others)) = hypotheses.split_first() else { return Translated::nothing(sentence) };
        let text = decode(best);
        let (mut alternatives, mut alignment) = (Vec::new(), None);
        if let Some(source) = whole {
            let others = others.iter().map(decode).filter(|other| !other.is_empty() && *other != text);
            others.for_each(|other| {
                if !alternatives.contains(&other) {
                    alternatives.push(other)
                }
            });
            alignment = Alignment::new(&self.codec, source, pair, best, &text);
        }
        Translated { sentence, text, alternatives, alignment }
    }
}

impl Translated {
    fn nothing(sentence: usize) -> Self {
        Self { sentence, text: String::new(), alternatives: Vec::new(), alignment: None }
    }
}

impl Translator for SentenceTranslator {
    fn translate(&self, request: &TranslateRequest, model: &dyn Generate) -> Result<TranslateOutput, EngineError> {
        let options = self.codec.options_for(request.pair)?.or(&request.generation).or(&self.defaults);
        let spaced: Vec<Spaced> = request.sentences.iter().map(|sentence| Spaced::of(sentence)).collect();
        let mut pieces = Vec::new();
        for (index, sentence) in spaced.iter().enumerate().filter(|(_, sentence)| has_words(sentence.text())) {
            pieces.extend(self.pieces(index, sentence.text(), request.pair)?);
        }
        let input_tokens = pieces.iter().map(|piece| piece.ids.len()).sum();
        let places: Vec<(usize, bool)> = pieces.iter().map(|piece| (piece.sentence, piece.whole)).collect();
        let source = |Piece { whole, ids, .. }: Piece| {
            let Source { ids, plan } = self.codec.source(ids, &options)?;
            let plan = match request.alternatives {
                _ if !whole => plan,
                Alternatives::Found(spare) => plan.sparing(spare),
                Alternatives::Sought(count) => plan.returning(1 + count),
            };
            Ok(Source { ids, plan: if whole && request.alignments { plan.aligned() } else { plan } })
        };
        let sources = pieces.into_iter().map(source).collect::<Result<_, EngineError>>()?;
        let outputs = model.generate(sources, &mut |_, _| ())?;
        let written = outputs.iter().filter_map(|hypotheses| hypotheses.first());
        let usage = Usage { input_tokens, output_tokens: written.map(|best| best.tokens.len()).sum() };
        let translated = places.into_iter().zip(outputs).map(|((sentence, whole), hypotheses)| {
            let whole = whole.then(|| &spaced[sentence]);
            self.read(sentence, whole, request.pair, &hypotheses)
        });
        Ok(join(&request.sentences, translated, usage))
    }
}

/// Whether there is anything to translate: a row of dashes or an emoji reads the same in every language.
fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Puts the pieces of each sentence together. A sentence without words stays as it is, and so does one that the model
/// gave nothing for, which is counted: a name in a script that the model has no tokens for, for one.
fn join(sentences: &[String], pieces: impl Iterator<Item = Translated>, usage: Usage) -> TranslateOutput {
    let mut output = TranslateOutput {
        sentences: vec![String::new(); sentences.len()],
        alternatives: vec![Vec::new(); sentences.len()],
        alignments: vec![None; sentences.len()],
        untranslated: 0,
        usage,
    };
    for Translated { sentence, text, alternatives, alignment } in pieces {
        let translation = &mut output.sentences[sentence];
        if !translation.is_empty() {
            translation.push(' ');
        }
        translation.push_str(&text);
        output.alternatives[sentence] = alternatives;
        output.alignments[sentence] = alignment;
    }
    for (sentence, translation) in sentences.iter().zip(&mut output.sentences).filter(|(_, text)| text.is_empty()) {
        translation.clone_from(sentence);
        output.untranslated += usize::from(has_words(sentence));
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Language, Span},
        engine::fake,
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

        fn source_spans(&self, text: &str, _: Option<LanguagePair>) -> Option<Vec<Option<Span>>> {
            let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
            let span = |word: &str| Some(Span::new(start(word), start(word) + word.len()));
            Some(text.split_whitespace().map(span).collect())
        }

        fn options_for(&self, _: LanguagePair) -> Result<GenerationOptions, EngineError> {
            Ok(GenerationOptions::default())
        }

        fn source(&self, ids: Vec<i64>, _: &GenerationOptions) -> Result<Source, EngineError> {
            assert!(ids.len() <= 10, "a source is longer than the context");
            Ok(fake::source(ids))
        }
    }

    /// Backwards, as it stands, backwards, and nothing.
    fn hypotheses(source: Source) -> Vec<Hypothesis> {
        let tokens: Vec<i64> = source.ids.into_iter().filter(|&id| id < 1000).collect();
        let alignment: Vec<u32> = (0..).take(tokens.len()).collect();
        let turned = |tokens: &[i64]| tokens.iter().rev().copied().collect();
        let others = [turned(&tokens), tokens.clone(), turned(&tokens), Vec::new()];
        let best = Hypothesis { tokens, score: 0.0, alignment };
        let other = |tokens| Hypothesis { tokens, score: -1.0, alignment: Vec::new() };
        std::iter::once(best).chain(others.map(other)).collect()
    }

    impl Generate for Shouter {
        fn generate(
            &self,
            sources: Vec<Source>,
            _: &mut dyn FnMut(usize, &[i64]),
        ) -> Result<Vec<Vec<Hypothesis>>, EngineError> {
            Ok(sources.into_iter().map(hypotheses).collect())
        }
    }

    fn translate(sentences: &[&str]) -> Result<TranslateOutput, EngineError> {
        let sentences = sentences.iter().map(ToString::to_string).collect();
        let pair = LanguagePair::new(Language::ENGLISH, Language::SPANISH);
        let translator = SentenceTranslator::new(Arc::new(Shouter), GenerationOptions::default());
        let generation = GenerationOptions::default();
        translator.translate(
            &TranslateRequest { pair, sentences, alternatives: Alternatives::Sought(4), alignments: true, generation },
            &Shouter,
        )
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
    fn a_word_that_is_glued_to_a_bracket_is_translated_and_linked_as_a_word() {
        let output = translate(&["(w1)W2 w3"]).unwrap();
        assert_eq!(output.usage.input_tokens, 3);
        let links = output.alignments[0].as_ref().unwrap().links();
        assert_eq!(links.last().map(|link| link.source), Some(Span::new(7, 9)), "a place in what was sent");
    }

    #[test]
    fn alternatives_are_different_from_the_best_and_from_each_other() {
        let output = translate(&["w1 w2", "—", "w3"]).unwrap();
        assert_eq!(output.alternatives, [vec!["W2 W1".to_owned()], vec![], vec![]]);
    }

    #[test]
    fn every_word_is_linked_to_what_it_was_written_from() {
        let (sentence, long) = (" w10  w2 w2000 w3", "w1 ".repeat(12));
        let output = translate(&["—", sentence, &long]).unwrap();
        let links = output.alignments[1].as_ref().unwrap().links();
        let links = links.iter().map(|link| (&sentence[link.source.start..link.source.end], link.target));
        let links: Vec<_> = links.map(|(word, span)| (word, &output.sentences[1][span.start..span.end])).collect();
        // Shouter leaves a word out and does not say so: the third word is aligned by its place.
        assert_eq!(links, [("w10", "W10"), ("w2", "W2"), ("w2000", "W3")]);
        assert!(output.alignments[0].is_none(), "nothing to translate");
        assert!(output.alignments[2].is_none() && output.alternatives[2].is_empty(), "translated in two pieces");
    }

    #[test]
    fn a_sentence_that_the_model_gives_nothing_for_is_kept_and_counted() {
        let output = translate(&["w1", "w2000", "—"]).unwrap();
        assert_eq!(output.sentences, ["W1", "w2000", "—"]);
        assert_eq!(output.untranslated, 1);
    }
}
