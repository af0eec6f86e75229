//! Which sources run together: those of many requests, joining and leaving the generator between its steps.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, mpsc},
};

use super::{
    meters::Meters,
    request::{Reply, Request, Work},
};
use crate::engine::{EngineError, Event, Generator, Hypothesis, Source, SourceId};

/// Requests and their sources, waiting and running.
pub(super) struct Batcher {
    /// Most sources that run at once.
    most: usize,
    /// In order of arrival.
    jobs: BTreeMap<u64, Job>,
    running: HashMap<SourceId, Place>,
    last_job: u64,
    last_source: SourceId,
    meters: Arc<Meters>,
}

/// What is left to do of one request's work.
struct Job {
    request: Arc<Request>,
    replies: mpsc::Sender<Reply>,
    /// With their places in the request, the longest last: that is the next to join.
    waiting: Vec<(usize, Source)>,
    running: usize,
    /// The source that joined last, at first that of all requests: among equals it is the turn of whom that was the longest
    /// ago. Newcomers do not go first, or those who have had one turn would wait as long as there are any.
    last_joined: SourceId,
}

/// Where a running source belongs.
struct Place {
    job: u64,
    index: usize,
}

impl Batcher {
    /// With nothing to do; at most `most` sources run at once.
    pub(super) fn new(most: Option<usize>, meters: Arc<Meters>) -> Self {
        let most = most.unwrap_or(usize::MAX);
        Self { most, jobs: BTreeMap::new(), running: HashMap::new(), last_job: 0, last_source: 0, meters }
    }

    pub(super) fn add(&mut self, work: Work) {
        let mut waiting: Vec<_> = work.sources.into_iter().enumerate().collect();
        // Similar lengths run together, and what takes longest does not begin last.
        waiting.sort_by_key(|(index, source)| (source.ids.len(), std::cmp::Reverse(*index)));
        let last_joined = self.last_source;
        let job = Job { request: work.request, replies: work.replies, waiting, running: 0, last_joined };
        self.last_job += 1;
        self.jobs.insert(self.last_job, job);
    }

    /// Whether there is nothing to do, not even to let go of.
    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.running.is_empty()
    }

    /// Requests that have sources here.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.len()
    }

    /// One step: lets go of what nobody wants, lets sources join, steps, and hands out what came of it. Panics where
    /// the generator does; [`fail_running`](Self::fail_running) then tells those that took part.
    pub(super) fn advance(&mut self, generator: &mut dyn Generator) {
        self.drop_unwanted(generator);
        self.join(generator);
        if self.running.is_empty() {
            return;
        }
        match self.meters.step(self.running.len(), || generator.step()) {
            Ok(events) => events.into_iter().for_each(|event| self.hand_out(event)),
            Err(error) => {
                self.fail_running(&error);
                generator.retain(&mut |_| false);
            }
        }
    }

    /// Fails what is running, and what else its requests have waiting.
    pub(super) fn fail_running(&mut self, error: &EngineError) {
        let running: Vec<SourceId> = self.running.keys().copied().collect();
        running.into_iter().for_each(|source| self.done(source, Err(error.clone())));
    }

    /// Fails everything.
    pub(super) fn fail_all(&mut self, error: &EngineError) {
        self.fail_running(error);
        for job in std::mem::take(&mut self.jobs).into_values() {
            // A request that no longer listens needs no answer.
            job.replies.send(Reply::Done { index: 0, outcome: Err(error.clone()) }).ok();
        }
    }

    /// Gives up what nobody waits for any more, or what is too late; its sources leave the generator.
    fn drop_unwanted(&mut self, generator: &mut dyn Generator) {
        self.jobs.retain(|_, job| job.request.wanted());
        let before = self.running.len();
        self.running.retain(|_, place| self.jobs.contains_key(&place.job));
        if self.running.len() < before {
            generator.retain(&mut |source| self.running.contains_key(&source));
        }
    }

    fn join(&mut self, generator: &mut dyn Generator) {
        let mut arrivals = Vec::new();
        while let Some(job) = self.next_to_join() {
            let Some(source) = self.take(job, &arrivals, generator) else { break };
            arrivals.push(source);
        }
        if arrivals.is_empty() {
            return;
        }
        let joining: Vec<SourceId> = arrivals.iter().map(|(source, _)| *source).collect();
        if let Err(error) = self.meters.encode(|| generator.join(arrivals)) {
            joining.into_iter().for_each(|source| self.done(source, Err(error.clone())));
        }
    }

    /// The request with the fewest running sources, and of these the one that has waited longest for its turn. Nobody
    /// overtakes it where it has to wait for room: a long source would never find any.
    fn next_to_join(&self) -> Option<u64> {
        let waiting = self.jobs.iter().filter(|(_, job)| !job.waiting.is_empty());
        waiting.min_by_key(|(_, job)| (job.running, job.last_joined)).map(|(id, _)| *id)
    }

    /// The next source of `job`, counted as running, if there is room for it.
    fn take(
        &mut self,
        job_id: u64,
        arrivals: &[(SourceId, Source)],
        generator: &dyn Generator,
    ) -> Option<(SourceId, Source)> {
        let job = self.jobs.get_mut(&job_id)?;
        let (_, next) = job.waiting.last()?;
        let alone = arrivals.is_empty() && self.running.is_empty();
        // Arrivals are among the running ones already.
        if !alone && (self.running.len() >= self.most || !generator.has_room(arrivals, next)) {
            return None;
        }
        let (index, source) = job.waiting.pop()?;
        self.last_source += 1;
        job.running += 1;
        job.last_joined = self.last_source;
        job.request.joined();
        self.running.insert(self.last_source, Place { job: job_id, index });
        Some((self.last_source, source))
    }

    fn hand_out(&mut self, event: Event) {
        match event {
            Event::Done { source, outcome } => self.done(source, outcome),
            Event::Tokens { source, tokens } => {
                let place = self.running.get(&source);
                if let Some((place, job)) = place.and_then(|place| Some((place, self.jobs.get(&place.job)?))) {
                    // A request that no longer listens has been abandoned, which the next step sees.
                    job.replies.send(Reply::Tokens { index: place.index, tokens }).ok();
                }
            }
        }
    }

    /// Hands out a source's outcome. A request whose work is done, or has failed, goes; what else of it is running
    /// leaves before the next step.
    fn done(&mut self, source: SourceId, outcome: Result<Vec<Hypothesis>, EngineError>) {
        let Some(place) = self.running.remove(&source) else { return };
        let Some(job) = self.jobs.get_mut(&place.job) else { return };
        job.running -= 1;
        let failed = outcome.is_err();
        let listening = job.replies.send(Reply::Done { index: place.index, outcome }).is_ok();
        if failed || !listening || (job.running == 0 && job.waiting.is_empty()) {
            self.jobs.remove(&place.job);
        }
    }
}
