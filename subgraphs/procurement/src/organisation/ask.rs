//! Asking the users service about departments, properties and people.

use chassis::{Caller, Error, Result};
use primitives::{DepartmentId, PropertyId, UserId};
use serde_json::{Value, json};

use super::model::Organisation;
use crate::Buying;
use crate::purchase_request::model::Head;

const QUERY: &str = "query($keys: [_Any!]!) { _entities(representations: $keys) { __typename \
    ... on Department { id } ... on Property { id timeZone } ... on User { id } } }";

/// What there is of what a head names. Nobody is asked about nothing.
///
/// # Errors
/// `Unavailable` when the users service does not answer.
pub(crate) async fn look(app: &Buying, caller: &Caller, head: Option<&Head>) -> Result<Organisation> {
    let department = head.and_then(|head| head.department_id);
    let department = department.map(|id| json!({ "__typename": "Department", "id": id }));
    let property = head.and_then(|head| head.property_id);
    let property = property.map(|id| json!({ "__typename": "Property", "id": id }));
    ask(app, caller, department.into_iter().chain(property).collect()).await
}

/// What there is of a department and of somebody.
///
/// # Errors
/// `Unavailable` when the users service does not answer.
pub(crate) async fn find(
    app: &Buying,
    caller: &Caller,
    (department, user): (DepartmentId, Option<UserId>),
) -> Result<Organisation> {
    let department = json!({ "__typename": "Department", "id": department });
    let user = user.map(|id| json!({ "__typename": "User", "id": id }));
    ask(app, caller, std::iter::once(department).chain(user).collect()).await
}

async fn ask(app: &Buying, caller: &Caller, keys: Vec<Value>) -> Result<Organisation> {
    let mut known = Organisation::default();
    if keys.is_empty() {
        return Ok(known);
    }
    let answer = app.peers.ask("users", QUERY, json!({ "keys": keys }), caller).await?;
    let found = answer["_entities"].as_array();
    for entity in found.ok_or_else(|| Error::unavailable("users", "the answer has no entities"))? {
        let id = entity["id"].as_str();
        match entity["__typename"].as_str() {
            Some("Department") => {
                known.departments.extend(id.and_then(|id| id.parse::<DepartmentId>().ok()));
            }
            Some("Property") => {
                let zone = entity["timeZone"].as_str().unwrap_or_default().to_owned();
                known.properties.extend(id.and_then(|id| id.parse::<PropertyId>().ok()).map(|id| (id, zone)));
            }
            Some("User") => known.users.extend(id.and_then(|id| id.parse::<UserId>().ok())),
            _ => {}
        }
    }
    Ok(known)
}
