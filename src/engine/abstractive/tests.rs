//! Rounds over a scripted model whose tokens are words.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use proptest::prelude::*;

use super::*;
use crate::{
    domain::{Language, LanguagePair},
    engine::{Hypothesis, Source, fake},
};

/// A token for each word that it has seen.
struct Words {
    context: usize,
    known: Mutex<(Vec<String>, HashMap<String, i64>)>,
}

impl Words {
    fn id(&self, word: &str) -> i64 {
        let (words, ids) = &mut *self.known.lock().unwrap();
        let new = || {
            words.push(word.to_owned());
            words.len() as i64 - 1
        };
        *ids.entry(word.to_owned()).or_insert_with(new)
    }
}

impl Codec for Words {
    fn context_tokens(&self) -> usize {
        self.context
    }

    fn encode(&self, text: &str, _: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        Ok(text.split_whitespace().map(|word| self.id(word)).collect())
    }

    fn decode(&self, ids: &[i64]) -> String {
        let known = self.known.lock().unwrap();
        ids.iter().map(|id| known.0[*id as usize].as_str()).collect::<Vec<_>>().join(" ")
    }

    fn options_for(&self, _: LanguagePair) -> Result<GenerationOptions, EngineError> {
        Ok(GenerationOptions::default())
    }

    fn source(&self, ids: Vec<i64>, _: &GenerationOptions) -> Result<Source, EngineError> {
        assert!((1..=self.context).contains(&ids.len()), "a source of {} tokens", ids.len());
        Ok(fake::source(ids))
    }
}

/// Writes what `write` makes of the text of each source, and keeps what it read.
struct Model<'a> {
    codec: &'a Words,
    write: &'a dyn Fn(&str) -> String,
    /// The texts read in each round.
    rounds: Mutex<Vec<Vec<String>>>,
}

impl Generate for Model<'_> {
    fn generate(
        &self,
        sources: Vec<Source>,
        _: &mut dyn FnMut(usize, &[i64]),
    ) -> Result<Vec<Vec<Hypothesis>>, EngineError> {
        let texts: Vec<String> = sources.iter().map(|source| self.codec.decode(&source.ids)).collect();
        let hypothesis = |text: &String| {
            let tokens = self.codec.encode(&(self.write)(text), None)?;
            Ok(vec![Hypothesis { tokens, score: 0.0, alignment: Vec::new() }])
        };
        let outputs = texts.iter().map(hypothesis).collect();
        self.rounds.lock().unwrap().push(texts);
        outputs
    }
}

struct Outcome {
    plan: ChunkPlan,
    output: SummarizeOutput,
    /// What the model read, round by round.
    read: Vec<Vec<String>>,
}

impl Outcome {
    fn texts(&self) -> Vec<&str> {
        self.output.sentences.iter().map(|sentence| sentence.text.as_str()).collect()
    }

    fn sources(&self) -> Vec<usize> {
        self.output.sentences.iter().filter_map(|sentence| sentence.source).collect()
    }
}

fn run(sentences: &[String], count: usize, context: usize, write: &dyn Fn(&str) -> String) -> Outcome {
    let codec = Arc::new(Words { context, known: Mutex::default() });
    let summarizer =
        Abstractive::new(Arc::clone(&codec) as Arc<dyn Codec>, String::new(), GenerationOptions::default());
    let request = SummarizeRequest {
        language: Language::ENGLISH,
        sentences: sentences.to_vec(),
        paragraphs: Vec::new(),
        count,
        alternatives: 0,
        generation: GenerationOptions::default(),
    };
    let plan = summarizer.plan(&request).unwrap();
    let model = Model { codec: &codec, write, rounds: Mutex::default() };
    let output = summarizer.summarize(&request, &model).unwrap();
    Outcome { plan, output, read: model.rounds.into_inner().unwrap() }
}

/// `count` sentences of `words` words, no word twice.
fn article(count: usize, words: usize) -> Vec<String> {
    let sentence = |n: usize| (0..words).map(|word| format!("n{n}w{word}")).collect::<Vec<_>>().join(" ") + ".";
    (0..count).map(sentence).collect()
}

/// The first `count` sentences of what was read.
fn first(count: usize) -> impl Fn(&str) -> String {
    move |text| text.split_inclusive('.').take(count).collect()
}

#[test]
fn several_rounds_keep_the_order_and_meet_the_count() {
    let sentences = article(200, 10);
    let outcome = run(&sentences, 3, 100, &first(2));
    let chunks: Vec<usize> = outcome.read.iter().map(Vec::len).collect();
    assert_eq!(chunks, [20, 4], "8 sentences then fit one chunk, and three are chosen");
    assert_eq!((outcome.output.chunks, outcome.output.rounds), (20, 2));
    assert_eq!(outcome.output.sentences_read, 200);
    assert_eq!(outcome.output.sentences.len(), 3);
    assert!(outcome.sources().is_sorted_by(|a, b| a < b), "{:?}", outcome.sources());
}

#[test]
fn no_round_follows_that_would_leave_fewer_than_asked() {
    let outcome = run(&article(200, 10), 30, 100, &first(2));
    assert_eq!((outcome.output.rounds, outcome.output.sentences.len()), (1, 30));
}

