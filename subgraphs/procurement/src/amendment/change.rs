//! What an amendment does to an order and to the requests it comes from. Pure.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chassis::{Code, Refusal, Refusals};
use primitives::{Act, CurrencyCode, Date, Decimal, PurchaseOrderLineId, PurchaseRequestId};
use serde::{Deserialize, Serialize};

use super::model::AmendedLine;
use crate::house;
use crate::purchase_order::model::{Command, OrderLine, PurchaseOrder};
use crate::purchase_request::approval::Case;

/// By how many hundredths an order may get dearer than what was let go out.
const FREE_PERCENT: i32 = 10;
/// By how much it may, in the house's currency.
const FREE_AMOUNT: i32 = 5_000;

/// A line as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    /// Which line.
    pub line: PurchaseOrderLineId,
    /// How much is ordered; as before unless told.
    pub quantity: Option<Decimal>,
    /// What one unit costs; as before unless told.
    pub unit_price: Option<Decimal>,
}

/// What is changed: lines, and when it is to come.
pub type Change<'c> = (&'c [LineChange], Option<Date>);

/// Changes an order and its lines, and what is on order of the requests; answers which lines changed how.
///
/// # Errors
/// Everything that is wrong with the change.
pub fn amend(
    (order, lines): (&mut PurchaseOrder, &mut [OrderLine]),
    cases: &mut BTreeMap<PurchaseRequestId, Case>,
    (changes, delivery_date): Change<'_>,
    act: Act,
) -> Result<Vec<AmendedLine>, Refusals> {
    let mut refusals = Refusals::new();
    let is_something =
        !changes.is_empty() || delivery_date.is_some_and(|day| Some(day) != order.delivery_date);
    refusals.check(is_something, || Refusal::invalid("lines", "nothing would change"));
    let (mut amended, mut seen) = (Vec::new(), HashSet::new());
    for (position, change) in changes.iter().enumerate() {
        let at = format!("lines.{position}");
        refusals.check(seen.insert(change.line), || {
            Refusal::duplicate("orderLineId", "this line is changed above").below(&at)
        });
        let Some(line) = lines.iter_mut().find(|line| line.id == change.line) else {
            let missing = Refusal::new(Code::NotFound, "orderLineId", "the order has no such line");
            refusals.push(missing.below(&at));
            continue;
        };
        let done = amend_line((line, order.currency), cases, change);
        let below = |refused: Refusals| refused.into_iter().map(|one| one.below(&at)).collect::<Vec<_>>();
        amended.extend(refusals.take(done.map_err(below)));
    }
    let total = Decimal::checked_sum(lines.iter().map(|line| line.amount));
    let base_total = Decimal::checked_sum(lines.iter().map(|line| line.base_amount));
    let totals =
        total.zip(base_total).filter(|(one, other)| one.is_within_bound() && other.is_within_bound());
    refusals.check(totals.is_some(), || {
        Refusal::new(Code::LimitExceeded, "lines", "an order comes to less than 1,000,000,000")
    });
    let is_complete = lines.iter().all(|line| line.outstanding().is_zero());
    let came = lines.iter().any(|line| line.received.is_positive());
    refusals
        .check(!is_complete || came, || Refusal::invalid("lines", "nothing would be left: cancel the order"));
    refusals.take(order.take(if is_complete && came { Command::ReceiveAll } else { Command::Amend }, act));
    let touched: BTreeSet<_> =
        lines.iter().filter(|line| seen.contains(&line.id)).map(|line| line.request_id).collect();
    for (_, case) in cases.iter_mut().filter(|(id, _)| touched.contains(id)) {
        refusals.take(case.count_orders(act));
    }
    let Some((total, base_total)) = totals.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    (order.total, order.base_total) = (total, base_total);
    order.delivery_date = delivery_date.or(order.delivery_date);
    order.revision += 1;
    Ok(amended)
}

/// Whether an order that comes to this needs another yes: it is more than a tenth, or more than 5,000, dearer than what was
/// let go out. Small steps add up.
pub fn needs_approval(before: Decimal, approved: Option<Decimal>, after: Decimal) -> bool {
    let approved = approved.unwrap_or(before);
    let Some(dearer) = after.checked_sub(approved).filter(|dearer| dearer.is_positive()) else {
        return false;
    };
    let is_much = i128::from(dearer.raw()) * 100 > i128::from(approved.raw()) * i128::from(FREE_PERCENT);
    is_much || dearer > Decimal::from_whole(FREE_AMOUNT)
}

