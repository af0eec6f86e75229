//! What the pool, the requests and the thread that owns a model all see.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    domain::ModelState,
    engine::{EngineError, Role},
};

/// Where the owner thread is.
#[derive(Clone)]
pub(super) enum Stage {
    Loading,
    Loaded(Role),
    Failed(EngineError),
    /// The thread has let go of the engine's memory.
    Gone,
}

/// State that all sides see.
pub(super) struct Shared {
    pub(super) memory_bytes: u64,
    pending: AtomicUsize,
    stage: watch::Sender<Stage>,
    pace: Mutex<Pace>,
}

/// How fast requests are answered, lately. Those that share steps each take long, and are answered soon after one
/// another: what counts is the time between answers.
struct Pace {
    /// Time that passed between answers while there was work, and the number of them; old ones fade.
    busy: Duration,
    answers: f64,
    /// How many requests there were when answers came, on average; old ones fade. 0 before the first answer.
    crowd: f64,
    last_answer: Instant,
    last_use: Instant,
}

/// A guess before anything was measured, for the first `Retry-After`.
const FIRST_GUESS: Duration = Duration::from_secs(1);

/// Of the time that a request has, the share that its wait may be expected to take: requests differ
/// in length, and the last 1 in 100 takes about twice as long as the mean.
const SAFE_SHARE: f64 = 0.5;

/// How many times as many answers more requests at once may bring than fewer did, since they share steps.
const MOST_GAIN: f64 = 3.0;

/// What an answer counts for when the next one is there.
const FADE: f64 = 0.95;

impl Shared {
    pub(super) fn new(memory_bytes: u64) -> Self {
        let now = Instant::now();
        let pace = Pace { busy: FIRST_GUESS, answers: 1.0, crowd: 0.0, last_answer: now, last_use: now };
        let stage = watch::Sender::new(Stage::Loading);
        Self { memory_bytes, pending: AtomicUsize::new(0), stage, pace: Mutex::new(pace) }
    }

    /// Counts one more request in, unless `limit` are waiting or at work already.
    pub(super) fn admit(self: &Arc<Self>, limit: usize) -> Option<Admitted> {
        let enter = |n: usize| (n < limit).then_some(n + 1);
        self.pending.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter).ok()?;
        self.lock().last_use = Instant::now();
        Some(Admitted { shared: Arc::clone(self) })
    }

    /// Requests admitted and not yet answered.
    pub(super) fn pending(&self) -> usize {
        self.pending.load(Ordering::Acquire)
    }

    /// How long nobody has used the model; zero while somebody does.
    pub(super) fn idle_for(&self) -> Duration {
        if self.pending() > 0 { Duration::ZERO } else { self.lock().last_use.elapsed() }
    }

    /// Whether a request that was admitted just now can hardly be answered by `deadline`, going by what was measured. Who
    /// is alone is always worth a try.
    pub(super) fn is_late_for(&self, deadline: Instant) -> bool {
        let pending = self.pending();
        let left = deadline.saturating_duration_since(Instant::now());
        pending > 1 && self.lock().least_wait(pending) > left.mul_f64(SAFE_SHARE)
    }

    /// When the work that is waiting now should be done.
    pub(super) fn backlog(&self) -> Duration {
        self.lock().between_answers().saturating_mul(u32::try_from(self.pending()).unwrap_or(u32::MAX))
    }

    pub(super) fn set_stage(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage.borrow().clone()
    }

    pub(super) fn is_loading(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Loading)
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Gone)
    }

    /// What the model does, once it is loaded.
    pub(super) async fn role(&self) -> Result<Role, EngineError> {
        let gone = || EngineError::Failed("it was unloaded".into());
        let mut stages = self.stage.subscribe();
        let stage = stages.wait_for(|stage| !matches!(stage, Stage::Loading)).await.map_err(|_| gone())?;
        match &*stage {
            Stage::Loaded(role) => Ok(role.clone()),
            Stage::Failed(error) => Err(error.clone()),
            Stage::Loading | Stage::Gone => Err(gone()),
        }
    }

    pub(super) fn model_state(&self) -> Option<ModelState> {
        match self.stage() {
            Stage::Loading => Some(ModelState::Loading),
            Stage::Loaded(_) => Some(ModelState::Loaded { memory_bytes: self.memory_bytes }),
            Stage::Failed(error) => Some(ModelState::Failed { reason: error.to_string() }),
            Stage::Gone => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pace> {
        // Nothing panics while it holds this lock, and the values are whole at every point.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    fn answered(&mut self, worked: Duration, pending: usize) {
        let now = Instant::now();
        // Before this request began there may have been nothing to do.
        let between = worked.min(now.duration_since(self.last_answer));
        // The first measurement takes the guess's place.
        let kept = if self.crowd > 0.0 { FADE } else { 0.0 };
        self.busy = self.busy.mul_f64(kept) + between;
        self.answers = self.answers * kept + 1.0;
        // No model has so many requests that a float could not count them.
        self.crowd += (pending as f64 - self.crowd) * (1.0 - kept);
        self.last_answer = now;
    }

    /// A request had no answer in its time: what was spent on it brought none.
    fn missed(&mut self, worked: Duration) {
        let now = Instant::now();
        self.busy += worked.min(now.duration_since(self.last_answer)).min(self.between_answers());
        self.last_answer = now;
    }

    /// How long the last of `pending` requests waits at least; nothing before the first answer.
    fn least_wait(&self, pending: usize) -> Duration {
        if self.crowd <= 0.0 {
            return Duration::ZERO;
        }
        let pending = pending as f64;
        self.between_answers().mul_f64(pending / (pending / self.crowd).clamp(1.0, MOST_GAIN))
    }

    fn between_answers(&self) -> Duration {
        self.busy.div_f64(self.answers)
    }
}

/// A request that counts as the model's work until this is dropped.
pub(super) struct Admitted {
    pub(super) shared: Arc<Shared>,
}

impl Admitted {
    /// Notes that the request was answered; `worked` is how long it was at work.
    pub(super) fn answered(&self, worked: Duration) {
        let pending = self.shared.pending();
        self.shared.lock().answered(worked, pending);
    }

    /// Notes that the request had no answer in its time.
    pub(super) fn missed(&self, worked: Duration) {
        self.shared.lock().missed(worked);
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.shared.lock().last_use = Instant::now();
        self.shared.pending.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_answers_not_of_requests() {
        let mut pace = Shared::new(0);
        let pace = pace.pace.get_mut().unwrap();
        for _ in 0..20 {
            // Sixteen that shared their steps for 1.6 seconds.
            pace.last_answer = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
            (0..16).for_each(|_| pace.answered(Duration::from_millis(1600), 16));
        }
        let between = pace.between_answers();
        assert!(between > Duration::from_millis(50) && between < Duration::from_millis(200), "{between:?}");
        let (few, as_many, more) = (pace.least_wait(4), pace.least_wait(16), pace.least_wait(64));
        assert!(few < as_many / 3 && more > as_many && more < as_many * 2, "{few:?} {as_many:?} {more:?}");
        (0..16).for_each(|_| pace.missed(Duration::from_secs(5)));
        assert!(pace.least_wait(16) > as_many, "work without answers makes the wait no longer");
    }
}
