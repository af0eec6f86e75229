//! Durable work on many articles: what was accepted is done once, whoever is killed in between.
//!
//! The rows of articles are the queue. A worker takes an article by moving its `due` to the end of a lease, which it renews
//! while it lives; a dead worker's articles come up again when their leases end. A result is written only where there is
//! none, so that an article taken twice counts once.

mod database;
mod hook;
mod hooks;
mod queue;
mod records;
mod worker;

use std::{
    fmt,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::{Notify, OnceCell, watch},
    task::JoinHandle,
    time::timeout,
};
use uuid::Uuid;

pub use database::DatabaseAddress;
pub use records::{Counts, HookState, HookStatus, JobState, JobStatus, NewArticle, NewJob, Stored, StoredState};

use database::Database;

/// How jobs are kept and worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobsPolicy {
    /// Where they are kept.
    pub address: DatabaseAddress,
    /// Articles that this process works on at the same time; 0 leaves all work to others.
    pub workers: usize,
    /// Articles that may wait in all; more are refused.
    pub queue: usize,
    /// How long a job and its results are kept from its making on.
    pub keep: Duration,
    /// After how long without a sign a worker counts as dead.
    pub lease: Duration,
    /// How often an article is begun at most.
    pub attempts: u32,
    /// Hosts that may be told of finished jobs, each as `host` or `host:port`; none where it is empty.
    pub hook_hosts: Vec<String>,
}

/// Why a job cannot be taken or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobsError {
    /// No such job, or it is another client's.
    #[error("there is no job {0}; jobs are kept for a while only")]
    Unknown(String),
    /// Too many articles are waiting.
    #[error("{waiting} articles are waiting already, {limit} may")]
    Full {
        /// Articles that wait.
        waiting: usize,
        /// Articles that may.
        limit: usize,
    },
    /// The address is not one that may be told.
    #[error("{0}")]
    Hook(String),
    /// The database does not answer, or its disk is full.
    #[error("jobs cannot be kept now: {0}")]
    Unavailable(String),
}

impl From<sqlx::Error> for JobsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// What came of one try at an article, as the JSON that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An answer.
    Done(String),
    /// An error that another try would meet again.
    Failed(String),
    /// An error that another try may not meet.
    Again(String),
    /// An error that says that there was no room for a try, which this was not.
    Later(String),
}

/// What became of the tries of this process, and how much waits in the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobsLoad {
    /// Articles without an end, of all replicas; `None` where the database does not say.
    pub waiting: Option<usize>,
    /// Articles that this process answered.
    pub done: u64,
    /// Those that it failed for good.
    pub failed: u64,
    /// Tries of it that are to be made again.
    pub again: u64,
}

/// What is done with an article: its request in, its outcome out.
pub type Work = Arc<dyn Fn(String) -> BoxFuture<'static, Outcome> + Send + Sync>;

/// Jobs, and the worker that does them. Cheap to clone; ends with [`Jobs::stop`].
#[derive(Clone)]
pub struct Jobs {
    inner: Arc<Inner>,
}

struct Inner {
    policy: JobsPolicy,
    /// Databases' drivers live here, apart from the threads that answer requests.
    runtime: Mutex<Option<Runtime>>,
    handle: Handle,
    database: OnceCell<Database>,
    /// Rung when there is something new to do.
    bell: Notify,
    stop: watch::Sender<bool>,
    /// Whether nothing is at work.
    idle: watch::Sender<bool>,
    /// What became of this process's tries, as far as the database took it.
    tally: Tally,
    /// Of this life of the process: a dead life's leases are never renewed by the next.
    worker: String,
}

#[derive(Default)]
struct Tally {
    done: AtomicU64,
    failed: AtomicU64,
    again: AtomicU64,
}

impl Tally {
    fn count(&self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Done(_) => &self.done,
            Outcome::Failed(_) => &self.failed,
            Outcome::Again(_) | Outcome::Later(_) => &self.again,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("worker", &self.inner.worker).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // It may be dropped inside another runtime, where waiting for its threads is not allowed.
        self.end();
    }
}

impl Inner {
    fn end(&self) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        runtime.into_iter().for_each(Runtime::shutdown_background);
    }
}

