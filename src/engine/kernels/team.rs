//! A team of threads that share out the pieces of one operation.
//!
//! A decoding step has dozens of operations of ten to a hundred microseconds. Waking a sleeping thread costs as much as
//! one of them, and spinning for ever is what makes OpenMP's threads ten times slower beside another busy process. So a
//! member spins for a moment after each operation and then sleeps, pieces are small and taken one by one by whoever is
//! free, and whoever waits for the last piece yields its core.

use std::{
    any::Any,
    cell::UnsafeCell,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Mutex, PoisonError, TryLockError, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence},
    },
    thread::{self, JoinHandle, Thread},
    time::{Duration, Instant},
};

/// How long a member looks out for the next operation before it sleeps: longer than the work between two operations of a
/// decoding step, much shorter than a scheduler's time slice.
const SPIN: Duration = Duration::from_micros(60);
/// Looks between two looks at the clock, and before a waiting thread yields.
const LOOKS: usize = 200;

/// Threads that work together. All members sleep while nobody uses the team.
pub(in crate::engine) struct Team {
    shared: Arc<Shared>,
    /// Held by whoever leads an operation. Others do theirs alone meanwhile, so that the cores are never oversubscribed.
    lead: Mutex<()>,
    members: Vec<JoinHandle<()>>,
}

/// An operation: called once for each piece.
type Job = *const (dyn Fn(usize) + Sync);

struct Shared {
    /// The operation's number, its pieces and the next piece, packed, so that they are taken together.
    ticket: AtomicU64,
    /// Pieces not done yet.
    left: AtomicUsize,
    job: UnsafeCell<Option<Job>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    sleeping: Vec<AtomicBool>,
    stop: AtomicBool,
}

// SAFETY: `job` is written only by the leader while no piece is left, and read only by members that hold a piece.
unsafe impl Sync for Shared {}
// SAFETY: as above; the pointer is to a `Sync` closure.
unsafe impl Send for Shared {}

/// Bits of a ticket for the number of pieces, and for the next piece.
const PIECE_BITS: u32 = 20;
/// The most pieces of one operation. Members may count past it, by one each.
const MOST_PIECES: usize = 1 << (PIECE_BITS - 1);

fn ticket(operation: u64, pieces: usize) -> u64 {
    (operation << (2 * PIECE_BITS)) | ((pieces as u64) << PIECE_BITS)
}

fn operation_of(ticket: u64) -> u64 {
    ticket >> (2 * PIECE_BITS)
}

/// The piece that `ticket` stands for, if there is one.
fn piece_of(ticket: u64) -> Option<usize> {
    let mask = (1 << PIECE_BITS) - 1;
    let (pieces, next) = ((ticket >> PIECE_BITS) & mask, ticket & mask);
    (next < pieces).then_some(next as usize)
}

impl Team {
    /// A team of `threads`, the calling one included.
    pub(in crate::engine) fn new(threads: usize) -> Self {
        let others = threads.saturating_sub(1);
        let shared = Arc::new(Shared {
            ticket: AtomicU64::new(0),
            left: AtomicUsize::new(0),
            job: UnsafeCell::new(None),
            panic: Mutex::new(None),
            sleeping: (0..others).map(|_| AtomicBool::new(false)).collect(),
            stop: AtomicBool::new(false),
        });
        let start = |member: usize| {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name("breve-team".into()).spawn(move || shared.serve(member)).ok()
        };
        let members = (0..others).map_while(start).collect();
        Self { shared, lead: Mutex::new(()), members }
    }

    /// The team of `threads`, 0 for as many as there are cores: one for the whole process, whoever asks.
    pub(in crate::engine) fn of(threads: usize) -> Arc<Self> {
        static TEAMS: Mutex<BTreeMap<usize, Weak<Team>>> = Mutex::new(BTreeMap::new());
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let threads = if threads == 0 { cores() } else { threads };
        let mut teams = TEAMS.lock().unwrap_or_else(PoisonError::into_inner);
        let known = teams.get(&threads).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let team = Arc::new(Self::new(threads));
            teams.insert(threads, Arc::downgrade(&team));
            team
        })
    }

    /// Threads that take part in an operation.
    pub(in crate::engine) fn threads(&self) -> usize {
        self.members.len() + 1
    }

    /// Calls `work` for each of `0..pieces`, in any order and on any member. Returns when all are done.
    ///
    /// # Panics
    /// If `work` does, after all the other pieces are done.
    pub(in crate::engine) fn share(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        let alone = pieces < 2 || self.members.is_empty() || pieces > MOST_PIECES;
        let lead = match self.lead.try_lock() {
            Ok(lead) if !alone => lead,
            Err(TryLockError::Poisoned(lead)) if !alone => lead.into_inner(),
            // Another model is using the team.
            _ => return (0..pieces).for_each(work),
        };
        self.shared.begin(pieces, work);
        self.wake();
        while self.shared.take_piece().is_some() {}
        self.shared.wait();
        drop(lead);
        let panic = self.shared.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    fn wake(&self) {
        // Pairs with the fence in `sleep`: either the member sees the new ticket, or we see that it sleeps.
        fence(Ordering::SeqCst);
        for (member, sleeping) in self.members.iter().zip(&self.shared.sleeping) {
            if sleeping.load(Ordering::Relaxed) {
                Thread::unpark(member.thread());
            }
        }
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        for member in self.members.drain(..) {
            member.thread().unpark();
            // A member only ends by `stop`; its panics are caught.
            member.join().ok();
        }
    }
}

