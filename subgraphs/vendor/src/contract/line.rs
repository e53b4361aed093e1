//! What a contract says about single products: the price, how much is committed, and how much was taken. Pure.

use std::collections::{HashMap, HashSet};

use chassis::{Code, Refusal, Refusals};
use primitives::{ContractLineId, Decimal, ProductId, Unit};
use serde::Serialize;

use crate::price_list::line::{LineDraft, below, read_line};
use crate::product_ref::model::Packs;

/// Lines of one contract.
pub const MAX_LINES: usize = 500;

/// A line as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractLineDraft {
    /// The product.
    pub product_id: ProductId,
    /// The code of the unit that is priced.
    pub unit: String,
    /// What one of the unit costs.
    pub price: Decimal,
    /// How many of the unit the house will take; as many as it likes when nothing is said.
    pub committed: Option<Decimal>,
    /// Days between order and delivery, where they differ from the vendor's.
    pub lead_time_days: Option<i32>,
}

/// One product of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractLine {
    /// Identity.
    pub id: ContractLineId,
    /// The product.
    pub product_id: ProductId,
    /// The unit that is priced.
    pub unit: Unit,
    /// The product's base unit.
    pub base_unit: Unit,
    /// How many base units one unit holds.
    pub factor: Decimal,
    /// What one of the unit costs, in the contract's currency.
    pub price: Decimal,
    /// Days between order and delivery, where they differ from the vendor's.
    pub lead_time_days: Option<i32>,
    /// How many of the unit the house will take.
    pub committed: Option<Decimal>,
    /// How many base units were taken.
    pub used: Decimal,
}

impl ContractLine {
    /// How many base units the house will take.
    pub fn committed_base(&self) -> Option<Decimal> {
        self.committed?.checked_mul(self.factor)
    }

    /// How many base units are left, where that is limited; never less than none.
    pub fn remaining(&self) -> Option<Decimal> {
        let committed = self.committed_base()?;
        Some(committed.checked_sub(self.used).filter(|left| left.is_positive()).unwrap_or(Decimal::ZERO))
    }
}

/// The lines as they will be stored, or everything that is wrong with them. `known` has the products of the caller's tenant.
pub fn read_lines(
    drafts: &[ContractLineDraft],
    known: &HashMap<ProductId, Packs>,
) -> Result<Vec<ContractLine>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(!drafts.is_empty(), || Refusal::invalid("lines", "a contract has at least one line"));
    refusals.check(drafts.len() <= MAX_LINES, || {
        Refusal::new(Code::LimitExceeded, "lines", format!("a contract has at most {MAX_LINES} lines"))
    });
    let (mut lines, mut seen) = (Vec::new(), HashSet::new());
    for (position, draft) in drafts.iter().enumerate().take(MAX_LINES) {
        let line = read(draft, known.get(&draft.product_id), seen.insert(draft.product_id));
        lines.extend(refusals.take(line.map_err(|refused| below(refused, position))));
    }
    if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
}

fn read(draft: &ContractLineDraft, packs: Option<&Packs>, is_new: bool) -> Result<ContractLine, Refusals> {
    let mut refusals = Refusals::new();
    let price = LineDraft {
        product_id: draft.product_id,
        unit: draft.unit.clone(),
        minimum_quantity: Decimal::ONE,
        price: draft.price,
        lead_time_days: draft.lead_time_days,
    };
    let price = refusals.take(read_line(&price, packs));
    refusals.check(is_new, || Refusal::duplicate("productId", "the contract already has this product"));
    let committed = draft.committed;
    let is_amount = committed.is_none_or(|quantity| quantity.is_positive() && quantity.is_within_bound());
    refusals.check(is_amount, || {
        Refusal::invalid("committedQty", "the committed quantity must be more than 0 and below 1,000,000,000")
    });
    let Some(price) = price else { return Err(refusals) };
    let is_countable =
        committed.is_none_or(|quantity| quantity.checked_mul(price.factor).is_some_and(Decimal::is_positive));
    refusals.check(is_countable || !is_amount, || {
        Refusal::invalid("committedQty", "the committed quantity cannot be counted in the base unit")
    });
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(ContractLine {
        id: ContractLineId::generate(),
        product_id: price.product_id,
        unit: price.unit,
        base_unit: price.base_unit,
        factor: price.factor,
        price: price.price,
        lead_time_days: price.lead_time_days,
        committed,
        used: Decimal::ZERO,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(product_id: ProductId, unit: &str, committed: Option<&str>) -> ContractLineDraft {
        let committed = committed.map(|quantity| quantity.parse().unwrap());
        ContractLineDraft {
            product_id,
            unit: unit.to_owned(),
            price: Decimal::ONE,
            committed,
            lead_time_days: None,
        }
    }

    fn known(product: ProductId) -> HashMap<ProductId, Packs> {
        let kg = Unit::from_code("kg").unwrap();
        let factors = [("kg", "1"), ("g", "0.001"), ("case", "12")];
        let factors = factors.map(|(unit, factor)| (Unit::from_code(unit).unwrap(), factor.parse().unwrap()));
        HashMap::from([(
            product,
            Packs { code: "P".to_owned(), name: "P".to_owned(), base_unit: kg, factors: factors.into() },
        )])
    }

    #[test]
    fn each_line_says_everything_that_is_wrong_with_it() {
        let product = ProductId::generate();
        let drafts = [
            draft(product, "kg", None),
            draft(product, "case", Some("0")),
            draft(ProductId::generate(), "smoot", Some("1000000000")),
        ];
        let refused = read_lines(&drafts, &known(product)).unwrap_err();
        let said: Vec<String> = refused.as_slice().iter().map(|refusal| refusal.field.join(".")).collect();
        let expected = [
            "lines.1.productId",
            "lines.1.committedQty",
            "lines.2.productId",
            "lines.2.unit",
            "lines.2.committedQty",
        ];
        assert_eq!(said, expected);
        let tiny = [draft(product, "g", Some("0.001"))];
        assert_eq!(
            read_lines(&tiny, &known(product)).unwrap_err().first().unwrap().field,
            ["lines", "0", "committedQty"]
        );
        assert!(read_lines(&[], &known(product)).is_err());
    }

    #[test]
    fn what_is_left_is_counted_in_base_units_and_never_below_none() {
        let product = ProductId::generate();
        let mut line = read_lines(&[draft(product, "case", Some("10"))], &known(product)).unwrap().remove(0);
        assert_eq!(line.remaining(), Some(Decimal::from_whole(120)));
        line.used = Decimal::from_whole(121);
        assert_eq!(line.remaining(), Some(Decimal::ZERO));
        line.committed = None;
        assert_eq!(line.remaining(), None);
    }
}
