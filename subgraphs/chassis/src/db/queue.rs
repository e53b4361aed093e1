//! The queue of those who write one SQLite file.
//!
//! There is one writer at a time. Those who wait meanwhile share the transaction of the one before them, each behind a savepoint of its
//! own: whoever fails is undone alone, and all that worked is committed at once. Beginning and committing cost more than most of
//! what is written; a crowd pays for it together. An answer is given after the commit, as ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::open::ACQUIRE_TIMEOUT;
use super::tx::{Savepoints, Tx};
use crate::audit;
use crate::error::{Error, Result};
use crate::task;

/// How many share a transaction: the first of them waits for the last.
const MEMBERS_MAX: usize = 16;

const UNDO: &str = "ROLLBACK TO member";

/// The way to the only connection that writes.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) writer: DatabaseConnection,
    waiting: AtomicUsize,
    open: Arc<Mutex<Option<Group>>>,
}

/// A transaction and those who have written in it.
#[derive(Debug)]
struct Group {
    transaction: Arc<DatabaseTransaction>,
    heads: Arc<audit::Heads>,
    /// Those whose work is done.
    members: usize,
    /// Somebody's work is not done. When the next one finds it so, that one has left in the middle.
    is_in_use: bool,
    /// How it ended, for those who wait for that.
    outcome: watch::Sender<Option<Result<()>>>,
}

impl Queue {
    pub(super) fn new(writer: DatabaseConnection) -> Arc<Self> {
        Arc::new(Self { writer, waiting: AtomicUsize::new(0), open: Arc::default() })
    }

    /// Does `work` when it is its turn; answers with how many events were published once that is committed.
    pub(super) async fn run<T, Fut>(self: &Arc<Self>, work: impl FnOnce(Tx) -> Fut) -> Result<(T, u64)>
    where
        Fut: Future<Output = Result<T>>,
    {
        let mut turn = Turn::take(self).await?;
        let (tx, members) = turn.enter().await?;
        // On the heap: what a use case does in a transaction is the deepest of all futures, and stacks are bounded.
        let done = match Box::pin(work(tx.clone())).await {
            Ok(value) => {
                let is_shared = members + 1 < MEMBERS_MAX && self.is_awaited();
                let savepoints = Savepoints { releases: members > 0 && is_shared, leaves: is_shared };
                Box::pin(tx.finish(savepoints)).await.map(|published| (value, published, is_shared))
            }
            Err(error) => {
                drop(tx);
                Err(error)
            }
        };
        match done {
            Ok((value, published, is_shared)) => {
                let outcome = turn.join()?;
                if is_shared {
                    turn.pass()
                } else {
                    turn.close().await
                }
                told(outcome).await?;
                Ok((value, published))
            }
            Err(error) => {
                turn.undo().await;
                if self.is_awaited() {
                    turn.pass()
                } else {
                    turn.close().await
                }
                Err(error)
            }
        }
    }

    fn is_awaited(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }
}

/// How it ended, as soon as it has.
async fn told(mut outcome: watch::Receiver<Option<Result<()>>>) -> Result<()> {
    let told = outcome.wait_for(Option::is_some).await.map_err(Error::internal)?.clone();
    told.unwrap_or(Ok(()))
}

/// Whoever is waiting, or writes.
struct Turn {
    queue: Arc<Queue>,
    /// What is open; nothing while it waits.
    open: Option<OwnedMutexGuard<Option<Group>>>,
    /// It ended as it should.
    is_over: bool,
}

