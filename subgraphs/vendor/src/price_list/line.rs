//! Lines of a price list: what is wrong with them, and what they are once it is known what a pack holds. Pure.

use std::collections::HashMap;

use chassis::{Code, Refusal, Refusals};
use primitives::{Decimal, PriceLineId, ProductId, Unit};
use serde::{Deserialize, Serialize};

use crate::product_ref::model::Packs;

/// Lines of one list.
pub const MAX_LINES: usize = 2_000;

/// A line as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineDraft {
    /// The product.
    pub product_id: ProductId,
    /// The code of the unit that is priced.
    pub unit: String,
    /// From how many of the unit on.
    pub minimum_quantity: Decimal,
    /// What one of the unit costs.
    pub price: Decimal,
    /// Days between order and delivery, where they differ from the vendor's.
    pub lead_time_days: Option<i32>,
}

/// The price of one product from one quantity on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    /// Identity.
    pub id: PriceLineId,
    /// The product.
    pub product_id: ProductId,
    /// The unit that is priced.
    pub unit: Unit,
    /// The product's base unit.
    pub base_unit: Unit,
    /// How many base units one unit holds.
    pub factor: Decimal,
    /// From how many of the unit on.
    pub minimum_quantity: Decimal,
    /// What one of the unit costs, in the list's currency.
    pub price: Decimal,
    /// Days between order and delivery, where they differ from the vendor's.
    pub lead_time_days: Option<i32>,
}

/// The lines as they will be stored, or everything that is wrong with them. `known` has the products of the caller's tenant.
pub fn read_lines(
    drafts: &[LineDraft],
    known: &HashMap<ProductId, Packs>,
) -> Result<Vec<PriceLine>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(!drafts.is_empty(), || Refusal::invalid("lines", "a price list has at least one line"));
    refusals.check(drafts.len() <= MAX_LINES, || {
        Refusal::new(Code::LimitExceeded, "lines", format!("a price list has at most {MAX_LINES} lines"))
    });
    let mut lines = Vec::new();
    for (position, draft) in drafts.iter().enumerate().take(MAX_LINES) {
        let line = read_line(draft, known.get(&draft.product_id));
        lines.extend(refusals.take(line.map_err(|refused| below(refused, position))));
    }
    if refusals.is_empty() {
        refusals.extend(tier_refusals(&lines));
    }
    if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
}

/// What is wrong with the line at a position of its document.
pub(crate) fn below(refusals: Refusals, position: usize) -> Refusals {
    let prefix = format!("lines.{position}");
    refusals.into_iter().map(|refusal| refusal.below(&prefix)).collect::<Vec<_>>().into()
}

/// One line beside nothing else; fields are named as in the line's own input.
pub(crate) fn read_line(draft: &LineDraft, packs: Option<&Packs>) -> Result<PriceLine, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(packs.is_some(), || Refusal::new(Code::NotFound, "productId", "product not found"));
    let unit = Unit::from_code(&draft.unit);
    refusals.check(unit.is_some(), || Refusal::invalid("unit", format!("there is no unit `{}`", draft.unit)));
    let minimum = draft.minimum_quantity;
    refusals.check(minimum.is_positive() && minimum.is_within_bound(), || {
        Refusal::invalid("minQuantity", "the minimum quantity must be more than 0 and below 1,000,000,000")
    });
    refusals.check(!draft.price.is_negative() && draft.price.is_within_bound(), || {
        Refusal::invalid("price", "a price must not be negative and stays below 1,000,000,000")
    });
    refusals.check(draft.lead_time_days.is_none_or(|days| (0..=365).contains(&days)), || {
        Refusal::invalid("leadTimeDays", "a lead time is between 0 and 365 days")
    });
    let factor = packs.zip(unit).and_then(|(packs, unit)| packs.factor(unit));
    let lacks_way = packs.is_some() && unit.is_some() && factor.is_none();
    refusals.check(!lacks_way, || {
        let base = packs.map_or("", |packs| packs.base_unit.code());
        let message = format!("nothing says how many {base} one {} holds", draft.unit);
        Refusal::new(Code::UnitConversionMissing, "unit", message)
    });
    match (packs, unit, factor) {
        (Some(packs), Some(unit), Some(factor)) if refusals.is_empty() => Ok(PriceLine {
            id: PriceLineId::generate(),
            product_id: draft.product_id,
            unit,
            base_unit: packs.base_unit,
            factor,
            minimum_quantity: minimum,
            price: draft.price,
            lead_time_days: draft.lead_time_days,
        }),
        _ => Err(refusals),
    }
}

