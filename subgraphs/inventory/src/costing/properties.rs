//! The rules of valuation as examples and as properties over random histories.

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{CurrencyCode, Decimal};
use proptest::prelude::*;
use rstest::rstest;

use super::{CostMethod, Holding, Slice, line_value};

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(n: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(n)
}

fn slice(at: i64, quantity: &str, unit_cost: &str) -> Slice {
    let value = line_value(dec(quantity), dec(unit_cost), CurrencyCode::THB).unwrap();
    Slice { received_at: day(at), quantity: dec(quantity), value }
}

/// The worked check every valuation must reproduce: in 100 at 10, in 50 at 14, out 80, out 30.
#[rstest]
#[case::fifo(CostMethod::Fifo, ["800", "340"], "560")]
#[case::average(CostMethod::MovingAverage, ["906.67", "340"], "453.33")]
fn the_worked_check_comes_out(#[case] method: CostMethod, #[case] out: [&str; 2], #[case] left: &str) {
    let mut holding = Holding::empty(method, CurrencyCode::THB);
    holding.receive(&[slice(1, "100", "10")]).unwrap();
    holding.receive(&[slice(2, "50", "14")]).unwrap();
    if method == CostMethod::MovingAverage {
        assert_eq!(holding.average_cost(), dec("11.33333"));
    }
    assert_eq!(holding.withdraw(dec("80"), day(3)).unwrap().value, dec(out[0]));
    assert_eq!(holding.withdraw(dec("30"), day(4)).unwrap().value, dec(out[1]));
    assert_eq!((holding.on_hand, holding.value), (dec("40"), dec(left)));
}

#[rstest]
#[case(CostMethod::Fifo)]
#[case(CostMethod::MovingAverage)]
fn emptying_takes_the_whole_rest(#[case] method: CostMethod) {
    let mut holding = Holding::empty(method, CurrencyCode::THB);
    holding.receive(&[slice(1, "3", "3.33333")]).unwrap();
    let thirds: Vec<Decimal> = (0..3).map(|n| holding.withdraw(dec("1"), day(n)).unwrap().value).collect();
    assert_eq!(thirds, [dec("3.33"), dec("3.34"), dec("3.33")]);
    assert_eq!(holding.value, Decimal::ZERO);
}

#[rstest]
#[case(CostMethod::Fifo)]
#[case(CostMethod::MovingAverage)]
fn the_first_receipt_after_negative_books_the_difference(#[case] method: CostMethod) {
    let mut holding = Holding::empty(method, CurrencyCode::THB);
    holding.receive(&[slice(1, "10", "10")]).unwrap();
    assert_eq!(holding.withdraw(dec("15"), day(2)).unwrap().value, dec("150"));
    assert_eq!((holding.on_hand, holding.value), (dec("-5"), dec("-50")));

    let receipt = holding.receive(&[slice(3, "10", "12")]).unwrap();
    assert_eq!((receipt.value, receipt.variance), (dec("120"), dec("-10")));
    assert_eq!((holding.on_hand, holding.value), (dec("5"), dec("60")));
}

#[test]
fn a_receipt_too_small_to_settle_leaves_the_rest_at_its_old_cost() {
    let mut holding = Holding::empty(CostMethod::Fifo, CurrencyCode::THB);
    holding.receive(&[slice(1, "10", "10")]).unwrap();
    holding.withdraw(dec("15"), day(2)).unwrap();
    let receipt = holding.receive(&[slice(3, "3", "12")]).unwrap();
    assert_eq!((receipt.value, receipt.variance), (dec("36"), dec("-6")));
    assert_eq!((holding.on_hand, holding.value), (dec("-2"), dec("-20")));
    assert!(holding.layers.is_empty());
}

#[test]
fn a_late_receipt_with_an_early_date_is_consumed_first() {
    let mut holding = Holding::empty(CostMethod::Fifo, CurrencyCode::THB);
    holding.receive(&[slice(5, "10", "20")]).unwrap();
    holding.receive(&[slice(1, "10", "10")]).unwrap();
    assert_eq!(holding.withdraw(dec("10"), day(6)).unwrap().value, dec("100"));
}

#[test]
fn a_currency_without_minor_unit_is_valued_in_whole_units() {
    let mut holding = Holding::empty(CostMethod::MovingAverage, CurrencyCode::JPY);
    holding.receive(&[Slice { received_at: day(1), quantity: dec("3"), value: dec("100") }]).unwrap();
    assert_eq!(holding.withdraw(dec("1"), day(2)).unwrap().value, dec("33"));
    assert_eq!(holding.withdraw(dec("1"), day(3)).unwrap().value, dec("34"));
}

