//! Lends models that generate from whole batches the look of a codec and a generator. Goes once every model is a
//! network that is stepped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Codec, EngineError, Event, Generator, Hypothesis, Source, SourceId, generation::Plan};
use crate::domain::{GenerationOptions, LanguagePair};

/// Asked between steps: whether anybody still wants the answer.
pub(super) type Wanted<'a> = &'a dyn Fn() -> bool;

/// A model that maps token ids to token ids, a batch at a time.
pub(super) trait Seq2Seq: Send {
    fn context_tokens(&self) -> usize;
    fn encode(&self, text: &str, pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError>;
    fn decode(&self, ids: &[i64]) -> String;
    fn options_for(&self, pair: LanguagePair) -> Result<GenerationOptions, EngineError>;
    fn generate_while(
        &mut self,
        sources: &[Vec<i64>],
        options: &GenerationOptions,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Vec<i64>>, EngineError>;
}

/// The model, shared by its codec and its generator.
#[derive(Clone)]
struct Adapter(Arc<Mutex<Box<dyn Seq2Seq>>>);

/// The two halves of `model`.
pub(super) fn split(model: Box<dyn Seq2Seq>) -> (Arc<dyn Codec>, Box<dyn Generator>) {
    let adapter = Adapter(Arc::new(Mutex::new(model)));
    (Arc::new(adapter.clone()), Box::new(WholeBatches { adapter, joined: Vec::new() }))
}

impl Adapter {
    fn model(&self) -> MutexGuard<'_, Box<dyn Seq2Seq>> {
        // A model that panicked is only read by codecs of requests at work, and is built again for the next.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Codec for Adapter {
    fn context_tokens(&self) -> usize {
        self.model().context_tokens()
    }

    fn encode(&self, text: &str, pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        self.model().encode(text, pair)
    }

    fn decode(&self, ids: &[i64]) -> String {
        self.model().decode(ids)
    }

    fn options_for(&self, pair: LanguagePair) -> Result<GenerationOptions, EngineError> {
        self.model().options_for(pair)
    }

    fn source(&self, ids: Vec<i64>, options: &GenerationOptions) -> Result<Source, EngineError> {
        Ok(Source { ids, plan: Plan { options: options.clone() } })
    }
}

/// Remembers what joins, and generates it whole at the next step.
struct WholeBatches {
    adapter: Adapter,
    joined: Vec<(SourceId, Source)>,
}

/// So much is generated in one step, during which nobody else is served.
const MOST_SOURCES: usize = 8;
const MOST_TOKENS: usize = 2048;

impl Generator for WholeBatches {
    fn join(&mut self, arrivals: Vec<(SourceId, Source)>) -> Result<(), EngineError> {
        self.joined.extend(arrivals);
        Ok(())
    }

    fn step(&mut self) -> Result<Vec<Event>, EngineError> {
        let mut joined = std::mem::take(&mut self.joined);
        let mut events = Vec::new();
        while let Some((_, first)) = joined.first() {
            let options = first.plan.options.clone();
            let (alike, others) = joined.into_iter().partition(|(_, source)| source.plan.options == options);
            joined = others;
            self.generate(alike, &options, &mut events);
        }
        Ok(events)
    }

    fn retain(&mut self, wanted: &mut dyn FnMut(SourceId) -> bool) {
        self.joined.retain(|(id, _)| wanted(*id));
    }

    fn running(&self) -> usize {
        self.joined.len()
    }

    fn has_room(&self, joining: &[(SourceId, Source)], source: &Source) -> bool {
        let with = self.joined.iter().chain(joining);
        let tokens: usize = with.clone().map(|(_, other)| other.ids.len()).sum();
        let sources = with.count();
        sources == 0 || (sources < MOST_SOURCES && tokens + source.ids.len() <= MOST_TOKENS)
    }
}

impl WholeBatches {
    fn generate(&self, alike: Vec<(SourceId, Source)>, options: &GenerationOptions, events: &mut Vec<Event>) {
        let (sources, ids): (Vec<SourceId>, Vec<Vec<i64>>) =
            alike.into_iter().map(|(source, what)| (source, what.ids)).unzip();
        match self.adapter.model().generate_while(&ids, options, &|| true) {
            Ok(outputs) => {
                for (source, tokens) in sources.into_iter().zip(outputs) {
                    events.push(Event::Tokens { source, tokens: tokens.clone() });
                    events.push(Event::Done { source, outcome: Ok(vec![Hypothesis { tokens, score: 0.0 }]) });
                }
            }
            Err(error) => {
                let failed = |source| Event::Done { source, outcome: Err(error.clone()) };
                events.extend(sources.into_iter().map(failed));
            }
        }
    }
}