fn amend_line(
    (line, currency): (&mut OrderLine, CurrencyCode),
    cases: &mut BTreeMap<PurchaseRequestId, Case>,
    change: &LineChange,
) -> Result<AmendedLine, Refusals> {
    let quantity = change.quantity.unwrap_or(line.ordered);
    let price = change.unit_price.unwrap_or(line.unit_price);
    let mut refusals = check_line(line, (quantity, price));
    let asked = cases.get_mut(&line.request_id);
    let asked = asked.and_then(|case| case.lines.iter_mut().find(|each| each.id == line.request_line_id));
    let more = quantity.checked_sub(line.ordered).unwrap_or(Decimal::ZERO);
    let open = asked.as_ref().map_or(Decimal::ZERO, |asked| asked.open_quantity());
    refusals.check(more <= open, || {
        let message = "more would be on order than was approved";
        Refusal::new(Code::LimitExceeded, "quantity", message).with("open", open.to_string())
    });
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let beyond =
        || Refusals::from(Refusal::invalid("unitPrice", "the line comes to less than 1,000,000,000"));
    let after = reckon(line, (quantity, price), currency).ok_or_else(beyond);
    let Some((mut after, asked)) = refusals.take(after).zip(asked) else { return Err(refusals) };
    asked.ordered = asked.ordered.checked_add(more).ok_or_else(beyond)?;
    let amended =
        AmendedLine { line: line.id, quantity: (line.ordered, quantity), price: (line.unit_price, price) };
    after.receivable = after.receivable_of(quantity).ok_or_else(beyond)?.max(after.received);
    *line = after;
    Ok(amended)
}

fn check_line(line: &OrderLine, (quantity, price): (Decimal, Decimal)) -> Refusals {
    let mut refusals = Refusals::new();
    let places = line.unit.decimal_places();
    let least = line.received.checked_add(line.cancelled).unwrap_or(Decimal::BOUND);
    refusals.check(quantity.is_positive() && quantity.is_within_bound(), || {
        Refusal::invalid("quantity", "quantity must be more than 0 and stays below 1,000,000,000")
    });
    refusals.check(quantity >= least.min(line.ordered), || {
        let refusal = Refusal::invalid("quantity", "less would be ordered than came");
        refusal.with("received", line.received.to_string())
    });
    refusals.check(quantity.decimal_places() <= places, || {
        Refusal::invalid("quantity", format!("{} has at most {places} decimal places", line.unit.code()))
    });
    refusals.check(!price.is_negative() && price.is_within_bound(), || {
        Refusal::invalid("unitPrice", "a price must not be negative and stays below 1,000,000,000")
    });
    refusals
}

/// The line with another quantity or price. Discount and tax follow what the line comes to without them; the rate to the
/// house's currency stays.
fn reckon(
    line: &OrderLine,
    (quantity, price): (Decimal, Decimal),
    currency: CurrencyCode,
) -> Option<OrderLine> {
    let digits = currency.minor_digits();
    let before = line.ordered.checked_mul(line.unit_price)?.round_to(digits)?;
    let gross = quantity.checked_mul(price)?.round_to(digits)?;
    let follow = |part: Decimal| match before.is_zero() {
        true => Some(part),
        false => part.checked_ratio(gross, before)?.round_to(digits),
    };
    let (discount, tax) = (follow(line.discount)?, follow(line.tax)?);
    let amount = gross.checked_sub(discount).filter(|less| !less.is_negative())?.checked_add(tax)?;
    let base_amount = match (currency == house::CURRENCY, line.amount.is_zero()) {
        (true, _) => amount,
        // What was free of charge has no rate to go by.
        (false, true) => return amount.is_zero().then(|| line.clone()),
        (false, false) => {
            amount.checked_ratio(line.base_amount, line.amount)?.round_to(house::CURRENCY.minor_digits())?
        }
    };
    let fits = amount.is_within_bound() && base_amount.is_within_bound();
    fits.then(|| OrderLine {
        ordered: quantity,
        unit_price: price,
        discount,
        tax,
        amount,
        base_amount,
        ..line.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_or_five_thousand_more_needs_another_yes() {
        let needs = |approved: &str, after: &str| {
            let [approved, after]: [Decimal; 2] = [approved, after].map(|text| text.parse().unwrap());
            needs_approval(after, Some(approved), after)
        };
        assert!(!needs("1000", "1100") && needs("1000", "1100.00001"));
        assert!(!needs("100000", "105000") && needs("100000", "105000.00001"));
        assert!(!needs("1000", "1") && needs("0", "0.01"));
    }
}
