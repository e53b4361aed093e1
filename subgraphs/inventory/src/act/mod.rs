//! Who acts. In the documents of the store it is always a person.

use chrono::{DateTime, Utc};
use primitives::UserId;

/// Who does something, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// Who.
    pub(crate) by: UserId,
}
