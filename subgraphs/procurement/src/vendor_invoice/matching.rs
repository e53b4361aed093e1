//! Lines of an invoice, and the three-way match: order, receipt, invoice. Pure.

use std::collections::{BTreeMap, HashMap};

use chassis::{Code, Refusal, Refusals};
use primitives::{
    CurrencyCode, Decimal, ProductId, PurchaseOrderId, PurchaseOrderLineId, Unit, VendorId,
    VendorInvoiceLineId,
};
use serde::{Deserialize, Serialize};

use super::model::Command;
use crate::house;
use crate::machine::words;
use crate::purchase_order::model::{OrderLine, PurchaseOrder, PurchaseOrderStatus};

/// Lines of one invoice.
pub const MAX_LINES: usize = 500;

words! {
    /// What an invoice line differs in.
    Difference {
        /// In what one unit costs.
        Price = "PRICE",
        /// In how much came.
        Quantity = "QUANTITY",
    }
}

/// A line as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// For which line of an order.
    pub order_line: PurchaseOrderLineId,
    /// How much, in the order line's unit.
    pub quantity: Decimal,
    /// What one unit costs.
    pub unit_price: Decimal,
    /// What is taken off.
    pub discount: Decimal,
    /// What is put on.
    pub tax: Decimal,
}

/// What the last match saw and found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// What one unit costs by the order, its discount included.
    pub order_price: Decimal,
    /// How much of the order line came and was kept.
    pub received: Decimal,
    /// How much of it is invoiced up to this line: of two invoices for the same goods, the later one is too much.
    pub invoiced: Decimal,
    /// What differs beyond tolerance.
    pub differences: Vec<Difference>,
}

/// One product of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// Identity.
    pub id: VendorInvoiceLineId,
    /// On which order it stands.
    pub order_id: PurchaseOrderId,
    /// What.
    pub product_id: ProductId,
    /// In which unit.
    pub unit: Unit,
    /// What the invoice says.
    pub charge: Charge,
    /// What it comes to.
    pub amount: Decimal,
    /// What it comes to in the house's currency, at the order's rate.
    pub base_amount: Decimal,
    /// What the match made of it.
    pub findings: Findings,
}

impl InvoiceLine {
    /// What one unit costs by the invoice, its discount included.
    pub fn price(&self) -> Option<Decimal> {
        net_price(self.charge.unit_price, self.charge.discount, self.charge.quantity)
    }
}

/// The orders an invoice stands on, locked.
pub type Orders = BTreeMap<PurchaseOrderId, (PurchaseOrder, Vec<OrderLine>)>;

/// The lines of an invoice; what they invoice is counted into the orders.
///
/// # Errors
/// Everything that is wrong with them.
pub fn read_lines(
    charges: &[Charge],
    (vendor, currency): (VendorId, CurrencyCode),
    orders: &mut Orders,
) -> Result<Vec<InvoiceLine>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(!charges.is_empty(), || Refusal::invalid("lines", "an invoice has at least one line"));
    refusals.check(charges.len() <= MAX_LINES, || {
        Refusal::new(Code::LimitExceeded, "lines", format!("an invoice has at most {MAX_LINES} lines"))
    });
    let mut lines = Vec::new();
    for (position, charge) in charges.iter().enumerate().take(MAX_LINES) {
        let below = |refused: Refusals| {
            refused.into_iter().map(|one| one.below(&format!("lines.{position}"))).collect::<Vec<_>>()
        };
        let line = read_line(charge, (vendor, currency), orders).map_err(below);
        lines.extend(refusals.take(line));
    }
    if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
}

fn read_line(
    charge: &Charge,
    terms: (VendorId, CurrencyCode),
    orders: &mut Orders,
) -> Result<InvoiceLine, Refusals> {
    let found = orders.values_mut().find_map(|(order, lines)| {
        let line = lines.iter_mut().find(|line| line.id == charge.order_line)?;
        Some((&*order, line))
    });
    let mut refusals = check_order(found.as_ref().map(|(order, _)| *order), terms);
    for (field, value) in
        [("unitPrice", charge.unit_price), ("discount", charge.discount), ("tax", charge.tax)]
    {
        refusals.check(!value.is_negative() && value.is_within_bound(), || {
            Refusal::invalid(field, format!("{field} must not be negative and stays below 1,000,000,000"))
        });
    }
    let fits = charge.quantity.is_positive() && charge.quantity.is_within_bound();
    refusals.check(fits, || {
        Refusal::invalid("quantity", "quantity must be more than 0 and stays below 1,000,000,000")
    });
    let Some((order, line)) = found.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    let digits = order.currency.minor_digits();
    let beyond = || Refusal::invalid("discount", "a line comes to at least 0 and less than 1,000,000,000");
    let amount = amount(charge, digits).ok_or_else(beyond)?;
    let base_amount = in_base(amount, line, order.currency).ok_or_else(beyond)?;
    line.invoiced = line.invoiced.checked_add(charge.quantity).ok_or_else(beyond)?;
    Ok(InvoiceLine {
        id: VendorInvoiceLineId::generate(),
        order_id: order.id,
        product_id: line.product_id,
        unit: line.unit,
        charge: charge.clone(),
        amount,
        base_amount,
        findings: Findings {
            order_price: Decimal::ZERO,
            received: line.received,
            invoiced: line.invoiced,
            differences: Vec::new(),
        },
    })
}

