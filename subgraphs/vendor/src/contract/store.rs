//! Contracts, their lines and what orders took of them, as rows; every query starts at the tenant.

use std::collections::{BTreeSet, HashMap};

use chassis::machine::Word;
use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, page};
use entities_vendor::{contract, contract_line, contract_use};
use primitives::{
    Audit, ContractId, ContractLineId, Date, Decimal, ProductId, PurchaseOrderId, PurchaseOrderLineId,
    TenantId, VendorId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, RelationTrait, Select,
};
use serde::Serialize;

use super::line::ContractLine;
use super::model::{Contract, ContractStatus};
use crate::price_list::model::Window;

/// What a list of contracts is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ContractCriterion {
    pub(crate) vendor_ids: Option<Vec<VendorId>>,
    pub(crate) statuses: Option<Vec<ContractStatus>>,
    /// In force on this day.
    pub(crate) valid_on: Option<Date>,
    /// With a price for this product.
    pub(crate) product_id: Option<ProductId>,
}

/// What a list of contracts is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    Number,
    ValidFrom,
    ValidTo,
}

/// What a line of an order takes of a line of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) line: ContractLineId,
    pub(crate) order_line: PurchaseOrderLineId,
    pub(crate) order: PurchaseOrderId,
    /// In base units.
    pub(crate) quantity: Decimal,
}

fn scoped(tenant: TenantId) -> Select<contract::Entity> {
    contract::Entity::find().filter(contract::Column::TenantId.eq(tenant))
}

fn scoped_lines(tenant: TenantId) -> Select<contract_line::Entity> {
    contract_line::Entity::find().filter(contract_line::Column::TenantId.eq(tenant))
}

fn condition(tenant: TenantId, criterion: &ContractCriterion) -> Condition {
    let ContractCriterion { vendor_ids, statuses, valid_on, product_id } = criterion;
    let priced = |product: &ProductId| {
        let contracts = scoped_lines(tenant)
            .select_only()
            .column(contract_line::Column::ContractId)
            .filter(contract_line::Column::ProductId.eq(*product))
            .into_query();
        contract::Column::Id.in_subquery(contracts)
    };
    Condition::all()
        .add_option(vendor_ids.as_ref().map(|ids| contract::Column::VendorId.is_in(ids.iter().copied())))
        .add_option(
            statuses.as_ref().map(|all| contract::Column::Status.is_in(all.iter().map(|it| it.code()))),
        )
        .add_option(valid_on.map(|day| contract::Column::ValidFrom.lte(day)))
        .add_option(valid_on.map(|day| contract::Column::ValidTo.gte(day)))
        .add_option(product_id.as_ref().map(priced))
}

/// A page of the contracts that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<ContractCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<Contract>> {
    let select = scoped(tenant).filter(criteria.condition(&|criterion| condition(tenant, criterion)));
    let column = match by {
        SortedBy::Number => contract::Column::Number,
        SortedBy::ValidFrom => contract::Column::ValidFrom,
        SortedBy::ValidTo => contract::Column::ValidTo,
    };
    page::list(db, select, &[SortKey { column, order }], contract::Column::Id, page)
        .await?
        .try_map(to_contract)
}

/// Whether the tenant has contracts.
pub(crate) async fn is_there_any(db: &impl ConnectionTrait, tenant: TenantId) -> Result<bool> {
    Ok(scoped(tenant).one(db).await?.is_some())
}

/// Contracts by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<ContractId>,
) -> Result<HashMap<ContractId, Contract>> {
    let rows = scoped(tenant).filter(contract::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_contract(row).map(|contract| (contract.id, contract))).collect()
}

