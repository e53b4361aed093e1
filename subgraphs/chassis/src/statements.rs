//! Which SQL a database ran: metrics in production, exact counts in tests.
//!
//! The count is the proof that batching works: N representations, one statement.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::task;

/// A statement that takes longer is logged as a warning.
const SLOW: Duration = Duration::from_secs(1);

/// So much of its text is logged. A long INSERT says the same again for each row.
const LOGGED_BYTES_MAX: usize = 2_000;

/// The statements of one database that requests needed; those of background tasks come whenever they come, and would be counted by
/// chance. Recording is off until a test (or `EXPLAIN`-minded developer) switches it on, since
/// the log grows without bound while it is on.
#[derive(Clone, Debug, Default)]
pub struct StatementLog(Arc<Recorder>);

#[derive(Debug, Default)]
struct Recorder {
    is_on: AtomicBool,
    seen: Mutex<Vec<String>>,
}

impl StatementLog {
    /// Forgets what was recorded and records from now on.
    pub fn start(&self) {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.0.is_on.store(true, Ordering::SeqCst);
    }

    /// Stops recording and hands out what was seen, in order of completion.
    pub fn stop(&self) -> Vec<String> {
        self.0.is_on.store(false, Ordering::SeqCst);
        std::mem::take(&mut *self.0.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many statements ran since [`start`](Self::start).
    pub fn count(&self) -> usize {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How many of them mention `table` as a quoted name.
    pub fn count_on(&self, table: &str) -> usize {
        let quoted = format!("\"{table}\"");
        let seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().filter(|statement| statement.contains(&quoted)).count()
    }

    pub(crate) fn note(&self, info: &sea_orm::metric::Info<'_>) {
        metrics::histogram!("carmen_sql_seconds").record(info.elapsed.as_secs_f64());
        // The text only: bound values may be secrets.
        let sql = &info.statement.sql;
        if info.elapsed > SLOW {
            let sql = &sql[..sql.floor_char_boundary(LOGGED_BYTES_MAX)];
            tracing::warn!(seconds = info.elapsed.as_secs_f64(), sql, "a statement took long");
        } else {
            tracing::trace!(micros = info.elapsed.as_micros(), sql, "statement");
        }
        if info.failed {
            metrics::counter!("carmen_sql_failures_total").increment(1);
        }
        if self.0.is_on.load(Ordering::SeqCst) && !task::is_background() {
            self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).push(sql.clone());
        }
    }
}
