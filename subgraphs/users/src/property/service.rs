//! What people do with properties.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, PageArgs, Result};
use primitives::PropertyId;

use super::model::{Property, PropertyFacts};
use super::store::{self, PropertyCriterion};
use crate::place::normal_code;
use crate::{People, permission};

/// Opens a property.
pub async fn create_property(
    app: &People,
    caller: &Caller,
    facts: &PropertyFacts,
    key: Option<&str>,
) -> Result<Property> {
    caller.require(permission::MANAGE_HOUSE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "createProperty", key, facts, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let has_code = store::has_code(&*tx, caller.tenant, &normal_code(&facts.code), None).await?;
                let property = Property::open(PropertyId::at(act.at), facts.clone(), has_code, act)?;
                store::insert(&*tx, caller.tenant, std::slice::from_ref(&property)).await?;
                Ok(property)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Changes what is known about a property; `change` gets the facts as they are.
pub async fn update_property(
    app: &People,
    caller: &Caller,
    (id, expected_version): (PropertyId, i32),
    change: impl Fn(PropertyFacts) -> PropertyFacts + Send + Sync,
) -> Result<Property> {
    caller.require(permission::MANAGE_HOUSE)?;
    let act = app.act(caller);
    let change = &change;
    app.db
        .write(|tx| async move {
            let property = store::lock(&*tx, caller.tenant, id).await?;
            let mut property = property.ok_or_else(|| Error::not_found_at("property", "id"))?;
            if property.version != expected_version {
                return Err(Error::conflict(property.version));
            }
            let facts = change(property.facts.clone());
            let has_code = store::has_code(&*tx, caller.tenant, &normal_code(&facts.code), Some(id)).await?;
            property.describe(facts, has_code, act)?;
            store::save(&*tx, caller.tenant, &property).await?;
            Ok(property)
        })
        .await
}

/// A page of the properties that meet `criteria`.
pub(crate) async fn list_properties(
    app: &People,
    caller: &Caller,
    criteria: &Criteria<PropertyCriterion>,
    by: store::SortedBy,
    page: PageArgs,
) -> Result<Connection<Property>> {
    store::list(&app.db, caller.tenant, criteria, by, page.check(criteria)?).await
}

/// Properties by their ids. Everybody who signs in may know the house.
pub(crate) async fn find_by_ids(
    app: &People,
    caller: &Caller,
    ids: Vec<PropertyId>,
) -> Result<HashMap<PropertyId, Property>> {
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}
