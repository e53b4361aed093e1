//! The search for a way between units, by worked cases and by its laws.

use proptest::prelude::*;

use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn unit(code: &str) -> Unit {
    code.parse().unwrap()
}

fn draft(from_quantity: &str, from: &str, to_quantity: &str, to: &str) -> ConversionDraft {
    ConversionDraft {
        from: from.to_owned(),
        to: to.to_owned(),
        from_quantity: dec(from_quantity),
        to_quantity: dec(to_quantity),
    }
}

fn read(
    drafts: &[ConversionDraft],
    density: Option<&str>,
) -> Result<Vec<Conversion>, Vec<(String, &'static str)>> {
    read_conversions(drafts, density.map(dec), UnitConversionId::generate).map_err(|refusals| {
        refusals.into_iter().map(|refusal| (refusal.field.join("."), refusal.code.as_str())).collect()
    })
}

fn gin() -> Vec<Conversion> {
    read(
        &[
            draft("1", "case", "12", "bottle"),
            draft("1", "bottle", "700", "ml"),
            draft("1", "portion", "30", "ml"),
        ],
        None,
    )
    .unwrap()
}

#[test]
fn a_case_of_gin_pours_its_portions() {
    let conversions = gin();
    let ratios = Ratios { conversions: &conversions, density: None };
    assert_eq!(ratios.convert(dec("1"), unit("case"), unit("l")), Ok(dec("8.4")));
    assert_eq!(ratios.convert(dec("1"), unit("case"), unit("portion")), Ok(dec("280")));
    assert_eq!(ratios.convert(dec("3"), unit("portion"), unit("bottle")), Ok(dec("0.12857")));
    assert_eq!(
        ratios.convert(dec("1"), unit("case"), unit("kg")),
        Err(ConversionRefused::Missing { from: unit("case"), to: unit("kg") })
    );
}

#[test]
fn mass_and_volume_meet_only_by_density() {
    let oil = Ratios { conversions: &[], density: Some(dec("0.916")) };
    assert_eq!(oil.convert(dec("5"), unit("l"), unit("kg")), Ok(dec("4.58")));
    assert_eq!(oil.convert(dec("4.58"), unit("kg"), unit("l")), Ok(dec("5")));
    let unknown = Ratios { conversions: &[], density: None };
    assert!(unknown.convert(dec("5"), unit("l"), unit("kg")).is_err());
}

#[test]
fn an_answer_five_places_cannot_hold_is_refused() {
    let none = Ratios { conversions: &[], density: None };
    assert_eq!(none.convert(dec("1"), unit("g"), unit("t")), Err(ConversionRefused::TooSmall(unit("t"))));
    assert_eq!(none.convert(dec("10"), unit("g"), unit("t")), Ok(dec("0.00001")));
    assert_eq!(none.convert(dec("15"), unit("g"), unit("t")), Err(ConversionRefused::TooSmall(unit("t"))));
    assert_eq!(
        none.convert(dec("999999999"), unit("t"), unit("mg")),
        Err(ConversionRefused::TooLarge(unit("mg")))
    );
    assert_eq!(none.convert(dec("0"), unit("g"), unit("t")), Ok(dec("0")));
}

#[test]
fn every_fault_of_every_ratio_is_named() {
    let faults = read(
        &[
            draft("1", "case", "12", "bottle"),
            draft("0", "tray", "-30", "ea"),
            draft("1", "kg", "1", "kg"),
            draft("1", "carton", "1", "kilo"),
            draft("12", "bottle", "1", "case"),
        ],
        None,
    );
    let expected = [
        ("conversions.1.fromQty", "VALIDATION_ERROR"),
        ("conversions.1.toQty", "VALIDATION_ERROR"),
        ("conversions.2.to", "VALIDATION_ERROR"),
        ("conversions.3.to", "VALIDATION_ERROR"),
        ("conversions.4.to", "DUPLICATE"),
    ];
    let faults = faults.unwrap_err();
    assert_eq!(faults.iter().map(|(field, code)| (field.as_str(), *code)).collect::<Vec<_>>(), expected);
}