#[test]
fn the_largest_quantity_at_the_largest_price_is_refused_without_a_trace() {
    assert_eq!(line_value(dec("999999999.99999"), dec("999999999.99999"), CurrencyCode::THB), None);
    assert_eq!(line_value(dec("0.00001"), dec("999999999.99999"), CurrencyCode::THB), Some(dec("10000.00")));
    let mut holding = Holding::empty(CostMethod::Fifo, CurrencyCode::THB);
    let huge = Slice { received_at: day(1), quantity: dec("1"), value: Decimal::from_raw(i64::MAX) };
    holding.receive(&[huge]).unwrap();
    let before = holding.clone();
    assert!(holding.receive(&[huge]).is_err());
    assert_eq!(holding, before);
}

/// Ten at 10 and ten at 14, of which four were used.
fn two_deliveries(method: CostMethod) -> (Holding, [Slice; 2]) {
    let mut holding = Holding::empty(method, CurrencyCode::THB);
    let deliveries = [slice(1, "10", "10"), slice(2, "10", "14")];
    for delivery in deliveries {
        holding.receive(&[delivery]).unwrap();
    }
    holding.withdraw(dec("4"), day(3)).unwrap();
    (holding, deliveries)
}

#[test]
fn what_goes_back_costs_what_it_cost_when_it_came() {
    let (mut fifo, [first, second]) = two_deliveries(CostMethod::Fifo);
    let given = fifo.give_back(dec("5"), second, day(4)).unwrap();
    assert_eq!((given.cost, given.withdrawal.value), (dec("70"), dec("70")));
    // Six of the first are left; the other two of it went to the kitchen, and two of the second leave in their place.
    let given = fifo.give_back(dec("8"), first, day(4)).unwrap();
    assert_eq!((given.cost, given.withdrawal.value), (dec("80"), dec("88")));
    assert_eq!((fifo.on_hand, fifo.value), (dec("3"), dec("42")));
    // 16 are worth 192, 12 each.
    let (mut average, [_, second]) = two_deliveries(CostMethod::MovingAverage);
    let given = average.give_back(dec("5"), second, day(4)).unwrap();
    assert_eq!((given.cost, given.withdrawal.value), (dec("70"), dec("60")));
    assert_eq!((average.on_hand, average.value), (dec("11"), dec("132")));
}

#[test]
fn a_credit_lowers_what_is_still_held_by_its_share() {
    let (mut fifo, [first, second]) = two_deliveries(CostMethod::Fifo);
    let credit = |amount: &str| (dec(amount), dec(amount.trim_start_matches('-')));
    // Six of ten are held.
    assert_eq!(fifo.revalue(credit("-20"), first), Ok(dec("-12")));
    assert_eq!((fifo.on_hand, fifo.value, fifo.layers[0].unit_cost), (dec("16"), dec("188"), dec("8")));
    assert_eq!(fifo.revalue(credit("-1000"), second), Ok(dec("-140")), "never below nothing");
    assert_eq!(fifo.withdraw(dec("16"), day(5)).unwrap().value, dec("48"));
    assert_eq!(fifo.revalue(credit("-20"), first), Ok(Decimal::ZERO), "nothing is held any more");
    let (mut average, [first, _]) = two_deliveries(CostMethod::MovingAverage);
    assert_eq!(average.revalue(credit("-20"), first), Ok(dec("-20")), "as many are there");
    average.withdraw(dec("12"), day(5)).unwrap();
    assert_eq!(average.revalue((dec("20"), dec("20")), first), Ok(dec("8")), "four of ten are");
    assert_eq!(average.revalue((dec("20"), dec("3")), first), Ok(dec("3")), "at most what was taken");
}

