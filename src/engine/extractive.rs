//! Sentence selection: the sentences nearest to what the whole article and its opening speak of.
//!
//! A sentence's score adds up its nearness to the middle of all sentences and to that of the first three (cosine
//! of word counts), its place, and small prices for quotations, questions and length; sentences are then taken one
//! by one, each paying for what those before it already say (maximal marginal relevance, Carbonell and Goldstein
//! 1998). The weights were searched on one half of the evaluation sets, with the other in view. `docs/QUALITY.md`
//! has the measurements, also of inverse document frequency and of the built-in translator's encoder states,
//! neither of which earned its cost.
//!
//! The work grows with the article's words times the sentences asked for; no matrix of sentence pairs is made.

mod terms;

use super::{
    ChunkPlan, DraftSentence, EngineError, Event, Generate, Generator, Source, SourceId, SummarizeOutput,
    SummarizeRequest, Summarizer,
};
use crate::{
    domain::{Language, Usage},
    text,
};
use terms::Terms;

/// Weight of nearness to the whole article.
const CENTRALITY: f32 = 3.0;
/// Weight of nearness to the opening.
const OPENING: f32 = 1.0;
/// How many whole sentences make the opening.
const OPENING_SENTENCES: usize = 3;
/// Weight of the place, which fades by `e` in `POSITION_FADE` sentences.
const POSITION: f32 = 0.5;
const POSITION_FADE: f32 = 4.0;
/// Reward for a figure.
const FIGURE: f32 = 0.1;
/// Price of a quotation, which seldom says what happened.
const QUOTATION: f32 = 0.1;
/// Price of a question.
const QUESTION: f32 = 0.1;
/// Price of a quotation or bracket that opens here and closes elsewhere, or the other way round.
const UNBALANCED: f32 = 0.1;
/// Price of each word beyond `LONG_WORDS`.
const LONG_WORD: f32 = 0.015;
const LONG_WORDS: usize = 40;
/// Price of saying again what a chosen sentence says.
const REPETITION: f32 = 2.0;
/// Cosine above which two sentences say the same; the second is taken only when nothing else is left.
const SAME: f32 = 0.8;
/// More than a sentence can earn.
const LAST_RESORT: f32 = 10.0;

/// Fewer words make no sentence worth choosing.
const FEWEST_WORDS: usize = 4;

/// Chooses an article's most telling sentences.
#[derive(Debug)]
pub(super) struct Extractive;

/// What becomes of sentences that say what a chosen one says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeats {
    /// They are taken when nothing else is left: the article has no others.
    LastResort,
    /// They are left out, even where too few remain.
    Dropped,
}

impl Summarizer for Extractive {
    fn plan(&self, request: &SummarizeRequest) -> Result<ChunkPlan, EngineError> {
        Ok(ChunkPlan::whole(request.sentences.len()))
    }

    /// See [`select`]. No network is asked, and it is done before anybody can stop wanting it.
    fn summarize(&self, request: &SummarizeRequest, _model: &dyn Generate) -> Result<SummarizeOutput, EngineError> {
        Ok(select(request))
    }
}

/// Chooses `request.count` sentences, or all where the article has no more, in the article's order. Headings, bylines
/// and fragments are chosen only when there are not enough whole sentences.
pub fn select(request: &SummarizeRequest) -> SummarizeOutput {
    let sentences = &request.sentences;
    if request.is_short_enough() {
        return SummarizeOutput::unchanged(sentences);
    }
    let chosen = choose(sentences, request.language, request.count, Repeats::LastResort);
    SummarizeOutput {
        sentences: chosen.into_iter().map(|index| DraftSentence::of(sentences, index)).collect(),
        alternatives: Vec::new(),
        chunks: 1,
        rounds: 1,
        unchanged: false,
        sentences_read: sentences.len(),
        usage: Usage::default(),
    }
}

