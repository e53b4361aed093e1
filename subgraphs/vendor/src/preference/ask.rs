//! Asking the users service whether there is such a house.

use chassis::{Caller, Error, Result};
use primitives::PropertyId;
use serde_json::json;

use crate::Purchasing;

const QUERY: &str =
    "query House($keys: [_Any!]!) { _entities(representations: $keys) { ... on Property { id } } }";

/// Whether the caller's tenant has the house.
pub(super) async fn has_property(app: &Purchasing, caller: &Caller, id: PropertyId) -> Result<bool> {
    let keys = json!([{ "__typename": "Property", "id": id }]);
    let answer = app.peers.ask("users", QUERY, json!({ "keys": keys }), caller).await?;
    let entities = answer["_entities"].as_array();
    let entities = entities.ok_or_else(|| Error::unavailable("users", "the answer has no entities"))?;
    Ok(entities.first().is_some_and(|entity| !entity.is_null()))
}
