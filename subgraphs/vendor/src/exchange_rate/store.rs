//! Exchange rates as rows; every query starts at the tenant.

use std::collections::{HashMap, HashSet};

use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, page};
use entities_vendor::exchange_rate::{self, Column};
use primitives::{Audit, CurrencyCode, Date, Decimal, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use serde::Serialize;

use super::model::{BASE_CURRENCY, ExchangeRate, RateFacts};

/// What a list of rates is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct RateCriterion {
    pub(crate) currencies: Option<Vec<CurrencyCode>>,
    pub(crate) day_from: Option<Date>,
    pub(crate) day_to: Option<Date>,
    /// The one of its currency that holds on this day.
    pub(crate) valid_on: Option<Date>,
}

/// What a list of rates is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    /// By the first day, among those of a day by currency.
    ValidFrom,
    /// By currency, among those of a currency by the first day, latest first.
    Currency,
}

fn scoped(tenant: TenantId) -> Select<exchange_rate::Entity> {
    exchange_rate::Entity::find().filter(Column::TenantId.eq(tenant))
}

fn condition(tenant: TenantId, criterion: &RateCriterion) -> Condition {
    let RateCriterion { currencies, day_from, day_to, valid_on } = criterion;
    Condition::all()
        .add_option(currencies.as_ref().map(|all| Column::Currency.is_in(all.iter().copied())))
        .add_option(day_from.map(|day| Column::ValidFrom.gte(day)))
        .add_option(day_to.map(|day| Column::ValidFrom.lte(day)))
        .add_option(valid_on.map(|day| holding(tenant, day)))
}

/// That a rate is the latest of its currency on a day: of rates that are told daily, years need not be read.
fn holding(tenant: TenantId, day: Date) -> Condition {
    let latest: SelectStatement = exchange_rate::Entity::find()
        .select_only()
        .column(Column::Currency)
        .column_as(Column::ValidFrom.max(), "latest")
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::ValidFrom.lte(day))
        .group_by(Column::Currency)
        .into_query();
    let one = Expr::tuple([Expr::col(Column::Currency), Expr::col(Column::ValidFrom)]);
    Condition::all().add(one.in_subquery(latest))
}

/// A page of the rates that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<RateCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<ExchangeRate>> {
    let select = scoped(tenant).filter(criteria.condition(&|criterion| condition(tenant, criterion)));
    let keys = match by {
        SortedBy::ValidFrom => {
            [SortKey { column: Column::ValidFrom, order }, SortKey::ascending(Column::Currency)]
        }
        SortedBy::Currency => {
            [SortKey { column: Column::Currency, order }, SortKey::descending(Column::ValidFrom)]
        }
    };
    Ok(page::list(db, select, &keys, Column::Id, page).await?.map(to_rate))
}

/// The rate of a currency from exactly this day on, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (currency, valid_from): (CurrencyCode, Date),
) -> Result<Option<ExchangeRate>> {
    let select =
        scoped(tenant).filter(Column::Currency.eq(currency)).filter(Column::ValidFrom.eq(valid_from));
    Ok(select.lock(LockType::Update).one(tx).await?.map(to_rate))
}

/// The latest rate of each currency on a day; the base currency is worth itself and needs no look.
pub(crate) async fn rates(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    day: Date,
    currencies: impl Iterator<Item = CurrencyCode>,
) -> Result<HashMap<CurrencyCode, Decimal>> {
    let mut rates = HashMap::from([(BASE_CURRENCY, Decimal::ONE)]);
    let foreign: HashSet<CurrencyCode> = currencies.filter(|currency| *currency != BASE_CURRENCY).collect();
    if foreign.is_empty() {
        return Ok(rates);
    }
    let rows =
        scoped(tenant).filter(Column::Currency.is_in(foreign)).filter(holding(tenant, day)).all(db).await?;
    rates.extend(rows.into_iter().map(|row| (row.currency, row.rate)));
    Ok(rates)
}

/// Writes a new rate. False when somebody else told one for the day meanwhile.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, rate: &ExchangeRate) -> Result<bool> {
    Ok(chassis::is_first(
        exchange_rate::Entity::insert(from_rate(tenant, rate)).exec_without_returning(tx).await,
    )?)
}

/// Writes those of these rates for whose day nobody has told one.
pub(crate) async fn insert_missing(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    rates: &[ExchangeRate],
) -> Result<()> {
    let key = [Column::TenantId, Column::Currency, Column::ValidFrom];
    let known = OnConflict::columns(key).do_nothing().to_owned();
    let rows = rates.iter().map(|rate| from_rate(tenant, rate));
    exchange_rate::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a locked rate.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, rate: &ExchangeRate) -> Result<()> {
    let written = exchange_rate::Entity::update_many()
        .set(from_rate(tenant, rate))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(rate.id))
        .filter(Column::Version.eq(rate.version - 1))
        .exec(tx)
        .await?;
    match written.rows_affected {
        1 => Ok(()),
        _ => Err(Error::internal("a locked exchange rate was changed by somebody else")),
    }
}

fn from_rate(tenant: TenantId, rate: &ExchangeRate) -> exchange_rate::ActiveModel {
    exchange_rate::ActiveModel {
        id: Set(rate.id),
        tenant_id: Set(tenant),
        currency: Set(rate.facts.currency),
        valid_from: Set(rate.facts.valid_from),
        rate: Set(rate.facts.rate),
        created_at: Set(rate.audit.created_at),
        created_by: Set(rate.audit.created_by),
        updated_at: Set(rate.audit.updated_at),
        updated_by: Set(rate.audit.updated_by),
        version: Set(rate.version),
    }
}

fn to_rate(row: exchange_rate::Model) -> ExchangeRate {
    ExchangeRate {
        id: row.id,
        facts: RateFacts { currency: row.currency, valid_from: row.valid_from, rate: row.rate },
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    }
}
