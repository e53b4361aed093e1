//! Vendors as rows, and in [`relation`] their relations to products; every query starts at the tenant.

mod relation;

use std::collections::HashMap;

use chassis::{
    Connection, Criteria, Db, Error, Order, PageRequest, Refusal, Result, SortKey, is_unique_violation, page,
};
use entities_vendor::vendor;
use primitives::{Audit, TenantId, VendorId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LikeExpr, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
};
use serde::Serialize;

use super::model::{Vendor, VendorFacts, VendorStatus};

pub(crate) use relation::{
    RelationCriterion, RelationsBy, clear_preferred, find_relation, list_relations, preferred_by_products,
    put_relations,
};

/// Rows of one INSERT: 22 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 500;

/// What a list of vendors is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct VendorCriterion {
    pub(crate) ids: Option<Vec<VendorId>>,
    pub(crate) codes: Option<Vec<String>>,
    pub(crate) statuses: Option<Vec<VendorStatus>>,
    /// Words, lower case, that must be found in code or name.
    pub(crate) words: Vec<String>,
}

/// What a list of vendors is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    Name,
    Code,
    UpdatedAt,
}

fn scoped(tenant: TenantId) -> Select<vendor::Entity> {
    vendor::Entity::find().filter(vendor::Column::TenantId.eq(tenant))
}

fn condition(criterion: &VendorCriterion) -> Condition {
    let VendorCriterion { ids, codes, statuses, words } = criterion;
    let is_word = |word: &String| {
        let literal = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        vendor::Column::SearchText.like(LikeExpr::new(format!("%{literal}%")).escape('\\'))
    };
    words
        .iter()
        .map(is_word)
        .fold(Condition::all(), Condition::add)
        .add_option(ids.as_ref().map(|ids| vendor::Column::Id.is_in(ids.iter().copied())))
        .add_option(codes.as_ref().map(|codes| vendor::Column::Code.is_in(codes.iter().cloned())))
        .add_option(statuses.as_ref().map(|all| vendor::Column::Status.is_in(all.iter().map(|it| it.code()))))
}

/// A page of the vendors that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<VendorCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<Vendor>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let column = match by {
        SortedBy::Name => vendor::Column::NameKey,
        SortedBy::Code => vendor::Column::Code,
        SortedBy::UpdatedAt => vendor::Column::UpdatedAt,
    };
    page::list(db, select, &[SortKey { column, order }], vendor::Column::Id, page).await?.try_map(to_vendor)
}

/// Vendors by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    mut ids: Vec<VendorId>,
) -> Result<HashMap<VendorId, Vendor>> {
    ids.sort();
    ids.dedup();
    let rows = scoped(tenant).filter(vendor::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_vendor(row).map(|vendor| (vendor.id, vendor))).collect()
}

/// The vendor with a code.
pub(crate) async fn find_by_code(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    code: &str,
) -> Result<Option<Vendor>> {
    scoped(tenant).filter(vendor::Column::Code.eq(code)).one(db).await?.map(to_vendor).transpose()
}

/// The vendor, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: VendorId,
) -> Result<Option<Vendor>> {
    let row = scoped(tenant).filter(vendor::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    row.map(to_vendor).transpose()
}

/// Whether another vendor has the code.
pub(crate) async fn has_code(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    code: &str,
    except: Option<VendorId>,
) -> Result<bool> {
    let holder = find_by_code(db, tenant, code).await?;
    Ok(holder.is_some_and(|vendor| Some(vendor.id) != except))
}

/// Writes new vendors.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, vendors: &[Vendor]) -> Result<()> {
    for chunk in vendors.chunks(ROWS_PER_INSERT) {
        let rows = chunk.iter().map(|vendor| from_vendor(tenant, vendor));
        vendor::Entity::insert_many(rows).exec_without_returning(tx).await.map_err(taken)?;
    }
    Ok(())
}

/// Writes a changed vendor that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, vendor: &Vendor) -> Result<()> {
    vendor::Entity::update_many()
        .set(from_vendor(tenant, vendor))
        .filter(vendor::Column::TenantId.eq(tenant))
        .filter(vendor::Column::Id.eq(vendor.id))
        .exec(tx)
        .await
        .map_err(taken)?;
    Ok(())
}

fn to_vendor(row: vendor::Model) -> Result<Vendor> {
    Ok(Vendor {
        id: row.id,
        status: row.status.parse().map_err(|error: String| Error::internal(error))?,
        status_reason: row.status_reason,
        facts: VendorFacts {
            code: row.code,
            name: row.name,
            tax_id: row.tax_id,
            currency: row.currency,
            payment_terms_days: row.payment_terms_days,
            lead_time_days: row.lead_time_days,
            minimum_order: row.minimum_order,
            rating: row.rating,
            contact_name: row.contact_name,
            email: row.email,
            phone: row.phone,
        },
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

fn from_vendor(tenant: TenantId, vendor: &Vendor) -> vendor::ActiveModel {
    let facts = vendor.facts.clone();
    vendor::ActiveModel {
        id: Set(vendor.id),
        tenant_id: Set(tenant),
        name_key: Set(facts.name.to_lowercase()),
        search_text: Set(format!("{} {}", facts.code, facts.name).to_lowercase()),
        code: Set(facts.code),
        name: Set(facts.name),
        tax_id: Set(facts.tax_id),
        status: Set(vendor.status.code().to_owned()),
        status_reason: Set(vendor.status_reason.clone()),
        currency: Set(facts.currency),
        payment_terms_days: Set(facts.payment_terms_days),
        lead_time_days: Set(facts.lead_time_days),
        minimum_order: Set(facts.minimum_order),
        rating: Set(facts.rating),
        contact_name: Set(facts.contact_name),
        email: Set(facts.email),
        phone: Set(facts.phone),
        created_at: Set(vendor.audit.created_at),
        created_by: Set(vendor.audit.created_by),
        updated_at: Set(vendor.audit.updated_at),
        updated_by: Set(vendor.audit.updated_by),
        version: Set(vendor.version),
    }
}

/// The unique index said no: somebody took the code since it was looked up.
fn taken(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("code", "there is already a vendor with this code").into()
    } else {
        error.into()
    }
}
