//! The facts this service publishes. A payload says what a consumer needs to keep its own copy, no more.

use chassis::{Caller, Event};
use serde_json::{Value, json};

use crate::price_list::model::PriceList;
use crate::vendor::model::{Vendor, VendorStatus};

/// A vendor was described, let in, blocked or archived.
pub(crate) fn vendor_status_changed(caller: &Caller, vendor: &Vendor, from: Option<VendorStatus>) -> Event {
    Event {
        tenant: caller.tenant,
        kind: "vendor.status_changed",
        version: 1,
        aggregate: vendor.id.as_uuid(),
        aggregate_version: vendor.version,
        occurred_at: vendor.audit.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: json!({
            "vendorId": vendor.id,
            "code": vendor.facts.code,
            "name": vendor.facts.name,
            "from": from.map(VendorStatus::code),
            "to": vendor.status.code(),
            "reason": vendor.status_reason,
        }),
    }
}

/// A price list came into force.
pub(crate) fn price_list_activated(caller: &Caller, list: &PriceList) -> Event {
    about_list("pricelist.activated", caller, list)
}

/// A price list's window has passed.
pub(crate) fn price_list_expired(caller: &Caller, list: &PriceList) -> Event {
    about_list("pricelist.expired", caller, list)
}

fn about_list(kind: &'static str, caller: &Caller, list: &PriceList) -> Event {
    Event {
        tenant: caller.tenant,
        kind,
        version: 1,
        aggregate: list.id.as_uuid(),
        aggregate_version: list.version,
        occurred_at: list.audit.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: facts(list),
    }
}

fn facts(list: &PriceList) -> Value {
    json!({
        "priceListId": list.id,
        "number": list.number,
        "vendorId": list.vendor_id,
        "currency": list.currency,
        "validFrom": list.window.from,
        "validTo": list.window.to,
    })
}
