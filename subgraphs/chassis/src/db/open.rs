//! Opening a database by URL: SQLite files and PostgreSQL, each with its settings and bounds.

use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend};
use tokio::sync::watch;

use super::queue::Queue;
use super::{Db, Shared, Writer};
use crate::error::{Error, Result};
use crate::statements::StatementLog;

/// Readers of one SQLite file; more would only queue for the same cores.
const SQLITE_READERS_MAX: u32 = 8;

/// Connections of one process to one PostgreSQL database.
const POSTGRES_CONNECTIONS_MAX: u32 = 16;

/// How long SQLite waits for another process that holds the write lock.
const SQLITE_BUSY_TIMEOUT_MS: u32 = 10_000;

/// Pages (of 4 KiB) in the log at which a commit moves them to the file itself. Mostly that has been done by then.
const SQLITE_CHECKPOINT_PAGES: u32 = 16_000;

/// How long a use case waits for a connection before it fails.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// What every PostgreSQL connection says when it opens.
const POSTGRES_STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);

impl Db {
    /// Opens the database at `url`: `sqlite:///path/file.sqlite` (made when it is missing) or `postgres://…`.
    ///
    /// # Errors
    /// `Internal` when the URL is of another kind or the database cannot be opened.
    pub async fn open(url: &str) -> Result<Self> {
        let statements = StatementLog::default();
        let (reader, writer) = if DbBackend::Sqlite.is_prefix_of(url) {
            let (reader, writer) = open_sqlite(url, &statements).await?;
            (reader, Writer::Queue(Queue::new(writer)))
        } else if DbBackend::Postgres.is_prefix_of(url) {
            let pool = open_postgres(url, &statements).await?;
            (pool.clone(), Writer::Pool(pool))
        } else {
            return Err(Error::internal("a database URL starts with sqlite: or postgres:"));
        };
        let (commits, _) = watch::channel(0);
        Ok(Self(std::sync::Arc::new(Shared { reader, writer, commits, statements })))
    }

    /// The URL of `service`'s database: the template with `{service}` filled in, or else a SQLite file in `data_dir`.
    ///
    /// # Errors
    /// `Internal` when the template has no `{service}`: two services in one database would share their tables.
    pub fn url_of(service: &str, template: Option<&str>, data_dir: &Path) -> Result<String> {
        match template {
            Some(template) if template.contains("{service}") => Ok(template.replace("{service}", service)),
            Some(_) => {
                Err(Error::internal("the database URL needs the placeholder {service}: one database each"))
            }
            None => Ok(format!("sqlite://{}?mode=rwc", data_dir.join(format!("{service}.sqlite")).display())),
        }
    }
}

async fn open_sqlite(url: &str, log: &StatementLog) -> Result<(DatabaseConnection, DatabaseConnection)> {
    let url = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
    // The writer opens first: it creates the file and turns WAL on, which the read-only connections cannot do.
    let writer = connect(sqlite(&url, 1, false), log).await?;
    let reader = connect(sqlite(&url, SQLITE_READERS_MAX, true), log).await?;
    Ok((reader, writer))
}

fn sqlite(url: &str, connections: u32, only_reads: bool) -> ConnectOptions {
    let mut options = bounded(url, connections);
    // A file does not go away; asking each time whether it is there takes as long as a statement.
    options.test_before_acquire(false);
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options
            .pragma("busy_timeout", SQLITE_BUSY_TIMEOUT_MS.to_string())
            .pragma("foreign_keys", "ON")
            .pragma("temp_store", "MEMORY")
            .pragma("cache_size", "-16000");
        if only_reads {
            options.pragma("query_only", "ON")
        } else {
            // NORMAL loses no committed transaction on a crash of the process in WAL mode, and saves the fsync each.
            options
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "NORMAL")
                .pragma("wal_autocheckpoint", SQLITE_CHECKPOINT_PAGES.to_string())
        }
    });
    options
}

async fn open_postgres(url: &str, log: &StatementLog) -> Result<DatabaseConnection> {
    let mut options = bounded(url, POSTGRES_CONNECTIONS_MAX);
    options.statement_timeout(POSTGRES_STATEMENT_TIMEOUT).set_application_name("carmen");
    connect(options, log).await
}

fn bounded(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // The statement log does this, with our own levels and without a second look at each statement.
        .sqlx_logging(false);
    options
}

async fn connect(options: ConnectOptions, log: &StatementLog) -> Result<DatabaseConnection> {
    let mut connection = Database::connect(options).await?;
    let log = log.clone();
    connection.set_metric_callback(move |info| log.note(info));
    Ok(connection)
}
