//! What people do with definitions.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Code, Connection, Criteria, Error, PageArgs, Refusal, Result};
use primitives::AttributeDefinitionId;
use serde::Serialize;

use super::model::{AttributeDefinition, DefinitionDraft};
use super::store::{self, Criterion, SortedBy};
use crate::{Catalogue, permission};

/// A change to a definition; what is `None` stays.
#[derive(Clone, Debug, Serialize)]
pub struct Redefinition {
    /// Which definition.
    pub id: AttributeDefinitionId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// Its name for people.
    pub name: Option<String>,
    /// What can be chosen; the options of before and more.
    pub options: Option<Vec<String>>,
    /// Whether a product in use must have it.
    pub is_required: Option<bool>,
}

/// Defines an attribute.
pub async fn define(
    app: &Catalogue,
    caller: &Caller,
    draft: &DefinitionDraft,
    key: Option<&str>,
) -> Result<AttributeDefinition> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "defineAttribute", key, draft, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let others = store::definitions(&tx, caller.tenant).await?;
                let id = AttributeDefinitionId::at(act.at);
                let definition = AttributeDefinition::define(id, draft, &others, act)?;
                store::insert(&tx, caller.tenant, &definition).await?;
                Ok(definition)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Changes a definition. Products in use that lack what is required from now on stay in use until they are changed.
pub async fn redefine(
    app: &Catalogue,
    caller: &Caller,
    change: &Redefinition,
) -> Result<AttributeDefinition> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    app.db
        .write(|tx| async move {
            let mut definition = require(&tx, caller, (change.id, change.expected_version)).await?;
            let Redefinition { name, options, is_required, .. } = change;
            definition.redefine(name.as_deref(), options.as_deref(), *is_required, act)?;
            store::save(&tx, caller.tenant, &definition).await?;
            Ok(definition)
        })
        .await
}

/// Removes a definition that no product uses.
pub async fn remove(
    app: &Catalogue,
    caller: &Caller,
    seen: (AttributeDefinitionId, i32),
    key: Option<&str>,
) -> Result<AttributeDefinition> {
    caller.require(permission::UPDATE)?;
    let attempt = &Attempt::try_new(caller, "removeAttribute", key, &seen, app.clock.now())?;
    app.db
        .write(|tx| async move {
            let work = async {
                let definition = require(&tx, caller, seen).await?;
                let uses = store::uses(&tx, caller.tenant, definition.id).await?;
                if uses > 0 {
                    let message = "products were described by this attribute";
                    return Err(Refusal::new(Code::InvalidState, "", message).with("products", uses).into());
                }
                store::remove(&tx, caller.tenant, definition.id).await?;
                Ok(definition)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

async fn require(
    tx: &chassis::Tx,
    caller: &Caller,
    (id, expected_version): (AttributeDefinitionId, i32),
) -> Result<AttributeDefinition> {
    let definition = store::lock(tx, caller.tenant, id).await?;
    let definition = definition.ok_or_else(|| Error::not_found_at("attribute", "id"))?;
    if definition.version == expected_version {
        Ok(definition)
    } else {
        Err(Error::conflict(definition.version))
    }
}

/// A page of the tenant's definitions.
pub(crate) async fn list(
    app: &Catalogue,
    caller: &Caller,
    criteria: &Criteria<Criterion>,
    sort: SortedBy,
    page: PageArgs,
) -> Result<Connection<AttributeDefinition>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}
