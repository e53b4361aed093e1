//! Moving what SQLite's write-ahead log holds into the file itself, beside the writers.
//!
//! SQLite does that in a commit when the log has grown long, and everybody who writes waits meanwhile. Done often and by a reader, little
//! is left for that commit. See <https://sqlite.org/wal.html>, "Performance Considerations".

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::Db;
use crate::error::Result;
use crate::task;

/// How often, while something is written.
const INTERVAL: Duration = Duration::from_millis(200);

/// Waits for nobody: what readers and writers still need stays in the log.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// How far a log is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Pages in the log.
    pub log: i32,
    /// Those of them that are in the file.
    pub moved: i32,
}

impl Db {
    /// Moves what can be moved; nothing on PostgreSQL, which does so by itself.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn checkpoint(&self) -> Result<Option<Checkpoint>> {
        if self.backend() != DbBackend::Sqlite {
            return Ok(None);
        }
        let statement = Statement::from_string(DbBackend::Sqlite, CHECKPOINT);
        let Some(row) = self.read().query_one_raw(statement).await? else { return Ok(None) };
        Ok(Some(Checkpoint { log: row.try_get_by_index(1)?, moved: row.try_get_by_index(2)? }))
    }

    /// Moves it for as long as the process runs, after changes.
    pub(crate) fn keep_checkpointed(&self) {
        if self.backend() != DbBackend::Sqlite {
            return;
        }
        let (db, mut commits) = (self.clone(), self.commits());
        task::every("checkpoint", INTERVAL, task::First::Later, move || {
            let db = db.clone();
            let has_written = commits.has_changed().unwrap_or(false);
            commits.mark_unchanged();
            async move {
                if has_written && let Err(error) = db.checkpoint().await {
                    tracing::warn!(?error, "the log could not be moved into the file; it is tried again");
                }
            }
        });
    }
}
