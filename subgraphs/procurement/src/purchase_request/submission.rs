//! Handing a request in: everything is checked at once, prices are found, amounts come out. Pure.

use std::collections::HashMap;

use chassis::{Code, Refusal, Refusals};
use primitives::{Date, Decimal, LocationId, ProductId, VendorId};

use super::line::{Line, LineStatus, PriceSource, Terms};
use super::model::Head;
use crate::house;
use crate::market::model::{Market, Offer, Product, Question};

/// What has to be known for the lines.
pub fn questions(lines: &[Line]) -> Vec<Question> {
    let question = |line: &Line| Question {
        product: line.product_id,
        quantity: line.quantity,
        unit: line.unit,
        vendor: line.wanted_vendor,
        deliver_to: line.deliver_to,
        is_priced: line.wanted_price.is_some(),
    };
    lines.iter().map(question).collect()
}

/// Gives every line its terms; answers what the request comes to in the house's currency.
///
/// # Errors
/// Everything that is wrong with head and lines, in the order of the input.
pub fn examine(head: &Head, lines: &mut [Line], market: &Market, today: Date) -> Result<Decimal, Refusals> {
    let mut refusals = head.check(today);
    refusals.check(!lines.is_empty(), || Refusal::invalid("lines", "a request has at least one line"));
    let mut seen: HashMap<(ProductId, Option<LocationId>, Option<Date>), usize> = HashMap::new();
    for (position, line) in lines.iter_mut().enumerate() {
        let needed = line.required_by.or(head.required_by);
        let mut found = check_line(head, line, market);
        if let Some(first) = seen.insert((line.product_id, line.deliver_to, needed), position) {
            let message = format!("line {first} already asks for this product, place and day");
            found.push(Refusal::duplicate("productId", message));
        }
        match price(line, market, position) {
            Ok(terms) => {
                found.extend(valuation_refusal(line, &terms, market));
                (line.terms, line.status, line.status_reason) = (Some(terms), LineStatus::Open, None)
            }
            Err(refused) => found.extend(refused),
        }
        let prefix = format!("lines.{position}");
        refusals.extend(found.into_iter().map(|refusal| refusal.below(&prefix)));
    }
    let amounts = lines.iter().filter_map(|line| line.terms.as_ref()).map(|terms| terms.base_amount);
    let total = Decimal::checked_sum(amounts).filter(|total| total.is_within_bound());
    refusals.check(total.is_some(), || {
        Refusal::new(Code::LimitExceeded, "lines", "a request comes to less than 1,000,000,000")
    });
    total.filter(|_| refusals.is_empty()).ok_or(refusals)
}

fn check_line(head: &Head, line: &Line, market: &Market) -> Refusals {
    let mut refusals = Refusals::new();
    let product = market.products.get(&line.product_id);
    refusals.check(product.is_some(), || Refusal::new(Code::NotFound, "productId", "product not found"));
    refusals.check(product.is_none_or(|product| product.is_purchasable), || {
        Refusal::new(Code::InvalidState, "productId", "this product may not be bought")
    });
    let places = line.unit.decimal_places();
    let least = if places == 0 { "quantity must be at least 1" } else { "quantity must be more than 0" };
    refusals.check(line.quantity.is_positive(), || Refusal::invalid("quantity", least));
    refusals.check(line.quantity.decimal_places() <= places, || {
        Refusal::invalid("quantity", format!("{} has at most {places} decimal places", line.unit.code()))
    });
    let place = |id: &LocationId| market.locations.contains(id);
    match &line.deliver_to {
        None => refusals.push(Refusal::invalid("deliverTo", "say where it is to go")),
        Some(id) if !place(id) => {
            refusals.push(Refusal::new(Code::NotFound, "deliverTo", "location not found"))
        }
        Some(_) => {}
    }
    let on_time = line.required_by.is_none_or(|day| day >= head.request_date);
    refusals.check(on_time, || Refusal::invalid("requiredBy", "it cannot be needed before the request"));
    refusals.extend(line.wanted_vendor.and_then(|vendor| vendor_refusal(vendor, market)));
    refusals
}

