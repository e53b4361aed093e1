//! Lines of a goods received note: what came, and what of it was kept. Pure.

use std::collections::HashMap;

use chassis::{Code, Refusal, Refusals};
use primitives::{Date, Decimal, GoodsReceivedNoteLineId, ProductId, PurchaseOrderLineId, Unit};
use serde::{Deserialize, Serialize};

use crate::market::model::Product;
use crate::purchase_order::model::OrderLine;

/// Lines of one note.
pub const MAX_LINES: usize = 500;
/// Characters of a lot number.
const MAX_LOT: usize = 64;
/// Characters of a remark.
const MAX_REMARK: usize = 500;

/// A line as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Which line of the order.
    pub order_line: PurchaseOrderLineId,
    /// How much came.
    pub delivered: Decimal,
    /// How much of it was kept.
    pub accepted: Decimal,
    /// How much went back.
    pub rejected: Decimal,
    /// How much was broken.
    pub damaged: Decimal,
    /// How much came on top for nothing.
    pub free: Decimal,
    /// The lot.
    pub lot: Option<String>,
    /// Until when it keeps.
    pub expiry: Option<Date>,
    /// What there is to say.
    pub remark: Option<String>,
}

/// One product of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteLine {
    /// Identity.
    pub id: GoodsReceivedNoteLineId,
    /// What.
    pub product_id: ProductId,
    /// In which unit it is counted: the order line's.
    pub unit: Unit,
    /// The count.
    pub count: Count,
    /// Its share of the extra costs, in the order's currency.
    pub extra_cost: Decimal,
    /// What one base unit cost to have it here, in the order's currency.
    pub unit_cost: Option<Decimal>,
    /// The same in the house's currency.
    pub base_unit_cost: Option<Decimal>,
    /// What was accepted comes to in the house's currency, by the order; since it is the house's.
    pub base_amount: Decimal,
    /// How much of what was accepted went back since.
    pub returned: Decimal,
    /// What the vendor owes for it, in the order's currency.
    pub credited: Decimal,
}

impl NoteLine {
    /// How much goes to the shelf, in the line's unit.
    pub fn kept(&self) -> Option<Decimal> {
        self.count.accepted.checked_add(self.count.free)
    }
}

/// The lines of a draft: they stand on lines of the order, and their numbers can be stored.
///
/// # Errors
/// Everything that is wrong with them.
pub fn read_lines(counts: &[Count], order: &[OrderLine]) -> Result<Vec<NoteLine>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(counts.len() <= MAX_LINES, || {
        Refusal::new(Code::LimitExceeded, "lines", format!("a note has at most {MAX_LINES} lines"))
    });
    let mut lines = Vec::new();
    for (position, count) in counts.iter().enumerate().take(MAX_LINES) {
        let found = order.iter().find(|line| line.id == count.order_line);
        let below = |refused: Refusals| {
            refused.into_iter().map(|one| one.below(&format!("lines.{position}"))).collect::<Vec<_>>()
        };
        lines.extend(refusals.take(read_line(count, found).map_err(below)));
    }
    if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
}

fn read_line(count: &Count, order: Option<&OrderLine>) -> Result<NoteLine, Refusals> {
    let mut refusals = Refusals::new();
    refusals
        .check(order.is_some(), || Refusal::new(Code::NotFound, "orderLineId", "the order has no such line"));
    for (field, value) in quantities(count) {
        let fits = !value.is_negative() && value.is_within_bound();
        refusals.check(fits, || {
            Refusal::invalid(field, format!("{field} must not be negative and stays below 1,000,000,000"))
        });
    }
    for (field, text, most) in [("lot", &count.lot, MAX_LOT), ("remark", &count.remark, MAX_REMARK)] {
        let fits = text.as_deref().is_none_or(|text| text.chars().count() <= most);
        refusals.check(fits, || Refusal::invalid(field, format!("{field} has at most {most} characters")));
    }
    match order {
        Some(order) if refusals.is_empty() => Ok(NoteLine {
            id: GoodsReceivedNoteLineId::generate(),
            product_id: order.product_id,
            unit: order.unit,
            count: count.clone(),
            extra_cost: Decimal::ZERO,
            unit_cost: None,
            base_unit_cost: None,
            base_amount: Decimal::ZERO,
            returned: Decimal::ZERO,
            credited: Decimal::ZERO,
        }),
        _ => Err(refusals),
    }
}

fn quantities(count: &Count) -> [(&'static str, Decimal); 5] {
    [
        ("deliveredQuantity", count.delivered),
        ("acceptedQuantity", count.accepted),
        ("rejectedQuantity", count.rejected),
        ("damagedQuantity", count.damaged),
        ("freeQuantity", count.free),
    ]
}

/// What is wrong with a complete count.
pub fn check_count(lines: &[NoteLine], products: &HashMap<ProductId, Product>, today: Date) -> Refusals {
    let mut refusals = Refusals::new();
    refusals.check(!lines.is_empty(), || Refusal::invalid("lines", "a note has at least one line"));
    for (position, line) in lines.iter().enumerate() {
        let prefix = format!("lines.{position}");
        let found = check_line(line, products.get(&line.product_id), today);
        refusals.extend(found.into_iter().map(|refusal| refusal.below(&prefix)));
    }
    refusals
}

fn check_line(line: &NoteLine, product: Option<&Product>, today: Date) -> Refusals {
    let mut refusals = Refusals::new();
    let count = &line.count;
    let places = line.unit.decimal_places();
    for (field, value) in quantities(count) {
        refusals.check(value.decimal_places() <= places, || {
            Refusal::invalid(field, format!("{} has at most {places} decimal places", line.unit.code()))
        });
    }
    let parts = Decimal::checked_sum([count.accepted, count.rejected, count.damaged]);
    refusals.check(parts == Some(count.delivered), || {
        Refusal::invalid("deliveredQuantity", "what came is what was accepted, rejected and damaged")
    });
    let is_something = count.delivered.is_positive() || count.free.is_positive();
    refusals.check(is_something, || Refusal::invalid("deliveredQuantity", "quantity must be more than 0"));
    let is_kept = count.accepted.is_positive() || count.free.is_positive();
    let (needs_lot, needs_expiry) =
        product.map_or((false, false), |product| (product.is_lot_tracked, product.is_expiry_tracked));
    let has_lot = count.lot.as_deref().is_some_and(|lot| !lot.trim().is_empty());
    refusals
        .check(!(is_kept && needs_lot) || has_lot, || Refusal::invalid("lot", "this product needs a lot"));
    refusals.check(!(is_kept && needs_expiry) || count.expiry.is_some(), || {
        Refusal::invalid("expiry", "say until when this product keeps")
    });
    let keeps = count.expiry.is_none_or(|day| day > today);
    refusals.check(!is_kept || keeps, || Refusal::invalid("expiry", "what has expired is not accepted"));
    refusals
}
