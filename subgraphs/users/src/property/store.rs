//! Properties as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::{
    Connection, Criteria, Db, Error, PageRequest, Refusal, Result, SortKey, is_unique_violation, page,
};
use entities_users::property::{ActiveModel, Column, Entity, Model};
use primitives::{Audit, CurrencyCode, PropertyId, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
};
use serde::Serialize;

use super::model::{Property, PropertyFacts};

fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// What a list of properties is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct PropertyCriterion {
    pub(crate) ids: Option<Vec<PropertyId>>,
    pub(crate) currencies: Option<Vec<CurrencyCode>>,
    pub(crate) time_zones: Option<Vec<String>>,
}

/// What a list of properties is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    CodeAsc,
    NameAsc,
    UpdatedAtDesc,
}

fn condition(criterion: &PropertyCriterion) -> Condition {
    Condition::all()
        .add_option(criterion.ids.as_ref().map(|ids| Column::Id.is_in(ids.iter().copied())))
        .add_option(criterion.currencies.as_ref().map(|all| Column::Currency.is_in(all.iter().copied())))
        .add_option(criterion.time_zones.as_ref().map(|all| Column::TimeZone.is_in(all.iter().cloned())))
}

/// A page of the properties that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<PropertyCriterion>,
    by: SortedBy,
    page: PageRequest,
) -> Result<Connection<Property>> {
    let sort = [match by {
        SortedBy::CodeAsc => SortKey::ascending(Column::Code),
        SortedBy::NameAsc => SortKey::ascending(Column::Name),
        SortedBy::UpdatedAtDesc => SortKey::descending(Column::UpdatedAt),
    }];
    let select = scoped(tenant).filter(criteria.condition(&condition));
    Ok(page::list(db, select, &sort, Column::Id, page).await?.map(to_property))
}

/// Properties by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    mut ids: Vec<PropertyId>,
) -> Result<HashMap<PropertyId, Property>> {
    ids.sort();
    ids.dedup();
    let rows = scoped(tenant).filter(Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, to_property(row))).collect())
}

/// The property, if there is one.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: PropertyId,
) -> Result<Option<Property>> {
    Ok(scoped(tenant).filter(Column::Id.eq(id)).one(db).await?.map(to_property))
}

/// The property, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: PropertyId,
) -> Result<Option<Property>> {
    let row = scoped(tenant).filter(Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    Ok(row.map(to_property))
}

/// Whether another property has the code.
pub(crate) async fn has_code(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    code: &str,
    except: Option<PropertyId>,
) -> Result<bool> {
    let holder = scoped(tenant).filter(Column::Code.eq(code)).one(db).await?;
    Ok(holder.is_some_and(|row| Some(row.id) != except))
}

/// Writes new properties.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    properties: &[Property],
) -> Result<()> {
    let rows = properties.iter().map(|property| from_property(tenant, property));
    Entity::insert_many(rows).exec_without_returning(tx).await.map_err(taken)?;
    Ok(())
}

/// Writes a changed property that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, property: &Property) -> Result<()> {
    Entity::update_many()
        .set(from_property(tenant, property))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(property.id))
        .exec(tx)
        .await
        .map_err(taken)?;
    Ok(())
}

fn to_property(row: Model) -> Property {
    Property {
        id: row.id,
        facts: PropertyFacts {
            code: row.code,
            name: row.name,
            currency: row.currency,
            time_zone: row.time_zone,
            fiscal_year_start: row.fiscal_year_start,
        },
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    }
}

fn from_property(tenant: TenantId, property: &Property) -> ActiveModel {
    let facts = property.facts.clone();
    ActiveModel {
        id: Set(property.id),
        tenant_id: Set(tenant),
        code: Set(facts.code),
        name: Set(facts.name),
        currency: Set(facts.currency),
        time_zone: Set(facts.time_zone),
        fiscal_year_start: Set(facts.fiscal_year_start),
        created_at: Set(property.audit.created_at),
        created_by: Set(property.audit.created_by),
        updated_at: Set(property.audit.updated_at),
        updated_by: Set(property.audit.updated_by),
        version: Set(property.version),
    }
}

/// The unique index said no: somebody took the code since it was looked up.
fn taken(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("code", "there is already a property with this code").into()
    } else {
        error.into()
    }
}
