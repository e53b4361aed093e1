//! What people do with contracts.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::page::{PositionSort, check_argument};
use chassis::{
    Caller, Code, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, Tx, house,
};
use chrono::Datelike;
use primitives::{Act, Audit, ContractId, CurrencyCode, Date, ProductId, Unit, VendorId};
use serde::Serialize;

use super::line::{ContractLine, ContractLineDraft, read_lines};
use super::model::{Command, Contract, ContractStatus};
use super::store::{self, ContractCriterion, SortedBy};
use crate::price_list::model::{Window, check_window};
use crate::product_ref::service::{Known, learn};
use crate::vendor::model::VendorStatus;
use crate::{Purchasing, event, permission, product_ref, vendor};

/// A contract to draft.
#[derive(Clone, Debug, Serialize)]
pub struct NewContract {
    /// With whom.
    pub vendor_id: VendorId,
    /// In which currency; the vendor's when nothing is said.
    pub currency: Option<CurrencyCode>,
    /// When.
    pub window: Window,
    /// The lines.
    pub lines: Vec<ContractLineDraft>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A change to a draft; what is `None` stays.
#[derive(Clone, Debug, Serialize)]
pub struct ContractPatch {
    /// Which contract.
    pub id: ContractId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// The first day.
    pub valid_from: Option<Date>,
    /// The last day.
    pub valid_to: Option<Date>,
    /// All lines anew.
    pub lines: Option<Vec<ContractLineDraft>>,
}

/// A step in a contract's life.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which contract.
    pub id: ContractId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// What is done with it.
    pub command: Command,
    /// Why, where a reason is needed.
    pub reason: Option<String>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Drafts a contract.
pub async fn create_contract(app: &Purchasing, caller: &Caller, new: &NewContract) -> Result<Contract> {
    caller.require(permission::MANAGE_CONTRACTS)?;
    let known = &learn(app, caller, questions(&new.lines)).await?;
    let act = app.act(caller);
    let key = new.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "createContract", key, new, act.at)?;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, create_in(&tx, caller, new, known, act)).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn create_in(
    tx: &Tx,
    caller: &Caller,
    new: &NewContract,
    known: &Known,
    act: Act,
) -> Result<Contract> {
    let vendor = vendor::store::lock(&**tx, caller.tenant, new.vendor_id).await?;
    let mut refusals = Refusals::new();
    refusals.check(vendor.is_some(), || Refusal::new(Code::NotFound, "vendorId", "vendor not found"));
    let archived = vendor.as_ref().is_some_and(|vendor| vendor.status == VendorStatus::Archived);
    refusals.check(!archived, || Refusal::invalid_state("ARCHIVED", "ACTIVE").below("vendorId"));
    refusals.take(check_window(new.window));
    let lines = refusals.take(read_lines(&new.lines, known));
    let (Some(vendor), Some(lines), true) = (vendor, lines, refusals.is_empty()) else {
        return Err(refusals.into());
    };
    let contract = Contract {
        id: ContractId::at(act.at),
        number: chassis::numbering::next(&**tx, caller.tenant, ("CT", act.at.year())).await?,
        vendor_id: new.vendor_id,
        currency: new.currency.unwrap_or(vendor.facts.currency),
        window: new.window,
        status: ContractStatus::Draft,
        status_reason: None,
        audit: Audit::new(act),
        version: 1,
    };
    store::insert(&**tx, caller.tenant, &contract, &lines).await?;
    remember(tx, caller, (&lines, known), act).await?;
    Ok(contract)
}

/// Changes a draft.
pub async fn update_contract(app: &Purchasing, caller: &Caller, patch: &ContractPatch) -> Result<Contract> {
    caller.require(permission::MANAGE_CONTRACTS)?;
    let known = &learn(app, caller, patch.lines.iter().flat_map(|lines| questions(lines))).await?;
    let act = app.act(caller);
    app.db
        .write(|tx| async move {
            let mut contract = require(&tx, caller, patch.id, patch.expected_version).await?;
            contract.require_draft()?;
            let mut refusals = Refusals::new();
            contract.window.from = patch.valid_from.unwrap_or(contract.window.from);
            contract.window.to = patch.valid_to.unwrap_or(contract.window.to);
            refusals.take(check_window(contract.window));
            let lines = patch.lines.as_deref().map(|lines| read_lines(lines, known));
            let lines = lines.and_then(|lines| refusals.take(lines));
            refusals.into_result()?;
            contract.touch(act);
            store::save(&*tx, caller.tenant, &contract).await?;
            if let Some(lines) = lines {
                store::replace_lines(&*tx, caller.tenant, contract.id, &lines).await?;
                remember(&tx, caller, (&lines, known), act).await?;
            }
            Ok(contract)
        })
        .await
}

