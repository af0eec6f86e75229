//! The database: a file of SQLite, or PostgreSQL that many machines share. One set of statements serves both.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::JobsError;

/// Where jobs are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseAddress {
    /// A file on a local disk, made when it is not there.
    File(PathBuf),
    /// `postgres://USER:PASSWORD@HOST/NAME`.
    Postgres(String),
}

/// Connections to it.
#[derive(Clone)]
pub(super) enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Writes an expression over a pool once for both kinds.
macro_rules! on {
    ($database:expr, $pool:ident => $body:expr) => {
        match $database {
            $crate::jobs::database::Database::Sqlite($pool) => $body,
            $crate::jobs::database::Database::Postgres($pool) => $body,
        }
    };
}
pub(super) use on;

/// Longest wait for a connection, or for another writer.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 8;
/// The lock under which replicas that start at once make the tables, one after the other.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(7165842910)";

/// Times are milliseconds since 1970 by the database's clock. `due` is when an open article may be begun, or, while it
/// is at work, when its worker counts as dead.
const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS breve_jobs (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, created BIGINT NOT NULL, expires BIGINT NOT NULL, total BIGINT NOT NULL,
        cancelled BIGINT NOT NULL DEFAULT 0, hook_url TEXT, hook_secret TEXT, hook_state TEXT,
        hook_attempts BIGINT NOT NULL DEFAULT 0, hook_due BIGINT NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS breve_articles (
        job TEXT NOT NULL REFERENCES breve_jobs (id) ON DELETE CASCADE, position BIGINT NOT NULL, caller_id TEXT,
        request TEXT NOT NULL, state TEXT NOT NULL, answer TEXT, attempts BIGINT NOT NULL DEFAULT 0, worker TEXT,
        due BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (job, position))",
    "CREATE INDEX IF NOT EXISTS breve_articles_open ON breve_articles (position, due) WHERE state = 'open'",
    "CREATE INDEX IF NOT EXISTS breve_articles_worker ON breve_articles (worker) WHERE state = 'open'",
];

impl Database {
    /// Connects, and makes the tables where they are not there.
    pub(super) async fn open(address: &DatabaseAddress) -> Result<Self, JobsError> {
        let database = match address {
            DatabaseAddress::File(path) => Self::Sqlite(sqlite(path).await?),
            DatabaseAddress::Postgres(url) => Self::Postgres(postgres(url).await?),
        };
        database.make_tables().await?;
        Ok(database)
    }

    async fn make_tables(&self) -> Result<(), JobsError> {
        on!(self, pool => {
            let mut transaction = pool.begin().await?;
            if matches!(self, Self::Postgres(_)) {
                sqlx::query(MIGRATION_LOCK).execute(&mut *transaction).await?;
            }
            for table in TABLES {
                sqlx::query(*table).execute(&mut *transaction).await?;
            }
            Ok(transaction.commit().await?)
        })
    }

    /// `text` in this database's words: `{now}` is its clock, `{skip}` leaves rows alone that another worker takes.
    pub(super) fn sql(&self, text: &str) -> AssertSqlSafe<String> {
        let (now, skip) = match self {
            Self::Sqlite(_) => ("CAST(unixepoch('subsec') * 1000 AS INTEGER)", ""),
            Self::Postgres(_) => {
                ("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)", "FOR UPDATE SKIP LOCKED")
            }
        };
        // Only constants of this module are ever put in; what clients send is bound.
        AssertSqlSafe(text.replace("{now}", now).replace("{skip}", skip))
    }
}

async fn sqlite(path: &Path) -> Result<SqlitePool, JobsError> {
    make_file(path).map_err(|error| JobsError::Unavailable(error.to_string()))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full) // what was accepted outlives a power cut
        .foreign_keys(true)
        .busy_timeout(PATIENCE);
    Ok(SqlitePoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE).connect_with(options).await?)
}

/// An empty file that only this user can read: it is to hold articles.
fn make_file(path: &Path) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn postgres(url: &str) -> Result<PgPool, JobsError> {
    Ok(PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE).connect(url).await?)
}
