//! What other services own and this one only points at.

use async_graphql::SimpleObject;
use primitives::LocationId;

/// A place where stock lies. The inventory service describes it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(unresolvable = "id")]
pub(crate) struct Location {
    /// Identity.
    pub(crate) id: LocationId,
}
