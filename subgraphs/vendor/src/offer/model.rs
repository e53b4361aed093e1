//! The best-price rule. Pure.
//!
//! Out go blocked vendors and blocked relations, lists outside their window, tiers above the quantity and units without a
//! way to the one that was asked for. The rest is ranked by price per base unit in the base currency, then preferred
//! vendors, shorter lead time, better rating, and at last the vendor's id, so that equals keep their order.

use std::cmp::Reverse;

use primitives::{CurrencyCode, Decimal, PriceListId, ProductId, Unit, VendorId};

use crate::price_list::line::PriceLine;
use crate::vendor::model::{Vendor, VendorStatus};

/// A price that is in force, with all that decides about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The line.
    pub line: PriceLine,
    /// The list it stands on.
    pub list: PriceListId,
    /// The list's number.
    pub list_number: String,
    /// The list's currency.
    pub currency: CurrencyCode,
    /// Who sells.
    pub vendor: Vendor,
    /// Whether the vendor is preferred for the product.
    pub is_preferred: bool,
    /// Whether the product must not be bought from this vendor.
    pub is_blocked: bool,
    /// What one unit of the list's currency is worth in the base currency; nothing when no rate is known.
    pub rate: Option<Decimal>,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// How much.
    pub quantity: Decimal,
    /// In which unit; the base unit when nothing is said.
    pub unit: Option<Unit>,
    /// Base units in one of it, for a unit that neither the standard table nor a priced pack explains.
    pub factor: Option<Decimal>,
}

/// An offer for what is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The product.
    pub product: ProductId,
    /// The price it comes from.
    pub candidate: Candidate,
    /// The wanted quantity in base units.
    pub base_quantity: Decimal,
    /// Per base unit, in the list's currency.
    pub unit_price: Decimal,
    /// Per base unit, in the base currency: what is compared.
    pub comparable_price: Decimal,
    /// For the whole quantity, in the list's currency, rounded to its minor unit.
    pub total: Decimal,
    /// Days between order and delivery.
    pub lead_time_days: i32,
}

/// Why an offer is the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody else offers.
    OnlyOffer,
    /// It is cheaper than the next.
    LowestPrice,
    /// As cheap as the next, and preferred.
    Preferred,
    /// As cheap as the next, and sooner.
    ShorterLeadTime,
    /// As cheap and as soon, and better rated.
    BetterRating,
    /// Equal in everything; the order is fixed.
    Tie,
}

/// The offer to take.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// The offer.
    pub offer: Offer,
    /// Why it is better than the next.
    pub reason: Reason,
    /// The best offers of the vendors behind it, best first.
    pub runners_up: Vec<Offer>,
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoWay;

/// All offers for what is wanted, best first.
///
/// # Errors
/// [`NoWay`] when there are prices, but no way leads from the wanted unit to the base unit.
pub fn rank(candidates: &[Candidate], wanted: Wanted) -> Result<Vec<Offer>, NoWay> {
    let allowed: Vec<&Candidate> = candidates.iter().filter(|candidate| may_sell(candidate)).collect();
    let Some(first) = allowed.first() else { return Ok(Vec::new()) };
    let base_quantity = in_base(candidates, wanted, first.line.base_unit).ok_or(NoWay)?;
    let reached = allowed.into_iter().filter(|candidate| reaches_tier(candidate, base_quantity));
    let mut offers: Vec<Offer> = reached.filter_map(|candidate| offer(candidate, base_quantity)).collect();
    offers.sort_by_key(key);
    let mut seen: Vec<(VendorId, Unit)> = Vec::new();
    // Of one vendor's tiers in one unit only the cheapest that is reached counts.
    offers.retain(|offer| {
        let tier = (offer.candidate.vendor.id, offer.candidate.line.unit);
        let is_new = !seen.contains(&tier);
        seen.push(tier);
        is_new
    });
    Ok(offers)
}

/// The first of ranked offers, with the best ones of at most `most` other vendors. What else the same vendor offers is no
/// alternative to it.
pub fn best(ranked: Vec<Offer>, most: usize) -> Option<Best> {
    let mut sellers: Vec<VendorId> = Vec::new();
    let mut first_of_each = ranked.into_iter().filter(|offer| {
        let seller = offer.candidate.vendor.id;
        let is_new = !sellers.contains(&seller);
        sellers.push(seller);
        is_new
    });
    let offer = first_of_each.next()?;
    let runners_up: Vec<Offer> = first_of_each.take(most).collect();
    let reason = reason(&offer, runners_up.first());
    Some(Best { offer, reason, runners_up })
}

