//! A scripted engine for tests: deterministic, without a model's files.
//!
//! Summaries are what the script says, else the article's first sentences, word for word. Translations are taken from a
//! table, and are the sentence in capitals where the table has none. Every word counts as a token. The network has one step
//! for each request and takes one request at a time.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use super::{
    Alignment, ChunkPlan, DraftSentence, Engine, EngineError, EngineLoader, EngineSpec, Event, Generate, Generator,
    Hypothesis, Link, Plan, Role, Source, SourceId, SummarizeOutput, SummarizeRequest, Summarizer, TranslateOutput,
    TranslateRequest, Translator,
};
use crate::domain::{GenerationOptions, ModelId, Span, Task, Usage};

/// What a fake engine does with one request, or a fake loader with one load, instead of succeeding at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing special.
    Work,
    /// Work, but only after this long.
    Sleep(Duration),
    /// Panic with this message, as tch does when a tensor operation fails.
    Panic(String),
    /// Answer with [`EngineError::Failed`].
    Fail(String),
}

/// What one model does. Steps are used up in order, also across a rebuild; after the last every step is
/// [`Step::Work`].
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// One for each load.
    pub loads: VecDeque<Step>,
    /// One for each request.
    pub requests: VecDeque<Step>,
    /// Translations by sentence.
    pub translations: HashMap<String, String>,
    /// Further translations by sentence.
    pub alternatives: HashMap<String, Vec<String>>,
    /// By sentence, parts of it and the parts of its translation that were written from them.
    pub links: HashMap<String, Vec<(String, String)>>,
    /// The sentences that a summariser writes; the article's first ones where there are none.
    pub drafts: Vec<String>,
    /// What it comes upon besides.
    pub further: Vec<Vec<String>>,
    /// The sentences that it writes with settings that are not its own; `drafts` where there are none.
    pub redraft: Vec<String>,
}

/// Builds fake engines, each by the script under its model's id; a model without a script simply works.
#[derive(Debug, Clone, Default)]
pub struct FakeLoader {
    scripts: Arc<Mutex<HashMap<ModelId, Script>>>,
}

impl FakeLoader {
    /// Puts `script` in the place of the model's.
    pub fn script(&self, id: ModelId, script: Script) {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner).insert(id, script);
    }

    fn with<T>(&self, id: &ModelId, read: impl FnOnce(&mut Script) -> T) -> T {
        let mut scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
        read(scripts.entry(id.clone()).or_default())
    }
}

impl EngineLoader for FakeLoader {
    fn load(&self, spec: &EngineSpec) -> Result<Engine, EngineError> {
        let step = self.with(&spec.card.id, |script| script.loads.pop_front());
        play(step)?;
        let fake = Fake { loader: self.clone(), id: spec.card.id.clone() };
        let generator = Box::new(FakeGenerator { fake: fake.clone(), running: None });
        let role = match spec.card.task {
            Task::Summarization => Role::Summarizer(Arc::new(fake)),
            Task::Translation => Role::Translator(Arc::new(fake)),
        };
        Ok(Engine { role, generator })
    }
}

#[expect(clippy::panic, reason = "a script may ask for one")]
fn play(step: Option<Step>) -> Result<(), EngineError> {
    match step.unwrap_or(Step::Work) {
        Step::Work => Ok(()),
        Step::Sleep(duration) => {
            thread::sleep(duration);
            Ok(())
        }
        Step::Panic(message) => panic!("{message}"),
        Step::Fail(message) => Err(EngineError::Failed(message)),
    }
}

/// A source for a generator that looks at nothing but the ids.
pub fn source(ids: Vec<i64>) -> Source {
    Source { ids, plan: Plan::default() }
}

#[derive(Clone)]
struct Fake {
    loader: FakeLoader,
    id: ModelId,
}

impl Fake {
    fn translation(&self, sentence: &str) -> String {
        let known = self.loader.with(&self.id, |script| script.translations.get(sentence).cloned());
        known.unwrap_or_else(|| sentence.to_uppercase())
    }

    fn alternatives(&self, sentence: &str, most: usize) -> Vec<String> {
        let all = self.loader.with(&self.id, |script| script.alternatives.get(sentence).cloned());
        all.into_iter().flatten().take(most).collect()
    }

