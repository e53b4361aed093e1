//! Many products, all their prices side by side.

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::{Result, caller};
use primitives::graphql::UnitStub;
use primitives::{Date, Decimal, Money, ProductId, PropertyId, Quantity};

use super::super::{model, service};
use super::{Question, contract, money, price_list};
use crate::Purchasing;
use crate::contract::graphql::Contract;
use crate::exchange_rate::model::BASE_CURRENCY;
use crate::foreign::Product;
use crate::price_list::graphql::PriceList;
use crate::vendor::graphql::Vendor;

/// Why a price is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "PassedOverReason", remote = "model::WhyNot")]
pub(crate) enum WhyNot {
    /// The vendor is not, or no longer, somebody to buy from.
    VendorNotActive,
    /// The product must not be bought from this vendor.
    ProductBlocked,
    /// The price is not in force on the day.
    NotInForce,
    /// Nobody said what its currency is worth on the day.
    NoExchangeRate,
    /// No way leads from the wanted unit to the product's base unit.
    NoConversion,
    /// The quantity is below the one from which on the price holds.
    BelowMinimum,
    /// Less than the quantity is left of what the contract commits.
    ContractUsedUp,
    /// The amount is beyond what can be written.
    OutOfRange,
    /// Another price of the vendor in the same unit comes first for the quantity.
    Outranked,
}

/// The prices of one product side by side.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PriceComparison {
    /// The product.
    product: Product,
    /// Its prices: the offers, best first, and behind them what is passed over.
    prices: Vec<ComparedPrice>,
}

/// A price with its place among the others.
#[derive(Clone, Debug)]
pub(crate) struct ComparedPrice {
    rank: Option<i32>,
    compared: model::Compared,
}

/// A vendor's price for a product beside the others.
#[Object]
impl ComparedPrice {
    /// Its place, from 1; null when it is passed over.
    async fn rank(&self) -> Option<i32> {
        self.rank
    }

    /// Why it is passed over; null when it is ranked.
    async fn why_not(&self) -> Option<WhyNot> {
        self.compared.verdict.as_ref().err().map(|why_not| (*why_not).into())
    }

    /// Who sells.
    async fn vendor(&self) -> Vendor {
        Vendor(self.compared.candidate.vendor.clone())
    }

    /// The price list it stands on; null for a contract's price.
    async fn price_list(&self, ctx: &Context<'_>) -> Result<Option<PriceList>> {
        price_list(ctx, self.compared.candidate.source).await
    }

    /// The contract it is agreed in; null for the price of a list.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<Contract>> {
        contract(ctx, self.compared.candidate.source).await
    }

    /// The number of the price list or contract.
    async fn price_list_number(&self) -> &str {
        &self.compared.candidate.number
    }

    /// The unit that the vendor prices.
    async fn pack_unit(&self) -> UnitStub {
        self.compared.candidate.line.unit.into()
    }

    /// One of that unit, in base units.
    async fn pack(&self) -> Quantity {
        Quantity::new(self.compared.candidate.line.factor, self.compared.candidate.line.base_unit)
    }

    /// What one of that unit costs, in the currency of the price list or contract. Null without the permission to see prices.
    async fn pack_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.compared.candidate.line.price, self.compared.candidate.currency)
    }

    /// From how many of that unit on the price holds.
    async fn min_quantity(&self) -> Decimal {
        self.compared.candidate.line.minimum_quantity
    }

    /// Per base unit, in the currency of the price list or contract. Null without the permission to see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let Some(price) = self.compared.candidate.unit_price() else { return Ok(None) };
        money(ctx, price, self.compared.candidate.currency)
    }

    /// Per base unit, in the house's base currency: what is compared. Null without the permission to see prices or
    /// without an exchange rate.
    async fn comparable_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let Some(price) = self.compared.candidate.comparable_price() else { return Ok(None) };
        money(ctx, price, BASE_CURRENCY)
    }

    /// For the whole quantity, in the currency of the price list or contract. Null when it is passed over or without the permission to
    /// see prices.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let Ok(offer) = &self.compared.verdict else { return Ok(None) };
        money(ctx, offer.total, self.compared.candidate.currency)
    }

    /// Days between order and delivery.
    async fn lead_time_days(&self) -> i32 {
        self.compared.candidate.lead_time_days()
    }

    /// Whether the vendor is preferred for the product.
    async fn is_preferred(&self) -> bool {
        self.compared.candidate.is_preferred
    }
}

/// Questions about many prices at once.
#[derive(Debug, Default)]
pub(crate) struct ComparisonQuery;

#[Object]
impl ComparisonQuery {
    /// All prices of several products side by side, per base unit: what `bestOffer` would take first, and for each price
    /// that it passes over the reason. Prices that are over not long or not yet in force are shown, too.
    async fn compare_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which products: at most 50; answered in this order.")] product_ids: Vec<ProductId>,
        #[graphql(desc = "How much of each is wanted; one unit when left out.")] quantity: Option<Decimal>,
        #[graphql(desc = "In which unit; each product's base unit when left out.")] unit: Option<String>,
        #[graphql(desc = "On which day; today when left out.")] date: Option<Date>,
        #[graphql(desc = "On behalf of which house: its own preferences stand in place of the tenant's.")]
        property_id: Option<PropertyId>,
    ) -> Result<Vec<PriceComparison>> {
        let quantity = quantity.unwrap_or(Decimal::ONE);
        let question = Question { quantity, unit, date, property: property_id };
        let app = ctx.data_unchecked::<Purchasing>();
        let wanted = (question.wanted()?, question.day(app), property_id);
        let found = service::compare(app, caller(ctx)?, &product_ids, wanted).await?;
        let side_by_side = product_ids.into_iter().map(|id| PriceComparison {
            product: Product { id },
            prices: ranked(found.get(&id).map(Vec::as_slice).unwrap_or_default()),
        });
        Ok(side_by_side.collect())
    }
}

fn ranked(prices: &[model::Compared]) -> Vec<ComparedPrice> {
    let places = (1..).zip(prices);
    places
        .map(|(place, compared)| ComparedPrice {
            rank: compared.verdict.is_ok().then_some(place),
            compared: compared.clone(),
        })
        .collect()
}
