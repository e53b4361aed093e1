//! What people do with price lists.

use std::collections::{BTreeSet, HashMap};

use chassis::idempotency::{self, Attempt};
use chassis::page::{PositionSort, check_argument};
use chassis::{
    Caller, Code, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, Tx, house,
};
use chrono::Datelike;
use primitives::{Act, Audit, CurrencyCode, PriceListId, ProductId, Unit, VendorId};
use serde::Serialize;

use super::line::{LineDraft, PriceLine, read_lines};
use super::model::{PriceList, PriceListStatus, Window, check_window};
use super::store::{self, PriceListCriterion, SortedBy};
use super::takeover;
use crate::product_ref::service::{Known, learn};
use crate::vendor::model::VendorStatus;
use crate::{Purchasing, event, permission, product_ref, vendor};

/// Lists that one approval takes out of force.
const MAX_SUPERSEDED: usize = 20;

/// A price list to draft.
#[derive(Clone, Debug, Serialize)]
pub struct NewPriceList {
    /// Whose prices.
    pub vendor_id: VendorId,
    /// In which currency; the vendor's when nothing is said.
    pub currency: Option<CurrencyCode>,
    /// When.
    pub window: Window,
    /// The lines.
    pub lines: Vec<LineDraft>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A change to a draft; what is `None` stays.
#[derive(Clone, Debug, Serialize)]
pub struct PriceListPatch {
    /// Which list.
    pub id: PriceListId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// The first day.
    pub valid_from: Option<primitives::Date>,
    /// The last day.
    pub valid_to: Option<primitives::Date>,
    /// All lines anew.
    pub lines: Option<Vec<LineDraft>>,
}

/// A step in a list's life.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which list.
    pub id: PriceListId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// Where to.
    pub to: PriceListStatus,
    /// Why, where a reason is needed.
    pub reason: Option<String>,
    /// The active lists of the vendor that give way to it when it comes into force.
    pub supersedes: Vec<PriceListId>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Drafts a price list.
pub async fn create_price_list(app: &Purchasing, caller: &Caller, new: &NewPriceList) -> Result<PriceList> {
    caller.require(permission::CREATE_LISTS)?;
    let known = &learn(app, caller, questions(&new.lines)).await?;
    let act = app.act(caller);
    let key = new.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "createPriceList", key, new, act.at)?;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, create_in(&tx, caller, new, known, act)).await
        })
        .await
}

/// Drafts a price list in the open transaction, knowing what packs hold.
pub(crate) async fn create_in(
    tx: &Tx,
    caller: &Caller,
    new: &NewPriceList,
    known: &Known,
    act: Act,
) -> Result<PriceList> {
    let vendor = vendor::store::lock(&**tx, caller.tenant, new.vendor_id).await?;
    let mut refusals = Refusals::new();
    let missing = || Refusal::new(Code::NotFound, "vendorId", "vendor not found");
    refusals.check(vendor.is_some(), missing);
    let archived = vendor.as_ref().is_some_and(|vendor| vendor.status == VendorStatus::Archived);
    refusals.check(!archived, || Refusal::invalid_state("ARCHIVED", "ACTIVE").below("vendorId"));
    refusals.take(check_window(new.window));
    let lines = refusals.take(read_lines(&new.lines, known));
    let (Some(vendor), Some(lines), true) = (vendor, lines, refusals.is_empty()) else {
        return Err(refusals.into());
    };
    let list = PriceList {
        id: PriceListId::at(act.at),
        number: chassis::numbering::next(&**tx, caller.tenant, ("PL", act.at.year())).await?,
        vendor_id: new.vendor_id,
        currency: new.currency.unwrap_or(vendor.facts.currency),
        window: new.window,
        status: PriceListStatus::Draft,
        status_reason: None,
        audit: Audit::new(act),
        version: 1,
    };
    store::insert(&**tx, caller.tenant, &list, &lines).await?;
    product_ref::store::remember(&**tx, caller.tenant, (products(&new.lines), known), act.at).await?;
    Ok(list)
}

/// Changes a draft.
pub async fn update_price_list(
    app: &Purchasing,
    caller: &Caller,
    patch: &PriceListPatch,
) -> Result<PriceList> {
    caller.require(permission::CREATE_LISTS)?;
    let known = &learn(app, caller, patch.lines.iter().flat_map(|lines| questions(lines))).await?;
    let act = app.act(caller);
    app.db
        .write(|tx| async move {
            let mut list = require(&tx, caller, patch.id, patch.expected_version).await?;
            list.require_draft()?;
            let mut refusals = Refusals::new();
            list.window.from = patch.valid_from.unwrap_or(list.window.from);
            list.window.to = patch.valid_to.unwrap_or(list.window.to);
            refusals.take(check_window(list.window));
            let lines = patch.lines.as_deref().map(|lines| read_lines(lines, known));
            let lines = lines.and_then(|lines| refusals.take(lines));
            refusals.into_result()?;
            list.touch(act);
            store::save(&*tx, caller.tenant, &list).await?;
            if let Some(lines) = lines {
                store::replace_lines(&*tx, caller.tenant, &list, &lines).await?;
                let products = lines.iter().map(|line| line.product_id).collect();
                product_ref::store::remember(&*tx, caller.tenant, (products, known), act.at).await?;
            }
            Ok(list)
        })
        .await
}

