//! The shelves laid out as categories and products with fixed ids, codes and prices.

use primitives::{CategoryId, Decimal, ProductId, Unit};
use uuid::Uuid;

use super::shelf::{Pack, Shelf};
use super::{Size, drinks, food, house};
use crate::conversion::model::ConversionDraft;
use crate::product::draft::{ProductDraft, Traits};

/// The instant all demo ids carry: 1 June 2026, a month before the demo's first delivery.
pub(super) const BASE_MILLIS: u64 = 1_780_272_000_000;

/// Products on a shelf in size M.
const GOODS_PER_SHELF: usize = 10;

/// What a shelf of size L has of each of its goods.
const VARIANTS: usize = 100;

/// A product as other services need it to be filled for the same house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoProduct {
    /// Identity.
    pub id: ProductId,
    /// The code, `BEEF-001`; what comes before the dash names the shelf.
    pub code: String,
    /// The name.
    pub name: String,
    /// The leaf category it is sorted into.
    pub category: &'static str,
    /// The unit stock counts in.
    pub base_unit: Unit,
    /// The unit it is bought in.
    pub purchase_unit: Unit,
    /// Base units in a purchase unit.
    pub purchase_factor: Decimal,
    /// What a base unit costs about, in THB.
    pub base_price: Decimal,
    /// Days it keeps; nothing for what does not spoil.
    pub shelf_life_days: Option<i32>,
    /// Whether its stock is kept by lots and dates.
    pub is_kept_by_lots: bool,
}

/// A category of a plan; parents come before their children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlannedCategory {
    pub(super) id: CategoryId,
    pub(super) parent: Option<CategoryId>,
    pub(super) name: &'static str,
}

/// The catalogue of one house.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What other services may know.
    pub products: Vec<DemoProduct>,
    pub(super) categories: Vec<PlannedCategory>,
    /// The description of each product, in the same order.
    pub(super) drafts: Vec<ProductDraft>,
    /// Tells the ids of houses apart.
    house: &'static str,
    /// Shelves laid out so far: the same shelf has the same number in every size.
    shelves: usize,
}

/// The hotel group of the demo.
pub fn andaman(size: Size) -> Plan {
    let shelves = food::SHELVES.iter().chain(drinks::SHELVES).chain(house::SHELVES);
    let (goods, variants) = match size {
        Size::S => (1, 1),
        Size::M => (GOODS_PER_SHELF, 1),
        Size::L => (GOODS_PER_SHELF, VARIANTS),
    };
    Plan::of("andaman", shelves, goods, variants)
}

/// The products of the hotel group.
pub fn catalogue(size: Size) -> Vec<DemoProduct> {
    andaman(size).products
}

/// A small house of another tenant: ten products.
pub fn lanna() -> Plan {
    Plan::of("lanna", food::SHELVES.iter().skip(7).take(5), 2, 1)
}

