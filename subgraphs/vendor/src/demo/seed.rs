//! Filling a database with the plan.

use std::collections::HashMap;

use chassis::{BoxFuture, Caller, Environment, Error, Progress, Result, Tx};
use primitives::{Act, CurrencyCode, Date, Decimal, ProductId, Unit, VendorId, VendorProductId};

use super::agreements;
use super::plan::{BASE_MILLIS, DemoProduct, House, Planned, RATES, entropy, number};
use crate::exchange_rate;
use crate::exchange_rate::model::{ExchangeRate, RateFacts};
use crate::price_list::line::{LineDraft, MAX_LINES};
use crate::price_list::model::{PriceListStatus, Window};
use crate::price_list::service::{self, NewPriceList, Step};
use crate::product_ref::model::Packs;
use crate::vendor::model::{Vendor, VendorFacts, VendorStatus};
use crate::vendor::relation::VendorProduct;
use crate::vendor::store;

/// Fills the caller's tenant with the vendors of a house that sell these products. What is there already stays. Answers how
/// many vendors were new; `progress` hears of each.
///
/// # Errors
/// `Refused` when the plan breaks a rule, `Internal` when the database fails.
pub fn seed<'a>(
    environment: &'a Environment,
    caller: &'a Caller,
    (house, products): (House, &'a [DemoProduct]),
    progress: &'a Progress<'a>,
) -> BoxFuture<'a, Result<usize>> {
    Box::pin(fill(environment, caller, (house, products), progress))
}

async fn fill(
    environment: &Environment,
    caller: &Caller,
    (house, products): (House, &[DemoProduct]),
    progress: &Progress<'_>,
) -> Result<usize> {
    let act = Act { at: instant(BASE_MILLIS)?, by: Some(caller.user) };
    let known = &packs(products);
    let db = &environment.db;
    db.write(
        |tx| async move { exchange_rate::store::insert_missing(&*tx, caller.tenant, &rates(act)?).await },
    )
    .await?;
    let mut written = 0;
    for (position, planned) in house.vendors().iter().enumerate() {
        let sold: Vec<&DemoProduct> =
            products.iter().filter(|product| house.sells(position, product)).collect();
        let plan = &VendorPlan { house, planned, sold };
        written +=
            usize::from(db.write(|tx| async move { plan.write(&tx, caller, known, act).await }).await?);
        progress(1);
    }
    prefer(environment, caller, (house, products), act).await?;
    agreements::seed(environment, caller, (house, products)).await?;
    Ok(written)
}

/// What packs hold, as the product service would say.
pub(super) fn packs(products: &[DemoProduct]) -> HashMap<ProductId, Packs> {
    let known = products.iter().map(|product| {
        let factors = HashMap::from([
            (product.purchase_unit, product.purchase_factor),
            (product.base_unit, Decimal::ONE),
        ]);
        (
            product.id,
            Packs {
                code: product.code.clone(),
                name: product.code.clone(),
                base_unit: product.base_unit,
                factors,
            },
        )
    });
    known.collect()
}

fn rates(act: Act) -> Result<Vec<ExchangeRate>> {
    let valid_from = day("2026-01-01")?;
    let told = RATES.iter().map(|(currency, rate)| {
        let rate = rate.parse().map_err(Error::internal)?;
        Ok(ExchangeRate::new(RateFacts { currency: *currency, valid_from, rate }, act))
    });
    told.collect()
}

pub(super) fn day(text: &str) -> Result<Date> {
    text.parse().map_err(Error::internal)
}

pub(super) fn instant(unix_millis: u64) -> Result<chrono::DateTime<chrono::Utc>> {
    let at = i64::try_from(unix_millis).ok().and_then(chrono::DateTime::from_timestamp_millis);
    at.ok_or_else(|| Error::internal("the demo's base date is a date"))
}

