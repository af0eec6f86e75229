//! The loop that takes articles and does them, as many at once as the policy says.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use tracing::Instrument;

use super::{Jobs, JobsError, Outcome, Work, hooks, queue::Claim};

/// How often the queue is looked at while nothing rings: other replicas put articles there too.
const IDLE: Duration = Duration::from_millis(500);
/// How often what is due is told, and what is over forgotten.
const SWEEP: Duration = Duration::from_secs(2);
/// The wait after the database failed, which doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

const INTERRUPTED: &str =
    r#"{"code":"internal","message":"the service ended again and again while it worked on this article"}"#;

/// Works until told to stop.
pub(super) async fn run(jobs: Jobs, work: Work) {
    jobs.inner.idle.send_replace(false);
    let beat = tokio::spawn(every(jobs.clone(), jobs.inner.policy.lease / 3, |jobs| async move { jobs.renew().await }));
    let sweep = tokio::spawn(every(jobs.clone(), SWEEP, |jobs| async move { hooks::sweep(&jobs).await }));
    let tasks = take(&jobs, &work).await;
    finish(tasks).await;
    beat.abort();
    sweep.abort();
    jobs.inner.idle.send_replace(true);
}

/// Lets what is at work end within `grace`, and gives the rest back.
pub(super) async fn wind_down(jobs: &Jobs, grace: Duration) {
    let mut idle = jobs.inner.idle.subscribe();
    if timeout(grace, idle.wait_for(|idle| *idle)).await.is_ok() {
        return;
    }
    if let Err(error) = jobs.release().await {
        tracing::warn!(%error, "articles at work are taken up again when their leases end");
    }
}

/// Takes articles until told to stop; what is at work then.
async fn take(jobs: &Jobs, work: &Work) -> JoinSet<()> {
    let (mut tasks, mut stop) = (JoinSet::new(), jobs.inner.stop.subscribe());
    let free = Arc::new(Semaphore::new(jobs.inner.policy.workers));
    let mut pause = FIRST_PAUSE;
    while !*stop.borrow() {
        while tasks.try_join_next().is_some() {}
        let wait = match claim(jobs, &free).await {
            Ok(claims) if claims.is_empty() => IDLE,
            Ok(claims) => {
                pause = FIRST_PAUSE;
                for claim in claims {
                    let Ok(permit) = free.clone().acquire_owned().await else { return tasks };
                    let (jobs, work) = (jobs.clone(), work.clone());
                    tasks.spawn(async move {
                        do_one(&jobs, &work, claim).await;
                        drop(permit);
                        jobs.inner.bell.notify_one();
                    });
                }
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "no articles can be taken");
                pause = (pause * 2).min(LONGEST_PAUSE);
                pause
            }
        };
        tokio::select! {
            _ = stop.changed() => {}
            () = jobs.inner.bell.notified() => {}
            () = sleep(wait) => {}
        }
    }
    tasks
}

/// As many articles as there are hands free.
async fn claim(jobs: &Jobs, free: &Semaphore) -> Result<Vec<Claim>, JobsError> {
    match free.available_permits() {
        0 => Ok(Vec::new()),
        hands => jobs.claim(hands).await,
    }
}

async fn do_one(jobs: &Jobs, work: &Work, claim: Claim) {
    let span = tracing::error_span!("article", job = claim.job, position = claim.position);
    let outcome = match jobs.is_spent(&claim) {
        true => Outcome::Failed(INTERRUPTED.to_owned()),
        false => work(claim.request.clone()).instrument(span.clone()).await,
    };
    settle(jobs, &claim, &outcome).instrument(span).await;
}

/// Offers a result until the database takes it, or the process ends: another then does the article again.
async fn settle(jobs: &Jobs, claim: &Claim, outcome: &Outcome) {
    let mut pause = FIRST_PAUSE;
    while let Err(error) = jobs.settle(claim, outcome).await {
        tracing::warn!(%error, "a result cannot be kept; it is offered again");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    jobs.inner.tally.count(outcome);
}

async fn finish(mut tasks: JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

/// Does `act` again and again.
async fn every<F: Future<Output = Result<(), JobsError>>>(jobs: Jobs, period: Duration, act: impl Fn(Jobs) -> F) {
    let mut ticks = interval(period.max(Duration::from_millis(10)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = act(jobs.clone()).await {
            tracing::debug!(%error, "the queue cannot be tended");
        }
    }
}