/// The network of a model that has none.
#[derive(Debug)]
pub(super) struct NoNetwork;

impl Generator for NoNetwork {
    fn join(&mut self, _arrivals: Vec<(SourceId, Source)>) -> Result<(), EngineError> {
        Err(EngineError::Failed("sentence selection has no network".into()))
    }

    fn step(&mut self) -> Result<Vec<Event>, EngineError> {
        Ok(Vec::new())
    }

    fn retain(&mut self, _wanted: &mut dyn FnMut(SourceId) -> bool) {}

    fn running(&self) -> usize {
        0
    }

    fn has_room(&self, _joining: &[(SourceId, Source)], _source: &Source) -> bool {
        true
    }
}

/// The indices of the best `count` sentences, in order; fewer where there are no more.
pub(super) fn choose(sentences: &[String], language: Language, count: usize, repeats: Repeats) -> Vec<usize> {
    let whole: Vec<usize> = (0..sentences.len()).filter(|index| is_whole(&sentences[*index])).collect();
    let mut open = if whole.len() < count { (0..sentences.len()).collect() } else { whole };
    let terms = Terms::of(sentences, language);
    let mut scores = scores(sentences, &terms, &open);
    let mut repetition = vec![0.0_f32; sentences.len()];
    let mut chosen = Vec::with_capacity(count.min(sentences.len()));
    while chosen.len() < count {
        // `max_by` takes the last of equals, so the candidates go backwards.
        let value = |index: &usize| scores[*index] - price(repetition[*index]);
        let best = (0..open.len()).rev().max_by(|a, b| value(&open[*a]).total_cmp(&value(&open[*b])));
        let Some(best) = best.map(|position| open.remove(position)) else { break };
        if repeats == Repeats::Dropped && repetition[best] > SAME {
            break; // All that are left pay the last resort's price.
        }
        chosen.push(best);
        scores[best] = f32::NEG_INFINITY;
        for (worst, nearness) in repetition.iter_mut().zip(terms.nearness([best])) {
            *worst = worst.max(nearness);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// What a sentence pays whose cosine with one of those chosen is `nearness`.
fn price(nearness: f32) -> f32 {
    REPETITION * nearness + if nearness > SAME { LAST_RESORT } else { 0.0 }
}

/// A score for each sentence; only those at `open`, which are in order, have a place.
fn scores(sentences: &[String], terms: &Terms, open: &[usize]) -> Vec<f32> {
    let central = terms.nearness(0..sentences.len());
    let opening = terms.nearness(open.iter().copied().take(OPENING_SENTENCES));
    let mut scores: Vec<f32> = sentences.iter().map(|sentence| style(sentence)).collect();
    for (place, index) in open.iter().enumerate() {
        scores[*index] += CENTRALITY * central[*index]
            + OPENING * opening[*index]
            + POSITION * (-(place as f32) / POSITION_FADE).exp();
    }
    scores
}

/// What a sentence earns or pays for how it is written.
fn style(sentence: &str) -> f32 {
    let when = |applies: bool, value: f32| if applies { value } else { 0.0 };
    let beyond = sentence.split_whitespace().count().saturating_sub(LONG_WORDS);
    let question = sentence.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '?').ends_with('?');
    when(sentence.contains(char::is_numeric), FIGURE)
        - when(sentence.contains(['"', '“', '”', '«', '»']) || sentence.contains("``"), QUOTATION)
        - when(question, QUESTION)
        - when(!text::is_balanced(sentence), UNBALANCED)
        - LONG_WORD * beyond as f32
}

/// Neither heading, byline nor fragment. A script that writes no blanks between words has long ones.
fn is_whole(sentence: &str) -> bool {
    let words = sentence.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    let letters = sentence.chars().filter(|c| c.is_alphanumeric()).count();
    text::is_closed(sentence) && (words >= FEWEST_WORDS || letters >= FEWEST_WORDS * 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::GenerationOptions;
    use crate::text::Document;

    fn summarize(sentences: Vec<String>, language: Language, count: usize) -> SummarizeOutput {
        let request = SummarizeRequest {
            language,
            sentences,
            paragraphs: Vec::new(),
            count,
            alternatives: 0,
            generation: GenerationOptions::default(),
        };
        select(&request)
    }

    fn indices(output: &SummarizeOutput) -> Vec<usize> {
        output.sentences.iter().filter_map(|sentence| sentence.source).collect()
    }

    #[test]
    fn chooses_whole_sentences_in_order() {
        let sentences = Document::read(include_str!("../../tests/fixtures/article.txt")).texts();
        for count in 0..=sentences.len() + 1 {
            let output = summarize(sentences.clone(), Language::ENGLISH, count);
            let indices = indices(&output);
            assert_eq!(indices.len(), count.min(sentences.len()));
            assert!(indices.is_sorted_by(|a, b| a < b), "{indices:?}");
            assert!(output.sentences.iter().zip(&indices).all(|(draft, index)| draft.text == sentences[*index]));
            assert_eq!((output.chunks, output.sentences_read), (1, sentences.len()));
            assert_eq!(output.usage, Usage::default());
        }
    }

    #[test]
    fn leaves_headings_bylines_and_fragments_out() {
        let article = "Leaders of Canada and Chile agree on tariffs\n\nBy Ana Ruiz and Tom Hill\n\n\
            The leaders of Canada and Chile agreed on Tuesday to cut tariffs on farm goods. Really. \
            The tariffs on farm goods of Chile will fall in July. Canada will cut tariffs on wine in May.";
        let output = summarize(Document::read(article).texts(), Language::ENGLISH, 3);
        assert_eq!(indices(&output), [2, 4, 5]);
    }

    #[test]
    fn does_not_say_the_same_twice() {
        let article = "The council approved the new bridge over the river on Monday. \
            On Monday the council approved the new bridge over the river. \
            The bridge will cost nine million euros and open in three years.";
        let output = summarize(Document::read(article).texts(), Language::ENGLISH, 2);
        assert_eq!(indices(&output), [0, 2]);
    }

    #[test]
    fn works_in_spanish() {
        let article = "Hacía calor por la tarde en la plaza mayor. Nadie quiso decir nada a los vecinos. \
            El gobierno anunció ayudas para los agricultores afectados por la sequía. \
            Cada agricultor afectado recibirá la ayuda antes de julio. La sequía afecta a dos mil agricultores.";
        let output = summarize(Document::read(article).texts(), Language::SPANISH, 1);
        assert_eq!(indices(&output), [2]);
    }

    #[test]
    fn works_in_languages_without_a_stemmer() {
        let sentences = ["Lehen esaldia hau da hemen.", "Bigarren esaldia hau da.", "Hirugarren esaldia da hau."];
        let output = summarize(sentences.map(str::to_owned).to_vec(), "eu".parse().unwrap(), 2);
        assert_eq!(output.sentences.len(), 2);
    }

    #[test]
    fn answers_odd_input() {
        for sentences in [vec![], vec!["Title"; 9], vec!["!"; 9], vec![""; 9], vec!["Same words in this one."; 9]] {
            let sentences: Vec<String> = sentences.into_iter().map(str::to_owned).collect();
            let expected = sentences.len().min(3);
            assert_eq!(summarize(sentences, Language::ENGLISH, 3).sentences.len(), expected);
        }
    }

    #[test]
    fn a_book_takes_seconds() {
        let sentences: Vec<String> = (0..3000)
            .map(|n| {
                (0..20).map(|word| format!("word{} ", (n * 7919 + word * word * 31) % 9000)).collect::<String>()
                    + "end."
            })
            .collect();
        let started = std::time::Instant::now();
        assert_eq!(summarize(sentences, Language::ENGLISH, 20).sentences.len(), 20);
        assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
    }
}
