//! A scripted engine for tests: deterministic, without a model's files.
//!
//! Summaries are the article's first sentences, word for word. Translations are taken from a table, and are the
//! sentence in capitals where the table has none. Every word counts as a token.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use super::{
    DraftSentence, Engine, EngineError, EngineLoader, EngineSpec, SummarizeOutput, SummarizeRequest, Summarizer,
    TranslateOutput, TranslateRequest, Translator, Wanted,
};
use crate::domain::{ModelId, Task, Usage};

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
        Ok(match spec.card.task {
            Task::Summarization => Engine::Summarizer(Box::new(fake)),
            Task::Translation => Engine::Translator(Box::new(fake)),
        })
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

struct Fake {
    loader: FakeLoader,
    id: ModelId,
}

impl Fake {
    fn step(&self) -> Result<(), EngineError> {
        // The lock is let go before a step that sleeps or panics.
        play(self.loader.with(&self.id, |script| script.requests.pop_front()))
    }

    fn translation(&self, sentence: &str) -> String {
        let known = self.loader.with(&self.id, |script| script.translations.get(sentence).cloned());
        known.unwrap_or_else(|| sentence.to_uppercase())
    }
}

impl Summarizer for Fake {
    fn summarize(&mut self, request: &SummarizeRequest, _wanted: Wanted<'_>) -> Result<SummarizeOutput, EngineError> {
        self.step()?;
        let chosen = request.sentences.iter().take(request.count).enumerate();
        let sentences: Vec<_> =
            chosen.map(|(index, text)| DraftSentence { text: text.clone(), source: Some(index) }).collect();
        let written = sentences.iter().map(|sentence| sentence.text.as_str());
        let usage = Usage { input_tokens: words(request.sentences.iter()), output_tokens: words(written) };
        Ok(SummarizeOutput { sentences, chunks: 1, sentences_read: request.sentences.len(), usage })
    }
}

impl Translator for Fake {
    fn translate(&mut self, request: &TranslateRequest, _wanted: Wanted<'_>) -> Result<TranslateOutput, EngineError> {
        self.step()?;
        let sentences: Vec<_> = request.sentences.iter().map(|sentence| self.translation(sentence)).collect();
        let usage = Usage { input_tokens: words(request.sentences.iter()), output_tokens: words(sentences.iter()) };
        Ok(TranslateOutput { sentences, untranslated: 0, usage })
    }
}

fn words(texts: impl Iterator<Item = impl AsRef<str>>) -> usize {
    texts.map(|text| text.as_ref().split_whitespace().count()).sum()
}
