//! What a submission makes of a request.

use primitives::{CurrencyCode, DepartmentId, Unit};

use super::super::line::{LineDraft, read_lines};
use super::super::model::Priority;
use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn unit(code: &str) -> Unit {
    Unit::from_code(code).unwrap()
}

/// Field and code of each refusal.
type Refused = Vec<(String, &'static str)>;

struct Shop {
    product: ProductId,
    place: LocationId,
    vendor: VendorId,
    market: Market,
}

/// Rice in kg, twenty to the bag, which one vendor sells for 30 a kg.
fn shop() -> Shop {
    let (product, place, vendor) = (ProductId::generate(), LocationId::generate(), VendorId::generate());
    let factors = HashMap::from([(unit("kg"), Decimal::ONE), (unit("bag"), decimal("20"))]);
    let known = Product {
        is_purchasable: true,
        is_lot_tracked: false,
        is_expiry_tracked: false,
        category: None,
        base_unit: unit("kg"),
        factors,
    };
    let offer = Offer {
        vendor,
        price_list: "PL-2026-001".to_owned(),
        unit_price: decimal("30"),
        pack_unit: unit("bag"),
        pack_price: decimal("590"),
        currency: CurrencyCode::THB,
        comparable_price: decimal("30"),
    };
    let market = Market {
        products: HashMap::from([(product, known)]),
        vendors: [vendor].into(),
        open_vendors: [vendor].into(),
        locations: [place].into(),
        offers: (0..5).map(|position| (position, vec![offer.clone()])).collect(),
        ..Market::default()
    };
    Shop { product, place, vendor, market }
}

impl Shop {
    fn line(&self, quantity: &str, unit: &str) -> LineDraft {
        LineDraft::of(self.product, (decimal(quantity), unit), self.place)
    }

    fn examine(&self, drafts: &[LineDraft]) -> Result<(Decimal, Vec<Line>), Refused> {
        let head = Head {
            department_id: Some(DepartmentId::generate()),
            property_id: None,
            request_date: "2026-07-01".parse().unwrap(),
            required_by: None,
            priority: Priority::Normal,
            justification: "the store is empty".to_owned(),
        };
        let mut lines = read_lines(drafts).unwrap();
        let today = "2026-07-01".parse().unwrap();
        let total = examine(&head, &mut lines, &self.market, today).map_err(|refused| {
            refused.into_iter().map(|one| (one.field.join("."), one.code.as_str())).collect::<Vec<_>>()
        })?;
        Ok((total, lines))
    }
}

#[test]
fn a_line_in_the_vendors_unit_costs_the_vendors_price_and_others_are_counted_out() {
    let shop = shop();
    let (total, lines) = shop.examine(&[shop.line("2", "bag")]).unwrap();
    assert_eq!((total, lines[0].terms.as_ref().unwrap().unit_price), (decimal("1180"), decimal("590")));
    let (total, lines) = shop.examine(&[shop.line("2.5", "kg")]).unwrap();
    let terms = lines[0].terms.as_ref().unwrap();
    assert_eq!((total, terms.unit_price, terms.vendor_id), (decimal("75"), decimal("30"), Some(shop.vendor)));
    assert_eq!((terms.source, terms.factor), (PriceSource::Offer, Decimal::ONE));
}

#[test]
fn a_named_price_is_taken_as_it_is_and_flagged() {
    let shop = shop();
    let draft = LineDraft {
        unit_price: Some(decimal("33.33333")),
        discount: decimal("0.50"),
        tax: decimal("7.25"),
        ..shop.line("3", "kg")
    };
    let (total, lines) = shop.examine(&[draft]).unwrap();
    assert_eq!((total, lines[0].terms.as_ref().unwrap().source), (decimal("106.75"), PriceSource::Manual));
}

#[test]
fn another_currency_is_taken_over_at_the_offers_rate() {
    let mut shop = shop();
    for offer in shop.market.offers.values_mut().flatten() {
        (offer.currency, offer.unit_price, offer.pack_price) =
            (CurrencyCode::USD, decimal("1"), decimal("20"));
        offer.comparable_price = decimal("36.5");
    }
    let (total, lines) = shop.examine(&[shop.line("2", "bag")]).unwrap();
    let terms = lines[0].terms.as_ref().unwrap();
    assert_eq!((terms.amount, terms.currency, total), (decimal("40"), CurrencyCode::USD, decimal("1460")));
}

#[test]
fn every_line_says_everything_that_is_wrong_with_it() {
    let shop = shop();
    let drafts = [
        shop.line("1", "kg"),
        LineDraft { deliver_to: None, ..shop.line("0", "bag") },
        LineDraft { product_id: ProductId::generate(), ..shop.line("1.5", "bag") },
        LineDraft { vendor_id: Some(VendorId::generate()), ..shop.line("1", "kg") },
        LineDraft { required_by: Some("2026-06-30".parse().unwrap()), ..shop.line("1", "tray") },
    ];
    let expected = [
        ("lines.1.quantity", "VALIDATION_ERROR"),
        ("lines.1.deliverTo", "VALIDATION_ERROR"),
        ("lines.2.productId", "NOT_FOUND"),
        ("lines.2.quantity", "VALIDATION_ERROR"),
        ("lines.3.vendorId", "NOT_FOUND"),
        ("lines.3.productId", "DUPLICATE"),
        ("lines.3.unitPrice", "PRICE_NOT_FOUND"),
        ("lines.4.requiredBy", "VALIDATION_ERROR"),
        ("lines.4.unit", "UNIT_CONVERSION_MISSING"),
    ];
    let expected: Vec<_> = expected.map(|(field, code)| (field.to_owned(), code)).into();
    assert_eq!(shop.examine(&drafts).unwrap_err(), expected);
    assert_eq!(shop.examine(&[]).unwrap_err(), [("lines".to_owned(), "VALIDATION_ERROR")]);
}

#[test]
fn a_discount_is_never_more_than_the_line() {
    let shop = shop();
    let draft = |discount| LineDraft { discount: decimal(discount), ..shop.line("1", "kg") };
    assert_eq!(shop.examine(&[draft("30")]).unwrap().0, Decimal::ZERO);
    let refused = shop.examine(&[draft("30.00001")]).unwrap_err();
    assert_eq!(refused, [("lines.0.discount".to_owned(), "VALIDATION_ERROR")]);
}