/// Takes a contract one step further.
pub async fn step(app: &Purchasing, caller: &Caller, step: &Step) -> Result<Contract> {
    caller.require(permission::MANAGE_CONTRACTS)?;
    let act = app.act(caller);
    let key = step.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "stepContract", key, step, act.at)?;
    app.db
        .write(|tx| async move { idempotency::once(&tx, attempt, step_in(&tx, caller, step, act)).await })
        .await
}

/// Within a transaction.
pub(crate) async fn step_in(tx: &Tx, caller: &Caller, step: &Step, act: Act) -> Result<Contract> {
    let seen = store::find_by_ids(&**tx, caller.tenant, vec![step.id]).await?.remove(&step.id);
    let seen = seen.ok_or_else(|| Error::not_found_at("contract", "id"))?;
    // The vendor first, then the contract: everybody who activates takes them in this order.
    let vendor = vendor::store::lock(&**tx, caller.tenant, seen.vendor_id).await?;
    let vendor = vendor.ok_or_else(|| Error::internal("a contract has a vendor of its tenant"))?;
    let mut contract = require(tx, caller, step.id, step.expected_version).await?;
    contract.take(step.command, step.reason.as_deref(), act)?;
    if step.command == Command::Activate {
        check_activation(tx, caller, (&contract, vendor.status), house::day(act.at)).await?;
    }
    store::save(&**tx, caller.tenant, &contract).await?;
    let kind = if step.command == Command::Activate { "contract.activated" } else { "contract.terminated" };
    tx.publish(event::contract(kind, caller.tenant, &contract));
    Ok(contract)
}

async fn check_activation(
    tx: &Tx,
    caller: &Caller,
    (contract, vendor): (&Contract, VendorStatus),
    today: Date,
) -> Result<()> {
    let mut refusals = Refusals::new();
    refusals.check(vendor != VendorStatus::Archived, || {
        Refusal::invalid_state("ARCHIVED", "ACTIVE").below("vendorId")
    });
    refusals.check(!contract.is_over(today), || Refusal::invalid("validTo", "the last day is over"));
    let lines = store::lines_of(&**tx, caller.tenant, &[contract.id]).await?;
    let products = lines.into_iter().map(|(_, line)| line.product_id).collect();
    if let Some(other) = store::find_overlap(&**tx, caller.tenant, (contract, products)).await? {
        let message = format!("{other} already covers one of these products on some of these days");
        refusals.push(Refusal::duplicate("validFrom", message).with("number", other));
    }
    refusals.into_result()
}

async fn require(tx: &Tx, caller: &Caller, id: ContractId, expected_version: i32) -> Result<Contract> {
    let contract = store::lock(&**tx, caller.tenant, id).await?;
    let contract = contract.ok_or_else(|| Error::not_found_at("contract", "id"))?;
    if contract.version == expected_version { Ok(contract) } else { Err(Error::conflict(contract.version)) }
}

async fn remember(
    tx: &Tx,
    caller: &Caller,
    (lines, known): (&[ContractLine], &Known),
    act: Act,
) -> Result<()> {
    let products = lines.iter().map(|line| line.product_id).collect();
    product_ref::store::remember(&**tx, caller.tenant, (products, known), act.at).await
}

/// Which products, each with its unit.
fn questions(lines: &[ContractLineDraft]) -> impl Iterator<Item = (ProductId, Option<Unit>)> {
    lines.iter().map(|line| (line.product_id, Unit::from_code(&line.unit)))
}

/// A page of the contracts that meet `criteria`.
pub(crate) async fn list_contracts(
    app: &Purchasing,
    caller: &Caller,
    criteria: &Criteria<ContractCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<Contract>> {
    caller.require(permission::VIEW_CONTRACTS)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// A page of a contract's lines.
pub(crate) async fn list_lines(
    app: &Purchasing,
    caller: &Caller,
    (id, products): (ContractId, Option<Vec<ProductId>>),
    sort: PositionSort,
    page: PageArgs,
) -> Result<Connection<ContractLine>> {
    caller.require(permission::VIEW_CONTRACTS)?;
    check_argument(products.as_ref(), "productIds")?;
    let which = (id, products);
    let page = page.check(&which)?;
    store::list_lines(&app.db, caller.tenant, which, sort.order(), page).await
}

/// Contracts by their ids.
pub(crate) async fn find_by_ids(
    app: &Purchasing,
    caller: &Caller,
    ids: Vec<ContractId>,
) -> Result<HashMap<ContractId, Contract>> {
    caller.require(permission::VIEW_CONTRACTS)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}
