//! Price lists and their lines as rows; every query starts at the tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, page};
use entities_vendor::{price_line, price_list};
use primitives::{Audit, Decimal, PriceListId, ProductId, TenantId, Unit, VendorId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};
use serde::Serialize;

use super::line::PriceLine;
use super::model::{PriceList, PriceListStatus, Window};

/// Rows of one INSERT: 12 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 1_000;

/// Products that one query names.
const PRODUCTS_PER_QUERY: usize = 500;

/// What a list of price lists is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct PriceListCriterion {
    pub(crate) vendor_ids: Option<Vec<VendorId>>,
    pub(crate) statuses: Option<Vec<PriceListStatus>>,
    /// In force on this day.
    pub(crate) valid_on: Option<primitives::Date>,
    /// With a price for this product.
    pub(crate) product_id: Option<ProductId>,
}

/// What a list of price lists is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    Number,
    ValidFrom,
}

fn scoped(tenant: TenantId) -> Select<price_list::Entity> {
    price_list::Entity::find().filter(price_list::Column::TenantId.eq(tenant))
}

fn condition(tenant: TenantId, criterion: &PriceListCriterion) -> Condition {
    let PriceListCriterion { vendor_ids, statuses, valid_on, product_id } = criterion;
    let priced = |product: &ProductId| {
        let lists = price_line::Entity::find()
            .select_only()
            .column(price_line::Column::PriceListId)
            .filter(price_line::Column::TenantId.eq(tenant))
            .filter(price_line::Column::ProductId.eq(*product))
            .into_query();
        price_list::Column::Id.in_subquery(lists)
    };
    Condition::all()
        .add_option(vendor_ids.as_ref().map(|ids| price_list::Column::VendorId.is_in(ids.iter().copied())))
        .add_option(
            statuses.as_ref().map(|all| price_list::Column::Status.is_in(all.iter().map(|it| it.code()))),
        )
        .add_option(valid_on.map(|day| price_list::Column::ValidFrom.lte(day)))
        .add_option(valid_on.map(|day| price_list::Column::ValidTo.gte(day)))
        .add_option(product_id.as_ref().map(priced))
}

/// A page of the price lists that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<PriceListCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<PriceList>> {
    let select = scoped(tenant).filter(criteria.condition(&|criterion| condition(tenant, criterion)));
    let column = match by {
        SortedBy::Number => price_list::Column::Number,
        SortedBy::ValidFrom => price_list::Column::ValidFrom,
    };
    page::list(db, select, &[SortKey { column, order }], price_list::Column::Id, page).await?.try_map(to_list)
}

/// Price lists by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<PriceListId>,
) -> Result<HashMap<PriceListId, PriceList>> {
    let rows = scoped(tenant).filter(price_list::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_list(row).map(|list| (list.id, list))).collect()
}

/// The price list, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: PriceListId,
) -> Result<Option<PriceList>> {
    let row = scoped(tenant).filter(price_list::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    row.map(to_list).transpose()
}

/// A page of a list's lines, in the order they were given.
pub(crate) async fn list_lines(
    db: &Db,
    tenant: TenantId,
    (id, products): (PriceListId, Option<Vec<ProductId>>),
    order: Order,
    page: PageRequest,
) -> Result<Connection<PriceLine>> {
    let select = price_line::Entity::find()
        .filter(price_line::Column::TenantId.eq(tenant))
        .filter(price_line::Column::PriceListId.eq(id));
    let select = select
        .filter(Condition::all().add_option(products.map(|ids| price_line::Column::ProductId.is_in(ids))));
    let keys = [SortKey { column: price_line::Column::Position, order }];
    Ok(page::list(db, select, &keys, price_line::Column::Id, page).await?.map(to_line))
}

/// Writes a new list with its lines.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    list: &PriceList,
    lines: &[PriceLine],
) -> Result<()> {
    price_list::Entity::insert(from_list(tenant, list)).exec_without_returning(tx).await?;
    insert_lines(tx, tenant, list, lines).await
}

