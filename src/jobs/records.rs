//! Jobs and their articles as rows.

use sqlx::Row;
use uuid::Uuid;

use super::{
    JobsError, JobsPolicy,
    database::{Database, on},
    hook, milliseconds,
};

/// A job to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// The key that it belongs to; empty where there are none.
    pub owner: String,
    /// In the caller's order.
    pub articles: Vec<NewArticle>,
    /// Whom to tell when it is finished.
    pub hook_url: Option<String>,
}

/// An article of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArticle {
    /// The caller's own name for it, as JSON.
    pub caller_id: Option<String>,
    /// What is to be done, as JSON.
    pub request: String,
    /// Why nothing can be done, as JSON: it fails alone.
    pub refused: Option<String>,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStatus {
    /// Its name.
    pub id: Uuid,
    /// How far it is.
    pub state: JobState,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    /// When it and its results are forgotten.
    pub expires_ms: i64,
    /// How many articles are where.
    pub counts: Counts,
    /// Who is told of its end; none where nobody is.
    pub hook: Option<HookStatus>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Nothing of it was begun.
    Queued,
    /// Some of it was.
    Running,
    /// Every article has an answer or an error.
    Done,
    /// It was given up.
    Cancelled,
}

/// How many articles are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In all.
    pub total: usize,
    /// With an answer.
    pub done: usize,
    /// With an error.
    pub failed: usize,
    /// Given up.
    pub cancelled: usize,
}

/// Who is told of a job's end, and whether that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStatus {
    /// The address.
    pub url: String,
    /// What its messages are signed with; told once, when the job is taken.
    pub secret: Option<String>,
    /// Whether it was told.
    pub state: HookState,
    /// How often that was tried.
    pub attempts: usize,
}

/// Whether the address of a job was told of its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookState {
    /// The job is not at its end, or the message is on its way.
    Pending,
    /// It was told.
    Delivered,
    /// It did not answer as it should, again and again.
    Failed,
}

/// A finished article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the job, from 0.
    pub position: usize,
    /// The caller's own name for it, as JSON.
    pub caller_id: Option<String>,
    /// Whether `json` is an answer or an error.
    pub state: StoredState,
    /// What came of it.
    pub json: String,
}

/// What a finished article has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredState {
    /// An answer.
    Done,
    /// An error.
    Failed,
}