/// Why the first of two ranked offers is better than the second.
fn reason(best: &Offer, next: Option<&Offer>) -> Reason {
    let Some(next) = next else { return Reason::OnlyOffer };
    let (best, next) = (key(best), key(next));
    if best.0 != next.0 {
        Reason::LowestPrice
    } else if best.1 != next.1 {
        Reason::Preferred
    } else if best.2 != next.2 {
        Reason::ShorterLeadTime
    } else if best.3 != next.3 {
        Reason::BetterRating
    } else {
        Reason::Tie
    }
}

impl Best {
    /// The reason as a sentence for people. It names no price: not everybody may see them.
    pub fn explanation(&self) -> String {
        let vendor = &self.offer.candidate.vendor.facts.name;
        let base = self.offer.candidate.line.base_unit.code();
        let Some(next) = self.runners_up.first() else {
            return format!("{vendor} is the only vendor who offers this quantity on this day");
        };
        let other = &next.candidate.vendor.facts.name;
        match self.reason {
            Reason::OnlyOffer | Reason::LowestPrice => {
                format!("{vendor} has the lowest price per {base}, before {other}")
            }
            Reason::Preferred => {
                format!("{vendor} costs as much per {base} as {other}, and is preferred for this product")
            }
            Reason::ShorterLeadTime => format!(
                "{vendor} costs as much per {base} as {other}, and delivers in {} days instead of {}",
                self.offer.lead_time_days, next.lead_time_days
            ),
            Reason::BetterRating => {
                format!("{vendor} costs as much per {base} as {other}, and is better rated")
            }
            Reason::Tie => {
                format!("{vendor} and {other} are equal in everything; the first one known is taken")
            }
        }
    }
}

fn key(offer: &Offer) -> (Decimal, Reverse<bool>, i32, Reverse<Decimal>, VendorId) {
    let vendor = &offer.candidate.vendor;
    (
        offer.comparable_price,
        Reverse(offer.candidate.is_preferred),
        offer.lead_time_days,
        Reverse(vendor.facts.rating.unwrap_or(Decimal::ZERO)),
        vendor.id,
    )
}

fn may_sell(candidate: &Candidate) -> bool {
    candidate.vendor.status == VendorStatus::Active && !candidate.is_blocked && candidate.rate.is_some()
}

/// The wanted quantity in base units: by the standard table, else by what a priced pack of the same unit holds.
fn in_base(candidates: &[Candidate], wanted: Wanted, base: Unit) -> Option<Decimal> {
    let unit = wanted.unit.unwrap_or(base);
    unit.convert(wanted.quantity, base).or_else(|| {
        let priced = candidates.iter().find(|candidate| candidate.line.unit == unit);
        let factor = priced.map(|candidate| candidate.line.factor).or(wanted.factor)?;
        wanted.quantity.checked_mul(factor)
    })
}

/// Whether the quantity reaches the line's tier. Compared in base units, so that nothing is lost by dividing.
fn reaches_tier(candidate: &Candidate, base_quantity: Decimal) -> bool {
    let minimum = candidate.line.minimum_quantity.checked_mul(candidate.line.factor);
    minimum.is_some_and(|minimum| base_quantity >= minimum)
}

fn offer(candidate: &Candidate, base_quantity: Decimal) -> Option<Offer> {
    let line = &candidate.line;
    let unit_price = line.price.checked_div(line.factor)?;
    // From the exact line price, not from the rounded unit price: 3 cases cost three times the case.
    let total =
        base_quantity.checked_ratio(line.price, line.factor)?.round_to(candidate.currency.minor_digits())?;
    let lead_time_days = line.lead_time_days.unwrap_or(candidate.vendor.facts.lead_time_days);
    Some(Offer {
        product: line.product_id,
        comparable_price: unit_price.checked_mul(candidate.rate?)?,
        candidate: candidate.clone(),
        base_quantity,
        unit_price,
        total,
        lead_time_days,
    })
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