impl Plan {
    fn of<'a>(
        house: &'static str,
        shelves: impl Iterator<Item = &'a Shelf>,
        goods: usize,
        variants: usize,
    ) -> Self {
        let mut plan =
            Self { products: Vec::new(), categories: Vec::new(), drafts: Vec::new(), house, shelves: 0 };
        for shelf in shelves {
            let leaf = plan.lay_path(&shelf.path);
            plan.shelves += 1;
            for variant in 0..variants {
                for (number, good) in (1..).zip(shelf.goods.split('|').take(goods)) {
                    plan.lay_good(shelf, leaf, variant * GOODS_PER_SHELF + number, good, variant);
                }
            }
        }
        plan
    }

    /// Adds the categories of a path that are not there yet; answers the leaf's id.
    fn lay_path(&mut self, path: &[&'static str; 3]) -> CategoryId {
        let mut parent = None;
        for depth in 0..path.len() {
            let id = CategoryId::from_parts(BASE_MILLIS, self.entropy("category", &path[..=depth].join("/")));
            if !self.categories.iter().any(|category| category.id == id) {
                self.categories.push(PlannedCategory { id, parent, name: path[depth] });
            }
            parent = Some(id);
        }
        parent.expect("a path has three names")
    }

    fn lay_good(&mut self, shelf: &Shelf, leaf: CategoryId, number: usize, good: &str, variant: usize) {
        let mut parts = good.split(':').map(str::trim);
        let (name, price, local_name) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let code = format!("{}-{number:03}", shelf.prefix);
        let name = if variant == 0 { name.to_owned() } else { format!("{name}, brand {variant:02}") };
        let price: Decimal =
            price.and_then(|price| price.parse().ok()).expect("every good of the demo has a price");
        // Brands of one good differ in price by up to a fifth, in steps that depend on nothing but their number.
        let percent = Decimal::from_whole(100 + i32::try_from(variant * 7 % 21).unwrap_or(0));
        let base_price =
            price.checked_ratio(percent, Decimal::from_whole(100)).expect("a demo price is small");
        let pack = &shelf.pack;
        let unit = |code: &str| -> Unit { code.parse().expect("the demo uses units of the catalogue") };
        self.drafts.push(draft(pack, leaf, &code, (&name, local_name), self.shelves * 10_000 + number));
        self.products.push(DemoProduct {
            id: ProductId::from_parts(BASE_MILLIS, self.entropy("product", &code)),
            code,
            name,
            category: shelf.path[2],
            base_unit: unit(pack.base),
            purchase_unit: unit(pack.purchase),
            purchase_factor: pack.holds.parse().expect("a demo pack holds a decimal"),
            base_price,
            shelf_life_days: (pack.keeps_days > 0).then_some(pack.keeps_days),
            is_kept_by_lots: is_kept_by_lots(pack),
        });
    }

    /// The random-looking half of an id, from the house, the kind and the name of the thing alone.
    fn entropy(&self, kind: &str, name: &str) -> [u8; 10] {
        let hash = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{}/{kind}/{name}", self.house).as_bytes());
        let mut entropy = [0; 10];
        entropy.copy_from_slice(&hash.as_bytes()[6..]);
        entropy
    }
}

fn draft(
    pack: &Pack,
    category: CategoryId,
    code: &str,
    (name, local_name): (&str, Option<&str>),
    article: usize,
) -> ProductDraft {
    let ratio = |from: &str, to_quantity: &str, to: &str| ConversionDraft {
        from: from.to_owned(),
        to: to.to_owned(),
        from_quantity: Decimal::ONE,
        to_quantity: to_quantity.parse().expect("a demo ratio is a decimal"),
    };
    let own = std::iter::once(ratio(pack.purchase, pack.holds, pack.base));
    let further = pack.ratios.iter().map(|(from, quantity, to)| ratio(from, quantity, to));
    let spoils = pack.keeps_days > 0;
    let is_food = !pack.recipe.is_empty();
    ProductDraft {
        code: code.to_owned(),
        name: name.to_owned(),
        local_name: local_name.map(str::to_owned),
        description: None,
        attributes: Vec::new(),
        category_id: Some(category),
        base_unit: pack.base.to_owned(),
        purchase_units: vec![pack.purchase.to_owned(), pack.base.to_owned()],
        recipe_units: pack.recipe.iter().map(ToString::to_string).collect(),
        barcodes: if pack.has_barcode { vec![barcode(article)] } else { Vec::new() },
        conversions: own.chain(further).collect(),
        density: None,
        shelf_life_days: spoils.then_some(pack.keeps_days),
        traits: Traits {
            is_lot_tracked: is_kept_by_lots(pack),
            is_expiry_tracked: is_kept_by_lots(pack),
            is_used_in_recipe: is_food,
            ..Traits::default()
        },
    }
}

/// What is eaten and spoils is kept by lots.
fn is_kept_by_lots(pack: &Pack) -> bool {
    pack.keeps_days > 0 && !pack.recipe.is_empty()
}

/// A Thai EAN-13 with an article number.
fn barcode(article: usize) -> String {
    let payload = format!("885{article:09}");
    let check = crate::product::check_digit(&payload);
    format!("{payload}{check}")
}
