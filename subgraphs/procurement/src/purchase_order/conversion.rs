//! From approved lines to orders: grouped by vendor, currency and place. Pure.

use std::collections::BTreeMap;

use chassis::{Code, Refusal, Refusals};
use primitives::{
    Act, Audit, CurrencyCode, Date, Decimal, LocationId, PurchaseOrderId, PurchaseOrderLineId,
    PurchaseRequestId, PurchaseRequestLineId, VendorId,
};
use serde::Serialize;

use super::model::{OrderLine, PurchaseOrder, PurchaseOrderStatus, Tolerance};
use crate::house;
use crate::purchase_request::approval::Case;
use crate::purchase_request::line::{Line, LineStatus, Terms};
use crate::tolerance::model::Tolerances;

/// What is ordered of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// Which line.
    pub line: PurchaseRequestLineId,
    /// How much; all that is open unless told.
    pub quantity: Option<Decimal>,
    /// From whom, where the line names nobody.
    pub vendor: Option<VendorId>,
}

/// What one order is about.
type Key = (VendorId, String, LocationId);

/// A new order with its lines; it has no number yet.
#[derive(Debug)]
pub struct NewOrder {
    /// The order.
    pub order: PurchaseOrder,
    /// Its lines.
    pub lines: Vec<OrderLine>,
}

/// Orders for what is wanted, and the requests with what is on order now.
///
/// # Errors
/// Everything that is wrong with what is wanted.
pub fn convert(
    cases: &mut BTreeMap<PurchaseRequestId, Case>,
    (wanted, tolerances): (&[Wanted], &Tolerances),
    delivery_date: Option<Date>,
    act: Act,
) -> Result<Vec<NewOrder>, Refusals> {
    let mut refusals = Refusals::new();
    let mut groups: BTreeMap<Key, Vec<OrderLine>> = BTreeMap::new();
    for (position, each) in wanted.iter().enumerate() {
        let at = format!("lines.{position}");
        let ordered = order_line(cases, (each, tolerances)).map_err(|refusal| refusal.below(&at));
        if let Some((key, line)) = refusals.take(ordered) {
            groups.entry(key).or_default().push(line);
        }
    }
    let mut orders = Vec::new();
    for ((vendor, currency, place), lines) in groups {
        let currency = currency.parse::<CurrencyCode>().ok();
        let zone = lines.first().and_then(|line| cases.get(&line.request_id)?.request.time_zone.clone());
        let order =
            currency.and_then(|currency| head((vendor, currency, place), &lines, (delivery_date, zone), act));
        refusals.check(order.is_some(), || {
            Refusal::new(Code::LimitExceeded, "lines", "an order comes to less than 1,000,000,000")
        });
        orders.extend(order.map(|order| NewOrder { order, lines }));
    }
    if refusals.is_empty() {
        for case in cases.values_mut() {
            refusals.take(case.count_orders(act));
        }
    }
    if refusals.is_empty() { Ok(orders) } else { Err(refusals) }
}

fn order_line(
    cases: &mut BTreeMap<PurchaseRequestId, Case>,
    (wanted, tolerances): (&Wanted, &Tolerances),
) -> Result<(Key, OrderLine), Refusal> {
    let missing = || Refusal::new(Code::NotFound, "lineId", "there is no such approved line");
    let found = cases.iter_mut().find_map(|(id, case)| {
        let line = case.lines.iter_mut().find(|line| line.id == wanted.line)?;
        Some((*id, line))
    });
    let (request, line) =
        found.filter(|(_, line)| line.status == LineStatus::Approved).ok_or_else(missing)?;
    let (terms, place) = line.terms.clone().zip(line.deliver_to).ok_or_else(missing)?;
    let open = line.open_quantity();
    let quantity = wanted.quantity.unwrap_or(open);
    if !quantity.is_positive() || quantity > open {
        let message = "more would be on order than was approved, or nothing";
        return Err(Refusal::new(Code::LimitExceeded, "quantity", message).with("open", open.to_string()));
    }
    if quantity.decimal_places() > line.unit.decimal_places() {
        let message =
            format!("{} has at most {} decimal places", line.unit.code(), line.unit.decimal_places());
        return Err(Refusal::invalid("quantity", message));
    }
    let vendor = terms.vendor_id.or(wanted.vendor);
    let vendor = vendor.ok_or_else(|| Refusal::invalid("vendorId", "nobody is named who sells this"))?;
    let too_much = || Refusal::new(Code::LimitExceeded, "quantity", "the amount is beyond all bounds");
    let tolerance = tolerances.of(line.product_id, terms.category);
    let ordered = share(line, (&terms, tolerance), request, quantity).ok_or_else(too_much)?;
    line.ordered = line.ordered.checked_add(quantity).ok_or_else(too_much)?;
    Ok(((vendor, terms.currency.to_string(), place), ordered))
}

/// The part of a line that is ordered now. Discount and tax are shared by quantity; the last order takes the rest.
fn share(
    line: &Line,
    (terms, tolerance): (&Terms, Tolerance),
    request_id: PurchaseRequestId,
    quantity: Decimal,
) -> Option<OrderLine> {
    let digits = terms.currency.minor_digits();
    let before = line.ordered;
    let part = |whole: Decimal, digits: u32| -> Option<Decimal> {
        let upto = |quantity: Decimal| whole.checked_ratio(quantity, line.quantity)?.round_to(digits);
        upto(before.checked_add(quantity)?)?.checked_sub(upto(before)?)
    };
    let beyond = quantity.checked_ratio(tolerance.quantity, Decimal::from_whole(100))?;
    Some(OrderLine {
        id: PurchaseOrderLineId::generate(),
        request_id,
        request_line_id: line.id,
        product_id: line.product_id,
        category: terms.category,
        unit: line.unit,
        base_unit: terms.base_unit,
        factor: terms.factor,
        ordered: quantity,
        received: Decimal::ZERO,
        cancelled: Decimal::ZERO,
        receivable: quantity.checked_add(beyond)?,
        invoiced: Decimal::ZERO,
        tolerance,
        unit_price: terms.unit_price,
        discount: part(line.discount, digits)?,
        tax: part(line.tax, digits)?,
        amount: part(terms.amount, digits)?,
        base_amount: part(terms.base_amount, house::CURRENCY.minor_digits())?,
    })
}

fn head(
    (vendor_id, currency, deliver_to): (VendorId, CurrencyCode, LocationId),
    lines: &[OrderLine],
    (delivery_date, time_zone): (Option<Date>, Option<String>),
    act: Act,
) -> Option<PurchaseOrder> {
    let total = Decimal::checked_sum(lines.iter().map(|line| line.amount))?;
    let base_total = Decimal::checked_sum(lines.iter().map(|line| line.base_amount))?;
    if !total.is_within_bound() || !base_total.is_within_bound() {
        return None;
    }
    Some(PurchaseOrder {
        id: PurchaseOrderId::at(act.at),
        number: String::new(),
        status: PurchaseOrderStatus::Draft,
        status_reason: None,
        vendor_id,
        currency,
        deliver_to,
        delivery_date,
        total,
        base_total,
        vendor_reference: None,
        ordered_by: act.by?,
        approved_by: None,
        delegated_from: None,
        approved_at: None,
        sent_at: None,
        acknowledged_at: None,
        closed_at: None,
        revision: 1,
        time_zone,
        approved_base_total: None,
        audit: Audit::new(act),
        version: 1,
    })
}
