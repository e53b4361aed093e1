//! What SQLite knows of how much lies in its tables.
//!
//! Without statistics SQLite takes any index that begins with an equality for a good one. Nearly every query here names its tenant, so
//! it would read all of a tenant's rows to find one by its id. PostgreSQL gathers statistics by itself.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend};

use super::Db;
use crate::error::Result;
use crate::task;

/// How often tables are looked at; only those that have grown tenfold are looked through.
const INTERVAL: Duration = Duration::from_secs(600);

/// All tables, not only those this connection has read, and not more than a sample of each. See <https://sqlite.org/pragma.html#pragma_optimize>.
const OPTIMIZE: &str = "PRAGMA optimize=0x10012";

impl Db {
    /// Has SQLite look at tables that have grown much since it last did; nothing on PostgreSQL. Connections that are open already know
    /// of the first time at once, and of later ones when they are renewed, within half an hour.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn optimize(&self) -> Result<()> {
        if self.backend() != DbBackend::Sqlite {
            return Ok(());
        }
        self.write(|tx| async move { Ok(tx.execute_unprepared(OPTIMIZE).await.map(drop)?) }).await
    }

    /// Does so at once and for as long as the process runs.
    pub(crate) fn keep_optimized(&self) {
        if self.backend() != DbBackend::Sqlite {
            return;
        }
        let db = self.clone();
        task::every("statistics", INTERVAL, task::First::Now, move || {
            let db = db.clone();
            async move {
                if let Err(error) = db.optimize().await {
                    tracing::warn!(?error, "statistics could not be gathered; it is tried again");
                }
            }
        });
    }
}