/// The contract, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: ContractId,
) -> Result<Option<Contract>> {
    let row = scoped(tenant).filter(contract::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    row.map(to_contract).transpose()
}

/// The vendor's contracts, locked in the order of their ids.
pub(crate) async fn lock_of_vendor(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    vendor: VendorId,
) -> Result<Vec<Contract>> {
    let rows = scoped(tenant)
        .filter(contract::Column::VendorId.eq(vendor))
        .filter(contract::Column::Status.ne(ContractStatus::Draft.code()))
        .order_by_asc(contract::Column::Id)
        .lock(LockType::Update)
        .all(tx)
        .await?;
    rows.into_iter().map(to_contract).collect()
}

/// All lines of some contracts, those of each in the order they were given.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    contracts: &[ContractId],
) -> Result<Vec<(ContractId, ContractLine)>> {
    let rows = scoped_lines(tenant)
        .filter(contract_line::Column::ContractId.is_in(contracts.iter().copied()))
        .order_by_asc(contract_line::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.contract_id, to_line(row))).collect())
}

/// A page of a contract's lines, in the order they were given.
pub(crate) async fn list_lines(
    db: &Db,
    tenant: TenantId,
    (id, products): (ContractId, Option<Vec<ProductId>>),
    order: Order,
    page: PageRequest,
) -> Result<Connection<ContractLine>> {
    let select = scoped_lines(tenant).filter(contract_line::Column::ContractId.eq(id));
    let select = select
        .filter(Condition::all().add_option(products.map(|ids| contract_line::Column::ProductId.is_in(ids))));
    let keys = [SortKey { column: contract_line::Column::Position, order }];
    Ok(page::list(db, select, &keys, contract_line::Column::Id, page).await?.map(to_line))
}

/// What contracts with open ends or windows say about these products, whatever their vendor; the offers' side of it.
pub(crate) async fn priced(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (contracts, products): (Condition, &[ProductId]),
) -> Result<Vec<(Contract, ContractLine)>> {
    let rows = scoped_lines(tenant)
        .filter(contract_line::Column::ProductId.is_in(products.iter().copied()))
        .join(JoinType::InnerJoin, contract_line::Relation::Contract.def())
        .filter(contracts)
        .select_also(contract::Entity)
        .order_by_asc(contract_line::Column::Id)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(line, contract)| {
            let contract = contract.ok_or_else(|| Error::internal("a line stands in a contract"))?;
            Ok((to_contract(contract)?, to_line(line)))
        })
        .collect()
}

/// The number of another active contract of the vendor with one of these products on a day of the window. The vendor must
/// be locked.
pub(crate) async fn find_overlap(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (contract, products): (&Contract, BTreeSet<ProductId>),
) -> Result<Option<String>> {
    let others = scoped_lines(tenant)
        .filter(contract_line::Column::ProductId.is_in(products))
        .join(JoinType::InnerJoin, contract_line::Relation::Contract.def())
        .filter(contract::Column::VendorId.eq(contract.vendor_id))
        .filter(contract::Column::Id.ne(contract.id))
        .filter(contract::Column::Status.eq(ContractStatus::Active.code()))
        .filter(contract::Column::ValidFrom.lte(contract.window.to))
        .filter(contract::Column::ValidTo.gte(contract.window.from))
        .select_also(contract::Entity)
        .one(tx)
        .await?;
    Ok(others.and_then(|(_, other)| other).map(|other| other.number))
}

/// Writes a new contract with its lines.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    contract: &Contract,
    lines: &[ContractLine],
) -> Result<()> {
    contract::Entity::insert(from_contract(tenant, contract)).exec_without_returning(tx).await?;
    insert_lines(tx, tenant, contract.id, lines).await
}