fn vendor_refusal(vendor: VendorId, market: &Market) -> Option<Refusal> {
    if !market.vendors.contains(&vendor) {
        return Some(Refusal::new(Code::NotFound, "vendorId", "vendor not found"));
    }
    let is_open = market.open_vendors.contains(&vendor);
    (!is_open).then(|| Refusal::new(Code::InvalidState, "vendorId", "this vendor may not be bought from"))
}

/// What is bought in one currency for a place that is valued in another has no value there without a rate.
fn valuation_refusal(line: &Line, terms: &Terms, market: &Market) -> Option<Refusal> {
    let unknown = market.valuation(line.deliver_to?).err().filter(|currency| *currency != terms.currency)?;
    let message = format!("this place is valued in {unknown}, and nobody says what that is worth");
    Some(Refusal::invalid("deliverTo", message))
}

/// The terms of a line. Without a product there is nothing to price, which was said before.
fn price(line: &Line, market: &Market, position: usize) -> Result<Terms, Refusals> {
    let Some(product) = market.products.get(&line.product_id) else { return Err(Refusals::new()) };
    let Some(factor) = product.factor(line.unit) else {
        let (base, unit) = (product.base_unit.code(), line.unit.code());
        let message = format!("nothing says how many {base} one {unit} holds");
        return Err(Refusal::new(Code::UnitConversionMissing, "unit", message).into());
    };
    if let Some(unit_price) = line.wanted_price {
        let amounts = net(line, unit_price, house::CURRENCY.minor_digits());
        let amount = amounts.ok_or_else(discounted)?;
        return Ok(Terms {
            category: product.category,
            base_unit: product.base_unit,
            factor,
            vendor_id: line.wanted_vendor,
            source: PriceSource::Manual,
            price_list: None,
            unit_price,
            currency: house::CURRENCY,
            amount,
            base_amount: amount,
        });
    }
    let offers = market.offers.get(&position).map(Vec::as_slice).unwrap_or_default();
    let fits = |offer: &&Offer| line.wanted_vendor.is_none_or(|vendor| vendor == offer.vendor);
    let offer = offers.iter().find(fits).ok_or_else(|| {
        let message = "nobody offers this, or you may not see for how much: name a price";
        Refusals::from(Refusal::new(Code::PriceNotFound, "unitPrice", message))
    })?;
    offered(line, (product, factor), offer).ok_or_else(|| discounted().into())
}

fn offered(line: &Line, (product, factor): (&Product, Decimal), offer: &Offer) -> Option<Terms> {
    let unit_price = match offer.pack_unit == line.unit {
        true => offer.pack_price,
        false => offer.unit_price.checked_mul(factor)?,
    };
    let amount = net(line, unit_price, offer.currency.minor_digits())?;
    // Discount and tax are in the offer's currency, so the whole amount is taken over at the offer's own rate.
    let base_amount = match offer.currency == house::CURRENCY {
        true => amount,
        false => amount
            .checked_ratio(offer.comparable_price, offer.unit_price)?
            .round_to(house::CURRENCY.minor_digits())?,
    };
    Some(Terms {
        category: product.category,
        base_unit: product.base_unit,
        factor,
        vendor_id: Some(offer.vendor),
        source: PriceSource::Offer,
        price_list: Some(offer.price_list.clone()),
        unit_price,
        currency: offer.currency,
        amount,
        base_amount,
    })
}

/// `round(quantity × price) − discount + tax`; nothing below zero or beyond the range.
pub fn net(line: &Line, unit_price: Decimal, digits: u32) -> Option<Decimal> {
    let gross = line.quantity.checked_mul(unit_price)?.round_to(digits)?;
    let less = gross.checked_sub(line.discount).filter(|less| !less.is_negative())?;
    less.checked_add(line.tax).filter(|amount| amount.is_within_bound())
}

fn discounted() -> Refusal {
    Refusal::invalid("discount", "a line comes to at least 0 and less than 1,000,000,000")
}

#[cfg(test)]
#[path = "submission_tests.rs"]
mod tests;