#[test]
fn a_model_that_does_not_shorten_is_not_asked_for_ever() {
    let sentences = article(200, 10);
    let outcome = run(&sentences, 3, 100, &|text| text.to_owned());
    assert_eq!((outcome.output.rounds, outcome.output.sentences.len()), (1, 3));
}

#[test]
fn what_several_chunks_say_alike_is_said_once() {
    let outcome = run(&article(40, 10), 5, 100, &|_| "The council of the city met on Monday.".to_owned());
    assert_eq!(outcome.texts(), ["The council of the city met on Monday."]);
    let told = Mutex::new(0);
    let outcome = run(&article(40, 10), 5, 100, &|_| {
        *told.lock().unwrap() += 1;
        let when = if *told.lock().unwrap() % 2 == 0 { "Monday the" } else { "the Monday" };
        format!("On {when} council of the city met.")
    });
    assert_eq!(outcome.output.sentences.len(), 1, "{:?}", outcome.texts());
}

#[test]
fn an_empty_or_cut_output_gives_way_to_a_sentence_of_the_chunk() {
    for written in ["", "It was cut in the"] {
        let sentences = article(30, 10);
        let outcome = run(&sentences, 5, 100, &|_| written.to_owned());
        assert_eq!((outcome.output.chunks, outcome.output.sentences.len()), (3, 3), "{written:?}");
        for (sentence, chunk) in outcome.output.sentences.iter().zip(&outcome.plan.chunks) {
            let source = sentence.source.unwrap();
            assert!(chunk.contains(&source), "{written:?}");
            assert_eq!((&sentence.text, &sentence.from), (&sentences[source], &(source..source + 1)), "{written:?}");
        }
    }
}

#[test]
fn a_cut_last_sentence_is_left_out() {
    let outcome = run(&article(8, 10), 3, 100, &|_| "It rained. They went to the".to_owned());
    assert_eq!(outcome.texts(), ["It rained."]);
}

#[test]
fn a_written_sentence_knows_what_was_read_for_it() {
    let outcome = run(&article(30, 10), 5, 100, &|text| format!("About {}.", &text[..4]));
    let from: Vec<_> = outcome.output.sentences.iter().map(|sentence| sentence.from.clone()).collect();
    assert_eq!(from, outcome.plan.chunks);
    assert_eq!(outcome.sources(), Vec::<usize>::new());
}

#[test]
fn an_article_that_is_short_enough_comes_back_unread() {
    let sentences = article(3, 10);
    for count in [3, 4] {
        let outcome = run(&sentences, count, 100, &first(1));
        assert_eq!(
            (outcome.texts(), outcome.sources()),
            (sentences.iter().map(String::as_str).collect(), vec![0, 1, 2])
        );
        assert_eq!((outcome.output.unchanged, outcome.output.rounds, outcome.read.len()), (true, 0, 0));
        assert_eq!((outcome.plan.chunks.len(), &outcome.plan.chunks[0]), (1, &(0..3)));
    }
    assert!(!run(&sentences, 2, 100, &first(1)).output.unchanged);
}

#[test]
fn a_sentence_longer_than_the_context_is_read_in_pieces() {
    let outcome = run(&article(2, 250), 1, 100, &first(1));
    let words: usize = outcome.read[0].iter().map(|text| text.split_whitespace().count()).sum();
    assert_eq!((words, outcome.output.sentences_read, outcome.output.sentences.len()), (500, 2, 1));
}

proptest! {
    #[test]
    fn everything_is_read_once_and_rounds_cost_a_share_of_the_first(
        count in 1_usize..300,
        words in 1_usize..40,
        context in 20_usize..200,
        asked in 1_usize..12,
        (written, cut) in (0_usize..6, any::<bool>()),
    ) {
        let sentences = article(count, words);
        let write = |text: &str| first(written)(text) + if cut { " It was cut in" } else { "" };
        let outcome = run(&sentences, asked, context, &write);
        let Outcome { plan, output, read } = &outcome;
        prop_assert_eq!(output.sentences_read, count);
        prop_assert!(!output.sentences.is_empty() && output.sentences.len() <= asked.max(1));
        prop_assert!(output.sentences.iter().all(|sentence| sentence.text.ends_with('.')));
        prop_assert!(outcome.sources().is_sorted_by(|a, b| a < b));
        let texts: HashSet<_> = outcome.texts().into_iter().collect();
        prop_assert_eq!(texts.len(), output.sentences.len());
        for sentence in &output.sentences {
            prop_assert!(sentence.source.is_none_or(|source| sentence.text == sentences[source]));
        }
        if output.unchanged {
            prop_assert!(read.is_empty() && output.sentences.len() == count);
            return Ok(());
        }
        prop_assert_eq!(read[0].join(" "), sentences.join(" "));
        prop_assert_eq!(read[0].len(), output.chunks);
        let tokens: Vec<usize> = read[0].iter().map(|text| text.split_whitespace().count()).collect();
        prop_assert_eq!(&tokens, &plan.tokens);
        let calls: usize = read.iter().map(Vec::len).sum();
        prop_assert!(calls <= 3 * output.chunks && read.windows(2).all(|pair| 3 * pair[1].len() <= 2 * pair[0].len()));
        if words <= context && output.chunks > 1 {
            let least = output.chunks * written.clamp(1, context / words.max(1));
            prop_assert!(output.sentences.len() >= asked.min(least.min(output.chunks)), "{:?}", output);
        }
    }
}
