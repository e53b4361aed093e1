//! What this service only points at.

use async_graphql::SimpleObject;
use primitives::UserId;

/// A person. The identity service describes it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(unresolvable = "id")]
pub(crate) struct User {
    /// Identity.
    pub(crate) id: UserId,
}

impl From<UserId> for User {
    fn from(id: UserId) -> Self {
        Self { id }
    }
}
