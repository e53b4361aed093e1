//! Locations as rows.

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, SortKey};
use entities_inventory::inventory_item;
use entities_inventory::location::{self, ActiveModel, Column, Entity};
use primitives::{CurrencyCode, LocationId, TenantId};
use sea_orm::sea_query::{Expr, Func, LikeExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::{Location, LocationFilter, LocationKind, StockSituation};

/// The tenant's locations: every query starts here.
pub(crate) fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// The row as the model tells it.
pub(crate) fn from_row(row: location::Model) -> Result<Location, DbErr> {
    Ok(Location {
        id: row.id,
        code: row.code,
        name: row.name,
        kind: row.kind.parse().map_err(DbErr::Type)?,
        currency: row.currency,
        allow_negative: row.allow_negative,
        cost_method: row.cost_method.map(|method| method.parse()).transpose().map_err(DbErr::Type)?,
        property: row.property_id,
        locked_by: row.locked_by,
        version: row.version,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
    })
}

fn to_row(tenant: TenantId, location: &Location) -> location::Model {
    location::Model {
        id: location.id,
        tenant_id: tenant,
        code: location.code.clone(),
        name: location.name.clone(),
        kind: location.kind.code().to_owned(),
        currency: location.currency,
        allow_negative: location.allow_negative,
        cost_method: location.cost_method.map(|method| method.code().to_owned()),
        locked_by: location.locked_by,
        property_id: location.property,
        version: location.version,
        created_at: location.created_at,
        created_by: location.created_by,
        updated_at: location.updated_at,
        updated_by: location.updated_by,
    }
}

/// What became of writing a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is written.
    Yes,
    /// Somebody else changed it since it was read.
    Stale,
    /// Somebody else took the code in the meantime. On PostgreSQL the transaction is spoiled by now.
    CodeTaken,
}

pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    location: &Location,
) -> Result<Written, DbErr> {
    let row = to_row(tenant, location).into_active_model();
    written(Entity::insert(row).exec_without_returning(tx).await)
}

/// Writes the location unless somebody else changed it since it was read.
pub(crate) async fn update(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    location: &Location,
) -> Result<Written, DbErr> {
    let row: ActiveModel = to_row(tenant, location).into_active_model().reset_all();
    let outcome = Entity::update_many()
        .set(row)
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(location.id))
        .filter(Column::Version.eq(location.version - 1))
        .exec(tx)
        .await;
    written(outcome.map(|outcome| outcome.rows_affected))
}

fn written(rows: Result<u64, DbErr>) -> Result<Written, DbErr> {
    match rows {
        Ok(0) => Ok(Written::Stale),
        Ok(_) => Ok(Written::Yes),
        Err(error) if chassis::is_unique_violation(&error) => Ok(Written::CodeTaken),
        Err(error) => Err(error),
    }
}

/// What a list of locations is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    CodeAsc,
    NameAsc,
    UpdatedAtDesc,
}

/// One page of locations.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<LocationFilter>,
    by: SortedBy,
    page: PageRequest,
) -> chassis::Result<Connection<Location>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let key = match by {
        SortedBy::CodeAsc => SortKey::ascending(Column::Code),
        SortedBy::NameAsc => SortKey::ascending(Column::Name),
        SortedBy::UpdatedAtDesc => SortKey::descending(Column::UpdatedAt),
    };
    let rows = page::list(db, select, &[key], Column::Id, page).await?;
    Ok(rows.try_map(from_row)?)
}

/// The condition a filter stands for.
fn condition(filter: &LocationFilter) -> Condition {
    let mut all = Condition::all();
    if !filter.ids.is_empty() {
        all = all.add(Column::Id.is_in(filter.ids.iter().copied()));
    }
    if !filter.properties.is_empty() {
        // Spelt out, so that `not` finds those of no property, too.
        let of = Column::PropertyId.is_in(filter.properties.iter().copied());
        all = all.add(Column::PropertyId.is_not_null()).add(of);
    }
    if !filter.kinds.is_empty() {
        all = all.add(Column::Kind.is_in(filter.kinds.iter().map(|kind| kind.code())));
    }
    if let Some(text) = &filter.search {
        let pattern = LikeExpr::new(format!("%{}%", escaped(&text.to_lowercase()))).escape('!');
        let folded = |column: Column| Expr::expr(Func::lower(Expr::col(column))).like(pattern.clone());
        all = all.add(Condition::any().add(folded(Column::Code)).add(folded(Column::Name)));
    }
    all
}

/// The text with the wildcards of LIKE taken literally.
fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[LocationId],
) -> Result<Vec<Location>, DbErr> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(from_row).collect()
}

/// The locations, kept from changing until the transaction ends; in id order, so that two postings cannot deadlock.
pub(crate) async fn keep_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    ids: &[LocationId],
) -> Result<Vec<Location>, DbErr> {
    let query = scoped(tenant).filter(Column::Id.is_in(ids.iter().copied())).order_by_asc(Column::Id);
    query.lock_shared().all(tx).await?.into_iter().map(from_row).collect()
}

/// The location, locked to be changed.
pub(crate) async fn lock_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: LocationId,
) -> Result<Option<Location>, DbErr> {
    scoped(tenant).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?.map(from_row).transpose()
}

/// The first location by code where stock of a currency lies on its way.
pub(crate) async fn transit_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    currency: CurrencyCode,
) -> Result<Option<Location>, DbErr> {
    let transit = scoped(tenant)
        .filter(Column::Kind.eq(LocationKind::Transit.code()))
        .filter(Column::Currency.eq(currency))
        .order_by_asc(Column::Code);
    transit.one(tx).await?.map(from_row).transpose()
}

/// Whether another location of the tenant has this code.
pub(crate) async fn code_is_taken_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    code: &str,
    besides: Option<LocationId>,
) -> Result<bool, DbErr> {
    let mut query = scoped(tenant).filter(Column::Code.eq(code));
    if let Some(id) = besides {
        query = query.filter(Column::Id.ne(id));
    }
    Ok(query.count(tx).await? > 0)
}

/// How many locations the tenant has.
pub(crate) async fn count_in(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<u64, DbErr> {
    scoped(tenant).count(tx).await
}

/// What the stock at a location looks like.
pub(crate) async fn situation_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: LocationId,
) -> Result<StockSituation, DbErr> {
    use inventory_item::Column as Item;
    let here =
        || inventory_item::Entity::find().filter(Item::TenantId.eq(tenant)).filter(Item::LocationId.eq(id));
    let overdrawn = Condition::any()
        .add(Item::OnHand.lt(0_i64))
        .add(Expr::col(Item::Reserved).gt(Expr::col(Item::OnHand)));
    Ok(StockSituation {
        holds_stock: here().filter(Item::OnHand.ne(0_i64)).count(tx).await? > 0,
        overdrawn: here().filter(overdrawn).count(tx).await? > 0,
    })
}

/// Hands the location's settings down to its items, which repeat them (a CHECK cannot look into another table).
pub(crate) async fn hand_down_in(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    location: &Location,
) -> Result<(), DbErr> {
    use inventory_item::Column as Item;
    inventory_item::Entity::update_many()
        .col_expr(Item::AllowNegative, location.allow_negative.into())
        .col_expr(Item::CostMethod, location.effective_cost_method().code().into())
        .col_expr(Item::Version, Expr::col(Item::Version).add(1_i32))
        .filter(Item::TenantId.eq(tenant))
        .filter(Item::LocationId.eq(location.id))
        .exec(tx)
        .await
        .map(|_| ())
}
