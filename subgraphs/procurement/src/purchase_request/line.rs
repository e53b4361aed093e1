//! Lines of a purchase request: what is wanted, and what it comes to. Pure.

use chassis::{Code, Refusal, Refusals};
use primitives::{
    CategoryId, CurrencyCode, Date, Decimal, LocationId, ProductId, PurchaseRequestLineId, Unit, VendorId,
};
use serde::{Deserialize, Serialize};

use crate::machine::words;

/// Lines of one request.
pub const MAX_LINES: usize = 500;
/// Characters of a note.
const MAX_NOTE: usize = 500;

words! {
    /// What was decided about a line.
    LineStatus {
        /// Nothing yet.
        Open = "OPEN",
        /// It may be ordered.
        Approved = "APPROVED",
        /// It was left out.
        Rejected = "REJECTED",
    }
}

words! {
    /// Where a price comes from.
    PriceSource {
        /// Somebody named it.
        Manual = "MANUAL",
        /// It is the best offer, or the best one of the vendor that was named.
        Offer = "OFFER",
    }
}

/// A line as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineDraft {
    /// What.
    pub product_id: ProductId,
    /// How much.
    pub quantity: Decimal,
    /// In which unit.
    pub unit: String,
    /// Where it is to go.
    pub deliver_to: Option<LocationId>,
    /// By when, where it differs from the request.
    pub required_by: Option<Date>,
    /// From whom, where it matters.
    pub vendor_id: Option<VendorId>,
    /// What one unit costs, where the offers are not to be asked; in the house's currency.
    pub unit_price: Option<Decimal>,
    /// What is taken off the line.
    pub discount: Decimal,
    /// What is put on it.
    pub tax: Decimal,
    /// What there is to say.
    pub note: Option<String>,
}

impl LineDraft {
    /// So much of a product for a place; everything else is found when the request is handed in.
    pub fn of(product_id: ProductId, (quantity, unit): (Decimal, &str), deliver_to: LocationId) -> Self {
        Self {
            product_id,
            quantity,
            unit: unit.to_owned(),
            deliver_to: Some(deliver_to),
            required_by: None,
            vendor_id: None,
            unit_price: None,
            discount: Decimal::ZERO,
            tax: Decimal::ZERO,
            note: None,
        }
    }
}

/// What was found when the request was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What the product is sorted into.
    pub category: Option<CategoryId>,
    /// What the product is counted in.
    pub base_unit: Unit,
    /// Base units in one of the line's unit.
    pub factor: Decimal,
    /// Who sells; nobody yet where a price was named without a vendor.
    pub vendor_id: Option<VendorId>,
    /// Where the price comes from.
    pub source: PriceSource,
    /// The price list it stands on.
    pub price_list: Option<String>,
    /// What one of the line's unit costs.
    pub unit_price: Decimal,
    /// In which currency.
    pub currency: CurrencyCode,
    /// What the line comes to, in that currency.
    pub amount: Decimal,
    /// What it comes to in the house's currency.
    pub base_amount: Decimal,
}

/// One product of a purchase request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Identity.
    pub id: PurchaseRequestLineId,
    /// What.
    pub product_id: ProductId,
    /// How much.
    pub quantity: Decimal,
    /// In which unit.
    pub unit: Unit,
    /// Where it is to go.
    pub deliver_to: Option<LocationId>,
    /// By when, where it differs from the request.
    pub required_by: Option<Date>,
    /// From whom, where it matters.
    pub wanted_vendor: Option<VendorId>,
    /// What one unit is to cost, where that was named.
    pub wanted_price: Option<Decimal>,
    /// What is taken off.
    pub discount: Decimal,
    /// What is put on.
    pub tax: Decimal,
    /// What there is to say.
    pub note: Option<String>,
    /// What was decided.
    pub status: LineStatus,
    /// Why it was left out.
    pub status_reason: Option<String>,
    /// What was found when the request was handed in.
    pub terms: Option<Terms>,
    /// How much of it is on order.
    pub ordered: Decimal,
    /// How much of it a store holds and keeps for it.
    pub reserved: Decimal,
    /// How much a store kept for it and neither keeps any more nor handed out, in base units.
    #[serde(default)]
    pub returned: Decimal,
}

