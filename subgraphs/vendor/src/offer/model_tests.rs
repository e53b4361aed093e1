//! The best-price rule by example and by property.

use super::*;
use crate::vendor::model::tests::facts;
use primitives::{Act, Audit, PriceLineId, UserId};
use proptest::prelude::*;

fn unit(code: &str) -> Unit {
    Unit::from_code(code).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn candidate(name: &str, price: &str) -> Candidate {
    let act = Act { at: "2026-07-01T08:00:00Z".parse().unwrap(), by: Some(UserId::generate()) };
    let vendor = Vendor {
        id: VendorId::generate(),
        status: VendorStatus::Active,
        status_reason: None,
        facts: crate::vendor::model::VendorFacts { name: name.to_owned(), ..facts("V") },
        audit: Audit::new(act),
        version: 1,
    };
    let line = PriceLine {
        id: PriceLineId::generate(),
        product_id: ProductId::generate(),
        unit: unit("kg"),
        base_unit: unit("kg"),
        factor: Decimal::ONE,
        minimum_quantity: Decimal::ONE,
        price: decimal(price),
        lead_time_days: None,
    };
    Candidate {
        line,
        source: Source::PriceList(PriceListId::generate()),
        number: "PL-2026-001".to_owned(),
        currency: CurrencyCode::THB,
        vendor,
        is_preferred: false,
        is_blocked: false,
        rate: Some(Decimal::ONE),
        rating: None,
        is_in_force: true,
    }
}

fn wanted(quantity: &str) -> Wanted {
    Wanted { quantity: decimal(quantity), unit: None, factor: None }
}

fn names(candidates: &[Candidate], wanted: Wanted) -> Vec<String> {
    let offers = rank(candidates, wanted).unwrap();
    offers.into_iter().map(|offer| offer.candidate.vendor.facts.name).collect()
}

#[test]
fn the_cheapest_per_base_unit_wins_whatever_the_pack() {
    let dear = candidate("kilo", "11");
    let mut case = candidate("case", "120");
    case.line.unit = unit("case");
    case.line.factor = decimal("12");
    assert_eq!(names(&[dear.clone(), case.clone()], wanted("24")), ["case", "kilo"]);
    let offers = rank(&[dear, case], wanted("24")).unwrap();
    assert_eq!((offers[0].unit_price, offers[0].total), (decimal("10"), decimal("240")));
    assert_eq!(reason(&offers[0], offers.get(1)), Reason::LowestPrice);
}

#[test]
fn blocked_vendors_and_relations_and_unknown_rates_are_out() {
    let mut vendor = candidate("blocked vendor", "1");
    vendor.vendor.status = VendorStatus::Blocked;
    let mut relation = candidate("blocked relation", "1");
    relation.is_blocked = true;
    let mut dollars = candidate("no rate", "1");
    dollars.rate = None;
    assert_eq!(names(&[vendor, relation, dollars, candidate("open", "9")], wanted("1")), ["open"]);
}

#[test]
fn a_tier_counts_from_its_minimum_on() {
    let small = candidate("small", "10");
    let mut large = small.clone();
    large.line.minimum_quantity = decimal("10");
    large.line.price = decimal("8");
    let tiers = [small, large];
    assert_eq!(rank(&tiers, wanted("9.99999")).unwrap()[0].unit_price, decimal("10"));
    let at_tier = rank(&tiers, wanted("10")).unwrap();
    assert_eq!((at_tier.len(), at_tier[0].unit_price), (1, decimal("8")));
    assert!(rank(&tiers, wanted("0.5")).unwrap().is_empty());
}

#[test]
fn equals_are_ranked_by_preference_then_lead_time_then_rating() {
    let mut preferred = candidate("preferred", "10");
    preferred.is_preferred = true;
    let mut soon = candidate("soon", "10");
    soon.line.lead_time_days = Some(1);
    let mut rated = candidate("rated", "10");
    rated.rating = Some(decimal("4.5"));
    let plain = candidate("plain", "10");
    let all = [plain, rated, soon, preferred];
    assert_eq!(names(&all, wanted("1")), ["preferred", "soon", "rated", "plain"]);
    let offers = rank(&all, wanted("1")).unwrap();
    let why: Vec<Reason> = (0..4).map(|at| reason(&offers[at], offers.get(at + 1))).collect();
    assert_eq!(why, [Reason::Preferred, Reason::ShorterLeadTime, Reason::BetterRating, Reason::OnlyOffer]);
}

#[test]
fn what_else_the_best_vendor_offers_is_no_runner_up() {
    let kilo = candidate("one", "11");
    let mut case = kilo.clone();
    case.line.unit = unit("case");
    case.line.factor = decimal("12");
    case.line.price = decimal("120");
    let alone = best(rank(&[kilo.clone(), case.clone()], wanted("24")).unwrap(), 5).unwrap();
    assert_eq!((alone.reason, alone.runners_up.len()), (Reason::OnlyOffer, 0));
    assert_eq!(alone.explanation(), "one is the only vendor who offers this quantity on this day");
    let mut soon = candidate("two", "10");
    soon.line.lead_time_days = Some(5);
    let both = best(rank(&[kilo, case, soon], wanted("24")).unwrap(), 5).unwrap();
    assert_eq!((both.reason, both.runners_up.len()), (Reason::ShorterLeadTime, 1));
    let expected = "one costs as much per kg as two, and delivers in 2 days instead of 5";
    assert_eq!(both.explanation(), expected);
    assert_eq!(best(Vec::new(), 5), None);
}

#[test]
fn a_contract_comes_first_for_as_much_as_is_left_of_it() {
    let cheap = candidate("cheap", "9");
    let mut agreed = candidate("agreed", "10");
    agreed.source = Source::Contract(ContractId::generate(), Some(decimal("24")));
    let all = [cheap, agreed];
    assert_eq!(names(&all, wanted("24")), ["agreed", "cheap"]);
    let best = best(rank(&all, wanted("24")).unwrap(), 5).unwrap();
    let expected = "agreed has a contract for this product, which comes before the offer of cheap";
    assert_eq!((best.reason, best.explanation().as_str()), (Reason::Contract, expected));
    assert_eq!(names(&all, wanted("24.00001")), ["cheap"]);
    let compared = compare(&all, wanted("25"));
    assert_eq!(compared[1].verdict, Err(WhyNot::ContractUsedUp));
}

#[test]
fn every_price_that_is_passed_over_says_why() {
    let mut blocked = candidate("blocked vendor", "1");
    blocked.vendor.status = VendorStatus::Blocked;
    let mut relation = candidate("blocked relation", "1");
    relation.is_blocked = true;
    let mut over = candidate("over", "1");
    over.is_in_force = false;
    let mut dollars = candidate("no rate", "1");
    dollars.rate = None;
    let mut large = candidate("large tier", "1");
    large.line.minimum_quantity = decimal("100");
    let mut dear = candidate("beyond", "999999999");
    dear.rate = Some(decimal("999999999"));
    let one = candidate("one", "10");
    let mut two = one.clone();
    (two.line.id, two.line.price, two.line.minimum_quantity) =
        (PriceLineId::generate(), decimal("9"), decimal("5"));
    let all = [blocked, relation, over, dollars, large, dear, one, two];
    let said = |quantity: &str| {
        let compared = compare(&all, wanted(quantity)).into_iter();
        let told = compared
            .map(|price| (price.candidate.vendor.facts.name, price.verdict.map(|offer| offer.unit_price)));
        let mut told: Vec<_> = told.collect();
        // Those passed over come by vendor, and vendors are made anew in every run.
        told[1..].sort_by_key(|(name, _)| name.clone());
        told
    };
    let expected = [
        ("one", Ok(decimal("9"))),
        ("beyond", Err(WhyNot::OutOfRange)),
        ("blocked relation", Err(WhyNot::ProductBlocked)),
        ("blocked vendor", Err(WhyNot::VendorNotActive)),
        ("large tier", Err(WhyNot::BelowMinimum)),
        ("no rate", Err(WhyNot::NoExchangeRate)),
        ("one", Err(WhyNot::Outranked)),
        ("over", Err(WhyNot::NotInForce)),
    ];
    assert_eq!(said("5"), expected.map(|(name, verdict)| (name.to_owned(), verdict)));
    let smoot = Wanted { quantity: Decimal::ONE, unit: Some(unit("tray")), factor: None };
    let lost = compare(&[candidate("kilo", "10")], smoot);
    assert_eq!(lost[0].verdict, Err(WhyNot::NoConversion));
    assert!(compare(&[], wanted("1")).is_empty());
}

#[test]
fn currencies_are_compared_at_their_rates() {
    let mut dollars = candidate("dollars", "1");
    dollars.currency = CurrencyCode::USD;
    dollars.rate = Some(decimal("35"));
    let baht = candidate("baht", "34.99");
    assert_eq!(names(&[dollars, baht], wanted("1")), ["baht", "dollars"]);
}

#[test]
fn a_wanted_unit_is_converted_by_table_or_by_a_priced_pack() {
    let kilo = candidate("kilo", "10");
    let grams = Wanted { quantity: decimal("2500"), unit: Some(unit("g")), factor: None };
    assert_eq!(rank(std::slice::from_ref(&kilo), grams).unwrap()[0].total, decimal("25"));
    let mut case = candidate("case", "100");
    case.line.unit = unit("case");
    case.line.factor = decimal("12");
    let cases = Wanted { quantity: decimal("2"), unit: Some(unit("case")), factor: None };
    assert_eq!(rank(&[kilo.clone(), case], cases).unwrap()[0].base_quantity, decimal("24"));
    assert_eq!(rank(std::slice::from_ref(&kilo), cases), Err(NoWay));
    let explained = Wanted { factor: Some(decimal("10")), ..cases };
    assert_eq!(rank(&[kilo], explained).unwrap()[0].base_quantity, decimal("20"));
}

proptest! {
    #[test]
    fn the_order_of_candidates_never_matters(prices in proptest::collection::vec(1u32..50, 1..8), turn in 0usize..8) {
        let mut candidates: Vec<Candidate> =
            prices.iter().map(|price| candidate("v", &price.to_string())).collect();
        let before: Vec<VendorId> =
            rank(&candidates, wanted("1")).unwrap().iter().map(|offer| offer.candidate.vendor.id).collect();
        let len = candidates.len();
        candidates.rotate_left(turn % len);
        let after = rank(&candidates, wanted("1")).unwrap();
        prop_assert!(after.windows(2).all(|pair| pair[0].comparable_price <= pair[1].comparable_price));
        prop_assert_eq!(before, after.iter().map(|offer| offer.candidate.vendor.id).collect::<Vec<_>>());
    }
}