/// Writes a changed contract that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, contract: &Contract) -> Result<()> {
    contract::Entity::update_many()
        .set(from_contract(tenant, contract))
        .filter(contract::Column::TenantId.eq(tenant))
        .filter(contract::Column::Id.eq(contract.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Replaces the lines of a draft.
pub(crate) async fn replace_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: ContractId,
    lines: &[ContractLine],
) -> Result<()> {
    contract_line::Entity::delete_many()
        .filter(contract_line::Column::TenantId.eq(tenant))
        .filter(contract_line::Column::ContractId.eq(id))
        .exec(tx)
        .await?;
    insert_lines(tx, tenant, id, lines).await
}

async fn insert_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: ContractId,
    lines: &[ContractLine],
) -> Result<()> {
    let rows = lines.iter().enumerate().map(|(position, line)| contract_line::ActiveModel {
        id: Set(line.id),
        tenant_id: Set(tenant),
        contract_id: Set(id),
        position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
        product_id: Set(line.product_id),
        unit: Set(line.unit),
        base_unit: Set(line.base_unit),
        factor: Set(line.factor),
        price: Set(line.price),
        lead_time_days: Set(line.lead_time_days),
        committed_quantity: Set(line.committed),
        used_quantity: Set(line.used),
    });
    contract_line::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// What an order takes of contracts so far.
pub(crate) async fn uses_of_order(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    order: PurchaseOrderId,
) -> Result<Vec<Use>> {
    let rows = contract_use::Entity::find()
        .filter(contract_use::Column::TenantId.eq(tenant))
        .filter(contract_use::Column::PurchaseOrderId.eq(order))
        .all(tx)
        .await?;
    let uses = rows.into_iter().map(|row| Use {
        line: row.contract_line_id,
        order_line: row.order_line_id,
        order: row.purchase_order_id,
        quantity: row.quantity,
    });
    Ok(uses.collect())
}

/// Writes what lines of orders take, new ones and changed ones.
pub(crate) async fn put_uses(tx: &impl ConnectionTrait, tenant: TenantId, uses: &[Use]) -> Result<()> {
    let rows = uses.iter().map(|taken| contract_use::ActiveModel {
        contract_line_id: Set(taken.line),
        order_line_id: Set(taken.order_line),
        tenant_id: Set(tenant),
        purchase_order_id: Set(taken.order),
        quantity: Set(taken.quantity),
    });
    let known =
        OnConflict::columns([contract_use::Column::ContractLineId, contract_use::Column::OrderLineId])
            .update_column(contract_use::Column::Quantity)
            .to_owned();
    contract_use::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes how much was taken of a line whose contract was locked before.
pub(crate) async fn save_used(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    line: &ContractLine,
) -> Result<()> {
    contract_line::Entity::update_many()
        .col_expr(contract_line::Column::UsedQuantity, line.used.into())
        .filter(contract_line::Column::TenantId.eq(tenant))
        .filter(contract_line::Column::Id.eq(line.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Active contracts of all tenants whose last day is over, the longest over first.
pub(crate) async fn find_over_across_tenants(
    db: &impl ConnectionTrait,
    today: Date,
    most: u64,
) -> Result<Vec<(TenantId, ContractId)>> {
    let rows = contract::Entity::find()
        .filter(contract::Column::Status.eq(ContractStatus::Active.code()))
        .filter(contract::Column::ValidTo.lt(today))
        .order_by_asc(contract::Column::ValidTo)
        .order_by_asc(contract::Column::Id)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
}

fn to_contract(row: contract::Model) -> Result<Contract> {
    let status = ContractStatus::from_code(&row.status);
    Ok(Contract {
        id: row.id,
        number: row.number,
        vendor_id: row.vendor_id,
        currency: row.currency,
        window: Window { from: row.valid_from, to: row.valid_to },
        status: status.ok_or_else(|| Error::internal(format!("unknown contract status {}", row.status)))?,
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

fn from_contract(tenant: TenantId, contract: &Contract) -> contract::ActiveModel {
    contract::ActiveModel {
        id: Set(contract.id),
        tenant_id: Set(tenant),
        number: Set(contract.number.clone()),
        vendor_id: Set(contract.vendor_id),
        currency: Set(contract.currency),
        valid_from: Set(contract.window.from),
        valid_to: Set(contract.window.to),
        status: Set(contract.status.code().to_owned()),
        status_reason: Set(contract.status_reason.clone()),
        created_at: Set(contract.audit.created_at),
        created_by: Set(contract.audit.created_by),
        updated_at: Set(contract.audit.updated_at),
        updated_by: Set(contract.audit.updated_by),
        version: Set(contract.version),
    }
}

fn to_line(row: contract_line::Model) -> ContractLine {
    ContractLine {
        id: row.id,
        product_id: row.product_id,
        unit: row.unit,
        base_unit: row.base_unit,
        factor: row.factor,
        price: row.price,
        lead_time_days: row.lead_time_days,
        committed: row.committed_quantity,
        used: row.used_quantity,
    }
}
