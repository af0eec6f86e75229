//! Articles as they are taken, finished, and taken again.

use super::{
    Jobs, JobsError, Outcome,
    database::{Database, on},
    milliseconds,
};

/// An article that this worker works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) job: String,
    pub(super) position: i64,
    pub(super) request: String,
    /// How often it was begun, this time included.
    attempts: i64,
}

/// The first wait before another try, which doubles, in milliseconds.
const FIRST_WAIT_MS: i64 = 1000;
const LONGEST_WAIT_MS: i64 = 600_000;
/// The wait for room, in milliseconds.
const ROOM_WAIT_MS: i64 = 2000;

/// Jobs take turns: the first articles of all come before the second ones. A `due` further off than any can be was set by
/// a clock that has been put back since.
const CLAIM: &str = "UPDATE breve_articles SET worker = $1, attempts = attempts + 1, due = {now} + $2
     WHERE (job, position) IN (
         SELECT job, position FROM breve_articles WHERE state = 'open' AND (due <= {now} OR due > {now} + $3)
         ORDER BY position, due LIMIT $4 {skip})
     RETURNING job, position, request, attempts";
/// A lease that has ended is another's to take.
const RENEW: &str = "UPDATE breve_articles SET due = {now} + $2 WHERE worker = $1 AND state = 'open' AND due > {now}";
const RELEASE: &str = "UPDATE breve_articles SET worker = NULL, due = 0, attempts = attempts - 1
     WHERE worker = $1 AND state = 'open'";
const AGAIN: &str = "UPDATE breve_articles SET worker = NULL, due = {now} + $3, answer = $4, attempts = attempts - $6
     WHERE job = $1 AND position = $2 AND state = 'open' AND worker = $5";
/// Whoever is first writes; the request, which is the caller's text, is not kept any longer.
const FINISH: &str = "UPDATE breve_articles SET state = $3, answer = $4, request = '', worker = NULL
     WHERE job = $1 AND position = $2 AND state = 'open'";

impl Jobs {
    /// Takes up to so many articles.
    pub(super) async fn claim(&self, count: usize) -> Result<Vec<Claim>, JobsError> {
        let database = self.database().await?;
        let lease = milliseconds(self.inner.policy.lease);
        let furthest = lease.max(LONGEST_WAIT_MS) + LONGEST_WAIT_MS;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let claim = database.sql(CLAIM);
        let rows: Vec<(String, i64, String, i64)> = on!(&database, pool => {
            sqlx::query_as(claim).bind(&self.inner.worker).bind(lease).bind(furthest).bind(count).fetch_all(pool).await?
        });
        let claim = |(job, position, request, attempts)| Claim { job, position, request, attempts };
        Ok(rows.into_iter().map(claim).collect())
    }

    /// Says that this worker lives.
    pub(super) async fn renew(&self) -> Result<(), JobsError> {
        let database = self.database().await?;
        let (renew, lease) = (database.sql(RENEW), milliseconds(self.inner.policy.lease));
        on!(&database, pool => { sqlx::query(renew).bind(&self.inner.worker).bind(lease).execute(pool).await?; });
        Ok(())
    }

    /// Gives back what this worker has not finished: it was no try.
    pub(super) async fn release(&self) -> Result<(), JobsError> {
        let database = self.database().await?;
        on!(&database, pool => { sqlx::query(RELEASE).bind(&self.inner.worker).execute(pool).await?; });
        Ok(())
    }

    /// Whether an article has been begun too often: what kills its worker would kill the next.
    pub(super) fn is_spent(&self, claim: &Claim) -> bool {
        claim.attempts > i64::from(self.inner.policy.attempts)
    }

    /// Writes down what came of an article.
    pub(super) async fn settle(&self, claim: &Claim, outcome: &Outcome) -> Result<(), JobsError> {
        let database = self.database().await?;
        let last = claim.attempts >= i64::from(self.inner.policy.attempts);
        match outcome {
            Outcome::Done(answer) => finish(&database, claim, "done", answer).await,
            Outcome::Failed(error) => finish(&database, claim, "failed", error).await,
            Outcome::Again(error) if last => finish(&database, claim, "failed", error).await,
            Outcome::Again(error) => {
                let doublings = u32::try_from(claim.attempts - 1).unwrap_or(0).min(20);
                let wait = (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS);
                self.put_off(&database, claim, error, wait, 0).await
            }
            Outcome::Later(error) => self.put_off(&database, claim, error, ROOM_WAIT_MS, 1).await,
        }
    }

    /// Lets the article be taken again after so many milliseconds, with so many tries taken back.
    async fn put_off(
        &self,
        database: &Database,
        claim: &Claim,
        error: &str,
        wait: i64,
        taken_back: i64,
    ) -> Result<(), JobsError> {
        let again = database.sql(AGAIN);
        on!(database, pool => {
            sqlx::query(again).bind(&claim.job).bind(claim.position).bind(wait).bind(error).bind(&self.inner.worker)
                .bind(taken_back).execute(pool).await?;
        });
        Ok(())
    }
}

async fn finish(database: &Database, claim: &Claim, state: &str, json: &str) -> Result<(), JobsError> {
    on!(database, pool => {
        sqlx::query(FINISH).bind(&claim.job).bind(claim.position).bind(state).bind(json).execute(pool).await?;
    });
    Ok(())
}