/// Tiers of a product in one unit: no two start at the same quantity, and more never costs more.
fn tier_refusals(lines: &[PriceLine]) -> Vec<Refusal> {
    let mut tiers: HashMap<(ProductId, Unit), Vec<(usize, &PriceLine)>> = HashMap::new();
    for (position, line) in lines.iter().enumerate() {
        tiers.entry((line.product_id, line.unit)).or_default().push((position, line));
    }
    let mut refused = Vec::new();
    for mut tier in tiers.into_values() {
        tier.sort_by_key(|(position, line)| (line.minimum_quantity, *position));
        for pair in tier.windows(2) {
            let ((_, lower), (position, higher)) = (pair[0], pair[1]);
            if lower.minimum_quantity == higher.minimum_quantity {
                let message = "the list already has this product, unit and minimum quantity";
                refused
                    .push((position, Refusal::duplicate(&format!("lines.{position}.minQuantity"), message)));
            } else if higher.price > lower.price {
                let message = format!("a higher tier must not cost more than {}", lower.price);
                refused.push((position, Refusal::invalid(&format!("lines.{position}.price"), message)));
            }
        }
    }
    refused.sort_by_key(|(position, _)| *position);
    refused.into_iter().map(|(_, refusal)| refusal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(product_id: ProductId, unit: &str, minimum: &str, price: &str) -> LineDraft {
        LineDraft {
            product_id,
            unit: unit.to_owned(),
            minimum_quantity: minimum.parse().unwrap(),
            price: price.parse().unwrap(),
            lead_time_days: None,
        }
    }

    fn known(product: ProductId) -> HashMap<ProductId, Packs> {
        let (kg, case) = (Unit::from_code("kg").unwrap(), Unit::from_code("case").unwrap());
        let factors = HashMap::from([(kg, Decimal::ONE), (case, Decimal::from_whole(12))]);
        HashMap::from([(
            product,
            Packs { code: "P".to_owned(), name: "P".to_owned(), base_unit: kg, factors },
        )])
    }

    fn refused(drafts: &[LineDraft], known: &HashMap<ProductId, Packs>) -> Vec<(String, &'static str)> {
        let refused = read_lines(drafts, known).unwrap_err();
        refused.as_slice().iter().map(|refusal| (refusal.field.join("."), refusal.code.as_str())).collect()
    }

    #[test]
    fn each_line_says_everything_that_is_wrong_with_it() {
        let product = ProductId::generate();
        let drafts = [
            draft(product, "kg", "1", "10"),
            draft(ProductId::generate(), "kg", "1", "10"),
            draft(product, "smoot", "0", "-1"),
            draft(product, "tray", "1", "10"),
        ];
        assert_eq!(
            refused(&drafts, &known(product)),
            [
                ("lines.1.productId".to_owned(), "NOT_FOUND"),
                ("lines.2.unit".to_owned(), "VALIDATION_ERROR"),
                ("lines.2.minQuantity".to_owned(), "VALIDATION_ERROR"),
                ("lines.2.price".to_owned(), "VALIDATION_ERROR"),
                ("lines.3.unit".to_owned(), "UNIT_CONVERSION_MISSING"),
            ]
        );
    }

    #[test]
    fn a_higher_tier_never_costs_more_and_no_tier_comes_twice() {
        let product = ProductId::generate();
        let good = [
            draft(product, "kg", "1", "10"),
            draft(product, "kg", "10", "10"),
            draft(product, "case", "1", "130"),
        ];
        assert_eq!(read_lines(&good, &known(product)).unwrap().len(), 3);
        let rising = [draft(product, "kg", "10", "11"), draft(product, "kg", "1", "10")];
        assert_eq!(refused(&rising, &known(product)), [("lines.0.price".to_owned(), "VALIDATION_ERROR")]);
        let twice = [draft(product, "kg", "1", "10"), draft(product, "kg", "1", "9")];
        assert_eq!(refused(&twice, &known(product)), [("lines.1.minQuantity".to_owned(), "DUPLICATE")]);
    }
}
