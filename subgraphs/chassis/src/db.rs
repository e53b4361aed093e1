//! The database of one subgraph: a pool to read from and one way to write.
//!
//! On SQLite, writers queue for a single connection, so none of them ever meets `SQLITE_BUSY`, and those who wait are committed
//! together; readers have their own pool and cannot write. On PostgreSQL, writers run side by side and a transaction that lost a deadlock or a
//! serialisation race runs again, a bounded number of times. Events that a transaction published leave with its commit.

mod batch;
mod checkpoint;
mod open;
mod queue;
mod statistics;
mod tx;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::TransactionTrait;
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqlxError};
use tokio::sync::watch;

use crate::error::{Error, Fault, Result};
use crate::statements::StatementLog;

pub(crate) use batch::Batch;
pub use checkpoint::Checkpoint;
pub use tx::Tx;

use queue::Queue;
use tx::Savepoints;

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
    writer: Writer,
    commits: watch::Sender<u64>,
    statements: StatementLog,
}

/// How writers get at the database.
#[derive(Debug)]
enum Writer {
    /// One after another.
    Queue(Arc<Queue>),
    /// Side by side.
    Pool(DatabaseConnection),
}

impl Writer {
    fn connection(&self) -> &DatabaseConnection {
        match self {
            Self::Queue(queue) => &queue.writer,
            Self::Pool(pool) => pool,
        }
    }
}

impl Db {
    /// The connection to read with. It sees committed data only; on SQLite it refuses to write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.0.reader
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.0.writer.connection().get_database_backend()
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
            let outcome = match &self.0.writer {
                Writer::Queue(queue) => queue.run(&mut work).await,
                Writer::Pool(pool) => transact(pool, &mut work).await,
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
        self.0.writer.connection().close_by_ref().await?;
        Ok(())
    }
}

/// Does `work` in a transaction of its own; answers how many events were published.
async fn transact<T, Fut>(pool: &DatabaseConnection, work: impl FnOnce(Tx) -> Fut) -> Result<(T, u64)>
where
    Fut: Future<Output = Result<T>>,
{
    let transaction = Arc::new(pool.begin().await?);
    let tx = Tx::new(Arc::clone(&transaction), Arc::default());
    // On the heap: what a use case does in a transaction is the deepest of all futures, and stacks are bounded.
    let outcome = match Box::pin(work(tx.clone())).await {
        Ok(value) => Box::pin(tx.finish(Savepoints::default())).await.map(|published| (value, published)),
        Err(error) => {
            drop(tx);
            Err(error)
        }
    };
    let transaction = Arc::into_inner(transaction)
        .ok_or_else(|| Error::internal("a transaction handle outlived its closure"))?;
    match outcome {
        Ok(done) => {
            transaction.commit().await?;
            Ok(done)
        }
        Err(error) => {
            transaction.rollback().await?;
            Err(error)
        }
    }
}

fn database_error(error: &Error) -> Option<&DbErr> {
    let Error::Internal(Fault(cause)) = error else { return None };
    cause.downcast_ref()
}

/// What the driver said about a statement.
fn driver_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// Whether the database was closed by its own process, which is about to end: nothing will work again.
pub(crate) fn is_closed(error: &Error) -> bool {
    match database_error(error) {
        Some(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)) => true,
        Some(error) => matches!(driver_error(error), Some(SqlxError::PoolClosed)),
        None => false,
    }
}

/// Whether the database was not there: the same will work once it is back, whatever was asked of it.
pub(crate) fn is_away(error: &Error) -> bool {
    let cause = match database_error(error) {
        Some(DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) => return true,
        Some(error) => driver_error(error),
        None => return false,
    };
    let Some(cause) = cause else { return false };
    match cause {
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
    let cause = database_error(error).and_then(driver_error);
    let code = cause.and_then(SqlxError::as_database_error).and_then(|error| error.code());
    matches!(code.as_deref(), Some("40001" | "40P01" | "5" | "517"))
}
