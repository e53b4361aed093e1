//! Requests and orders as procurement tells them. Pure.

use primitives::{
    Decimal, LocationId, ProductId, PurchaseOrderId, PurchaseOrderLineId, PurchaseRequestId, Unit,
};
use serde::Deserialize;

/// Orders in these states are still to come.
const COMING: [&str; 3] = ["SENT", "ACKNOWLEDGED", "PARTIALLY_RECEIVED"];

/// An order, whole.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub(super) purchase_order_id: PurchaseOrderId,
    pub(super) status: String,
    pub(super) deliver_to: LocationId,
    pub(super) lines: Vec<OrderLine>,
}

/// One line of an order, in the unit it was ordered in.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderLine {
    pub(super) line_id: PurchaseOrderLineId,
    pub(super) product_id: ProductId,
    pub(super) ordered: Decimal,
    #[serde(default)]
    pub(super) received: Decimal,
    #[serde(default)]
    pub(super) cancelled: Decimal,
    /// Base units in one of what was ordered.
    pub(super) factor: Option<Decimal>,
}

impl Order {
    /// What is still to come of a line, in the product's base unit.
    pub(super) fn open(&self, line: &OrderLine) -> Decimal {
        if !COMING.contains(&self.status.as_str()) {
            return Decimal::ZERO;
        }
        let open = line.ordered.checked_sub(line.cancelled).and_then(|rest| rest.checked_sub(line.received));
        let open = open.unwrap_or_default().max(Decimal::ZERO);
        open.checked_mul(line.factor.unwrap_or(Decimal::ONE)).unwrap_or_default()
    }
}

/// A request that was approved.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Approved {
    pub(super) purchase_request_id: PurchaseRequestId,
    pub(super) number: Option<String>,
    /// The store that ran low and is bought for: what it has is no reason to buy less.
    #[serde(default)]
    pub(super) replenishes: Option<LocationId>,
    #[serde(default)]
    pub(super) lines: Vec<ApprovedLine>,
}

/// One line of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApprovedLine {
    pub(super) line_id: String,
    pub(super) product_id: ProductId,
    pub(super) quantity: Decimal,
    pub(super) unit: Unit,
    pub(super) factor: Option<Decimal>,
    pub(super) base_quantity: Option<Decimal>,
    pub(super) deliver_to: Option<LocationId>,
}

impl ApprovedLine {
    /// What is wanted in the product's base unit; nothing where that cannot be told.
    pub(super) fn in_base(&self, base: Unit) -> Option<Decimal> {
        let by_factor = || self.factor.and_then(|factor| self.quantity.checked_mul(factor));
        self.base_quantity.or_else(by_factor).or_else(|| self.unit.convert(self.quantity, base))
    }
}

/// A request that was given up.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GivenUp {
    pub(super) purchase_request_id: PurchaseRequestId,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn order(status: &str) -> Order {
        serde_json::from_value(json!({ "purchaseOrderId": PurchaseOrderId::generate(), "status": status,
            "deliverTo": LocationId::generate(), "lines": [{ "lineId": PurchaseOrderLineId::generate(),
            "productId": ProductId::generate(), "ordered": "10", "received": "4", "cancelled": "1", "factor": "12" }] }))
        .unwrap()
    }

    #[test]
    fn what_is_to_come_is_what_was_ordered_and_neither_came_nor_was_cancelled() {
        for (status, open) in
            [("SENT", "60"), ("PARTIALLY_RECEIVED", "60"), ("CLOSED", "0"), ("APPROVED", "0")]
        {
            let order = order(status);
            assert_eq!(order.open(&order.lines[0]), dec(open), "{status}");
        }
    }

    #[test]
    fn a_line_is_wanted_in_base_units() {
        let line = |more: serde_json::Value| -> ApprovedLine {
            let mut line =
                json!({ "lineId": "1", "productId": ProductId::generate(), "quantity": "500", "unit": "g" });
            for (name, value) in more.as_object().unwrap() {
                line[name] = value.clone();
            }
            serde_json::from_value(line).unwrap()
        };
        let kg: Unit = "kg".parse().unwrap();
        assert_eq!(line(json!({})).in_base(kg), Some(dec("0.5")));
        assert_eq!(line(json!({ "factor": "0.001" })).in_base(kg), Some(dec("0.5")));
        assert_eq!(line(json!({ "baseQuantity": "0.6" })).in_base(kg), Some(dec("0.6")));
        assert_eq!(line(json!({ "unit": "case" })).in_base(kg), None);
    }
}