/// Puts a job and all its articles down, or nothing of it.
pub(super) async fn submit(database: &Database, policy: &JobsPolicy, job: NewJob) -> Result<JobStatus, JobsError> {
    let waiting = waiting(database).await?;
    if waiting + job.articles.len() > policy.queue {
        return Err(JobsError::Full { waiting, limit: policy.queue });
    }
    let (id, secret) = (Uuid::new_v4(), job.hook_url.as_ref().map(|_| hook::new_secret()).transpose()?);
    let (name, total) = (id.to_string(), i64::try_from(job.articles.len()).unwrap_or(i64::MAX));
    let insert_job = database.sql(
        "INSERT INTO breve_jobs (id, owner, created, expires, total, hook_url, hook_secret, hook_state)
         VALUES ($1, $2, {now}, {now} + $3, $4, $5, $6, $7)",
    );
    let hook_state = job.hook_url.as_ref().map(|_| "waiting");
    on!(database, pool => {
        let mut transaction = pool.begin().await?;
        sqlx::query(insert_job).bind(&name).bind(&job.owner).bind(milliseconds(policy.keep)).bind(total)
            .bind(&job.hook_url).bind(&secret).bind(hook_state).execute(&mut *transaction).await?;
        for (position, article) in (0_i64..).zip(&job.articles) {
            let (state, request) = if article.refused.is_some() { ("failed", "") } else { ("open", &*article.request) };
            sqlx::query(INSERT_ARTICLE).bind(&name).bind(position).bind(&article.caller_id).bind(request).bind(state)
                .bind(&article.refused).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    });
    let mut status = status(database, id, &job.owner).await?;
    status.hook.iter_mut().for_each(|hook| hook.secret.clone_from(&secret));
    Ok(status)
}

const INSERT_ARTICLE: &str = "INSERT INTO breve_articles (job, position, caller_id, request, state, answer)
     VALUES ($1, $2, $3, $4, $5, $6)";

/// Articles without an end.
pub(super) async fn waiting(database: &Database) -> Result<usize, JobsError> {
    let count = "SELECT count(*) FROM breve_articles WHERE state = 'open'";
    let count: i64 = on!(database, pool => sqlx::query_scalar(count).fetch_one(pool).await?);
    Ok(usize::try_from(count).unwrap_or(0))
}

pub(super) async fn status(database: &Database, id: Uuid, owner: &str) -> Result<JobStatus, JobsError> {
    let found: Option<JobStatus> = on!(database, pool => {
        let row = sqlx::query(STATUS).bind(id.to_string()).bind(owner).fetch_optional(pool).await?;
        row.map(|row| {
            let count = |column: &str| row.try_get::<i64, _>(column).map(|count| usize::try_from(count).unwrap_or(0));
            let counts = Counts { total: count("total")?, done: count("done")?, failed: count("failed")?,
                                  cancelled: count("given_up")? };
            let cancelled = row.try_get::<i64, _>("cancelled")? == 1;
            let hook = row.try_get::<Option<String>, _>("hook_url")?.zip(row.try_get::<Option<String>, _>("hook_state")?);
            let attempts = count("hook_attempts")?;
            Ok::<_, sqlx::Error>(JobStatus {
                id,
                state: state(counts, cancelled, count("begun")? > 0),
                created_ms: row.try_get("created")?,
                expires_ms: row.try_get("expires")?,
                counts,
                hook: hook.map(|(url, state)| HookStatus { url, secret: None, state: hook_state(&state), attempts }),
            })
        }).transpose()?
    });
    found.ok_or_else(|| JobsError::Unknown(id.to_string()))
}

const STATUS: &str = "SELECT created, expires, total, cancelled, hook_url, hook_state, hook_attempts,
     (SELECT count(*) FROM breve_articles WHERE job = id AND state = 'done') AS done,
     (SELECT count(*) FROM breve_articles WHERE job = id AND state = 'failed') AS failed,
     (SELECT count(*) FROM breve_articles WHERE job = id AND state = 'cancelled') AS given_up,
     (SELECT count(*) FROM breve_articles WHERE job = id AND attempts > 0) AS begun
     FROM breve_jobs WHERE id = $1 AND owner = $2";

fn state(counts: Counts, cancelled: bool, begun: bool) -> JobState {
    match counts.done + counts.failed {
        _ if cancelled => JobState::Cancelled,
        finished if finished == counts.total => JobState::Done,
        finished if finished > 0 || begun => JobState::Running,
        _ => JobState::Queued,
    }
}

fn hook_state(name: &str) -> HookState {
    match name {
        "delivered" => HookState::Delivered,
        "failed" => HookState::Failed,
        _ => HookState::Pending,
    }
}

pub(super) async fn results(
    database: &Database,
    id: Uuid,
    owner: &str,
    position: usize,
    limit: usize,
) -> Result<Vec<Stored>, JobsError> {
    status(database, id, owner).await?;
    let (position, limit) = (i64::try_from(position).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<(i64, Option<String>, String, String)> = on!(database, pool => {
        sqlx::query_as(RESULTS).bind(id.to_string()).bind(position).bind(limit).fetch_all(pool).await?
    });
    let stored = |(position, caller_id, state, json): (i64, _, String, _)| {
        let state = if state == "done" { StoredState::Done } else { StoredState::Failed };
        Stored { position: usize::try_from(position).unwrap_or(0), caller_id, state, json }
    };
    Ok(rows.into_iter().map(stored).collect())
}

const RESULTS: &str = "SELECT position, caller_id, state, answer FROM breve_articles
     WHERE job = $1 AND position >= $2 AND state IN ('done', 'failed') AND answer IS NOT NULL ORDER BY position LIMIT $3";

pub(super) async fn cancel(database: &Database, id: Uuid, owner: &str) -> Result<JobStatus, JobsError> {
    let before = status(database, id, owner).await?;
    if before.state == JobState::Done {
        return Ok(before);
    }
    on!(database, pool => {
        let mut transaction = pool.begin().await?;
        for statement in [
            "UPDATE breve_jobs SET cancelled = 1 WHERE id = $1",
            "UPDATE breve_articles SET state = 'cancelled', request = '' WHERE job = $1 AND state = 'open'",
        ] {
            sqlx::query(statement).bind(id.to_string()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    });
    status(database, id, owner).await
}
