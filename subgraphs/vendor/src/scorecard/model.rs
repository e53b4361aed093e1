//! The figures, and how a delivery counts for what was ordered. Pure.

use primitives::{Date, Decimal, ProductId, PurchaseOrderLineId};

/// A line of an order that was sent, in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The line.
    pub line: PurchaseOrderLineId,
    /// The product.
    pub product: ProductId,
    /// When it is to come.
    pub due_on: Option<Date>,
    /// How much was ordered.
    pub ordered: Decimal,
    /// How much came so far.
    pub received: Decimal,
    /// What was agreed for one base unit, in the base currency.
    pub agreed_price: Option<Decimal>,
}

/// One product of a delivery, in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The product.
    pub product: ProductId,
    /// How much came.
    pub quantity: Decimal,
    /// What one base unit cost, in the base currency, where that is known.
    pub unit_cost: Option<Decimal>,
}

/// What a delivery comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How much counts for which line.
    pub parts: Vec<(PurchaseOrderLineId, Decimal)>,
    /// Whether it came in time; nothing when no day was agreed.
    pub is_on_time: Option<bool>,
    /// What it would have cost at the agreed prices, as far as both are known.
    pub agreed_value: Decimal,
    /// What that part of it did cost.
    pub paid_value: Decimal,
}

/// Counts a delivery for the lines of its order: a product's lines are filled in their order, and what is too much counts
/// for the last. Nothing when an amount is beyond counting.
pub fn tally(expected: &[Expected], delivered: &[Delivered], received_on: Date) -> Option<Tally> {
    let due = expected.iter().filter_map(|line| line.due_on).min();
    let mut tally = Tally { is_on_time: due.map(|due| received_on <= due), ..Tally::default() };
    let mut open: Vec<(Expected, Decimal)> = Vec::new();
    for line in expected {
        let left = line.ordered.checked_sub(line.received).filter(|left| left.is_positive());
        open.push((*line, left.unwrap_or(Decimal::ZERO)));
    }
    for part in delivered {
        let mut rest = part.quantity;
        let mut mine: Vec<&mut (Expected, Decimal)> =
            open.iter_mut().filter(|(line, _)| line.product == part.product).collect();
        let last = mine.len();
        for (place, (line, left)) in mine.iter_mut().map(|entry| &mut **entry).enumerate() {
            let taken = if place + 1 == last { rest } else { rest.min(*left) };
            if !taken.is_positive() {
                continue;
            }
            *left = left.checked_sub(taken)?;
            rest = rest.checked_sub(taken)?;
            match tally.parts.iter_mut().find(|(known, _)| *known == line.line) {
                Some((_, sum)) => *sum = sum.checked_add(taken)?,
                None => tally.parts.push((line.line, taken)),
            }
            if let (Some(agreed), Some(paid)) = (line.agreed_price, part.unit_cost) {
                tally.agreed_value = tally.agreed_value.checked_add(taken.checked_mul(agreed)?)?;
                tally.paid_value = tally.paid_value.checked_add(taken.checked_mul(paid)?)?;
            }
        }
    }
    Some(tally)
}

/// What is known about a vendor: sums over a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scorecard {
    /// Deliveries for which a day was agreed.
    pub dated: i64,
    /// Those of them that came in time.
    pub on_time: i64,
    /// What was ordered, of lines that are due or of which something came.
    pub ordered: Decimal,
    /// What came of it, never more than was ordered.
    pub filled: Decimal,
    /// What deliveries would have cost at the agreed prices.
    pub agreed_value: Decimal,
    /// What they did cost.
    pub paid_value: Decimal,
}

impl Scorecard {
    /// Deliveries in time, of a hundred.
    pub fn on_time_percent(&self) -> Option<Decimal> {
        let whole = |count: i64| i32::try_from(count).ok().map(Decimal::from_whole);
        percent(whole(self.on_time)?, whole(self.dated)?)
    }

