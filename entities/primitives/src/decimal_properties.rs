//! The arithmetic of [`Decimal`] held against exact integers, and the extremes that have broken other systems.

use proptest::prelude::*;

use super::{Decimal, DecimalError};

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_smallest_times_the_largest_is_exact_to_five_places() {
    // 9999.9999999999 exactly; the fifth place rounds half-up.
    assert_eq!(dec("0.00001").checked_mul(dec("999999999.99999")), Some(dec("10000")));
    assert_eq!(dec("0.00001").checked_mul(dec("999999999")), Some(dec("9999.99999")));
    assert_eq!(dec("999999999.99999").checked_mul(dec("999999999.99999")), None);
}

#[test]
fn negative_zero_is_zero() {
    for text in ["-0", "-0.00000", "0", "0.0"] {
        assert_eq!(dec(text), Decimal::ZERO);
        assert_eq!(dec(text).to_string(), "0");
    }
}

#[test]
fn six_places_are_refused_even_when_they_are_zeros() {
    assert_eq!("0.000001".parse::<Decimal>(), Err(DecimalError::TooPrecise));
    assert_eq!("1.000000".parse::<Decimal>(), Err(DecimalError::TooPrecise));
    assert_eq!(dec("1.00000"), Decimal::ONE);
}

#[test]
fn what_is_no_plain_decimal_is_refused() {
    let malformed = [
        "", "-", ".", "1.", ".5", "1e5", "1E5", "NaN", "inf", "+1", " 1", "1 ", "1,5", "1_000", "0x1", "--1",
        "1.2.3", "١٢", "１", "1.٥", "1-",
    ];
    for text in malformed {
        assert_eq!(text.parse::<Decimal>(), Err(DecimalError::Malformed), "{text:?}");
    }
}

#[test]
fn the_whole_range_of_eight_bytes_reads_and_prints() {
    assert_eq!(dec("-92233720368547.75808"), Decimal::from_raw(i64::MIN));
    assert_eq!(dec("92233720368547.75807"), Decimal::from_raw(i64::MAX));
    assert_eq!(Decimal::from_raw(i64::MIN).to_string(), "-92233720368547.75808");
    assert_eq!("92233720368547.75808".parse::<Decimal>(), Err(DecimalError::TooLarge));
    assert_eq!("-92233720368547.75809".parse::<Decimal>(), Err(DecimalError::TooLarge));
    assert_eq!("9".repeat(40).parse::<Decimal>(), Err(DecimalError::TooLarge));
}

#[test]
fn a_tie_rounds_away_from_zero() {
    assert_eq!(dec("0.005").round_to(2), Some(dec("0.01")));
    assert_eq!(dec("-0.005").round_to(2), Some(dec("-0.01")));
    assert_eq!(dec("0.00499").round_to(2), Some(Decimal::ZERO));
    assert_eq!(dec("2.5").round_to(0), Some(dec("3")));
    assert_eq!(dec("1.23456").round_to(7), Some(dec("1.23456")));
    assert_eq!(Decimal::from_raw(i64::MAX).round_to(0), None);
}

#[test]
fn text_pads_to_the_asked_places_and_never_cuts() {
    assert_eq!(dec("50").to_text(2), "50.00");
    assert_eq!(dec("0.35").to_text(0), "0.35");
    assert_eq!(dec("1.23456").to_text(2), "1.23456");
    assert_eq!(dec("-0.5").to_text(2), "-0.50");
    assert_eq!(dec("7").to_text(9), "7.00000");
}

#[test]
fn the_bound_is_exclusive_on_both_sides() {
    assert!(dec("999999999.99999").is_within_bound());
    assert!(!dec("1000000000").is_within_bound());
    assert!(!dec("-1000000000").is_within_bound());
    assert!(!Decimal::from_raw(i64::MIN).is_within_bound());
}

#[test]
fn dividing_by_zero_gives_nothing() {
    assert_eq!(Decimal::ONE.checked_div(Decimal::ZERO), None);
    assert_eq!(Decimal::ZERO.checked_ratio(Decimal::ONE, Decimal::ZERO), None);
}

/// Whether `rounded` is the whole number nearest to `dividend ÷ divisor`, a tie going away from zero.
fn is_nearest(rounded: i128, dividend: i128, divisor: i128) -> bool {
    let twice_off = 2 * (dividend - rounded * divisor).abs();
    if twice_off != divisor.abs() {
        return twice_off < divisor.abs();
    }
    (rounded * divisor).abs() > dividend.abs()
}

fn small() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), Just(1), Just(-1), -1_000_000_i64..1_000_000, -(1_i64 << 50)..(1_i64 << 50)]
}

proptest! {
    #[test]
    fn every_value_reads_back_what_it_prints(raw in any::<i64>(), digits in 0_u32..6) {
        let value = Decimal::from_raw(raw);
        prop_assert_eq!(value.to_string().parse(), Ok(value));
        prop_assert_eq!(value.to_text(digits).parse(), Ok(value));
    }

    #[test]
    fn sums_are_integer_sums(a in any::<i64>(), b in any::<i64>()) {
        let sum = Decimal::from_raw(a).checked_add(Decimal::from_raw(b)).map(Decimal::raw);
        prop_assert_eq!(sum.map(i128::from), Some(i128::from(a) + i128::from(b)).filter(|s| i64::try_from(*s).is_ok()));
        prop_assert_eq!(Decimal::from_raw(a).checked_sub(Decimal::from_raw(b)).map(Decimal::raw), a.checked_sub(b));
    }

    #[test]
    fn a_ratio_is_the_nearest_value(a in small(), b in small(), c in small()) {
        let ratio = Decimal::from_raw(a).checked_ratio(Decimal::from_raw(b), Decimal::from_raw(c));
        let exact = i128::from(a) * i128::from(b);
        match ratio {
            Some(value) => prop_assert!(is_nearest(i128::from(value.raw()), exact, i128::from(c))),
            None => prop_assert!(c == 0 || (exact / i128::from(c)).unsigned_abs() >= (1 << 63) - 1),
        }
    }

    #[test]
    fn a_product_is_the_nearest_value(a in small(), b in small()) {
        let exact = i128::from(a) * i128::from(b);
        match Decimal::from_raw(a).checked_mul(Decimal::from_raw(b)) {
            Some(value) => prop_assert!(is_nearest(i128::from(value.raw()), exact, 100_000)),
            None => prop_assert!((exact / 100_000).unsigned_abs() >= (1 << 63) - 1),
        }
    }

    #[test]
    fn rounding_moves_less_than_half_a_step_and_is_stable(raw in small(), digits in 0_u32..6) {
        let value = Decimal::from_raw(raw);
        let rounded = value.round_to(digits).unwrap();
        prop_assert!(rounded.decimal_places() <= digits);
        prop_assert_eq!(rounded.round_to(digits), Some(rounded));
        prop_assert!(2 * (rounded.raw() - raw).abs() <= 10_i64.pow(5 - digits));
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        if let Ok(value) = text.parse::<Decimal>() {
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-'));
            prop_assert_eq!(value.to_string().parse(), Ok(value));
        }
    }
}