fn check_order(order: Option<&PurchaseOrder>, (vendor, currency): (VendorId, CurrencyCode)) -> Refusals {
    let mut refusals = Refusals::new();
    let Some(order) = order else {
        return Refusal::new(Code::NotFound, "orderLineId", "there is no such order line").into();
    };
    refusals.check(order.vendor_id == vendor, || {
        Refusal::invalid("orderLineId", "this was ordered from another vendor")
    });
    refusals.check(order.currency == currency, || {
        let message = format!("this was ordered in {}", order.currency);
        Refusal::invalid("orderLineId", message).with("currency", order.currency.to_string())
    });
    use PurchaseOrderStatus::{Approved, Cancelled, Draft, PendingApproval};
    refusals.check(![Draft, PendingApproval, Approved, Cancelled].contains(&order.status), || {
        Refusal::new(Code::InvalidState, "orderLineId", "the vendor has no such order")
    });
    refusals
}

fn amount(charge: &Charge, digits: u32) -> Option<Decimal> {
    let gross = charge.quantity.checked_mul(charge.unit_price)?.round_to(digits)?;
    let less = gross.checked_sub(charge.discount).filter(|less| !less.is_negative())?;
    less.checked_add(charge.tax).filter(|amount| amount.is_within_bound())
}

/// An amount of an order line in the house's currency, at the line's own rate.
pub fn in_base(amount: Decimal, line: &OrderLine, currency: CurrencyCode) -> Option<Decimal> {
    if currency == house::CURRENCY {
        return Some(amount);
    }
    if line.amount.is_zero() {
        return Some(Decimal::ZERO);
    }
    amount.checked_ratio(line.base_amount, line.amount)?.round_to(house::CURRENCY.minor_digits())
}

/// Matches all lines; answers what to do with the invoice. `None` when the range is left, which stored numbers never do.
pub fn match_lines(
    lines: &mut [InvoiceLine],
    order_lines: &HashMap<PurchaseOrderLineId, OrderLine>,
) -> Option<Command> {
    for line in lines.iter_mut() {
        let order = order_lines.get(&line.charge.order_line)?;
        line.findings = compare(line, order)?;
    }
    let differs = |difference| lines.iter().any(|line| line.findings.differences.contains(&difference));
    // What has not come is not paid at any price, so it counts more.
    Some(match (differs(Difference::Quantity), differs(Difference::Price)) {
        (true, _) => Command::Hold,
        (false, true) => Command::Differ,
        (false, false) => Command::Match,
    })
}

/// Moves lines up behind lines of another invoice that was given up.
pub fn close_ranks(lines: &mut [InvoiceLine], gone: &[InvoiceLine]) {
    for line in lines {
        let before = gone.iter().filter(|each| {
            each.charge.order_line == line.charge.order_line
                && each.findings.invoiced < line.findings.invoiced
        });
        let freed = Decimal::checked_sum(before.map(|each| each.charge.quantity));
        let left = freed.and_then(|freed| line.findings.invoiced.checked_sub(freed));
        line.findings.invoiced = left.unwrap_or(line.findings.invoiced);
    }
}

fn compare(line: &InvoiceLine, order: &OrderLine) -> Option<Findings> {
    let invoiced = line.findings.invoiced;
    let order_price = net_price(order.unit_price, order.discount, order.ordered)?;
    let apart = line.price()?.checked_sub(order_price)?.raw().unsigned_abs();
    let is_price_fine = i128::from(apart) * HUNDRED
        <= i128::from(order_price.raw()) * i128::from(order.tolerance.price.raw());
    let is_quantity_fine = i128::from(invoiced.raw()) * HUNDRED
        <= i128::from(order.received.raw()) * (HUNDRED + i128::from(order.tolerance.quantity.raw()));
    let differences = [(Difference::Price, is_price_fine), (Difference::Quantity, is_quantity_fine)];
    Some(Findings {
        order_price,
        received: order.received,
        invoiced,
        differences: differences.into_iter().filter(|(_, is_fine)| !is_fine).map(|(it, _)| it).collect(),
    })
}

/// A hundred, in the steps tolerances are stored in.
const HUNDRED: i128 = 100 * 100_000;

fn net_price(unit_price: Decimal, discount: Decimal, quantity: Decimal) -> Option<Decimal> {
    unit_price.checked_sub(discount.checked_div(quantity)?)
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
