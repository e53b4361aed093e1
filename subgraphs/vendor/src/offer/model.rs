//! The best-price rule, and all prices side by side. Pure.
//!
//! Out go blocked vendors and blocked relations, lists and contracts outside their window, tiers above the quantity,
//! contracts of which less is left, and units without a way to the one that was asked for. Of the rest contracts come first;
//! then it is ranked by price per base unit in the base currency, then preferred
//! vendors, shorter lead time, better rating, and at last the vendor's id, so that equals keep their order.

use std::cmp::Reverse;

use primitives::{ContractId, CurrencyCode, Decimal, PriceListId, ProductId, Unit, VendorId};

use crate::price_list::line::PriceLine;
use crate::vendor::model::{Vendor, VendorStatus};

/// What a price stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A price list.
    PriceList(PriceListId),
    /// A contract, of which so many base units are left; as many as are wanted when nothing is said.
    Contract(ContractId, Option<Decimal>),
}

/// A price with all that decides about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The line.
    pub line: PriceLine,
    /// What it stands on.
    pub source: Source,
    /// The number of the list or contract.
    pub number: String,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Who sells.
    pub vendor: Vendor,
    /// Whether the vendor is preferred for the product.
    pub is_preferred: bool,
    /// Whether the product must not be bought from this vendor.
    pub is_blocked: bool,
    /// What one unit of its currency is worth in the base currency; nothing when no rate is known.
    pub rate: Option<Decimal>,
    /// How content the house is with the vendor: 0 to 5.
    pub rating: Option<Decimal>,
    /// Whether the list or contract is in force on the day that was asked for.
    pub is_in_force: bool,
}

impl Candidate {
    /// Whether it is a contract's price.
    pub fn is_contract(&self) -> bool {
        matches!(self.source, Source::Contract(..))
    }

    /// Days between order and delivery.
    pub fn lead_time_days(&self) -> i32 {
        self.line.lead_time_days.unwrap_or(self.vendor.facts.lead_time_days)
    }

    /// Per base unit, in the list's currency; nothing when that cannot be written.
    pub fn unit_price(&self) -> Option<Decimal> {
        self.line.price.checked_div(self.line.factor)
    }

    /// Per base unit, in the base currency: what is compared.
    pub fn comparable_price(&self) -> Option<Decimal> {
        self.unit_price()?.checked_mul(self.rate?)
    }
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
    /// It is agreed by contract, and the next is not.
    Contract,
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

/// Why a price is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The vendor is not, or no longer, somebody to buy from.
    VendorNotActive,
    /// The product must not be bought from this vendor.
    ProductBlocked,
    /// The list or contract is not in force on the day.
    NotInForce,
    /// Nobody said what its currency is worth on the day.
    NoExchangeRate,
    /// No way leads from the wanted unit to the base unit.
    NoConversion,
    /// The quantity is below the tier.
    BelowMinimum,
    /// Less than the quantity is left of what the contract commits.
    ContractUsedUp,
    /// The amount is beyond what can be written.
    OutOfRange,
    /// Another price of the vendor in the same unit comes first for the quantity.
    Outranked,
}

/// A price beside the others: ranked, or passed over for a reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The price.
    pub candidate: Candidate,
    /// The offer that it makes, or why it makes none.
    pub verdict: Result<Offer, WhyNot>,
}

/// All prices of a product side by side: the offers as [`rank`] orders them, then what is passed over.
pub fn compare(candidates: &[Candidate], wanted: Wanted) -> Vec<Compared> {
    let ranked = rank(candidates, wanted).unwrap_or_default();
    let base_quantity = in_base(candidates, wanted);
    let is_ranked =
        |candidate: &Candidate| ranked.iter().any(|offer| offer.candidate.line.id == candidate.line.id);
    let passed_over = candidates.iter().filter(|candidate| !is_ranked(candidate)).map(|candidate| Compared {
        candidate: candidate.clone(),
        verdict: Err(verdict(candidate, base_quantity).err().unwrap_or(WhyNot::Outranked)),
    });
    let mut passed_over: Vec<Compared> = passed_over.collect();
    passed_over.sort_by(|one, other| place(&one.candidate).cmp(&place(&other.candidate)));
    let offers = ranked.iter().cloned();
    let offers = offers.map(|offer| Compared { candidate: offer.candidate.clone(), verdict: Ok(offer) });
    offers.chain(passed_over).collect()
}

