//! How much clients ask: governor's leaky buckets, two for each client.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    DefaultDirectRateLimiter, InsufficientCapacity, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use moka::sync::Cache;

use super::{Refusal, Who, key::KeyLimits};

/// Clients that are kept in mind, at most.
const MOST_CLIENTS: u64 = 10_000;

/// After so long without a request every bucket is full again, as a new one is.
const FULL_AFTER: Duration = Duration::from_secs(60);

/// The buckets of all clients that have limits.
pub(super) struct Rates {
    clients: Cache<(Who, KeyLimits), Arc<Buckets>>,
    clock: DefaultClock,
}

impl Default for Rates {
    fn default() -> Self {
        let clients = Cache::builder().max_capacity(MOST_CLIENTS).time_to_idle(FULL_AFTER).build();
        Self { clients, clock: DefaultClock::default() }
    }
}

/// One client's.
struct Buckets {
    requests: Option<DefaultDirectRateLimiter>,
    tokens: Option<DefaultDirectRateLimiter>,
}

impl Buckets {
    fn new(limits: KeyLimits) -> Self {
        let bucket = |limit: Option<u32>| Some(RateLimiter::direct(Quota::per_minute(NonZeroU32::new(limit?)?)));
        Self { requests: bucket(limits.requests_per_minute), tokens: bucket(limits.tokens_per_minute) }
    }
}

impl Rates {
    /// Counts a request.
    pub(super) fn request(&self, who: &Who, limits: KeyLimits) -> Result<(), Refusal> {
        let Some(limit) = limits.requests_per_minute else { return Ok(()) };
        let buckets = self.buckets(who, limits);
        let checked = buckets.requests.as_ref().map_or(Ok(()), DefaultDirectRateLimiter::check);
        checked.map_err(|early| Refusal::Requests { limit, retry_after: self.wait(&early) })
    }

    /// Counts tokens.
    pub(super) fn tokens(&self, who: &Who, limits: KeyLimits, count: u32) -> Result<(), Refusal> {
        let (Some(limit), Some(count)) = (limits.tokens_per_minute, NonZeroU32::new(count)) else { return Ok(()) };
        let buckets = self.buckets(who, limits);
        let Some(tokens) = &buckets.tokens else { return Ok(()) };
        match tokens.check_n(count) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(early)) => Err(Refusal::Tokens { limit, retry_after: self.wait(&early) }),
            Err(InsufficientCapacity(_)) => Err(Refusal::TooManyTokens { limit, actual: count.get() }),
        }
    }

    fn wait(&self, early: &NotUntil<<DefaultClock as Clock>::Instant>) -> Duration {
        early.wait_time_from(self.clock.now())
    }

    /// A client's buckets; others where its limits have changed.
    fn buckets(&self, who: &Who, limits: KeyLimits) -> Arc<Buckets> {
        self.clients.get_with((who.clone(), limits), || Arc::new(Buckets::new(limits)))
    }
}
