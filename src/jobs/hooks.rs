//! Tends the jobs: tells of finished ones, and forgets those whose time is over.

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use serde_json::json;

use super::{
    Jobs, JobsError,
    database::{Database, on},
    hook::{self, Message},
};

/// How long a try at a message may take before another worker makes one, in milliseconds.
const LEASE_MS: i64 = 60_000;
/// Waits between tries, in milliseconds: about a day in all.
const WAITS_MS: &[i64] = &[5_000, 30_000, 120_000, 600_000, 3_600_000, 18_000_000, 57_600_000];
/// Messages that are sent at the same time.
const AT_ONCE: i64 = 8;

/// A job whose end is to be told.
struct Due {
    job: String,
    message: Message,
    attempts: i64,
}

const PROMOTE: &str = "UPDATE breve_jobs SET hook_state = 'open', hook_due = {now} WHERE hook_state = 'waiting'
     AND NOT EXISTS (SELECT 1 FROM breve_articles WHERE job = id AND state = 'open')";
const FORGET: &str = "DELETE FROM breve_jobs WHERE expires < {now}";
const CLAIM: &str = "UPDATE breve_jobs SET hook_attempts = hook_attempts + 1, hook_due = {now} + $1
     WHERE id IN (SELECT id FROM breve_jobs WHERE hook_state = 'open' AND hook_due <= {now} LIMIT $2 {skip})
     RETURNING id, hook_url, hook_secret, hook_attempts, cancelled, total,
         (SELECT count(*) FROM breve_articles WHERE job = id AND state = 'done'),
         (SELECT count(*) FROM breve_articles WHERE job = id AND state = 'failed')";
const TOLD: &str = "UPDATE breve_jobs SET hook_state = $2 WHERE id = $1";
const LATER: &str = "UPDATE breve_jobs SET hook_due = {now} + $2 WHERE id = $1";

/// One round.
pub(super) async fn sweep(jobs: &Jobs) -> Result<(), JobsError> {
    let database = jobs.database().await?;
    for statement in [FORGET, PROMOTE] {
        let statement = database.sql(statement);
        on!(&database, pool => { sqlx::query(statement).execute(pool).await?; });
    }
    let sent = due(&database).await?.into_iter().map(|due| tell(&database, due));
    join_all(sent).await.into_iter().collect()
}

type Row = (String, String, String, i64, i64, i64, i64, i64);

async fn due(database: &Database) -> Result<Vec<Due>, JobsError> {
    let claim = database.sql(CLAIM);
    let rows: Vec<Row> =
        on!(database, pool => sqlx::query_as(claim).bind(LEASE_MS).bind(AT_ONCE).fetch_all(pool).await?);
    let due = |(job, url, secret, attempts, cancelled, total, done, failed): Row| {
        let state = if cancelled == 1 { "cancelled" } else { "done" };
        let counts = json!({"total": total, "done": done, "failed": failed});
        let body = json!({"type": "job.finished", "data": {"id": job, "state": state, "articles": counts}}).to_string();
        let message = Message { id: format!("job_{job}"), url, secret, body };
        Due { job, message, attempts }
    };
    Ok(rows.into_iter().map(due).collect())
}

async fn tell(database: &Database, due: Due) -> Result<(), JobsError> {
    let Due { job, message, attempts } = due;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let sent = tokio::task::spawn_blocking(move || hook::send(&message, seconds)).await;
    let failure = match sent {
        Ok(Ok(())) => return told(database, &job, "delivered").await,
        Ok(Err(reason)) => reason,
        Err(error) => error.to_string(),
    };
    tracing::info!(job, attempts, reason = failure, "a webhook did not take its message");
    match usize::try_from(attempts - 1).ok().and_then(|at| WAITS_MS.get(at)) {
        None => told(database, &job, "failed").await,
        Some(wait) => {
            let later = database.sql(LATER);
            on!(database, pool => { sqlx::query(later).bind(&job).bind(*wait).execute(pool).await?; });
            Ok(())
        }
    }
}

async fn told(database: &Database, job: &str, state: &str) -> Result<(), JobsError> {
    on!(database, pool => { sqlx::query(TOLD).bind(job).bind(state).execute(pool).await?; });
    Ok(())
}
