//! The rules of a product: what a description must hold, and which way its life may go.

use chrono::DateTime;
use primitives::UserId;
use rstest::rstest;

use super::*;

fn act() -> Act {
    Act { at: DateTime::UNIX_EPOCH, by: Some(UserId::from_uuid(uuid::Uuid::nil())) }
}

fn neighbours() -> Neighbours {
    Neighbours { has_category: true, ..Neighbours::default() }
}

fn ratio(from: &str, to_quantity: &str, to: &str) -> ConversionDraft {
    ConversionDraft {
        from: from.to_owned(),
        to: to.to_owned(),
        from_quantity: Decimal::ONE,
        to_quantity: to_quantity.parse().unwrap(),
    }
}

/// Chicken in 10 kg boxes, complete in every respect.
fn chicken() -> ProductDraft {
    ProductDraft {
        code: "poul-001".to_owned(),
        name: " Chicken thigh ".to_owned(),
        category_id: Some(primitives::CategoryId::generate()),
        base_unit: "kg".to_owned(),
        purchase_units: vec!["box".to_owned(), "kg".to_owned()],
        recipe_units: vec!["g".to_owned()],
        barcodes: vec!["4006381333931".to_owned()],
        conversions: vec![ratio("box", "10", "kg")],
        ..ProductDraft::default()
    }
}

fn register(draft: &ProductDraft) -> Result<(Product, Packaging), Refusals> {
    Product::register(ProductId::generate(), draft, &neighbours(), act())
}

fn active() -> (Product, Packaging) {
    let (mut product, packaging) = register(&chicken()).unwrap();
    product.activate(&packaging, &[], act()).unwrap();
    (product, packaging)
}

fn faults<T: std::fmt::Debug>(result: Result<T, Refusals>) -> Vec<String> {
    let refusals = result.unwrap_err();
    refusals
        .into_iter()
        .map(|refusal| format!("{} {}", refusal.code.as_str(), refusal.field.join(".")))
        .collect()
}

#[test]
fn a_new_product_is_a_draft_with_a_normal_code() {
    let (product, packaging) = register(&chicken()).unwrap();
    assert_eq!(product.status, ProductStatus::Draft);
    assert_eq!((product.facts.code.as_str(), product.facts.name.as_str()), ("POUL-001", "Chicken thigh"));
    assert_eq!(product.version, 1);
    assert_eq!(packaging.conversions.len(), 1);
}

#[test]
fn every_fault_of_a_description_is_named_at_once_in_the_order_of_the_input() {
    let draft = ProductDraft {
        code: "no spaces!".to_owned(),
        name: " ".to_owned(),
        local_name: Some("x".repeat(201)),
        base_unit: "kilo".to_owned(),
        purchase_units: vec!["box".to_owned(), "box".to_owned(), "nope".to_owned()],
        barcodes: vec!["4006381333932".to_owned(), "4006381333931".to_owned(), "036000291452".to_owned()],
        conversions: vec![ratio("box", "0", "kg")],
        density: Some(Decimal::ZERO),
        shelf_life_days: Some(0),
        ..chicken()
    };
    let around = Neighbours {
        has_category: false,
        has_code: true,
        taken_gtins: vec!["00036000291452".to_owned()],
        definitions: Vec::new(),
    };
    assert_eq!(
        faults(Product::register(ProductId::generate(), &draft, &around, act())),
        [
            "VALIDATION_ERROR code",
            "DUPLICATE code",
            "VALIDATION_ERROR name",
            "VALIDATION_ERROR localName",
            "NOT_FOUND categoryId",
            "VALIDATION_ERROR baseUnit",
            "DUPLICATE purchaseUnits.1",
            "VALIDATION_ERROR purchaseUnits.2",
            "VALIDATION_ERROR barcodes.0",
            "DUPLICATE barcodes.2",
            "VALIDATION_ERROR conversions.0.toQty",
            "VALIDATION_ERROR density",
            "VALIDATION_ERROR shelfLifeDays",
        ]
    );
}

#[test]
fn a_draft_may_be_incomplete_but_an_active_product_may_not() {
    let draft = ProductDraft { category_id: None, conversions: Vec::new(), ..chicken() };
    let (mut product, packaging) = register(&draft).unwrap();
    assert_eq!(
        faults(product.activate(&packaging, &[], act())),
        ["VALIDATION_ERROR categoryId", "UNIT_CONVERSION_MISSING purchaseUnits.0"]
    );
    assert_eq!(product.status, ProductStatus::Draft);
    let (mut product, _) = active();
    let stripped = ProductDraft { conversions: Vec::new(), ..chicken() };
    assert_eq!(
        faults(product.describe(&stripped, &neighbours(), act())),
        ["UNIT_CONVERSION_MISSING purchaseUnits.0"]
    );
    assert_eq!(product.version, 2);
}