impl Jobs {
    /// Connects at the first use: a database that is away keeps nothing else from being served.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub fn new(policy: JobsPolicy) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("breve-jobs").enable_all().build()?;
        let (bell, stop, worker) = (Notify::new(), watch::Sender::new(false), Uuid::new_v4().to_string());
        let idle = watch::Sender::new(true);
        let (handle, runtime) = (runtime.handle().clone(), Mutex::new(Some(runtime)));
        let (database, tally) = Default::default();
        let inner = Inner { policy, runtime, handle, database, bell, stop, idle, tally, worker };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Works on articles by `work` from now on, until [`Jobs::stop`].
    pub fn start(&self, work: Work) {
        if self.inner.policy.workers == 0 {
            return;
        }
        let jobs = self.clone();
        drop(self.spawn(async move { worker::run(jobs, work).await }));
    }

    /// Takes no more articles; those at work are finished within `grace`, and others given back.
    pub async fn stop(&self, grace: Duration) {
        let was_stopped = self.inner.stop.send_replace(true);
        if !was_stopped {
            let jobs = self.clone();
            drop(self.spawn(async move { worker::wind_down(&jobs, grace).await }).await);
        }
    }

    /// Takes a job. Once this returns nothing of it is lost.
    ///
    /// # Errors
    /// [`JobsError`].
    pub async fn submit(&self, job: NewJob) -> Result<JobStatus, JobsError> {
        if let Some(url) = &job.hook_url {
            hook::check(url, &self.inner.policy.hook_hosts)?;
        }
        let status =
            self.with(move |database, policy| async move { records::submit(&database, &policy, job).await }).await?;
        self.inner.bell.notify_one();
        Ok(status)
    }

    /// Where the job `id` of `owner` stands.
    ///
    /// # Errors
    /// [`JobsError`].
    pub async fn status(&self, id: Uuid, owner: String) -> Result<JobStatus, JobsError> {
        self.with(move |database, _| async move { records::status(&database, id, &owner).await }).await
    }

    /// Its finished articles from `position` on, at most so many.
    ///
    /// # Errors
    /// [`JobsError`].
    pub async fn results(
        &self,
        id: Uuid,
        owner: String,
        position: usize,
        limit: usize,
    ) -> Result<Vec<Stored>, JobsError> {
        let page = move |database, _| async move { records::results(&database, id, &owner, position, limit).await };
        self.with(page).await
    }

    /// What was done, and what there is to do. Asks the database for a moment at most.
    pub async fn load(&self) -> JobsLoad {
        let waiting = self.with(|database, _| async move { records::waiting(&database).await });
        let waiting = timeout(PROMPT, waiting).await.ok().and_then(Result::ok);
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Tally { done, failed, again } = &self.inner.tally;
        JobsLoad { waiting, done: read(done), failed: read(failed), again: read(again) }
    }

    /// Begins no more of its articles. What is at work is thrown away.
    ///
    /// # Errors
    /// [`JobsError`].
    pub async fn cancel(&self, id: Uuid, owner: String) -> Result<JobStatus, JobsError> {
        let status = self.with(move |database, _| async move { records::cancel(&database, id, &owner).await }).await?;
        self.inner.bell.notify_one();
        Ok(status)
    }

    /// Ends as a killed process does: nothing is finished, given back or renewed.
    #[cfg(test)]
    fn kill(&self) {
        self.inner.end();
    }

    /// Runs `act` with the database, on the runtime that its connections belong to.
    async fn with<T, F>(&self, act: impl FnOnce(Database, JobsPolicy) -> F + Send + 'static) -> Result<T, JobsError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, JobsError>> + Send,
    {
        let jobs = self.clone();
        let work = async move { act(jobs.database().await?, jobs.inner.policy.clone()).await };
        self.spawn(work).await.map_err(|error| JobsError::Unavailable(error.to_string()))?
    }

    async fn database(&self) -> Result<Database, JobsError> {
        let open = || Database::open(&self.inner.policy.address);
        self.inner.database.get_or_try_init(open).await.cloned()
    }

    fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.inner.handle.spawn(work)
    }
}

/// How long the database may take to say how much waits.
const PROMPT: Duration = Duration::from_secs(1);

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