/// Writes a changed list that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, list: &PriceList) -> Result<()> {
    price_list::Entity::update_many()
        .set(from_list(tenant, list))
        .filter(price_list::Column::TenantId.eq(tenant))
        .filter(price_list::Column::Id.eq(list.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Replaces the lines of a draft.
pub(crate) async fn replace_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    list: &PriceList,
    lines: &[PriceLine],
) -> Result<()> {
    price_line::Entity::delete_many()
        .filter(price_line::Column::TenantId.eq(tenant))
        .filter(price_line::Column::PriceListId.eq(list.id))
        .exec(tx)
        .await?;
    insert_lines(tx, tenant, list, lines).await
}

async fn insert_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    list: &PriceList,
    lines: &[PriceLine],
) -> Result<()> {
    let rows: Vec<price_line::ActiveModel> = lines
        .iter()
        .enumerate()
        .map(|(position, line)| price_line::ActiveModel {
            id: Set(line.id),
            tenant_id: Set(tenant),
            price_list_id: Set(list.id),
            vendor_id: Set(list.vendor_id),
            position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
            product_id: Set(line.product_id),
            unit: Set(line.unit),
            base_unit: Set(line.base_unit),
            factor: Set(line.factor),
            minimum_quantity: Set(line.minimum_quantity),
            price: Set(line.price),
            lead_time_days: Set(line.lead_time_days),
        })
        .collect();
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        price_line::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The other active lists of the vendor that price one of this list's products in the same unit and tier on a day of its
/// window, each with its number. The vendor must be locked, or two lists could be approved side by side.
pub(crate) async fn find_overlaps(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    list: &PriceList,
) -> Result<BTreeMap<PriceListId, String>> {
    let mine: HashSet<Tier> =
        tiers(tx, tenant, ([list.id], None)).await?.into_iter().map(|(_, tier)| tier).collect();
    let others: BTreeMap<PriceListId, String> = scoped(tenant)
        .filter(price_list::Column::VendorId.eq(list.vendor_id))
        .filter(price_list::Column::Status.eq(PriceListStatus::Active.code()))
        .filter(price_list::Column::Id.ne(list.id))
        .filter(price_list::Column::ValidFrom.lte(list.window.to))
        .filter(price_list::Column::ValidTo.gte(list.window.from))
        .select_only()
        .columns([price_list::Column::Id, price_list::Column::Number])
        .into_tuple()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    if others.is_empty() {
        return Ok(others);
    }
    let products: BTreeSet<ProductId> = mine.iter().map(|(product, ..)| *product).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let mut clashing = BTreeSet::new();
    for products in products.chunks(PRODUCTS_PER_QUERY) {
        let theirs = tiers(tx, tenant, (others.keys().copied(), Some(products))).await?;
        clashing.extend(theirs.into_iter().filter(|(_, tier)| mine.contains(tier)).map(|(other, _)| other));
    }
    Ok(others.into_iter().filter(|(other, _)| clashing.contains(other)).collect())
}

/// What a line prices: a product in a unit, from a quantity on.
type Tier = (ProductId, Unit, Decimal);

/// What these lists price, of these products or of all.
async fn tiers(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (lists, products): (impl IntoIterator<Item = PriceListId>, Option<&[ProductId]>),
) -> Result<Vec<(PriceListId, Tier)>> {
    use price_line::Column;
    let lines: Vec<(PriceListId, ProductId, Unit, Decimal)> = price_line::Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::PriceListId.is_in(lists))
        .apply_if(products, |query, products| query.filter(Column::ProductId.is_in(products.iter().copied())))
        .select_only()
        .columns([Column::PriceListId, Column::ProductId, Column::Unit, Column::MinimumQuantity])
        .into_tuple()
        .all(tx)
        .await?;
    Ok(lines.into_iter().map(|(list, product, unit, minimum)| (list, (product, unit, minimum))).collect())
}

/// Active lists of all tenants whose last day is over, the longest over first.
pub(crate) async fn find_over_across_tenants(
    db: &impl ConnectionTrait,
    today: primitives::Date,
    most: u64,
) -> Result<Vec<(TenantId, PriceListId)>> {
    let rows = price_list::Entity::find()
        .filter(price_list::Column::Status.eq(PriceListStatus::Active.code()))
        .filter(price_list::Column::ValidTo.lt(today))
        .order_by_asc(price_list::Column::ValidTo)
        .order_by_asc(price_list::Column::Id)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
}

fn to_list(row: price_list::Model) -> Result<PriceList> {
    Ok(PriceList {
        id: row.id,
        number: row.number,
        vendor_id: row.vendor_id,
        currency: row.currency,
        window: Window { from: row.valid_from, to: row.valid_to },
        status: row.status.parse().map_err(|error: String| Error::internal(error))?,
        status_reason: row.status_reason,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

fn from_list(tenant: TenantId, list: &PriceList) -> price_list::ActiveModel {
    price_list::ActiveModel {
        id: Set(list.id),
        tenant_id: Set(tenant),
        number: Set(list.number.clone()),
        vendor_id: Set(list.vendor_id),
        currency: Set(list.currency),
        valid_from: Set(list.window.from),
        valid_to: Set(list.window.to),
        status: Set(list.status.code().to_owned()),
        status_reason: Set(list.status_reason.clone()),
        created_at: Set(list.audit.created_at),
        created_by: Set(list.audit.created_by),
        updated_at: Set(list.audit.updated_at),
        updated_by: Set(list.audit.updated_by),
        version: Set(list.version),
    }
}

/// A row as the model's line.
pub(crate) fn to_line(row: price_line::Model) -> PriceLine {
    PriceLine {
        id: row.id,
        product_id: row.product_id,
        unit: row.unit,
        base_unit: row.base_unit,
        factor: row.factor,
        minimum_quantity: row.minimum_quantity,
        price: row.price,
        lead_time_days: row.lead_time_days,
    }
}
