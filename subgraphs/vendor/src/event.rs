//! The facts this service publishes. A payload says what a consumer needs to keep its own copy, no more.

use chassis::Event;
use primitives::{Decimal, PurchaseOrderId, TenantId};
use serde_json::{Value, json};

use crate::campaign::invitation::Invitation;
use crate::campaign::model::Campaign;
use crate::contract::line::ContractLine;
use crate::contract::model::Contract;
use crate::exchange_rate::model::{BASE_CURRENCY, ExchangeRate};
use crate::price_list::model::PriceList;
use crate::vendor::model::{Vendor, VendorStatus};

/// A vendor was described, let in, blocked or archived.
pub(crate) fn vendor_status_changed(tenant: TenantId, vendor: &Vendor, from: Option<VendorStatus>) -> Event {
    Event {
        tenant,
        kind: "vendor.status_changed",
        version: 1,
        aggregate: vendor.id.as_uuid(),
        aggregate_version: vendor.version,
        occurred_at: vendor.audit.updated_at,
        actor: vendor.audit.updated_by,
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
pub(crate) fn price_list_activated(tenant: TenantId, list: &PriceList) -> Event {
    about_list("pricelist.activated", tenant, list)
}

/// A price list gave way to another one.
pub(crate) fn price_list_superseded(tenant: TenantId, list: &PriceList) -> Event {
    about_list("pricelist.superseded", tenant, list)
}

/// A price list was taken out of force.
pub(crate) fn price_list_inactivated(tenant: TenantId, list: &PriceList) -> Event {
    about_list("pricelist.inactivated", tenant, list)
}

/// A price list's window has passed.
pub(crate) fn price_list_expired(tenant: TenantId, list: &PriceList) -> Event {
    about_list("pricelist.expired", tenant, list)
}

/// A price list ends early: another one follows.
pub(crate) fn price_list_shortened(tenant: TenantId, list: &PriceList) -> Event {
    about_list("pricelist.shortened", tenant, list)
}

/// Something happened to a campaign.
pub(crate) fn campaign(kind: &'static str, tenant: TenantId, campaign: &Campaign) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: campaign.id.as_uuid(),
        aggregate_version: campaign.version,
        occurred_at: campaign.audit.updated_at,
        actor: campaign.audit.updated_by,
        causation: None,
        payload: json!({
            "campaignId": campaign.id,
            "number": campaign.number,
            "name": campaign.facts.name,
            "endsAt": campaign.facts.ends_at,
            "reason": campaign.status_reason,
        }),
    }
}

/// Something happened to an invitation. Its token is told to nobody.
pub(crate) fn invitation(kind: &'static str, tenant: TenantId, invitation: &Invitation) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: invitation.id.as_uuid(),
        aggregate_version: invitation.version,
        occurred_at: invitation.audit.updated_at,
        actor: invitation.audit.updated_by,
        causation: None,
        payload: json!({
            "invitationId": invitation.id,
            "campaignId": invitation.campaign_id,
            "vendorId": invitation.vendor_id,
            "priceListId": invitation.price_list_id,
            "reason": invitation.status_reason,
        }),
    }
}

/// A contract came into force or ended.
pub(crate) fn contract(kind: &'static str, tenant: TenantId, contract: &Contract) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: contract.id.as_uuid(),
        aggregate_version: contract.version,
        occurred_at: contract.audit.updated_at,
        actor: contract.audit.updated_by,
        causation: None,
        payload: json!({
            "contractId": contract.id,
            "number": contract.number,
            "vendorId": contract.vendor_id,
            "currency": contract.currency,
            "validFrom": contract.window.from,
            "validTo": contract.window.to,
            "reason": contract.status_reason,
        }),
    }
}

/// An order took something of a contract, or gave it back: what is taken of each line now, in base units.
pub(crate) fn contract_consumed(
    tenant: TenantId,
    taken: &Contract,
    order: PurchaseOrderId,
    lines: &[&ContractLine],
) -> Event {
    let lines = lines.iter().map(|line| {
        json!({
            "productId": line.product_id,
            "unit": line.base_unit.code(),
            "used": line.used,
            "committed": line.committed_base(),
        })
    });
    let mut event = contract("contract.consumed", tenant, taken);
    event.payload["purchaseOrderId"] = json!(order);
    event.payload["lines"] = lines.collect();
    event
}

/// Somebody said what a currency is worth from a day on; `before` is what was in its place.
pub(crate) fn exchange_rate_set(tenant: TenantId, rate: &ExchangeRate, before: Option<Decimal>) -> Event {
    Event {
        tenant,
        kind: "exchangerate.set",
        version: 1,
        aggregate: rate.id.as_uuid(),
        aggregate_version: rate.version,
        occurred_at: rate.audit.updated_at,
        actor: rate.audit.updated_by,
        causation: None,
        payload: json!({
            "exchangeRateId": rate.id,
            "currency": rate.facts.currency,
            "base": BASE_CURRENCY,
            "validFrom": rate.facts.valid_from,
            "rate": rate.facts.rate,
            "before": before,
        }),
    }
}

fn about_list(kind: &'static str, tenant: TenantId, list: &PriceList) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: list.id.as_uuid(),
        aggregate_version: list.version,
        occurred_at: list.audit.updated_at,
        actor: list.audit.updated_by,
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
        "reason": list.status_reason,
    })
}
