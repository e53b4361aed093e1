//! A list comes into force and those before it make room: what the saga of a closed campaign does, and who approves after it.

use chassis::{Error, Refusal, Refusals, Result, Tx, house};
use primitives::{Act, Date, PriceListId, TenantId};

use super::model::{PriceList, PriceListStatus};
use super::store;
use crate::vendor::model::VendorStatus;
use crate::{event, vendor};

/// Puts a submitted list into force. Lists of the vendor that price the same make room: one that ran before ends the day
/// before, any other is superseded. Everything that could be refused is looked at before anything is written.
///
/// # Errors
/// `Refused` when the list cannot come into force.
pub(crate) async fn put_into_force(
    tx: &Tx,
    tenant: TenantId,
    id: PriceListId,
    act: Act,
) -> Result<PriceList> {
    let missing = || Error::internal("an approved answer has a price list");
    let seen = store::find_by_ids(&**tx, tenant, vec![id]).await?.remove(&id).ok_or_else(missing)?;
    // The vendor first, then the lists: everybody who approves takes them in this order.
    let vendor = vendor::store::lock(&**tx, tenant, seen.vendor_id).await?;
    let vendor = vendor.ok_or_else(|| Error::internal("a price list has a vendor of its tenant"))?;
    let mut list = store::lock(&**tx, tenant, id).await?.ok_or_else(missing)?;
    let today = house::day(act.at);
    check(&list, vendor.status, today)?;
    list.move_to(PriceListStatus::Active, act)?;
    for id in store::find_overlaps(&**tx, tenant, &list).await?.into_keys() {
        let old = store::lock(&**tx, tenant, id).await?;
        let mut old = old.ok_or_else(|| Error::internal("a list that overlaps is there"))?;
        let is_superseded = old.make_room(&list, today, act)?;
        store::save(&**tx, tenant, &old).await?;
        let told = if is_superseded { event::price_list_superseded } else { event::price_list_shortened };
        tx.publish(told(tenant, &old));
    }
    store::save(&**tx, tenant, &list).await?;
    tx.publish(event::price_list_activated(tenant, &list));
    Ok(list)
}

/// Everything that keeps a list from coming into force, apart from its state.
pub(crate) fn check(list: &PriceList, vendor: VendorStatus, today: Date) -> Result<(), Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(vendor != VendorStatus::Archived, || {
        Refusal::invalid_state("ARCHIVED", "ACTIVE").below("vendorId")
    });
    refusals.check(list.window.to >= today, || Refusal::invalid("validTo", "the last day is over"));
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}
