//! What all models together have done, for whoever watches the service.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Time spent on a part of the work, and how often.
#[derive(Debug, Default)]
struct Spent {
    nanoseconds: AtomicU64,
    times: AtomicU64,
}

impl Spent {
    fn add(&self, took: Duration) {
        self.nanoseconds.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.times.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> (Duration, u64) {
        (Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)), self.times.load(Ordering::Relaxed))
    }
}

/// Counts since the start.
#[derive(Debug, Default)]
pub(super) struct Meters {
    text: Spent,
    encode: Spent,
    decode: Spent,
    /// Sources that took part, summed over steps.
    sources: AtomicU64,
}

/// What all models together have done since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolWork {
    /// Turning text into tokens and back, choosing sentences: everything but the networks.
    pub text: Duration,
    /// Reading sources, and how many times sources were let in together.
    pub encode: (Duration, u64),
    /// Writing, and the number of steps.
    pub decode: (Duration, u64),
    /// Sources that took part, summed over steps: by the number of steps it is the mean batch.
    pub step_sources: u64,
}

impl Meters {
    pub(super) fn text(&self, took: Duration) {
        self.text.add(took);
    }

    /// Measures letting sources in.
    pub(super) fn encode<T>(&self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        self.encode.add(began.elapsed());
        result
    }

    /// Measures a step of so many sources.
    pub(super) fn step<T>(&self, sources: usize, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        self.decode.add(began.elapsed());
        self.sources.fetch_add(sources as u64, Ordering::Relaxed);
        result
    }

    pub(super) fn read(&self) -> PoolWork {
        PoolWork {
            text: self.text.read().0,
            encode: self.encode.read(),
            decode: self.decode.read(),
            step_sources: self.sources.load(Ordering::Relaxed),
        }
    }
}
