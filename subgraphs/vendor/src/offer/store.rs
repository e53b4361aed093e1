//! Prices in force as rows: one statement per table, however many products are asked for.

use std::collections::HashMap;

use chassis::machine::Word;
use chassis::{Error, Result};
use entities_vendor::{contract, price_line, price_list, vendor_product};
use primitives::{CurrencyCode, Date, Decimal, PriceLineId, ProductId, PropertyId, TenantId, VendorId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};

use super::model::{Candidate, Source};
use crate::contract::model::ContractStatus;
use crate::price_list::line::PriceLine;
use crate::price_list::model::{PriceListStatus, Window};
use crate::price_list::store::to_line;
use crate::{exchange_rate, preference, scorecard, vendor};

/// Days for which a list that is over is still shown beside those in force: a season.
const REMEMBERED_DAYS: u64 = 92;

/// When, on whose behalf and how far prices are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// The day.
    pub(crate) day: Date,
    /// The house that wants to buy; its own preferences stand in place of the tenant's.
    pub(crate) property: Option<PropertyId>,
    /// Which lists are looked at.
    pub(crate) reach: Reach,
}

impl View {
    /// What is in force on a day, on nobody's behalf.
    pub(crate) fn of(day: Date) -> Self {
        Self { day, property: None, reach: Reach::InForce }
    }
}

/// Which lists are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those in force on the day.
    InForce,
    /// Those in force on the day, those that come, and those that ended not long before.
    Around,
}

/// The prices of these products on this day.
pub(crate) async fn candidates(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    View { day, property, reach }: View,
    products: &[ProductId],
) -> Result<HashMap<ProductId, Vec<Candidate>>> {
    let mut prices = listed(db, tenant, (day, reach), products).await?;
    prices.extend(agreed(db, tenant, (day, reach), products).await?);
    if prices.is_empty() {
        return Ok(HashMap::new());
    }
    let vendor_ids: Vec<VendorId> = prices.iter().map(|price| price.vendor_id).collect();
    let vendors = vendor::store::find_by_ids(db, tenant, vendor_ids).await?;
    let judged: Vec<VendorId> = vendors.keys().copied().collect();
    let scores =
        scorecard::store::scorecards(db, tenant, (scorecard::service::since(day), day), &judged).await?;
    let relations = relations(db, tenant, products).await?;
    let preferred = match property {
        Some(property) => preference::store::by_products(db, tenant, (property, products)).await?,
        None => HashMap::new(),
    };
    let currencies = prices.iter().map(|price| price.currency);
    let rates = exchange_rate::store::rates(db, tenant, day, currencies).await?;
    let mut found: HashMap<ProductId, Vec<Candidate>> = HashMap::new();
    for price in prices {
        let vendor = vendors.get(&price.vendor_id).cloned();
        let vendor = vendor.ok_or_else(|| Error::internal("a price has a vendor of its tenant"))?;
        let relation = relations.get(&(price.vendor_id, price.line.product_id));
        found.entry(price.line.product_id).or_default().push(Candidate {
            source: price.source,
            number: price.number,
            currency: price.currency,
            is_preferred: preferred.get(&price.line.product_id).map_or_else(
                || relation.is_some_and(|relation| relation.is_preferred),
                |vendor| *vendor == price.vendor_id,
            ),
            is_blocked: relation.is_some_and(|relation| relation.is_blocked),
            rate: rates.get(&price.currency).copied(),
            is_in_force: price.is_in_force,
            rating: vendor.facts.rating.or_else(|| scores.get(&vendor.id)?.rating()),
            vendor,
            line: price.line,
        });
    }
    Ok(found)
}

/// A price before anything is known about its vendor.
struct Price {
    line: PriceLine,
    source: Source,
    number: String,
    vendor_id: VendorId,
    currency: CurrencyCode,
    is_in_force: bool,
}

/// Prices that stand on lists.
async fn listed(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (day, reach): (Date, Reach),
    products: &[ProductId],
) -> Result<Vec<Price>> {
    let rows = price_lines(db, tenant, (day, reach), products).await?;
    let prices = rows.into_iter().map(|(line, list)| Price {
        is_in_force: is_in_force(&list, day),
        source: Source::PriceList(list.id),
        number: list.number,
        vendor_id: list.vendor_id,
        currency: list.currency,
        line: to_line(line),
    });
    Ok(prices.collect())
}

/// Prices that are agreed by contract.
async fn agreed(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (day, reach): (Date, Reach),
    products: &[ProductId],
) -> Result<Vec<Price>> {
    let (active, expired) = (ContractStatus::Active.code(), ContractStatus::Expired.code());
    let contracts = match reach {
        Reach::InForce => Condition::all()
            .add(contract::Column::Status.eq(active))
            .add(contract::Column::ValidFrom.lte(day))
            .add(contract::Column::ValidTo.gte(day)),
        Reach::Around => Condition::all()
            .add(contract::Column::Status.is_in([active, expired]))
            .add(contract::Column::ValidTo.gte(earlier(day))),
    };
    let rows = crate::contract::store::priced(db, tenant, (contracts, products)).await?;
    let prices = rows.into_iter().map(|(contract, line)| Price {
        is_in_force: contract.status == ContractStatus::Active && contract.window.contains(day),
        source: Source::Contract(contract.id, line.remaining()),
        number: contract.number,
        vendor_id: contract.vendor_id,
        currency: contract.currency,
        line: PriceLine {
            id: PriceLineId::from_uuid(line.id.as_uuid()),
            product_id: line.product_id,
            unit: line.unit,
            base_unit: line.base_unit,
            factor: line.factor,
            // A contract holds from the smallest quantity on.
            minimum_quantity: Decimal::STEP,
            price: line.price,
            lead_time_days: line.lead_time_days,
        },
    });
    Ok(prices.collect())
}

fn is_in_force(list: &price_list::Model, day: Date) -> bool {
    let window = Window { from: list.valid_from, to: list.valid_to };
    list.status == PriceListStatus::Active.code() && window.contains(day)
}

async fn price_lines(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (day, reach): (Date, Reach),
    products: &[ProductId],
) -> Result<Vec<(price_line::Model, price_list::Model)>> {
    let (active, expired) = (PriceListStatus::Active.code(), PriceListStatus::Expired.code());
    let lists = match reach {
        Reach::InForce => Condition::all()
            .add(price_list::Column::Status.eq(active))
            .add(price_list::Column::ValidFrom.lte(day))
            .add(price_list::Column::ValidTo.gte(day)),
        Reach::Around => Condition::all()
            .add(price_list::Column::Status.is_in([active, expired]))
            .add(price_list::Column::ValidTo.gte(earlier(day))),
    };
    let rows = price_line::Entity::find()
        .filter(price_line::Column::TenantId.eq(tenant))
        .filter(price_line::Column::ProductId.is_in(products.iter().copied()))
        .join(JoinType::InnerJoin, price_line::Relation::PriceList.def())
        .filter(lists)
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

fn earlier(day: Date) -> Date {
    day.get().checked_sub_days(chrono::Days::new(REMEMBERED_DAYS)).map_or(day, Date::from)
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