    fn links(&self, sentence: &str, translation: &str) -> Vec<Link> {
        let parts = self.loader.with(&self.id, |script| script.links.get(sentence).cloned());
        let span = |text: &str, part: &str| text.find(part).map(|start| Span::new(start, start + part.len()));
        let link = |(from, into): (String, String)| {
            Some(Link { source: span(sentence, &from)?, target: span(translation, &into)? })
        };
        parts.into_iter().flatten().filter_map(link).collect()
    }
}

impl Summarizer for Fake {
    fn plan(&self, request: &SummarizeRequest) -> Result<ChunkPlan, EngineError> {
        Ok(ChunkPlan::whole(request.sentences.len()))
    }

    fn summarize(&self, request: &SummarizeRequest, model: &dyn Generate) -> Result<SummarizeOutput, EngineError> {
        model.generate(vec![source(Vec::new())], &mut |_, _| ())?;
        let again = request.generation != GenerationOptions::default();
        let read = |script: &mut Script| {
            let drafts = if again && !script.redraft.is_empty() { &script.redraft } else { &script.drafts };
            (drafts.clone(), if again { Vec::new() } else { script.further.clone() })
        };
        let (drafts, alternatives) = self.loader.with(&self.id, read);
        let all = 0..request.sentences.len();
        let draft = |text| DraftSentence { text, source: None, from: all.clone() };
        let written = |drafts: Vec<String>| drafts.into_iter().map(draft).take(request.count).collect::<Vec<_>>();
        let alternatives = alternatives.into_iter().map(written).take(request.alternatives).collect();
        let mut sentences = written(drafts);
        if sentences.is_empty() {
            let chosen = 0..request.count.min(request.sentences.len());
            sentences.extend(chosen.map(|index| DraftSentence::of(&request.sentences, index)));
        }
        let written = sentences.iter().map(|sentence| sentence.text.as_str());
        let usage = Usage { input_tokens: words(request.sentences.iter()), output_tokens: words(written) };
        let unchanged = request.is_short_enough();
        let (rounds, sentences_read) = (usize::from(!unchanged), request.sentences.len());
        Ok(SummarizeOutput { sentences, alternatives, chunks: 1, rounds, unchanged, sentences_read, usage })
    }
}

impl Translator for Fake {
    fn translate(&self, request: &TranslateRequest, model: &dyn Generate) -> Result<TranslateOutput, EngineError> {
        model.generate(vec![source(Vec::new())], &mut |_, _| ())?;
        let sentences: Vec<_> = request.sentences.iter().map(|sentence| self.translation(sentence)).collect();
        let usage = Usage { input_tokens: words(request.sentences.iter()), output_tokens: words(sentences.iter()) };
        let further = |sentence: &String| self.alternatives(sentence, request.alternatives.most());
        let alternatives = request.sentences.iter().map(further).collect();
        let aligned = request.sentences.iter().zip(&sentences).map(|(sentence, translation)| {
            request.alignments.then(|| Alignment::from(self.links(sentence, translation)))
        });
        let alignments = aligned.collect();
        Ok(TranslateOutput { sentences, alternatives, alignments, untranslated: 0, usage })
    }
}

/// Plays the script's next step for the request that has joined.
struct FakeGenerator {
    fake: Fake,
    running: Option<SourceId>,
}

impl Generator for FakeGenerator {
    fn join(&mut self, arrivals: Vec<(SourceId, Source)>) -> Result<(), EngineError> {
        self.running = arrivals.first().map(|(id, _)| *id).or(self.running);
        Ok(())
    }

    fn step(&mut self) -> Result<Vec<Event>, EngineError> {
        let Some(source) = self.running.take() else { return Ok(Vec::new()) };
        // The lock is let go before a step that sleeps or panics.
        let step = self.fake.loader.with(&self.fake.id, |script| script.requests.pop_front());
        let outcome = play(step).map(|()| vec![Hypothesis { tokens: Vec::new(), score: 0.0, alignment: Vec::new() }]);
        Ok(vec![Event::Done { source, outcome }])
    }

    fn retain(&mut self, wanted: &mut dyn FnMut(SourceId) -> bool) {
        self.running = self.running.filter(|id| wanted(*id));
    }

    fn running(&self) -> usize {
        usize::from(self.running.is_some())
    }

    fn has_room(&self, joining: &[(SourceId, Source)], _source: &Source) -> bool {
        self.running.is_none() && joining.is_empty()
    }
}

fn words(texts: impl Iterator<Item = impl AsRef<str>>) -> usize {
    texts.map(|text| text.as_ref().split_whitespace().count()).sum()
}