impl Line {
    /// What of it may still be ordered.
    pub fn open_quantity(&self) -> Decimal {
        if self.status != LineStatus::Approved {
            return Decimal::ZERO;
        }
        let left = self.quantity.checked_sub(self.ordered).and_then(|left| left.checked_sub(self.reserved));
        left.filter(|left| left.is_positive()).unwrap_or(Decimal::ZERO)
    }

    /// Notes how much of it a store began to keep for it, in base units; what came back since counts no more, whatever is heard
    /// of first. More than was asked for is not noted.
    pub fn keep(&mut self, base: Decimal) {
        let left = base.checked_sub(self.returned).unwrap_or(Decimal::ZERO);
        self.reserved = self.in_own_unit(left).min(self.quantity);
    }

    /// Notes that a store keeps so much less for it, in base units, without having handed it out.
    pub fn let_go(&mut self, base: Decimal) {
        let less = self.in_own_unit(base);
        let left = self.reserved.checked_sub(less).filter(|left| left.is_positive());
        self.reserved = left.unwrap_or(Decimal::ZERO);
        self.returned = self.returned.checked_add(base.max(Decimal::ZERO)).unwrap_or(self.returned);
    }

    /// A quantity in base units, in the unit that was asked for; nothing where that cannot be told.
    fn in_own_unit(&self, base: Decimal) -> Decimal {
        let factor = self.terms.as_ref().map(|terms| terms.factor);
        let own = factor.and_then(|factor| base.checked_div(factor)).filter(|own| own.is_positive());
        own.unwrap_or(Decimal::ZERO)
    }
}

/// The lines of a draft: only what can be stored is asked of them.
///
/// # Errors
/// Everything that cannot.
pub fn read_lines(drafts: &[LineDraft]) -> Result<Vec<Line>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(drafts.len() <= MAX_LINES, || {
        Refusal::new(Code::LimitExceeded, "lines", format!("a request has at most {MAX_LINES} lines"))
    });
    let mut lines = Vec::new();
    for (position, draft) in drafts.iter().enumerate().take(MAX_LINES) {
        let line = read_line(draft).map_err(|refused| below(refused, position));
        lines.extend(refusals.take(line));
    }
    if refusals.is_empty() { Ok(lines) } else { Err(refusals) }
}

fn below(refusals: Refusals, position: usize) -> Refusals {
    let prefix = format!("lines.{position}");
    refusals.into_iter().map(|refusal| refusal.below(&prefix)).collect::<Vec<_>>().into()
}

fn read_line(draft: &LineDraft) -> Result<Line, Refusals> {
    let mut refusals = Refusals::new();
    let unit = Unit::from_code(&draft.unit);
    refusals.check(unit.is_some(), || Refusal::invalid("unit", format!("there is no unit `{}`", draft.unit)));
    for (field, value) in [
        ("quantity", Some(draft.quantity)),
        ("unitPrice", draft.unit_price),
        ("discount", Some(draft.discount)),
        ("tax", Some(draft.tax)),
    ] {
        let fits = value.is_none_or(|value| !value.is_negative() && value.is_within_bound());
        let message = || format!("{field} must not be negative and stays below 1,000,000,000");
        refusals.check(fits, || Refusal::invalid(field, message()));
    }
    let note = draft.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    let fits = note.is_none_or(|note| note.chars().count() <= MAX_NOTE);
    refusals.check(fits, || Refusal::invalid("note", format!("a note has at most {MAX_NOTE} characters")));
    let Some(unit) = unit.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    Ok(Line {
        id: PurchaseRequestLineId::generate(),
        product_id: draft.product_id,
        quantity: draft.quantity,
        unit,
        deliver_to: draft.deliver_to,
        required_by: draft.required_by,
        wanted_vendor: draft.vendor_id,
        wanted_price: draft.unit_price,
        discount: draft.discount,
        tax: draft.tax,
        note: note.map(str::to_owned),
        status: LineStatus::Open,
        status_reason: None,
        terms: None,
        ordered: Decimal::ZERO,
        reserved: Decimal::ZERO,
        returned: Decimal::ZERO,
    })
}
