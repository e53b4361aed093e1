//! Creating and changing locations.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Code, Connection, Criteria, Error, Event, PageArgs, Refusal, Refusals, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::LocationId;
use serde::Serialize;
use serde_json::json;

use super::store;
use super::{Location, LocationChanges, LocationFilter, LocationRefused, NewLocation};
use crate::{Inventory, permission};

/// Locations one tenant may have. A product's stock is listed location by location without paging, so this bounds
/// that list.
pub(crate) const LOCATIONS_MAX: u64 = 500;

/// Creates a location.
pub(crate) async fn create(
    app: &Inventory,
    caller: &Caller,
    new: NewLocation,
    idempotency_key: Option<&str>,
) -> Result<LocationId> {
    caller.require(permission::MANAGE)?;
    let now = app.clock.now();
    let attempt = &Attempt::try_new(caller, "createLocation", idempotency_key, &new.fingerprint(), now)?;
    let new = &new.checked().map_err(refused)?;
    app.db
        .write(|tx| async move {
            let work = create_in(&tx, caller, new, now);
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Creates a location in the open transaction.
pub(crate) async fn create_in(
    tx: &Tx,
    caller: &Caller,
    new: &NewLocation,
    now: DateTime<Utc>,
) -> Result<LocationId> {
    let location = new.clone().into_location(caller.user, now);
    insert_in(tx, caller, &location).await?;
    Ok(location.id)
}

/// Writes a new location and tells of it.
pub(crate) async fn insert_in(tx: &Tx, caller: &Caller, location: &Location) -> Result<()> {
    if store::code_is_taken_in(tx, caller.tenant, &location.code, None).await? {
        return Err(refused(vec![LocationRefused::CodeTaken(location.code.clone())]));
    }
    if store::count_in(tx, caller.tenant).await? >= LOCATIONS_MAX {
        let message = format!("a tenant has at most {LOCATIONS_MAX} locations");
        return Err(Refusal::new(Code::LimitExceeded, "", message).with("limit", LOCATIONS_MAX).into());
    }
    require_written(store::insert(tx, caller.tenant, location).await?, location)?;
    tx.publish(location_event("location.created", caller, location));
    Ok(())
}

/// Changes a location, and with it how its items behave.
pub(crate) async fn update(
    app: &Inventory,
    caller: &Caller,
    id: LocationId,
    expected_version: i32,
    changes: LocationChanges,
) -> Result<LocationId> {
    caller.require(permission::MANAGE)?;
    let (now, changes) = (app.clock.now(), &changes);
    app.db
        .write(|tx| async move {
            let current = store::lock_in(&tx, caller.tenant, id).await?;
            let current = current.ok_or_else(|| Error::not_found_at("location", "id"))?;
            if current.version != expected_version {
                return Err(Error::conflict(current.version));
            }
            let stock = store::situation_in(&tx, caller.tenant, id).await?;
            let mut next = current.changed(changes, stock).map_err(refused)?;
            if next.code != current.code
                && store::code_is_taken_in(&tx, caller.tenant, &next.code, Some(id)).await?
            {
                return Err(refused(vec![LocationRefused::CodeTaken(next.code)]));
            }
            (next.version, next.updated_at, next.updated_by) = (current.version + 1, now, caller.user);
            require_written(store::update(&tx, caller.tenant, &next).await?, &next)?;
            if next.behaves_unlike(&current) {
                store::hand_down_in(&tx, caller.tenant, &next).await?;
            }
            tx.publish(location_event("location.updated", caller, &next));
            Ok(id)
        })
        .await
}

/// One page of locations.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<LocationFilter>,
    by: store::SortedBy,
    page: PageArgs,
) -> Result<Connection<Location>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, by, page.check(criteria)?).await
}

/// Locations by id.
pub(crate) async fn by_ids(app: &Inventory, caller: &Caller, ids: &[LocationId]) -> Result<Vec<Location>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// The location a caller has just changed, who therefore may see it.
pub(crate) async fn changed(app: &Inventory, caller: &Caller, id: LocationId) -> Result<Option<Location>> {
    Ok(store::by_ids(app.db.read(), caller.tenant, &[id]).await?.pop())
}

fn refused(all: Vec<LocationRefused>) -> Error {
    Error::Refused(Refusals::from(all.into_iter().map(Refusal::from).collect::<Vec<_>>()))
}

/// Two locations with one code written at once: the second meets the unique index.
fn require_written(written: store::Written, location: &Location) -> Result<()> {
    match written {
        store::Written::Yes => Ok(()),
        store::Written::Stale => Err(Error::conflict(location.version)),
        store::Written::CodeTaken => Err(refused(vec![LocationRefused::CodeTaken(location.code.clone())])),
    }
}

fn location_event(kind: &'static str, caller: &Caller, location: &Location) -> Event {
    Event {
        tenant: caller.tenant,
        kind,
        version: 1,
        aggregate: location.id.as_uuid(),
        aggregate_version: location.version,
        occurred_at: location.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: json!({
            "id": location.id,
            "code": location.code,
            "name": location.name,
            "type": location.kind.code(),
            "currency": location.currency,
            "allowNegative": location.allow_negative,
            "propertyId": location.property,
            "costMethod": location.effective_cost_method().code(),
        }),
    }
}

impl NewLocation {
    /// What makes two requests the same, for idempotency.
    fn fingerprint(&self) -> impl Serialize + use<> {
        let method = self.cost_method.map(crate::costing::CostMethod::code);
        let place = (self.code.clone(), self.name.clone(), self.kind.code(), self.property);
        (place, self.currency, self.allow_negative, method)
    }
}
