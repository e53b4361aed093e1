//! Lines of a credit note: how much goes back, what comes back, and what that does to delivery and order. Pure.

use std::collections::HashMap;

use chassis::{Code, Refusal, Refusals};
use primitives::{
    CreditNoteLineId, CurrencyCode, Decimal, GoodsReceivedNoteLineId, ProductId, PurchaseOrderLineId, Unit,
};
use serde::{Deserialize, Serialize};

use super::model::CreditKind;
use crate::goods_received_note::line::NoteLine;
use crate::house;
use crate::market::model::Valuation;
use crate::purchase_order::model::OrderLine;
use crate::vendor_invoice::matching::in_base;

/// Lines of one credit note.
pub const MAX_LINES: usize = 500;

/// A line as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Which line of the delivery.
    pub note_line: GoodsReceivedNoteLineId,
    /// How much goes back; nothing where only money comes back.
    pub quantity: Decimal,
    /// What comes back; what the goods cost unless told.
    pub amount: Option<Decimal>,
}

/// One product of a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditLine {
    /// Identity.
    pub id: CreditNoteLineId,
    /// What was claimed.
    pub claim: Claim,
    /// The order line that was delivered.
    pub order_line: PurchaseOrderLineId,
    /// What.
    pub product_id: ProductId,
    /// In which unit.
    pub unit: Unit,
    /// What it comes to, in the order's currency.
    pub amount: Decimal,
    /// What it comes to in the house's currency.
    pub base_amount: Decimal,
}

/// The lines of a draft: they stand on lines of the delivery, and their numbers can be stored.
///
/// # Errors
/// Everything that is wrong with them.
pub fn read_lines(claims: &[Claim], note: &[NoteLine]) -> Result<Vec<CreditLine>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(claims.len() <= MAX_LINES, || {
        Refusal::new(Code::LimitExceeded, "lines", format!("a credit note has at most {MAX_LINES} lines"))
    });
    let mut lines = Vec::new();
    for (position, claim) in claims.iter().enumerate().take(MAX_LINES) {
        let at = |field: &str| format!("lines.{position}.{field}");
        let found = note.iter().find(|line| line.id == claim.note_line);
        refusals.check(found.is_some(), || {
            Refusal::new(Code::NotFound, &at("noteLineId"), "the delivery has no such line")
        });
        for (field, value) in [("quantity", Some(claim.quantity)), ("amount", claim.amount)] {
            let fits = value.is_none_or(|value| !value.is_negative() && value.is_within_bound());
            refusals.check(fits, || {
                let message = format!("{field} must not be negative and stays below 1,000,000,000");
                Refusal::invalid(&at(field), message)
            });
        }
        lines.extend(found.map(|line| CreditLine {
            id: CreditNoteLineId::generate(),
            claim: claim.clone(),
            order_line: line.count.order_line,
            product_id: line.product_id,
            unit: line.unit,
            amount: Decimal::ZERO,
            base_amount: Decimal::ZERO,
        }));
    }
    if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
}

/// Says what every line comes to, and counts it into copies of the delivery's lines; answers them. Lines of one delivery
/// line are counted together.
///
/// # Errors
/// Everything that is wrong with the lines; more goes back than was accepted, more is credited than was to be paid.
pub fn examine(
    (kind, currency): (CreditKind, CurrencyCode),
    lines: &mut [CreditLine],
    (note, order): (&[NoteLine], &[OrderLine]),
) -> Result<Vec<NoteLine>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(!lines.is_empty(), || Refusal::invalid("lines", "a credit note has at least one line"));
    let mut note = note.to_vec();
    let order: HashMap<PurchaseOrderLineId, &OrderLine> = order.iter().map(|line| (line.id, line)).collect();
    for (position, line) in lines.iter_mut().enumerate() {
        let of = note.iter_mut().find(|each| each.id == line.claim.note_line);
        let Some((of, order)) = of.zip(order.get(&line.order_line)) else {
            let at = format!("lines.{position}.noteLineId");
            refusals.push(Refusal::new(Code::NotFound, &at, "the delivery has no such line"));
            continue;
        };
        let found = examine_line((kind, currency), line, (of, order));
        refusals.extend(found.into_iter().map(|refusal| refusal.below(&format!("lines.{position}"))));
    }
    if refusals.is_empty() { Ok(note) } else { Err(refusals) }
}