impl Shared {
    fn begin(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        let operation = operation_of(self.ticket.load(Ordering::Relaxed)).wrapping_add(1) & 0xFF_FFFF;
        // SAFETY: only the lifetime is changed. Members use the pointer only while they hold a piece of this operation,
        // and `wait` returns after the last of these is done, while `work` is still borrowed. No piece is left of the
        // operation before, so nobody reads `job` now.
        unsafe { *self.job.get() = Some(std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), Job>(work)) };
        self.left.store(pieces, Ordering::Relaxed);
        self.ticket.store(ticket(operation, pieces), Ordering::SeqCst);
    }

    /// Does one piece, if there is one.
    fn take_piece(&self) -> Option<()> {
        piece_of(self.ticket.load(Ordering::Relaxed))?;
        let piece = piece_of(self.ticket.fetch_add(1, Ordering::AcqRel))?;
        // SAFETY: we hold a piece, so the leader waits for us: the closure lives and `job` is not written.
        let job = unsafe { (*self.job.get()).map(|job| &*job) };
        let done = catch_unwind(AssertUnwindSafe(|| job.map(|job| job(piece))));
        if let Err(panic) = done {
            self.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
        }
        self.left.fetch_sub(1, Ordering::Release);
        Some(())
    }

    /// Waits for the pieces that others have taken.
    fn wait(&self) {
        let mut looks = 0;
        while self.left.load(Ordering::Acquire) > 0 {
            looks += 1;
            // Whoever holds a piece may have lost its core to another process: it may have ours.
            if looks > LOOKS { thread::yield_now() } else { std::hint::spin_loop() }
        }
    }

    fn serve(&self, member: usize) {
        let mut seen = 0;
        while !self.stop.load(Ordering::Relaxed) {
            while self.take_piece().is_some() {}
            seen = self.next_operation(seen, member);
        }
    }

    /// Waits until the operation is another than `seen`; its number.
    fn next_operation(&self, seen: u64, member: usize) -> u64 {
        let current = || operation_of(self.ticket.load(Ordering::Acquire));
        let begun = Instant::now();
        loop {
            for _ in 0..LOOKS {
                if current() != seen || self.stop.load(Ordering::Relaxed) {
                    return current();
                }
                std::hint::spin_loop();
            }
            if begun.elapsed() > SPIN {
                self.sleep(seen, member);
                return current();
            }
        }
    }

    fn sleep(&self, seen: u64, member: usize) {
        let sleeping = &self.sleeping[member];
        sleeping.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        while operation_of(self.ticket.load(Ordering::Relaxed)) == seen && !self.stop.load(Ordering::SeqCst) {
            thread::park();
        }
        sleeping.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once() {
        for threads in [1, 2, 3, 8] {
            let team = Team::new(threads);
            for pieces in (0..200).chain([5000]) {
                let done: Vec<AtomicUsize> = (0..pieces).map(|_| AtomicUsize::new(0)).collect();
                team.share(pieces, &|piece| _ = done[piece].fetch_add(1, Ordering::Relaxed));
                assert!(done.iter().all(|count| count.load(Ordering::Relaxed) == 1), "{threads} threads, {pieces}");
            }
        }
    }

    #[test]
    fn a_team_that_slept_wakes_up() {
        let team = Team::new(3);
        for _ in 0..20 {
            thread::sleep(Duration::from_millis(2));
            let done = AtomicUsize::new(0);
            team.share(50, &|_| _ = done.fetch_add(1, Ordering::Relaxed));
            assert_eq!(done.into_inner(), 50);
        }
    }

    #[test]
    fn two_leaders_do_not_wait_for_each_other() {
        let team = Team::new(2);
        let done = AtomicUsize::new(0);
        let lead = || (0..500).for_each(|_| team.share(20, &|_| _ = done.fetch_add(1, Ordering::Relaxed)));
        thread::scope(|scope| [scope.spawn(lead), scope.spawn(lead)].map(|leader| leader.join().is_ok()));
        assert_eq!(done.load(Ordering::Relaxed), 2 * 500 * 20);
    }

    #[test]
    fn a_panic_reaches_the_leader_and_the_team_goes_on() {
        let team = Team::new(2);
        let result = catch_unwind(AssertUnwindSafe(|| team.share(100, &|piece| assert!(piece != 70, "piece 70"))));
        assert!(result.is_err());
        let done = AtomicUsize::new(0);
        team.share(100, &|_| _ = done.fetch_add(1, Ordering::Relaxed));
        assert_eq!(done.into_inner(), 100);
    }
}