/// One step of a random history.
#[derive(Clone, Copy, Debug)]
enum Step {
    Receive {
        quantity: i64,
        unit_cost: i64,
        at: i64,
    },
    Withdraw {
        quantity: i64,
    },
    /// Of one of the receipts so far.
    GiveBack {
        quantity: i64,
        of: usize,
    },
    /// Of one of the receipts so far; what it costs less, or more.
    Revalue {
        amount: i32,
        of: usize,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let receive = (1_i64..50_000_000, 0_i64..20_000_000, 0_i64..100)
        .prop_map(|(quantity, unit_cost, at)| Step::Receive { quantity, unit_cost, at });
    let withdraw = (1_i64..60_000_000).prop_map(|quantity| Step::Withdraw { quantity });
    let give_back =
        (1_i64..60_000_000, 0_usize..60).prop_map(|(quantity, of)| Step::GiveBack { quantity, of });
    let revalue = (-50_000_i32..50_000, 0_usize..60).prop_map(|(amount, of)| Step::Revalue { amount, of });
    prop::collection::vec(prop_oneof![3 => receive, 3 => withdraw, 1 => give_back, 1 => revalue], 1..60)
}

fn methods() -> impl Strategy<Value = CostMethod> {
    prop_oneof![Just(CostMethod::Fifo), Just(CostMethod::MovingAverage)]
}

fn currencies() -> impl Strategy<Value = CurrencyCode> {
    prop::sample::select(vec!["THB", "JPY", "KWD"]).prop_map(|code| code.parse().unwrap())
}

fn check(holding: &Holding) -> Result<(), TestCaseError> {
    prop_assert!(holding.value.decimal_places() <= holding.currency.minor_digits());
    prop_assert_eq!(holding.on_hand.raw() == 0 && holding.value.raw() != 0, false);
    prop_assert!(i128::from(holding.on_hand.raw()) * i128::from(holding.value.raw()) >= 0);
    if holding.method == CostMethod::Fifo {
        let quantity: i64 = holding.layers.iter().map(|layer| layer.quantity_left.raw()).sum();
        let value: i64 = holding.layers.iter().map(|layer| layer.value_left.raw()).sum();
        prop_assert_eq!(quantity, holding.on_hand.raw().max(0));
        prop_assert_eq!(value, holding.value.raw().max(0));
        prop_assert!(holding.layers.is_sorted_by_key(|layer| (layer.received_at, layer.seq)));
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_balance_is_the_sum_of_its_ledger(method in methods(), currency in currencies(), steps in steps()) {
        let mut holding = Holding::empty(method, currency);
        let (mut quantity, mut value) = (0_i64, 0_i64);
        let mut receipts: Vec<Slice> = Vec::new();
        for step in steps {
            match step {
                Step::Receive { quantity: q, unit_cost, at } => {
                    let cost = line_value(Decimal::from_raw(q), Decimal::from_raw(unit_cost), currency).unwrap();
                    let slice = Slice { received_at: day(at), quantity: Decimal::from_raw(q), value: cost };
                    let receipt = holding.receive(&[slice]).unwrap();
                    prop_assert_eq!(receipt.value, cost);
                    receipts.push(slice);
                    quantity += q;
                    value += receipt.value.raw() + receipt.variance.raw();
                }
                Step::Withdraw { quantity: q } => {
                    let taken = holding.withdraw(Decimal::from_raw(q), day(200)).unwrap();
                    let parts: i64 = taken.slices.iter().map(|slice| slice.quantity.raw()).sum();
                    prop_assert_eq!(parts, q);
                    quantity -= q;
                    value -= taken.value.raw();
                }
                Step::GiveBack { quantity: q, of } => {
                    let Some(origin) = receipts.get(of % receipts.len().max(1)).copied() else { continue };
                    let q = Decimal::from_raw(q).min(origin.quantity);
                    let given = holding.give_back(q, origin, day(200)).unwrap();
                    let parts: i64 = given.withdrawal.slices.iter().map(|slice| slice.quantity.raw()).sum();
                    prop_assert_eq!(parts, q.raw());
                    prop_assert!(given.cost.decimal_places() <= currency.minor_digits());
                    quantity -= q.raw();
                    value -= given.withdrawal.value.raw();
                }
                Step::Revalue { amount, of } => {
                    let Some(origin) = receipts.get(of % receipts.len().max(1)).copied() else { continue };
                    let amount = Decimal::from_whole(amount);
                    let most = Decimal::from_raw(amount.raw().abs());
                    let change = holding.revalue((amount, most), origin).unwrap();
                    prop_assert!(change.raw() * amount.raw().signum() >= 0 && change.raw().abs() <= most.raw());
                    value += change.raw();
                }
            }
            prop_assert_eq!(holding.on_hand.raw(), quantity);
            prop_assert_eq!(holding.value.raw(), value);
            check(&holding)?;
        }
    }

    #[test]
    fn a_transfer_neither_makes_nor_loses_value(
        from in methods(), to in methods(), steps in steps(), quantity in 1_i64..60_000_000,
    ) {
        let mut source = Holding::empty(from, CurrencyCode::THB);
        let mut target = Holding::empty(to, CurrencyCode::THB);
        for step in steps {
            if let Step::Receive { quantity, unit_cost, at } = step {
                let cost = line_value(Decimal::from_raw(quantity), Decimal::from_raw(unit_cost), CurrencyCode::THB).unwrap();
                let slice = Slice { received_at: day(at), quantity: Decimal::from_raw(quantity), value: cost };
                source.receive(&[slice]).unwrap();
            }
        }
        let before = source.value.raw();
        let taken = source.withdraw(Decimal::from_raw(quantity), day(300)).unwrap();
        let receipt = target.receive(&taken.slices).unwrap();
        prop_assert_eq!(receipt.value, taken.value);
        prop_assert_eq!(receipt.variance, Decimal::ZERO);
        prop_assert_eq!(source.value.raw() + target.value.raw(), before);
        check(&source)?;
        check(&target)?;
    }
}
