//! Who did what to a document, in the API.

use async_graphql::SimpleObject;
use primitives::{DateTime, UserId};

use crate::foreign::User;

/// A step that somebody took with a document.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct DocumentStep {
    /// When.
    at: DateTime,
    /// Who.
    by: Option<User>,
}

impl From<(chrono::DateTime<chrono::Utc>, UserId)> for DocumentStep {
    fn from((at, by): (chrono::DateTime<chrono::Utc>, UserId)) -> Self {
        Self { at: at.into(), by: Some(by.into()) }
    }
}
