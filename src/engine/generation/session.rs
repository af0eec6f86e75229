//! Sources of different age and settings that share the steps of one network.

use std::sync::Arc;

use super::{
    Network, NewSource, Step,
    row::Rows,
    scores::{Columns, Measures, blocks},
    search::Search,
};
use crate::engine::{EngineError, Event, Generator, Source, SourceId, kernels::team::Team};

/// Scores that one step may make, one for each hypothesis and column: 64 MiB of them.
const STEP_SCORES: usize = 1 << 24;

/// Source tokens that may be in the running together. What the encoder made of them stays in memory until they end: at
/// the width of BART large and twelve layers, keys and values of so many take 0.75 GiB.
const RUNNING_TOKENS: usize = 8192;

/// Source tokens that may join at once: enough to fill the cores, little enough that those who are running wait no longer
/// than for a few steps.
const JOINING_TOKENS: usize = 2048;

/// A network and the sources that it works on.
pub(in crate::engine) struct Session<N: Network> {
    network: N,
    columns: Columns,
    running: Vec<Running<N::Memory>>,
    measures: Measures,
    team: Arc<Team>,
}

struct Running<M> {
    id: SourceId,
    source_tokens: usize,
    memory: M,
    search: Search,
}

impl<N: Network> Session<N> {
    /// With nothing to do yet.
    pub(in crate::engine) fn new(network: N, team: Arc<Team>) -> Self {
        let columns = Columns::of(&network);
        Self { network, columns, running: Vec::new(), measures: Measures::default(), team }
    }

    /// Scores what may follow every hypothesis, and lets each search decide; whether it could, for each source.
    fn advance(&mut self) -> Result<Vec<Result<(), EngineError>>, EngineError> {
        let columns = self.columns.count();
        let rows: usize = self.running.iter().map(|running| running.search.extensions().len()).sum();
        let steps = self.running.iter_mut();
        let steps = steps.map(|source| Step { memory: &mut source.memory, hypotheses: source.search.extensions() });
        let mut scores = self.network.step(&mut steps.collect::<Vec<_>>())?;
        if scores.len() != rows * columns {
            return Err(EngineError::Failed(format!("{} scores for {rows} rows of {columns}", scores.len())));
        }
        self.measures.take(scores, columns, &self.team);
        let (mut bounds, mut norms) = (self.measures.bounds.as_slice(), self.measures.norms.as_slice());
        let outcomes = self.running.iter_mut().map(|Running { search, memory, .. }| {
            let count = search.extensions().len();
            search.advance(Rows {
                values: scores.split_off_mut(..count * columns).unwrap_or_default(),
                bounds: bounds.split_off(..count * blocks(columns)).unwrap_or_default(),
                norms: norms.split_off(..count).unwrap_or_default(),
                columns: &self.columns,
                attended: N::attended(memory),
            })
        });
        Ok(outcomes.collect())
    }

    /// What happened in the step; sources that ended or failed leave.
    fn events(&mut self, outcomes: Vec<Result<(), EngineError>>) -> Vec<Event> {
        let mut events = Vec::new();
        let mut running = Vec::with_capacity(self.running.len());
        for (mut source, outcome) in self.running.drain(..).zip(outcomes) {
            match outcome {
                Ok(()) if !source.search.is_over() => {
                    events.extend(tokens(source.id, source.search.certain().to_vec()));
                    running.push(source);
                }
                Ok(()) => finish(source.id, source.search, &mut events),
                Err(error) => events.push(Event::Done { source: source.id, outcome: Err(error) }),
            }
        }
        self.running = running;
        events
    }
}

fn tokens(source: SourceId, tokens: Vec<i64>) -> Option<Event> {
    (!tokens.is_empty()).then_some(Event::Tokens { source, tokens })
}

fn finish(source: SourceId, search: Search, events: &mut Vec<Event>) {
    let outcome = search.finish().map(|(outputs, rest)| {
        events.extend(tokens(source, rest));
        outputs
    });
    events.push(Event::Done { source, outcome });
}

impl<N: Network> Generator for Session<N> {
    fn join(&mut self, arrivals: Vec<(SourceId, Source)>) -> Result<(), EngineError> {
        let sources = arrivals.iter().map(|(_, Source { ids, plan })| NewSource {
            ids,
            max_steps: plan.max_steps(),
            aligned: plan.aligned,
        });
        let sources: Vec<_> = sources.collect();
        let memories = self.network.read(&sources)?;
        if memories.len() != arrivals.len() {
            return Err(EngineError::Failed(format!("it read {} of {} sources", memories.len(), arrivals.len())));
        }
        let running = arrivals.into_iter().zip(memories).map(|((id, Source { ids, plan }), memory)| Running {
            id,
            source_tokens: ids.len(),
            memory,
            search: Search::new(plan),
        });
        self.running.extend(running);
        Ok(())
    }

    fn step(&mut self) -> Result<Vec<Event>, EngineError> {
        if self.running.is_empty() {
            return Ok(Vec::new());
        }
        let outcomes = self.advance()?;
        Ok(self.events(outcomes))
    }

    fn retain(&mut self, wanted: &mut dyn FnMut(SourceId) -> bool) {
        self.running.retain(|running| wanted(running.id));
    }

    fn running(&self) -> usize {
        self.running.len()
    }

    fn has_room(&self, joining: &[(SourceId, Source)], source: &Source) -> bool {
        let new = joining.iter().map(|(_, source)| source).chain([source]);
        let new = new.fold(Load::default(), |load, source| load.and(source.ids.len(), source.plan.beams()));
        let all = self.running.iter().fold(new, |load, old| load.and(old.source_tokens, old.search.beams()));
        let fits = all.rows.saturating_mul(self.columns.count()) <= STEP_SCORES
            && all.source_tokens <= RUNNING_TOKENS
            && new.source_tokens <= JOINING_TOKENS;
        fits || (self.running.is_empty() && joining.is_empty())
    }
}

/// What sources take up.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    source_tokens: usize,
    rows: usize,
}

impl Load {
    fn and(self, source_tokens: usize, rows: usize) -> Self {
        Self { source_tokens: self.source_tokens + source_tokens, rows: self.rows + rows }
    }
}