/// Takes a list one step further.
pub async fn step(app: &Purchasing, caller: &Caller, step: &Step) -> Result<PriceList> {
    caller.require(match step.to {
        PriceListStatus::Submitted => permission::CREATE_LISTS,
        _ => permission::APPROVE_LISTS,
    })?;
    let act = app.act(caller);
    let key = step.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "stepPriceList", key, step, act.at)?;
    app.db
        .write(|tx| async move { idempotency::once(&tx, attempt, step_in(&tx, caller, step, act)).await })
        .await
}

/// The step in the open transaction.
pub(crate) async fn step_in(tx: &Tx, caller: &Caller, step: &Step, act: Act) -> Result<PriceList> {
    if step.to == PriceListStatus::Active {
        return approve_in(tx, caller, step, act).await;
    }
    let mut list = require(tx, caller, step.id, step.expected_version).await?;
    match step.to {
        PriceListStatus::Draft | PriceListStatus::Inactive => {
            list.move_because(step.to, step.reason.as_deref().unwrap_or_default(), act)?;
        }
        to => list.move_to(to, act)?,
    }
    store::save(&**tx, caller.tenant, &list).await?;
    match list.status {
        PriceListStatus::Inactive => tx.publish(event::price_list_inactivated(caller.tenant, &list)),
        PriceListStatus::Expired => tx.publish(event::price_list_expired(caller.tenant, &list)),
        _ => {}
    }
    Ok(list)
}

/// Puts a list into force; the lists it supersedes give way first.
async fn approve_in(tx: &Tx, caller: &Caller, step: &Step, act: Act) -> Result<PriceList> {
    let list = store::find_by_ids(&**tx, caller.tenant, vec![step.id]).await?.remove(&step.id);
    let list = list.ok_or_else(|| Error::not_found_at("price list", "id"))?;
    // The vendor first, then the lists: everybody who approves takes them in this order.
    let vendor = vendor::store::lock(&**tx, caller.tenant, list.vendor_id).await?;
    let vendor = vendor.ok_or_else(|| Error::internal("a price list has a vendor of its tenant"))?;
    let mut list = require(tx, caller, step.id, step.expected_version).await?;
    list.move_to(PriceListStatus::Active, act)?;
    supersede_in(tx, caller, (&list, &step.supersedes), act).await?;
    let mut refusals = Refusals::new();
    refusals.take(takeover::check(&list, vendor.status, house::day(act.at)));
    if let Some(other) = store::find_overlaps(&**tx, caller.tenant, &list).await?.into_values().next() {
        let message = format!("{other} already prices one of these products on some of these days");
        refusals.push(Refusal::duplicate("validFrom", message).with("number", other));
    }
    refusals.into_result()?;
    store::save(&**tx, caller.tenant, &list).await?;
    tx.publish(event::price_list_activated(caller.tenant, &list));
    Ok(list)
}

/// Takes the lists that give way out of force, or says what is wrong with each of them.
async fn supersede_in(
    tx: &Tx,
    caller: &Caller,
    (list, ids): (&PriceList, &[PriceListId]),
    act: Act,
) -> Result<()> {
    let mut refusals = Refusals::new();
    if ids.len() > MAX_SUPERSEDED {
        let message = format!("a list supersedes at most {MAX_SUPERSEDED} others");
        return Err(Refusal::new(Code::LimitExceeded, "supersedes", message).into());
    }
    for (position, id) in ids.iter().enumerate() {
        let path = format!("supersedes.{position}");
        let Some(mut old) = store::lock(&**tx, caller.tenant, *id).await? else {
            refusals.push(Refusal::new(Code::NotFound, &path, "price list not found"));
            continue;
        };
        match old.give_way(list, act) {
            Ok(()) => {
                store::save(&**tx, caller.tenant, &old).await?;
                tx.publish(event::price_list_superseded(caller.tenant, &old));
            }
            Err(refused) => refusals.extend(refused.into_iter().map(|refusal| refusal.below(&path))),
        }
    }
    refusals.into_result()
}

async fn require(tx: &Tx, caller: &Caller, id: PriceListId, expected_version: i32) -> Result<PriceList> {
    let list = store::lock(&**tx, caller.tenant, id).await?;
    let list = list.ok_or_else(|| Error::not_found_at("price list", "id"))?;
    if list.version == expected_version { Ok(list) } else { Err(Error::conflict(list.version)) }
}

/// Which products, each with its unit.
fn questions(lines: &[LineDraft]) -> impl Iterator<Item = (ProductId, Option<Unit>)> {
    lines.iter().map(|line| (line.product_id, Unit::from_code(&line.unit)))
}

fn products(lines: &[LineDraft]) -> BTreeSet<ProductId> {
    lines.iter().map(|line| line.product_id).collect()
}

/// A page of the price lists that meet `criteria`.
pub(crate) async fn list_price_lists(
    app: &Purchasing,
    caller: &Caller,
    criteria: &Criteria<PriceListCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<PriceList>> {
    caller.require(permission::VIEW_LISTS)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// A page of a list's lines.
pub(crate) async fn list_lines(
    app: &Purchasing,
    caller: &Caller,
    (id, products): (PriceListId, Option<Vec<ProductId>>),
    sort: PositionSort,
    page: PageArgs,
) -> Result<Connection<PriceLine>> {
    caller.require(permission::VIEW_LISTS)?;
    check_argument(products.as_ref(), "productIds")?;
    let which = (id, products);
    let page = page.check(&which)?;
    store::list_lines(&app.db, caller.tenant, which, sort.order(), page).await
}

/// Price lists by their ids.
pub(crate) async fn find_by_ids(
    app: &Purchasing,
    caller: &Caller,
    ids: Vec<PriceListId>,
) -> Result<HashMap<PriceListId, PriceList>> {
    caller.require(permission::VIEW_LISTS)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}
