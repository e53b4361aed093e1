//! Prices in force as rows: one statement per table, however many products are asked for.

use std::collections::HashMap;

use chassis::{Error, Result};
use entities_vendor::{exchange_rate, price_line, price_list, vendor_product};
use primitives::{CurrencyCode, Date, Decimal, ProductId, TenantId, VendorId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};

use super::model::Candidate;
use crate::price_list::model::PriceListStatus;
use crate::price_list::store::to_line;
use crate::vendor;

/// What the house compares prices in. A setting of the tenant once there is a service for settings.
pub(crate) const BASE_CURRENCY: CurrencyCode = CurrencyCode::THB;

/// What is in force for these products on this day.
pub(crate) async fn candidates(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    day: Date,
    products: &[ProductId],
) -> Result<HashMap<ProductId, Vec<Candidate>>> {
    let prices = prices_in_force(db, tenant, day, products).await?;
    let vendor_ids: Vec<VendorId> = prices.iter().map(|(line, _)| line.vendor_id).collect();
    if prices.is_empty() {
        return Ok(HashMap::new());
    }
    let vendors = vendor::store::find_by_ids(db, tenant, vendor_ids).await?;
    let relations = relations(db, tenant, products).await?;
    let rates = rates(db, tenant, day, prices.iter().map(|(_, list)| list.currency)).await?;
    let mut found: HashMap<ProductId, Vec<Candidate>> = HashMap::new();
    for (line, list) in prices {
        let vendor = vendors.get(&line.vendor_id).cloned();
        let vendor = vendor.ok_or_else(|| Error::internal("a price line has a vendor of its tenant"))?;
        let relation = relations.get(&(line.vendor_id, line.product_id));
        found.entry(line.product_id).or_default().push(Candidate {
            list: list.id,
            list_number: list.number,
            currency: list.currency,
            is_preferred: relation.is_some_and(|relation| relation.is_preferred),
            is_blocked: relation.is_some_and(|relation| relation.is_blocked),
            rate: rates.get(list.currency.as_str()).copied(),
            vendor,
            line: to_line(line),
        });
    }
    Ok(found)
}

async fn prices_in_force(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    day: Date,
    products: &[ProductId],
) -> Result<Vec<(price_line::Model, price_list::Model)>> {
    let rows = price_line::Entity::find()
        .filter(price_line::Column::TenantId.eq(tenant))
        .filter(price_line::Column::ProductId.is_in(products.iter().copied()))
        .join(JoinType::InnerJoin, price_line::Relation::PriceList.def())
        .filter(price_list::Column::Status.eq(PriceListStatus::Active.code()))
        .filter(price_list::Column::ValidFrom.lte(day))
        .filter(price_list::Column::ValidTo.gte(day))
        .select_also(price_list::Entity)
        .order_by_asc(price_line::Column::Id)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(line, list)| {
            list.map(|list| (line, list)).ok_or_else(|| Error::internal("a price line stands on a list"))
        })
        .collect()
}

async fn relations(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    products: &[ProductId],
) -> Result<HashMap<(VendorId, ProductId), vendor_product::Model>> {
    let rows = vendor_product::Entity::find()
        .filter(vendor_product::Column::TenantId.eq(tenant))
        .filter(vendor_product::Column::ProductId.is_in(products.iter().copied()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.vendor_id, row.product_id), row)).collect())
}

/// The latest rate of each currency on a day; the base currency is worth itself and needs no look.
async fn rates(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    day: Date,
    currencies: impl Iterator<Item = CurrencyCode>,
) -> Result<HashMap<String, Decimal>> {
    let mut rates = HashMap::from([(BASE_CURRENCY.as_str().to_owned(), Decimal::ONE)]);
    let mut foreign: Vec<String> = currencies
        .filter(|currency| *currency != BASE_CURRENCY)
        .map(|currency| currency.as_str().to_owned())
        .collect();
    foreign.sort();
    foreign.dedup();
    if foreign.is_empty() {
        return Ok(rates);
    }
    let rows = exchange_rate::Entity::find()
        .filter(exchange_rate::Column::TenantId.eq(tenant))
        .filter(exchange_rate::Column::Currency.is_in(foreign))
        .filter(exchange_rate::Column::ValidFrom.lte(day.get()))
        .order_by_asc(exchange_rate::Column::ValidFrom)
        .all(db)
        .await?;
    rates.extend(rows.into_iter().map(|row| (row.currency, row.rate)));
    Ok(rates)
}

/// Writes exchange rates that hold from a day on.
pub(crate) async fn put_rates(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    day: Date,
    rates: &[(CurrencyCode, Decimal)],
) -> Result<()> {
    use exchange_rate::Column::{Currency, Rate, TenantId as Tenant, ValidFrom};
    let rows = rates.iter().map(|(currency, rate)| exchange_rate::ActiveModel {
        tenant_id: Set(tenant),
        currency: Set(currency.as_str().to_owned()),
        valid_from: Set(day.get()),
        rate: Set(*rate),
    });
    let known = OnConflict::columns([Tenant, Currency, ValidFrom]).update_column(Rate).to_owned();
    exchange_rate::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}