impl Turn {
    /// Waits for it.
    async fn take(queue: &Arc<Queue>) -> Result<Self> {
        queue.waiting.fetch_add(1, Ordering::AcqRel);
        let mut turn = Self { queue: Arc::clone(queue), open: None, is_over: false };
        let lock = Arc::clone(&queue.open).lock_owned();
        let Ok(open) = tokio::time::timeout(ACQUIRE_TIMEOUT, lock).await else {
            return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout).into());
        };
        queue.waiting.fetch_sub(1, Ordering::AcqRel);
        turn.open = Some(open);
        Ok(turn)
    }

    fn group(&mut self) -> Option<&mut Group> {
        self.open.as_mut()?.as_mut()
    }

    /// A handle on the transaction that is open, or on a new one, and how many have written in it.
    async fn enter(&mut self) -> Result<(Tx, usize)> {
        if self.group().is_some_and(|group| group.is_in_use) {
            self.undo().await;
        }
        if self.group().is_none() {
            let group = Group::begin(&self.queue.writer).await?;
            if let Some(open) = &mut self.open {
                **open = Some(group);
            }
        }
        let group = self.group().ok_or_else(|| Error::internal("a transaction was begun and is gone"))?;
        group.is_in_use = true;
        Ok((Tx::new(Arc::clone(&group.transaction), Arc::clone(&group.heads)), group.members))
    }

    /// Counts this one's work as done.
    fn join(&mut self) -> Result<watch::Receiver<Option<Result<()>>>> {
        let group = self.group().ok_or_else(|| Error::internal("a transaction was used and is gone"))?;
        group.is_in_use = false;
        group.members += 1;
        Ok(group.outcome.subscribe())
    }

    /// Takes back what was written since the last member was done.
    async fn undo(&mut self) {
        let undone = match self.group() {
            Some(group) if group.members > 0 => group.transaction.execute_unprepared(UNDO).await.map(drop),
            Some(_) => self.roll_back().await,
            None => Ok(()),
        };
        match (undone, self.group()) {
            (Ok(()), Some(group)) => {
                group.heads.forget();
                group.is_in_use = false;
            }
            (Ok(()), None) => {}
            // The database has rolled back all of it by itself, for want of space perhaps.
            (Err(error), _) => {
                tracing::warn!(%error, "a transaction could not be rolled back");
                if let Some(group) = self.open.as_mut().and_then(|open| open.take()) {
                    group.outcome.send_replace(Some(Err(error.into())));
                }
            }
        }
    }

    async fn roll_back(&mut self) -> Result<(), DbErr> {
        let group = self.open.as_mut().and_then(|open| open.take());
        // One that somebody still has a handle on is rolled back with that.
        match group.and_then(|group| Arc::into_inner(group.transaction)) {
            Some(transaction) => transaction.rollback().await,
            None => Ok(()),
        }
    }

    /// Ends it with a commit. Where others count on that, nobody who leaves can stop it.
    async fn close(mut self) {
        if self.group().is_some_and(|group| group.members > 1) {
            task::spawn("commit", self.commit());
        } else {
            self.commit().await;
        }
    }

    /// Commits what is open, if anything is, and tells its members.
    async fn commit(mut self) {
        if self.group().is_some_and(|group| group.is_in_use) {
            self.undo().await;
        }
        if let Some(group) = self.open.as_mut().and_then(|open| open.take()) {
            let outcome = match Arc::into_inner(group.transaction) {
                Some(transaction) => transaction.commit().await.map_err(Error::from),
                None => Err(Error::internal("a transaction handle outlived its closure")),
            };
            group.outcome.send_replace(Some(outcome));
        }
        self.is_over = true;
    }

    /// Leaves it open for the next one, who is waiting.
    fn pass(mut self) {
        self.is_over = true;
    }
}

impl Group {
    async fn begin(writer: &DatabaseConnection) -> Result<Self> {
        let options = TransactionOptions {
            // A deferred transaction that reads first could not upgrade when another process writes in between.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = Arc::new(writer.begin_with_options(options).await?);
        let (outcome, _) = watch::channel(None);
        Ok(Self { transaction, heads: Arc::default(), members: 0, is_in_use: false, outcome })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if self.open.take().is_none() {
            self.queue.waiting.fetch_sub(1, Ordering::AcqRel);
        }
        // It left early, and those before it may have counted on it to commit.
        if tokio::runtime::Handle::try_current().is_ok() {
            let queue = Arc::clone(&self.queue);
            task::spawn("commit", async move {
                if let Ok(turn) = Self::take(&queue).await {
                    turn.commit().await;
                }
            });
        }
    }
}
