//! What it cost to have goods here: price, less discount, plus a share of the extra costs. Pure.

use std::collections::HashMap;

use primitives::{CurrencyCode, Decimal, PurchaseOrderLineId};

use super::line::NoteLine;
use super::model::Split;
use crate::house;
use crate::purchase_order::model::OrderLine;

/// Shares `whole` by weight, cut to `digits`; what that leaves over goes to the heaviest share, so that the sum is exact.
/// Nothing when no weight is positive or the range is left.
pub fn split(whole: Decimal, weights: &[Decimal], digits: u32) -> Option<Vec<Decimal>> {
    let total = Decimal::checked_sum(weights.iter().copied())?;
    if whole.is_zero() || weights.is_empty() {
        return Some(vec![Decimal::ZERO; weights.len()]);
    }
    if !total.is_positive() {
        return None;
    }
    let shares: Option<Vec<Decimal>> =
        weights.iter().map(|weight| Some(cut(whole.checked_ratio(*weight, total)?, digits))).collect();
    let mut shares = shares?;
    let rest = whole.checked_sub(Decimal::checked_sum(shares.iter().copied())?)?;
    // The first of the heaviest: the same delivery is always shared the same way.
    let heaviest =
        weights.iter().enumerate().max_by_key(|(position, weight)| (**weight, usize::MAX - position));
    let (heaviest, _) = heaviest?;
    shares[heaviest] = shares[heaviest].checked_add(rest)?;
    Some(shares)
}

fn cut(amount: Decimal, digits: u32) -> Decimal {
    let step = 10_i64.pow(Decimal::SCALE.saturating_sub(digits));
    Decimal::from_raw(amount.raw() - amount.raw() % step)
}

/// Gives every line its share of the extra costs and what a base unit of it cost. Nothing when the range is left, or when
/// there are costs and nothing was kept.
pub fn land(
    lines: &mut [NoteLine],
    order: &[OrderLine],
    (extra, by, currency): (Decimal, Split, CurrencyCode),
) -> Option<()> {
    let order: HashMap<PurchaseOrderLineId, &OrderLine> = order.iter().map(|line| (line.id, line)).collect();
    let digits = currency.minor_digits();
    let nets: Option<Vec<Decimal>> =
        lines.iter().map(|line| net(line, order.get(&line.count.order_line)?, digits)).collect();
    let nets = nets?;
    let kept: Option<Vec<Decimal>> = lines
        .iter()
        .map(|line| line.kept()?.checked_mul(order.get(&line.count.order_line)?.factor))
        .collect();
    let kept = kept?;
    let weights = match by {
        Split::Value => &nets,
        Split::Quantity => &kept,
    };
    let shares = split(extra, weights, digits)?;
    for (((line, net), kept), share) in lines.iter_mut().zip(nets).zip(kept).zip(shares) {
        line.extra_cost = share;
        if !kept.is_positive() {
            (line.unit_cost, line.base_unit_cost) = (None, None);
            continue;
        }
        let cost = net.checked_add(share)?;
        let from = order.get(&line.count.order_line)?;
        line.unit_cost = Some(cost.checked_div(kept)?);
        line.base_unit_cost = Some(in_base(cost, from, currency)?.checked_div(kept)?);
    }
    Some(())
}

/// What the accepted part of an order line costs without tax, which the house gets back.
fn net(line: &NoteLine, order: &OrderLine, digits: u32) -> Option<Decimal> {
    let gross = line.count.accepted.checked_mul(order.unit_price)?.round_to(digits)?;
    let discount = order.discount.checked_ratio(line.count.accepted, order.ordered)?.round_to(digits)?;
    gross.checked_sub(discount).map(|net| if net.is_negative() { Decimal::ZERO } else { net })
}

/// A cost in the house's currency, at the rate of the order line.
fn in_base(cost: Decimal, order: &OrderLine, currency: CurrencyCode) -> Option<Decimal> {
    if currency == house::CURRENCY {
        return Some(cost);
    }
    if order.amount.is_zero() {
        return cost.is_zero().then_some(Decimal::ZERO);
    }
    cost.checked_ratio(order.base_amount, order.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimals(texts: &[&str]) -> Vec<Decimal> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn shares_add_up_and_the_heaviest_takes_the_rest() {
        let whole: Decimal = "100".parse().unwrap();
        let shares = split(whole, &decimals(&["1", "1", "1"]), 2).unwrap();
        assert_eq!(shares, decimals(&["33.34", "33.33", "33.33"]));
        let shares = split("0.02".parse().unwrap(), &decimals(&["1", "1", "2"]), 2).unwrap();
        assert_eq!(Decimal::checked_sum(shares.clone()), Some("0.02".parse().unwrap()), "{shares:?}");
        assert_eq!(split(whole, &decimals(&["0", "0"]), 2), None);
        assert_eq!(split(Decimal::ZERO, &decimals(&["0", "0"]), 2).unwrap(), decimals(&["0", "0"]));
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_in_sharing(whole in 0_i64..1_000_000_000, weights in proptest::collection::vec(0_i64..1_000_000, 1..20)) {
            let whole = Decimal::from_raw(whole * 1_000);
            let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from_raw).collect();
            if let Some(shares) = split(whole, &weights, 2) {
                proptest::prop_assert!(shares.iter().all(|share| !share.is_negative()), "{:?}", shares);
                proptest::prop_assert_eq!(Decimal::checked_sum(shares), Some(whole));
            } else {
                // Only where there is nobody to share with.
                proptest::prop_assert!(weights.iter().all(|weight| weight.is_zero()));
            }
        }
    }
}
