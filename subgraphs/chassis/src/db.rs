//! The database of one subgraph: a pool to read from and one way to write.
//!
//! On SQLite, writers queue for a single connection, so none of them ever meets `SQLITE_BUSY`; readers have their own
//! pool and cannot write. On PostgreSQL, writers run side by side and a transaction that lost a deadlock or a
//! serialisation race runs again, a bounded number of times. Events that a transaction published leave with its commit.

mod batch;
mod open;
mod tx;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::TransactionTrait;
use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqliteTransactionMode, SqlxError, TransactionOptions,
};
use tokio::sync::watch;

use crate::error::{Error, Fault, Result};
use crate::statements::StatementLog;

pub(crate) use batch::Batch;
pub use tx::Tx;

/// How often a transaction that lost a race runs before the caller gets an error.
const ATTEMPTS_MAX: u32 = 8;

/// The shortest pause before the second attempt; it doubles with each further one, and up to as much again is added by
/// chance, so that those who met once do not meet again.
const BACKOFF: Duration = Duration::from_millis(4);

/// The database of one subgraph. Clones share everything.
#[derive(Clone, Debug)]
pub struct Db(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    commits: watch::Sender<u64>,
    statements: StatementLog,
}

impl Db {
    /// The connection to read with. It sees committed data only; on SQLite it refuses to write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.0.reader
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.0.writer.get_database_backend()
    }

    /// Runs `work` in one transaction and commits when it answers `Ok`.
    ///
    /// `work` may run more than once, so everything it does outside `tx` must bear repetition. It must not start
    /// another write (on SQLite it would wait for itself) and should not ask peers: the transaction is held meanwhile.
    /// Owned inputs are lent, not moved: `let input = &input;` before the closure.
    ///
    /// ```ignore
    /// app.db.write(|tx| async move {
    ///     let mut item = store::lock(&tx, caller.tenant, id).await?;
    ///     item.receive(quantity)?;
    ///     store::save(&tx, &item).await?;
    ///     tx.publish(event::stock_received(&item));
    ///     Ok(item)
    /// }).await
    /// ```
    ///
    /// # Errors
    /// Whatever `work` answers, after a rollback; `Internal` when the database fails.
    pub async fn write<T, F, Fut>(&self, mut work: F) -> Result<T>
    where
        F: FnMut(Tx) -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
        T: Send,
    {
        let mut attempt = 1;
        loop {
            let tx = self.begin().await?;
            // On the heap: what a use case does in a transaction is the deepest of all futures, and stacks are bounded.
            let outcome = match Box::pin(work(tx.clone())).await {
                Ok(value) => Box::pin(tx.commit()).await.map(|published| (value, published)),
                Err(error) => {
                    tx.rollback().await?;
                    Err(error)
                }
            };
            match outcome {
                Ok((value, published)) => {
                    if published > 0 {
                        self.0.commits.send_modify(|count| *count += published);
                    }
                    return Ok(value);
                }
                Err(error) if attempt < ATTEMPTS_MAX && lost_a_race(&error) => {
                    tracing::debug!(attempt, "a transaction lost a race and runs again");
                    tokio::time::sleep(pause_after(attempt)).await;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Changes with every local commit that published events; wakes outbox readers of this process at once.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.0.commits.subscribe()
    }

    /// The statements this database ran, once recording is switched on.
    pub fn statements(&self) -> &StatementLog {
        &self.0.statements
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// `Internal` when it does not.
    pub async fn ping(&self) -> Result<()> {
        self.0.reader.ping().await?;
        Ok(())
    }

    /// Closes the pools after their running statements.
    ///
    /// # Errors
    /// `Internal` when the driver reports a failure.
    pub async fn close(&self) -> Result<()> {
        self.0.reader.close_by_ref().await?;
        self.0.writer.close_by_ref().await?;
        Ok(())
    }

    async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions {
            // A deferred transaction that reads first could not upgrade when another process writes in between.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Tx::new(self.0.writer.begin_with_options(options).await?))
    }
}

/// Whether the database was not there: the same will work once it is back, whatever was asked of it.
pub(crate) fn is_away(error: &Error) -> bool {
    let Error::Internal(Fault(cause)) = error else { return false };
    let cause = match cause.downcast_ref::<DbErr>() {
        Some(DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) => return true,
        Some(DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) => cause,
        _ => return false,
    };
    match &**cause {
        SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => true,
        // PostgreSQL's connection exceptions, shutdowns and recovery, and too many who want a connection.
        SqlxError::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08") || ["53300", "57P01", "57P02", "57P03"].contains(&&*code)
        }),
        _ => false,
    }
}

fn pause_after(attempt: u32) -> Duration {
    let pause = BACKOFF * 2_u32.pow(attempt - 1);
    // The last byte of a version 7 UUID is random.
    pause + pause * u32::from(uuid::Uuid::now_v7().as_bytes()[15]) / 256
}

/// Whether the transaction failed only because of others: PostgreSQL's serialisation failure and deadlock, SQLite's
/// busy when another process held the file longer than the timeout.
fn lost_a_race(error: &Error) -> bool {
    let Error::Internal(Fault(cause)) = error else { return false };
    let Some(DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        cause.downcast_ref::<DbErr>()
    else {
        return false;
    };
    let code = cause.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40001" | "40P01" | "5" | "517"))
}
