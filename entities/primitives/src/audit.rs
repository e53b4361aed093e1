//! Who touched a record when, and who acts now. Pure.

use crate::UserId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who touched a record when. Nobody is named where the platform itself wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: Option<UserId>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: Option<UserId>,
}

/// Who acts, and when.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// The instant of the request.
    pub at: DateTime<Utc>,
    /// The caller; nobody where the platform itself acts.
    pub by: Option<UserId>,
}

impl Audit {
    /// The audit fields of a new record.
    pub fn new(act: Act) -> Self {
        Self { created_at: act.at, created_by: act.by, updated_at: act.at, updated_by: act.by }
    }

    /// Notes a change.
    pub fn touch(&mut self, act: Act) {
        self.updated_at = act.at;
        self.updated_by = act.by;
    }
}