struct VendorPlan<'p> {
    house: House,
    planned: &'p Planned,
    sold: Vec<&'p DemoProduct>,
}

impl VendorPlan<'_> {
    /// Writes the vendor with its lists, unless it is there already.
    async fn write(
        &self,
        tx: &Tx,
        caller: &Caller,
        known: &HashMap<ProductId, Packs>,
        act: Act,
    ) -> Result<bool> {
        let id = vendor_id(self.house, self.planned);
        if store::lock(&**tx, caller.tenant, id).await?.is_some() {
            return Ok(false);
        }
        let mut vendor = Vendor::register(id, self.facts(), false, act)?;
        vendor.move_to(VendorStatus::Active, None, act)?;
        store::insert(&**tx, caller.tenant, std::slice::from_ref(&vendor)).await?;
        tx.publish(crate::event::vendor_status_changed(caller.tenant, &vendor, Some(VendorStatus::Prospect)));
        // Last quarter's prices were lower and have expired. Mostly the present list begins on the day after; one vendor's
        // lists share a day.
        let last = if self.planned.shares_a_day() { "2026-07-01" } else { "2026-06-30" };
        // The present list is in force for as long as anybody may look at a demo.
        for (from, to, level) in [("2026-04-01", last, 960), ("2026-07-01", "2029-12-31", 1_000)] {
            let window = Window { from: day(from)?, to: day(to)? };
            for chunk in self.sold.chunks(MAX_LINES / 4) {
                self.list(tx, caller, (window, self.lines(chunk, level)?), known, act).await?;
            }
        }
        Ok(true)
    }

    /// Drafts, submits and approves one list; one that began before the base date has expired.
    async fn list(
        &self,
        tx: &Tx,
        caller: &Caller,
        (window, lines): (Window, Vec<LineDraft>),
        known: &HashMap<ProductId, Packs>,
        act: Act,
    ) -> Result<()> {
        let new = NewPriceList {
            vendor_id: vendor_id(self.house, self.planned),
            currency: Some(self.planned.currency),
            window,
            lines,
            idempotency_key: None,
        };
        if new.lines.is_empty() {
            return Ok(());
        }
        let mut list = service::create_in(tx, caller, &new, known, act).await?;
        let over = window.from < day("2026-07-01")?;
        let steps = [PriceListStatus::Submitted, PriceListStatus::Active, PriceListStatus::Expired];
        for to in steps.into_iter().take(if over { 3 } else { 2 }) {
            let step = Step {
                id: list.id,
                expected_version: list.version,
                to,
                reason: None,
                supersedes: Vec::new(),
                idempotency_key: None,
            };
            list = service::step_in(tx, caller, &step, act).await?;
        }
        Ok(())
    }

    fn facts(&self) -> VendorFacts {
        let planned = self.planned;
        VendorFacts {
            code: planned.code.to_owned(),
            name: planned.name.to_owned(),
            tax_id: Some(format!("0105{:09}", number(&["tax", planned.code]))),
            currency: planned.currency,
            payment_terms_days: 30,
            lead_time_days: planned.lead_time_days,
            minimum_order: Some(Decimal::from_whole(if planned.currency == CurrencyCode::USD {
                200
            } else {
                2_000
            })),
            rating: Decimal::from_whole(planned.rating).checked_div(Decimal::from_whole(10)),
            contact_name: None,
            email: Some(format!("orders@{}.example", planned.code.to_lowercase())),
            phone: None,
        }
    }

    /// Three prices a product: by the base unit, by the purchase unit, and less for ten of them.
    fn lines(&self, products: &[&DemoProduct], level: i32) -> Result<Vec<LineDraft>> {
        let mut lines = Vec::new();
        for product in products {
            let base = self.price(product, level)?;
            let thousandths = |price: Decimal, parts: i32| {
                let changed = price.checked_ratio(Decimal::from_whole(parts), Decimal::from_whole(1_000));
                changed.ok_or_else(|| Error::internal("a demo price is within range"))
            };
            let line = |unit: Unit, minimum: i32, price: Decimal| LineDraft {
                product_id: product.id,
                unit: unit.code().to_owned(),
                minimum_quantity: Decimal::from_whole(minimum),
                price,
                lead_time_days: None,
            };
            let pack = base.checked_mul(product.purchase_factor);
            let pack = pack.ok_or_else(|| Error::internal("a demo pack's price is within range"))?;
            if product.purchase_unit == product.base_unit {
                lines.push(line(product.base_unit, 1, cents(base)?));
            } else {
                lines.push(line(product.base_unit, 1, cents(thousandths(base, 1_040)?)?));
                lines.push(line(product.purchase_unit, 1, cents(pack)?));
            }
            lines.push(line(product.purchase_unit, 10, cents(thousandths(pack, 950)?)?));
        }
        Ok(lines)
    }

    /// What the vendor takes for a base unit, in its currency: the usual price, its level, and a little of its own.
    fn price(&self, product: &DemoProduct, level: i32) -> Result<Decimal> {
        let own = number(&["price", self.planned.code, &product.code]) % 80;
        let own = 960 + i32::try_from(own).map_err(Error::internal)?;
        let mut price = product.base_price;
        for parts in [self.planned.level, level, own] {
            price = price
                .checked_ratio(Decimal::from_whole(parts), Decimal::from_whole(1_000))
                .ok_or_else(|| Error::internal("a demo price is within range"))?;
        }
        let rate = RATES.iter().find(|(currency, _)| *currency == self.planned.currency);
        match rate {
            Some((_, rate)) => {
                let rate: Decimal = rate.parse().map_err(Error::internal)?;
                price.checked_div(rate).ok_or_else(|| Error::internal("a demo rate is not zero"))
            }
            None => Ok(price),
        }
    }
}

