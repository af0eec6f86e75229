//! One request's way through a model: its plain code runs here, on a thread of its own, and asks the model's thread
//! for outputs.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use super::{Timed, meters::Meters, shared::Admitted};
use crate::{
    domain::panic_message,
    engine::{EngineError, Generate, Hypothesis, Role, Source},
};

/// Sources that a request has sent together, and how many of them are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Which of the request's rounds, from 1.
    pub number: usize,
    /// Sources that are done.
    pub done: usize,
    /// All of them.
    pub total: usize,
}

/// Called at the start of each round and for each source that is done, on a thread of the request's own.
pub type OnProgress = Arc<dyn Fn(Round) + Send + Sync>;

/// What the requester and the model's thread both know of a request.
#[derive(Debug)]
pub(super) struct Request {
    queued_at: Instant,
    deadline: Instant,
    abandoned: AtomicBool,
    /// When its first source joined.
    joined_at: OnceLock<Instant>,
}

impl Request {
    pub(super) fn new(queued_at: Instant, deadline: Instant) -> Self {
        Self { queued_at, deadline, abandoned: AtomicBool::new(false), joined_at: OnceLock::new() }
    }

    /// Whether somebody still waits for the answer, and may.
    pub(super) fn wanted(&self) -> bool {
        !self.abandoned.load(Ordering::Acquire) && Instant::now() < self.deadline
    }

    pub(super) fn joined(&self) {
        self.joined_at.get_or_init(Instant::now);
    }

    pub(super) fn joined_at(&self) -> Option<Instant> {
        self.joined_at.get().copied()
    }
}

/// Abandons the request when dropped: its client has gone, or has its answer.
pub(super) struct Waiter(pub(super) Arc<Request>);

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.abandoned.store(true, Ordering::Release);
    }
}

/// Sources of one request, on their way to the model's thread.
pub(super) struct Work {
    pub(super) request: Arc<Request>,
    pub(super) sources: Vec<Source>,
    pub(super) replies: mpsc::Sender<Reply>,
}

/// What the model's thread says of the source at `index`.
#[derive(Debug)]
pub(super) enum Reply {
    Tokens { index: usize, tokens: Vec<i64> },
    Done { index: usize, outcome: Result<Vec<Hypothesis>, EngineError> },
}

/// A visit to a model in memory.
pub(super) struct Visit {
    pub(super) admitted: Admitted,
    /// Holding it keeps the model's thread alive.
    pub(super) work: mpsc::Sender<Work>,
}

/// What is told and counted of a request's work.
pub(super) struct Watch {
    pub(super) on_progress: Option<OnProgress>,
    pub(super) meters: Arc<Meters>,
}

/// Reaches a model's thread for one request.
struct Handle<'a> {
    request: &'a Arc<Request>,
    work: &'a mpsc::Sender<Work>,
    watch: Watch,
    rounds: Cell<usize>,
    /// How long the model's thread was waited for.
    waited: Cell<Duration>,
}

impl Handle<'_> {
    fn tell(&self, done: usize, total: usize) {
        if let Some(on_progress) = &self.watch.on_progress {
            on_progress(Round { number: self.rounds.get(), done, total });
        }
    }
}

impl Generate for Handle<'_> {
    fn generate(
        &self,
        sources: Vec<Source>,
        on_tokens: &mut dyn FnMut(usize, &[i64]),
    ) -> Result<Vec<Vec<Hypothesis>>, EngineError> {
        let began = Instant::now();
        let outputs = self.outputs(sources, on_tokens);
        self.waited.set(self.waited.get() + began.elapsed());
        outputs
    }
}

impl Handle<'_> {
    fn outputs(
        &self,
        sources: Vec<Source>,
        on_tokens: &mut dyn FnMut(usize, &[i64]),
    ) -> Result<Vec<Vec<Hypothesis>>, EngineError> {
        let count = sources.len();
        let mut outputs = vec![None; count];
        if count == 0 {
            return Ok(Vec::new());
        }
        let (replies, inbox) = mpsc::channel();
        let work = Work { request: Arc::clone(self.request), sources, replies };
        self.work.send(work).map_err(|_| EngineError::Unwanted)?;
        let mut open = count;
        self.rounds.set(self.rounds.get() + 1);
        self.tell(0, count);
        while open > 0 {
            // The model's thread lets go of its end once nobody wants the answer.
            match inbox.recv().map_err(|_| EngineError::Unwanted)? {
                Reply::Tokens { index, tokens } => on_tokens(index, &tokens),
                Reply::Done { index, outcome } => {
                    outputs[index] = Some(outcome?);
                    open -= 1;
                    self.tell(count - open, count);
                }
            }
        }
        Ok(outputs.into_iter().flatten().collect())
    }
}

/// Does a request's work to its end. Blocks its thread.
pub(super) fn work<A>(
    role: &Role,
    request: &Arc<Request>,
    visit: &Visit,
    watch: Watch,
    run: impl FnOnce(&Role, &dyn Generate) -> Result<A, EngineError>,
) -> Result<Timed<A>, EngineError> {
    if !request.wanted() {
        return Err(EngineError::Unwanted);
    }
    let started = Instant::now();
    let (rounds, waited) = Default::default();
    let handle = Handle { request, work: &visit.work, watch, rounds, waited };
    let output = guarded(|| run(role, &handle))?;
    handle.watch.meters.text(started.elapsed().saturating_sub(handle.waited.get()));
    let began = request.joined_at().unwrap_or(started);
    Ok(Timed { output, queued: began.duration_since(request.queued_at), worked: began.elapsed() })
}

/// Runs `work`, turning a panic into an error.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(panic_error(&*payload)))
}

/// A panic as an error.
pub(super) fn panic_error(payload: &(dyn Any + Send)) -> EngineError {
    EngineError::Failed(panic_message(payload).to_owned())
}