fn examine_line(
    (kind, currency): (CreditKind, CurrencyCode),
    line: &mut CreditLine,
    (of, order): (&mut NoteLine, &OrderLine),
) -> Refusals {
    let mut refusals = Refusals::new();
    let places = line.unit.decimal_places();
    let quantity = line.claim.quantity;
    match kind {
        CreditKind::QuantityReturn => {
            refusals.check(quantity.is_positive(), || {
                Refusal::invalid("quantity", "quantity must be more than 0")
            });
            refusals.check(quantity.decimal_places() <= places, || {
                Refusal::invalid(
                    "quantity",
                    format!("{} has at most {places} decimal places", line.unit.code()),
                )
            });
            let left = of.count.accepted.checked_sub(of.returned).unwrap_or(Decimal::ZERO);
            refusals.check(quantity <= left, || {
                let message = "more would go back than was accepted";
                Refusal::new(Code::LimitExceeded, "quantity", message).with("maxAllowed", left.to_string())
            });
        }
        CreditKind::Amount => {
            refusals.check(quantity.is_zero(), || {
                Refusal::invalid("quantity", "only money comes back: name no quantity")
            });
            let is_something = line.claim.amount.is_some_and(Decimal::is_positive);
            refusals.check(is_something, || Refusal::invalid("amount", "amount must be more than 0"));
        }
    }
    let digits = currency.minor_digits();
    let worth = |quantity: Decimal| worth(order, quantity, digits);
    let amount = line.claim.amount.or_else(|| worth(quantity));
    let most = worth(of.count.accepted).and_then(|worth| worth.checked_sub(of.credited));
    let Some((amount, most)) = amount.zip(most) else {
        refusals.push(Refusal::new(Code::LimitExceeded, "amount", "the amount is beyond all bounds"));
        return refusals;
    };
    refusals.check(amount.decimal_places() <= digits, || {
        Refusal::invalid("amount", format!("{currency} has at most {digits} decimal places"))
    });
    refusals.check(amount <= most, || {
        let message = "more would be credited than was to be paid";
        Refusal::new(Code::LimitExceeded, "amount", message).with("maxAllowed", most.to_string())
    });
    let base = in_base(amount, order, currency);
    let (returned, credited) = (of.returned.checked_add(quantity), of.credited.checked_add(amount));
    if let (true, Some(base), Some(returned), Some(credited)) =
        (refusals.is_empty(), base, returned, credited)
    {
        (line.amount, line.base_amount) = (amount, base);
        (of.returned, of.credited) = (returned, credited);
    }
    refusals
}

/// What so much of an order line costs, its discount and tax shared by quantity.
fn worth(order: &OrderLine, quantity: Decimal, digits: u32) -> Option<Decimal> {
    order.amount.checked_ratio(quantity, order.ordered)?.round_to(digits)
}

/// What is credited without tax, which the house gets back, in each currency in which that is known: the order's, the house's, and the
/// one that the place of delivery is valued in. `None` beyond all bounds.
pub fn net_amounts(
    line: &CreditLine,
    order: &OrderLine,
    (currency, place): (CurrencyCode, Option<Valuation>),
) -> Option<Vec<(Decimal, CurrencyCode)>> {
    let net = |amount: Decimal| match order.amount.is_zero() {
        true => Some(Decimal::ZERO),
        false => amount.checked_ratio(order.amount.checked_sub(order.tax)?, order.amount),
    };
    let base = net(line.base_amount)?;
    let mut amounts = vec![(net(line.amount)?, currency), (base, house::CURRENCY)];
    if let Some(place) = place {
        amounts.push((base.checked_div(place.rate)?, place.currency));
    }
    Some(amounts)
}

/// Takes what goes back out of what was received. `None` when more goes back than is there, which the delivery forbids.
pub fn take_down(order: &mut [OrderLine], lines: &[CreditLine]) -> Option<()> {
    for line in lines {
        let of = order.iter_mut().find(|each| each.id == line.order_line)?;
        of.received = of.received.checked_sub(line.claim.quantity).filter(|left| !left.is_negative())?;
    }
    Some(())
}

/// Counts what went back as received again, whatever may still come by the order: the goods are there.
pub fn put_back(order: &mut [OrderLine], lines: &[CreditLine]) -> Option<()> {
    for line in lines {
        let of = order.iter_mut().find(|each| each.id == line.order_line)?;
        of.received = of.received.checked_add(line.claim.quantity)?;
        of.receivable = of.receivable.max(of.received);
    }
    Some(())
}

/// Takes a credit note's lines out of the delivery's again.
pub fn forget(note: &mut [NoteLine], lines: &[CreditLine]) {
    let less = |from: Decimal, what: Decimal| {
        from.checked_sub(what).filter(|left| !left.is_negative()).unwrap_or(Decimal::ZERO)
    };
    for line in lines {
        if let Some(of) = note.iter_mut().find(|each| each.id == line.claim.note_line) {
            of.returned = less(of.returned, line.claim.quantity);
            of.credited = less(of.credited, line.amount);
        }
    }
}