/// Two decimals, and never nothing.
pub(super) fn cents(price: Decimal) -> Result<Decimal> {
    let rounded = price.round_to(2).ok_or_else(|| Error::internal("a demo price is within range"))?;
    Ok(rounded.max(Decimal::from_raw(1_000)))
}

/// Who sells a product in a house, in its own currency: the first vendor that does.
pub fn seller(house: House, product: &DemoProduct) -> Option<VendorId> {
    let mut vendors = house.vendors().iter().enumerate();
    let sells = |(position, planned): &(usize, &Planned)| {
        planned.currency == CurrencyCode::THB && house.sells(*position, product)
    };
    vendors.find(sells).map(|(_, planned)| vendor_id(house, planned))
}

pub(super) fn vendor_id(house: House, planned: &Planned) -> VendorId {
    VendorId::from_parts(BASE_MILLIS, entropy(&["vendor", house.name(), planned.code]))
}

/// Marks the preferred vendors.
async fn prefer(
    environment: &Environment,
    caller: &Caller,
    (house, products): (House, &[DemoProduct]),
    act: Act,
) -> Result<()> {
    let mut relations = Vec::new();
    for product in products.iter().filter(|product| house.prefers(product)) {
        let seller = (0..house.vendors().len()).find(|position| house.sells(*position, product));
        let Some(planned) = seller.and_then(|position| house.vendors().get(position)) else { continue };
        let words = ["relation", house.name(), planned.code, &product.code];
        relations.push(VendorProduct {
            id: VendorProductId::from_parts(BASE_MILLIS, entropy(&words)),
            vendor_id: vendor_id(house, planned),
            product_id: product.id,
            vendor_sku: Some(format!("{}-{:05}", planned.code, number(&words))),
            pack: Some(product.pack()),
            is_preferred: true,
            is_blocked: false,
            updated_at: act.at,
            version: 1,
        });
    }
    let relations = &relations;
    environment.db.write(|tx| async move { store::put_relations(&*tx, caller.tenant, relations).await }).await
}
