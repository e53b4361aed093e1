//! From nothing to a serving subgraph: open, migrate, serve, stop.

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::MigratorTrait;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::{migration, outbox};

/// The advisory lock under which one PostgreSQL database is migrated: "carmen" in ASCII.
const MIGRATION_LOCK: i64 = 0x6361_726d_656e;

/// Opens the database at `url` and brings it to the newest version of chassis' tables and of `M`.
///
/// # Errors
/// `Internal` when it cannot be opened or migrated.
pub async fn open<M: MigratorTrait>(url: &str) -> Result<Db> {
    let db = Db::open(url).await?;
    migrate::<M>(&db).await?;
    Ok(db)
}

/// Applies what is missing of chassis' own history, then of the service's. Processes that start together on one
/// PostgreSQL database take turns; on SQLite the file's write lock does that.
///
/// # Errors
/// `Internal` when a migration fails.
pub async fn migrate<M: MigratorTrait>(db: &Db) -> Result<()> {
    db.write(|tx| async move {
        if tx.get_database_backend() == DbBackend::Postgres {
            tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
        }
        migration::Migrator::up(&*tx, None).await?;
        M::up(&*tx, None).await?;
        Ok(())
    })
    .await
}

/// Starts what runs beside the requests of one database: pruning of old events and keys, moving SQLite's log into its file, and
/// keeping its statistics.
pub fn start_background(db: &Db, clock: &Clock) {
    outbox::keep_pruned(db, clock);
    db.keep_checkpointed();
    db.keep_optimized();
}

/// Serves `router` on `address` until `stop` resolves; running requests are finished first.
///
/// # Errors
/// `Internal` when the address cannot be bound or the server fails.
pub async fn serve(
    router: Router,
    address: SocketAddr,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let listener = TcpListener::bind(address).await.map_err(Error::internal)?;
    serve_on(router, listener, stop).await
}

/// Like [`serve`], on a listener that is already bound.
///
/// # Errors
/// `Internal` when the server fails.
pub async fn serve_on(
    router: Router,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await.map_err(Error::internal)
}