#[test]
fn a_detour_that_disagrees_is_refused_with_what_was_expected() {
    let drafts = [
        draft("1", "case", "12", "bottle"),
        draft("1", "bottle", "700", "ml"),
        draft("1", "case", "9000", "ml"),
    ];
    let refusals = read_conversions(&drafts, None, UnitConversionId::generate).unwrap_err();
    let refusal = refusals.first().unwrap();
    assert_eq!(refusal.field.join("."), "conversions.2.toQty");
    assert_eq!(refusal.meta["expected"], "8400");
    // The standard table and the density are detours too.
    let standard =
        read_conversions(&[draft("1", "kg", "900", "g")], None, UnitConversionId::generate).unwrap_err();
    assert_eq!(standard.first().unwrap().meta["expected"], "1000");
    let density =
        read_conversions(&[draft("1", "l", "1", "kg")], Some(dec("0.916")), UnitConversionId::generate);
    assert_eq!(density.unwrap_err().first().unwrap().meta["expected"], "0.916");
}

#[test]
fn a_detour_within_a_thousandth_is_accepted() {
    let drafts = [
        draft("1", "case", "12", "bottle"),
        draft("1", "bottle", "0.3333", "l"),
        draft("1", "case", "4", "l"),
    ];
    assert!(read(&drafts, None).is_ok());
    let drafts = [
        draft("1", "case", "12", "bottle"),
        draft("1", "bottle", "0.3333", "l"),
        draft("1", "case", "4.01", "l"),
    ];
    assert_eq!(read(&drafts, None).unwrap_err()[0].0, "conversions.2.toQty");
}

#[test]
fn a_product_has_a_bounded_number_of_ratios() {
    let packs: Vec<Unit> = Unit::all().filter(|unit| unit.is_pack()).take(MAX_CONVERSIONS + 1).collect();
    let drafts: Vec<_> = packs.iter().map(|pack| draft("1", pack.code(), "1", "kg")).collect();
    assert_eq!(read(&drafts, None).unwrap_err(), [("conversions".to_owned(), "LIMIT_EXCEEDED")]);
    assert!(read(&drafts[..MAX_CONVERSIONS], None).is_ok());
}

/// A chain of packs over a measured unit, each with a ratio from a hundredth to ten thousand.
fn chains() -> impl Strategy<Value = Vec<Conversion>> {
    let quantity = || (1_000_i64..1_000_000_000).prop_map(Decimal::from_raw);
    (quantity(), quantity(), quantity(), quantity()).prop_map(|(a, b, c, d)| {
        let step = |from: &str, from_quantity, to: &str, to_quantity| Conversion {
            id: UnitConversionId::generate(),
            from: unit(from),
            to: unit(to),
            from_quantity,
            to_quantity,
        };
        vec![step("case", a, "bottle", b), step("bottle", c, "ml", d)]
    })
}

proptest! {
    #[test]
    fn there_and_back_stays_within_a_thousandth(conversions in chains(), raw in 1_i64..1_000_000_000_000) {
        let ratios = Ratios { conversions: &conversions, density: Some(dec("0.8")) };
        let value = Decimal::from_raw(raw);
        for to in ["bottle", "ml", "l", "g", "kg", "oz"] {
            let Ok(there) = ratios.convert(value, unit("case"), unit(to)) else { continue };
            let Ok(back) = ratios.convert(there, unit(to), unit("case")) else { continue };
            let off = (back.raw() - raw).unsigned_abs();
            // A thousandth of the value, and the half step the way back rounds itself.
            prop_assert!(u128::from(off) * 1_000 <= u128::from(raw.unsigned_abs()) + 1_000, "{value} -> {there} {to} -> {back}");
        }
    }

    #[test]
    fn ratios_invert_and_chain_exactly(conversions in chains()) {
        let ratios = Ratios { conversions: &conversions, density: None };
        let there = ratios.between(unit("case"), unit("l")).unwrap();
        let back = ratios.between(unit("l"), unit("case")).unwrap();
        prop_assert_eq!(there.then(back), Some(Ratio::ONE));
        let first = ratios.between(unit("case"), unit("bottle")).unwrap();
        let second = ratios.between(unit("bottle"), unit("l")).unwrap();
        prop_assert_eq!(first.then(second), Some(there));
    }
}