/// Where people look for a price that has no rank.
fn place(candidate: &Candidate) -> (&str, &str, Decimal, &str) {
    let line = &candidate.line;
    (&candidate.vendor.facts.name, line.unit.code(), line.minimum_quantity, &candidate.number)
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoWay;

/// All offers for what is wanted, best first.
///
/// # Errors
/// [`NoWay`] when there are prices, but no way leads from the wanted unit to the base unit.
pub fn rank(candidates: &[Candidate], wanted: Wanted) -> Result<Vec<Offer>, NoWay> {
    let base_quantity = in_base(candidates, wanted);
    let mut offers = Vec::new();
    for candidate in candidates {
        match verdict(candidate, base_quantity) {
            Ok(offer) => offers.push(offer),
            Err(WhyNot::NoConversion) => return Err(NoWay),
            Err(_) => {}
        }
    }
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
        Reason::Contract
    } else if best.1 != next.1 {
        Reason::LowestPrice
    } else if best.2 != next.2 {
        Reason::Preferred
    } else if best.3 != next.3 {
        Reason::ShorterLeadTime
    } else if best.4 != next.4 {
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
            Reason::Contract => {
                format!("{vendor} has a contract for this product, which comes before the offer of {other}")
            }
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

fn key(offer: &Offer) -> (Reverse<bool>, Decimal, Reverse<bool>, i32, Reverse<Decimal>, VendorId) {
    let vendor = &offer.candidate.vendor;
    (
        Reverse(offer.candidate.is_contract()),
        offer.comparable_price,
        Reverse(offer.candidate.is_preferred),
        offer.lead_time_days,
        Reverse(offer.candidate.rating.unwrap_or(Decimal::ZERO)),
        vendor.id,
    )
}

/// The offer that a price makes for a quantity in base units, or why it makes none.
fn verdict(candidate: &Candidate, base_quantity: Option<Decimal>) -> Result<Offer, WhyNot> {
    let require = |holds: bool, why_not: WhyNot| if holds { Ok(()) } else { Err(why_not) };
    require(candidate.vendor.status == VendorStatus::Active, WhyNot::VendorNotActive)?;
    require(!candidate.is_blocked, WhyNot::ProductBlocked)?;
    require(candidate.is_in_force, WhyNot::NotInForce)?;
    require(candidate.rate.is_some(), WhyNot::NoExchangeRate)?;
    let base_quantity = base_quantity.ok_or(WhyNot::NoConversion)?;
    require(reaches_tier(candidate, base_quantity), WhyNot::BelowMinimum)?;
    require(is_left(candidate, base_quantity), WhyNot::ContractUsedUp)?;
    offer(candidate, base_quantity).ok_or(WhyNot::OutOfRange)
}

/// The wanted quantity in base units: by the standard table, else by what a priced pack of the same unit holds.
fn in_base(candidates: &[Candidate], wanted: Wanted) -> Option<Decimal> {
    let base = candidates.first()?.line.base_unit;
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

/// Whether a contract still has the quantity to give.
fn is_left(candidate: &Candidate, base_quantity: Decimal) -> bool {
    match candidate.source {
        Source::Contract(_, Some(remaining)) => base_quantity <= remaining,
        Source::Contract(_, None) | Source::PriceList(_) => true,
    }
}

fn offer(candidate: &Candidate, base_quantity: Decimal) -> Option<Offer> {
    let line = &candidate.line;
    // From the exact line price, not from the rounded unit price: 3 cases cost three times the case.
    let total =
        base_quantity.checked_ratio(line.price, line.factor)?.round_to(candidate.currency.minor_digits())?;
    Some(Offer {
        product: line.product_id,
        unit_price: candidate.unit_price()?,
        comparable_price: candidate.comparable_price()?,
        candidate: candidate.clone(),
        base_quantity,
        total,
        lead_time_days: candidate.lead_time_days(),
    })
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
