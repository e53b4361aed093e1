//! An open transaction: statements go through it, events wait in it for the commit.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::batch::Batch;
use crate::audit;
use crate::error::{Error, Result};
use crate::outbox::{self, Event};

/// An open transaction of [`Db::write`](crate::Db::write). Clones are the same transaction; none may outlive the
/// closure it was given to.
#[derive(Clone)]
pub struct Tx(Arc<Inner>);

struct Inner {
    transaction: Arc<DatabaseTransaction>,
    heads: Arc<audit::Heads>,
    events: Mutex<Vec<Event>>,
    /// What is written with the commit.
    parting: Mutex<Batch>,
    is_repeated: AtomicBool,
}

/// Where the next one's work begins in a transaction that is shared.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Savepoints {
    /// This one's is not needed any longer.
    pub(super) releases: bool,
    /// Somebody is next.
    pub(super) leaves: bool,
}

impl Tx {
    pub(super) fn new(transaction: Arc<DatabaseTransaction>, heads: Arc<audit::Heads>) -> Self {
        let (events, parting) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { transaction, heads, events, parting, is_repeated: AtomicBool::new(false) }))
    }

    /// Publishes `event` with this transaction's commit; without commit it never happened. Events keep the order in
    /// which they were published. They are written last, so that the tenant's counter row is locked briefly.
    pub fn publish(&self, event: Event) {
        self.0.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    /// Runs `statement` with this transaction's commit. Nothing that the transaction still reads may depend on it, and nobody may be
    /// waiting for its answer.
    pub fn later(&self, statement: Statement) {
        self.0.parting.lock().unwrap_or_else(PoisonError::into_inner).push(statement);
    }

    /// Notes that this transaction gives an earlier answer once more and changes nothing.
    pub(crate) fn repeats(&self) {
        self.0.is_repeated.store(true, Ordering::Relaxed);
    }

    /// What this transaction knows of the ends of audit chains.
    pub(crate) fn heads(&self) -> &audit::Heads {
        &self.0.heads
    }

    /// Writes what was left for the end; answers how many events there were. The commit is up to whoever began.
    pub(super) async fn finish(self, savepoints: Savepoints) -> Result<u64> {
        let inner = Arc::into_inner(self.0);
        let inner = inner.ok_or_else(|| Error::internal("a transaction handle outlived its closure"))?;
        let Inner { transaction, heads, events, parting, is_repeated } = inner;
        let events = events.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut parting = parting.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !is_repeated.into_inner() {
            audit::append((&*transaction, &heads), &mut parting, &events).await?;
        }
        let backend = transaction.get_database_backend();
        outbox::append(backend, &mut parting, &events)?;
        if savepoints.releases {
            parting.push(Statement::from_string(backend, "RELEASE member"));
        }
        if savepoints.leaves {
            parting.push(Statement::from_string(backend, "SAVEPOINT member"));
        }
        parting.run(&*transaction).await?;
        Ok(events.len() as u64)
    }
}

impl Deref for Tx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.0.transaction
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.0.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.transaction.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.transaction.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.0.transaction.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.0.transaction.query_all_raw(statement).await
    }
}
