//! What a campaign asks for. Pure.

use std::collections::{HashMap, HashSet};

use chassis::{Code, Refusal, Refusals};
use primitives::{CampaignLineId, Decimal, ProductId, Unit};
use serde::Serialize;

use crate::price_list::line::below;
use crate::product_ref::model::Packs;
use crate::product_ref::service::Known;

/// Products of one campaign.
pub const MAX_LINES: usize = 500;

/// A line of the template as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CampaignLineDraft {
    /// The product.
    pub product_id: ProductId,
    /// The code of the unit that is to be priced.
    pub unit: String,
    /// How much the house expects to buy.
    pub quantity: Option<Decimal>,
}

/// A product that a campaign asks for, as it was when it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignLine {
    /// Identity.
    pub id: CampaignLineId,
    /// The product.
    pub product_id: ProductId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The unit that is to be priced.
    pub unit: Unit,
    /// The product's base unit.
    pub base_unit: Unit,
    /// How many base units one unit holds.
    pub factor: Decimal,
    /// How much the house expects to buy, in the unit.
    pub quantity: Option<Decimal>,
}

/// The template as it will be stored, or everything that is wrong with it.
pub fn read_lines(drafts: &[CampaignLineDraft], known: &Known) -> Result<Vec<CampaignLine>, Refusals> {
    let mut refusals = Refusals::new();
    refusals
        .check(!drafts.is_empty(), || Refusal::invalid("lines", "a campaign asks for at least one product"));
    refusals.check(drafts.len() <= MAX_LINES, || {
        Refusal::new(
            Code::LimitExceeded,
            "lines",
            format!("a campaign asks for at most {MAX_LINES} products"),
        )
    });
    let (mut lines, mut seen) = (Vec::new(), HashSet::new());
    for (position, draft) in drafts.iter().enumerate().take(MAX_LINES) {
        let line = read(draft, known.get(&draft.product_id), seen.insert(draft.product_id));
        lines.extend(refusals.take(line.map_err(|refused| below(refused, position))));
    }
    if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
}

fn read(draft: &CampaignLineDraft, packs: Option<&Packs>, is_new: bool) -> Result<CampaignLine, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(packs.is_some(), || Refusal::new(Code::NotFound, "productId", "product not found"));
    refusals.check(is_new, || Refusal::duplicate("productId", "the campaign already asks for this product"));
    let unit = Unit::from_code(&draft.unit);
    refusals.check(unit.is_some(), || Refusal::invalid("unit", format!("there is no unit `{}`", draft.unit)));
    let is_amount =
        draft.quantity.is_none_or(|quantity| quantity.is_positive() && quantity.is_within_bound());
    refusals.check(is_amount, || {
        Refusal::invalid("quantity", "the quantity must be more than 0 and below 1,000,000,000")
    });
    let factor = packs.zip(unit).and_then(|(packs, unit)| packs.factor(unit));
    refusals.check(packs.is_none() || unit.is_none() || factor.is_some(), || {
        let message = format!("nothing says how much one {} holds", draft.unit);
        Refusal::new(Code::UnitConversionMissing, "unit", message)
    });
    match (packs, unit, factor) {
        (Some(packs), Some(unit), Some(factor)) if refusals.is_empty() => Ok(CampaignLine {
            id: CampaignLineId::generate(),
            product_id: draft.product_id,
            code: packs.code.clone(),
            name: packs.name.clone(),
            unit,
            base_unit: packs.base_unit,
            factor,
            quantity: draft.quantity,
        }),
        _ => Err(refusals),
    }
}

/// What the template knows about products, in the words of who asks what packs hold: an answer is read by it alone.
pub fn known(lines: &[CampaignLine]) -> Known {
    let packs = lines.iter().map(|line| {
        let factors = HashMap::from([(line.base_unit, Decimal::ONE), (line.unit, line.factor)]);
        let (code, name) = (line.code.clone(), line.name.clone());
        (line.product_id, Packs { base_unit: line.base_unit, factors, code, name })
    });
    packs.collect()
}