    /// What came of what was ordered, of a hundred.
    pub fn fill_rate_percent(&self) -> Option<Decimal> {
        percent(self.filled, self.ordered)
    }

    /// How much more than agreed was paid, of a hundred; below zero when it was less.
    pub fn price_variance_percent(&self) -> Option<Decimal> {
        percent(self.paid_value.checked_sub(self.agreed_value)?, self.agreed_value)
    }

    /// From 0 to 5: two fifths for being in time, two fifths for coming in full, a fifth for the price, of which nothing is
    /// left at ten per cent more than agreed. Nothing before there is something to judge by.
    pub fn rating(&self) -> Option<Decimal> {
        let (on_time, filled) = (self.on_time_percent()?, self.fill_rate_percent()?);
        let over = self.price_variance_percent().unwrap_or(Decimal::ZERO);
        let worst = Decimal::from_whole(10);
        let price = worst.checked_sub(over.max(Decimal::ZERO).min(worst))?;
        let sum = Decimal::checked_sum([on_time, on_time, filled, filled, price.checked_mul(worst)?])?;
        sum.checked_div(Decimal::from_whole(100))?.round_to(1)
    }
}

fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if !whole.is_positive() {
        return None;
    }
    part.checked_ratio(Decimal::from_whole(100), whole)?.round_to(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn expected(product: ProductId, ordered: &str, price: Option<&str>) -> Expected {
        Expected {
            line: PurchaseOrderLineId::generate(),
            product,
            due_on: Some("2026-07-03".parse().unwrap()),
            ordered: decimal(ordered),
            received: Decimal::ZERO,
            agreed_price: price.map(decimal),
        }
    }

    #[test]
    fn a_delivery_fills_the_lines_of_its_product_in_order_and_the_rest_goes_to_the_last() {
        let (rice, oil) = (ProductId::generate(), ProductId::generate());
        let lines =
            [expected(rice, "10", Some("2")), expected(rice, "5", Some("2")), expected(oil, "1", None)];
        let part = |product, quantity: &str| Delivered {
            product,
            quantity: decimal(quantity),
            unit_cost: Some(decimal("3")),
        };
        let late = "2026-07-04".parse().unwrap();
        let counted = tally(&lines, &[part(rice, "12"), part(rice, "4"), part(oil, "1")], late).unwrap();
        let parts =
            [(lines[0].line, decimal("10")), (lines[1].line, decimal("6")), (lines[2].line, decimal("1"))];
        assert_eq!(counted.parts, parts);
        assert_eq!((counted.agreed_value, counted.paid_value), (decimal("32"), decimal("48")));
        assert_eq!(counted.is_on_time, Some(false));
        let nothing = tally(&[], &[part(rice, "12")], late).unwrap();
        assert_eq!(nothing, Tally::default());
    }

    #[test]
    fn figures_are_parts_of_a_hundred_and_nothing_without_anything_to_judge_by() {
        assert_eq!(Scorecard::default().rating(), None);
        let card = Scorecard {
            dated: 3,
            on_time: 2,
            ordered: decimal("200"),
            filled: decimal("150"),
            agreed_value: decimal("1000"),
            paid_value: decimal("1050"),
        };
        assert_eq!(card.on_time_percent(), Some(decimal("66.67")));
        assert_eq!(card.fill_rate_percent(), Some(decimal("75")));
        assert_eq!(card.price_variance_percent(), Some(decimal("5")));
        // (2 × 66.67 + 2 × 75 + 50) ÷ 100.
        assert_eq!(card.rating(), Some(decimal("3.3")));
        let cheap = Scorecard { paid_value: decimal("900"), ..card };
        assert_eq!(cheap.price_variance_percent(), Some(decimal("-10")));
        let perfect = Scorecard { on_time: 3, filled: decimal("200"), ..cheap };
        assert_eq!(perfect.rating(), Some(decimal("5")));
    }
}