#[test]
fn the_base_unit_is_fixed_once_the_product_was_in_use() {
    let (mut product, _) = register(&chicken()).unwrap();
    let in_grams = ProductDraft { base_unit: "g".to_owned(), ..chicken() };
    assert!(product.describe(&in_grams, &neighbours(), act()).is_ok());
    let (mut product, _) = active();
    assert_eq!(faults(product.describe(&in_grams, &neighbours(), act())), ["INVALID_STATE baseUnit"]);
    product.deactivate(act()).unwrap();
    assert_eq!(faults(product.describe(&in_grams, &neighbours(), act())), ["INVALID_STATE baseUnit"]);
    assert_eq!(product.facts.base_unit.code(), "kg");
}

#[rstest]
#[case::draft("DRAFT", &["ACTIVE", "DISCONTINUED"])]
#[case::active("ACTIVE", &["INACTIVE", "DISCONTINUED"])]
#[case::inactive("INACTIVE", &["ACTIVE", "DISCONTINUED"])]
#[case::discontinued("DISCONTINUED", &[])]
fn a_life_goes_only_along_its_arrows(#[case] from: &str, #[case] allowed: &[&str]) {
    let (product, packaging) = register(&chicken()).unwrap();
    let product = Product { status: from.parse().unwrap(), ..product };
    for to in ["ACTIVE", "INACTIVE", "DISCONTINUED"] {
        let mut product = product.clone();
        let outcome = match to {
            "ACTIVE" => product.activate(&packaging, &[], act()),
            "INACTIVE" => product.deactivate(act()),
            _ => product.discontinue(act()),
        };
        if allowed.contains(&to) {
            assert_eq!(outcome, Ok(()), "{from} to {to}");
            assert_eq!((product.status.code(), product.version), (to, 2));
        } else {
            let refusal = outcome.unwrap_err().first().cloned().unwrap();
            assert_eq!(refusal.code, Code::InvalidState, "{from} to {to}");
            assert_eq!((&refusal.meta["from"], &refusal.meta["to"]), (&from.into(), &to.into()));
            assert_eq!(product.version, 1);
        }
    }
}

#[test]
fn a_discontinued_product_is_not_described_again() {
    let (mut product, _) = active();
    product.discontinue(act()).unwrap();
    assert_eq!(faults(product.describe(&chicken(), &neighbours(), act())), ["INVALID_STATE "]);
}

#[test]
fn a_description_survives_the_way_through_its_draft() {
    let (product, packaging) = register(&chicken()).unwrap();
    let again = product.to_draft(&packaging).read(&neighbours()).unwrap();
    assert_eq!(again.facts, product.facts);
    assert_eq!(again.packaging.barcodes, packaging.barcodes);
}

#[test]
fn the_factor_to_the_base_unit_goes_through_the_products_ratios() {
    let (product, packaging) = active();
    let factor =
        |code: &str| product.factor_to_base(&packaging, code.parse().unwrap()).map(|value| value.to_string());
    assert_eq!(factor("box").as_deref(), Some("10"));
    assert_eq!(factor("g").as_deref(), Some("0.001"));
    assert_eq!(factor("kg").as_deref(), Some("1"));
    assert_eq!(factor("bottle"), None);
}

#[test]
fn names_are_one_line_and_descriptions_may_be_more() {
    let draft = ProductDraft {
        name: "Chicken\nthigh".to_owned(),
        local_name: Some("a\u{7}b".to_owned()),
        description: Some("Boneless.\nSkin on.".to_owned()),
        ..chicken()
    };
    assert_eq!(faults(register(&draft)), ["VALIDATION_ERROR name", "VALIDATION_ERROR localName"]);
    let draft = ProductDraft { description: Some(" Boneless.\nSkin on. ".to_owned()), ..chicken() };
    assert_eq!(register(&draft).unwrap().0.facts.description.as_deref(), Some("Boneless.\nSkin on."));
    let draft = ProductDraft { description: Some("x".repeat(2_001)), ..chicken() };
    assert_eq!(faults(register(&draft)), ["VALIDATION_ERROR description"]);
}
