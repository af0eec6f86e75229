//! One pull of a model at a time in this process: who comes second watches the first, and shares its result.

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{InstalledModel, PullEvent, StoreError};
use crate::domain::ModelId;

type Outcome = Result<InstalledModel, StoreError>;

/// The pulls under way, and how the last one of each model failed.
#[derive(Debug, Default)]
pub(super) struct Flights {
    running: Mutex<HashMap<ModelId, Arc<Flight>>>,
    failures: Mutex<HashMap<ModelId, StoreError>>,
}

#[derive(Debug, Default)]
struct Flight {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Everything but progress, for who comes later.
    log: Vec<PullEvent>,
    /// The latest progress since the last event in the log, with its number.
    progress: Option<(u64, PullEvent)>,
    /// Bytes so far and in all.
    counts: (u64, u64),
    /// Progress events so far.
    serial: u64,
    outcome: Option<Outcome>,
}

impl Flights {
    /// Runs `work` unless a pull of `id` is under way: then its events and its result are passed on.
    pub(super) fn run(
        &self,
        id: &ModelId,
        progress: &mut dyn FnMut(PullEvent),
        work: impl FnOnce(&mut dyn FnMut(PullEvent)) -> Outcome,
    ) -> Outcome {
        let flight = {
            let mut running = lock(&self.running);
            if let Some(flight) = running.get(id).cloned() {
                drop(running);
                return flight.follow(progress);
            }
            running.entry(id.clone()).or_default().clone()
        };
        lock(&self.failures).remove(id);
        let mut landing = Landing { flights: self, id, flight: &flight, outcome: None };
        let outcome = work(&mut |event| {
            flight.publish(&event);
            progress(event);
        });
        landing.outcome = Some(outcome.clone());
        outcome
    }

    /// Whether a pull of `id` is under way.
    pub(super) fn is_running(&self, id: &ModelId) -> bool {
        lock(&self.running).contains_key(id)
    }

    /// Bytes so far and in all of the pull under way.
    pub(super) fn download(&self, id: &ModelId) -> Option<(u64, u64)> {
        let flight = lock(&self.running).get(id).cloned()?;
        let counts = lock(&flight.state).counts;
        Some(counts)
    }

    /// Why the last pull failed.
    pub(super) fn failure(&self, id: &ModelId) -> Option<String> {
        lock(&self.failures).get(id).map(ToString::to_string)
    }

    /// Forgets the failure of a model that is removed.
    pub(super) fn forget(&self, id: &ModelId) {
        lock(&self.failures).remove(id);
    }
}

impl Flight {
    fn publish(&self, event: &PullEvent) {
        let mut state = lock(&self.state);
        state.counts = counts(event).unwrap_or(state.counts);
        if matches!(event, PullEvent::Progress { .. }) {
            state.serial += 1;
            state.progress = Some((state.serial, event.clone()));
        } else {
            state.log.push(event.clone());
            state.progress = None;
        }
        self.changed.notify_all();
    }

    fn follow(&self, progress: &mut dyn FnMut(PullEvent)) -> Outcome {
        let mut read = Read::default();
        loop {
            let (events, outcome) = {
                let quiet = |state: &mut State| !read.has_news(state) && state.outcome.is_none();
                let state = self.changed.wait_while(lock(&self.state), quiet).unwrap_or_else(PoisonError::into_inner);
                (read.take(&state), state.outcome.clone())
            };
            events.into_iter().for_each(&mut *progress);
            if let Some(outcome) = outcome {
                return outcome;
            }
        }
    }
}

/// How far a follower has read.
#[derive(Default)]
struct Read {
    logged: usize,
    serial: u64,
}

impl Read {
    fn has_news(&self, state: &State) -> bool {
        state.log.len() > self.logged || state.progress.as_ref().is_some_and(|(serial, _)| *serial > self.serial)
    }

    fn take(&mut self, state: &State) -> Vec<PullEvent> {
        let moved = state.progress.iter().filter(|(serial, _)| *serial > self.serial).map(|(_, event)| event);
        let events = state.log[self.logged..].iter().chain(moved).cloned().collect();
        (self.logged, self.serial) = (state.log.len(), state.serial);
        events
    }
}

/// Ends a flight however its leader ends, a panic included, so that nobody waits for ever.
struct Landing<'a> {
    flights: &'a Flights,
    id: &'a ModelId,
    flight: &'a Flight,
    outcome: Option<Outcome>,
}

impl Drop for Landing<'_> {
    /// The flight is over for who looks at the model before anybody learns its outcome.
    fn drop(&mut self) {
        if let Some(Err(error)) = &self.outcome {
            lock(&self.flights.failures).insert(self.id.clone(), error.clone());
        }
        lock(&self.flights.running).remove(self.id);
        let outcome = self.outcome.take().unwrap_or_else(|| Err(StoreError::Interrupted(self.id.clone())));
        lock(&self.flight.state).outcome = Some(outcome);
        self.flight.changed.notify_all();
    }
}

fn counts(event: &PullEvent) -> Option<(u64, u64)> {
    match event {
        PullEvent::Progress { done_bytes, total_bytes, .. } => Some((*done_bytes, *total_bytes)),
        PullEvent::Resolved { present_bytes, total_bytes, .. } => Some((*present_bytes, *total_bytes)),
        PullEvent::Verified { .. } | PullEvent::Done { .. } => None,
    }
}

/// What is behind these locks stays whole when a holder panics: every change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{panic::AssertUnwindSafe, sync::Barrier};

    use super::*;

    #[test]
    fn a_follower_learns_that_its_leader_panicked() {
        let flights = Flights::default();
        let id: ModelId = "m".parse().unwrap();
        let started = Barrier::new(2);
        let outcome = std::thread::scope(|scope| {
            scope.spawn(|| {
                let lead = || {
                    flights.run(&id, &mut |_| {}, |emit| {
                        emit(PullEvent::Done { revision: "r".into() });
                        started.wait();
                        std::thread::sleep(std::time::Duration::from_millis(50));
                        panic!("the leader's own fault")
                    })
                };
                std::panic::catch_unwind(AssertUnwindSafe(lead)).unwrap_err();
            });
            started.wait();
            flights.run(&id, &mut |_| {}, |_| unreachable!("a second pull began"))
        });
        assert!(matches!(outcome, Err(StoreError::Interrupted(_))), "{outcome:?}");
        assert!(!flights.is_running(&id));
    }
}
