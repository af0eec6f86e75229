//! The requests that want one thing, such as a model, in memory or not: how many there are, and how fast they are answered.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Requests that wait for a model, are at work with it, or will be later on.
pub(super) struct Line {
    requests: AtomicUsize,
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
}

/// A guess before anything was measured, for the first `Retry-After`.
const FIRST_GUESS: Duration = Duration::from_secs(1);

/// Of the time that a request has, the share that it may be expected to take: requests differ in length, and the last 1 in
/// 100 takes more than twice as long as the mean.
const SAFE_SHARE: f64 = 0.4;

/// Requests at once that bring more answers than fewer do, since they share steps; so many three times as many as one, and
/// more of them no more. A guess, which matters only until as many have been measured.
const FULL_BATCH: f64 = 9.0;

/// What an answer counts for when the next one is there.
const FADE: f64 = 0.95;

impl Line {
    pub(super) fn new() -> Self {
        let pace = Pace { busy: FIRST_GUESS, answers: 1.0, crowd: 0.0, last_answer: Instant::now() };
        Self { requests: AtomicUsize::new(0), pace: Mutex::new(pace) }
    }

    /// Counts one more request in, unless there are `limit` already.
    pub(super) fn enter(self: &Arc<Self>, limit: usize) -> Option<Place> {
        let enter = |n: usize| (n < limit).then_some(n + 1);
        self.requests.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter).ok()?;
        Some(Place(Arc::clone(self)))
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Acquire)
    }

    /// Whether a request that has just entered can hardly be answered by `deadline`, going by what was measured. Who is
    /// alone is always worth a try.
    pub(super) fn is_late_for(&self, deadline: Instant) -> bool {
        let requests = self.requests();
        let left = deadline.saturating_duration_since(Instant::now());
        requests > 1 && self.lock().least_wait(requests) > left.mul_f64(SAFE_SHARE)
    }

    /// When the requests that are here now should be answered.
    pub(super) fn backlog(&self) -> Duration {
        self.lock().between_answers().saturating_mul(u32::try_from(self.requests()).unwrap_or(u32::MAX))
    }

    fn lock(&self) -> MutexGuard<'_, Pace> {
        // Nothing panics while it holds this lock, and the values are whole at every point.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pace {
    fn answered(&mut self, worked: Duration, requests: usize) {
        let now = Instant::now();
        // Before this request began there may have been nothing to do.
        let between = worked.min(now.duration_since(self.last_answer));
        // The first measurement takes the guess's place.
        let kept = if self.crowd > 0.0 { FADE } else { 0.0 };
        self.busy = self.busy.mul_f64(kept) + between;
        self.answers = self.answers * kept + 1.0;
        // No model has so many requests that a float could not count them.
        self.crowd += (requests as f64 - self.crowd) * (1.0 - kept);
        self.last_answer = now;
    }

    /// A request had no answer in its time: what was spent on it brought none.
    fn missed(&mut self, worked: Duration) {
        let now = Instant::now();
        self.busy += worked.min(now.duration_since(self.last_answer)).min(self.between_answers());
        self.last_answer = now;
    }

    /// How long the last of so many requests waits at least; nothing before the first answer.
    fn least_wait(&self, requests: usize) -> Duration {
        if self.crowd <= 0.0 {
            return Duration::ZERO;
        }
        let requests = requests as f64;
        let gain = (requests.min(FULL_BATCH) / self.crowd.clamp(1.0, FULL_BATCH)).sqrt().max(1.0);
        self.between_answers().mul_f64(requests / gain)
    }

    fn between_answers(&self) -> Duration {
        self.busy.div_f64(self.answers)
    }
}

/// A place in the line, given up when this is dropped.
pub(super) struct Place(Arc<Line>);

impl Place {
    pub(super) fn line(&self) -> &Line {
        &self.0
    }

    /// Notes that the request was answered; `worked` is how long ago its work began.
    pub(super) fn answered(&self, worked: Duration) {
        let requests = self.0.requests();
        self.0.lock().answered(worked, requests);
    }

    /// Notes that the request had no answer in its time.
    pub(super) fn missed(&self, worked: Duration) {
        self.0.lock().missed(worked);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_answers_not_of_requests() {
        let mut line = Line::new();
        let pace = line.pace.get_mut().unwrap();
        for _ in 0..20 {
            // Sixteen that shared their steps for 1.6 seconds.
            pace.last_answer = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
            (0..16).for_each(|_| pace.answered(Duration::from_millis(1600), 16));
        }
        let between = pace.between_answers();
        assert!(between > Duration::from_millis(50) && between < Duration::from_millis(200), "{between:?}");
        let (few, as_many, more) = (pace.least_wait(4), pace.least_wait(16), pace.least_wait(64));
        assert!(few < as_many / 3 && more > as_many * 3, "{few:?} {as_many:?} {more:?}");
        (0..16).for_each(|_| pace.missed(Duration::from_secs(5)));
        assert!(pace.least_wait(16) > as_many, "work without answers makes the wait no longer");
    }

    #[test]
    fn requests_that_were_alone_say_little_of_many_at_once() {
        let mut line = Line::new();
        let pace = line.pace.get_mut().unwrap();
        pace.last_answer = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        pace.answered(Duration::from_secs(3), 1);
        assert_eq!(pace.least_wait(1), Duration::from_secs(3));
        assert_eq!(pace.least_wait(9), Duration::from_secs(9));
    }
}
