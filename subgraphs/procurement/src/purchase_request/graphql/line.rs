//! Lines of purchase requests in GraphQL.

use async_graphql::{Context, Enum, Object};
use chassis::Result;
use primitives::graphql::UnitStub;
use primitives::{Date, Decimal, Money, PurchaseRequestLineId, Quantity};

use super::super::line::{self, Terms};
use super::money;
use crate::budget::graphql::{Budget, of_line};
use crate::foreign::{Location, Product, Vendor};
use crate::house;

/// What was decided about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "PurchaseRequestLineStatus", remote = "line::LineStatus")]
pub(crate) enum LineStatus {
    /// Nothing yet.
    Open,
    /// It may be ordered.
    Approved,
    /// It was left out.
    Rejected,
}

/// Where a price comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "line::PriceSource")]
pub(crate) enum PriceSource {
    /// Somebody named it.
    Manual,
    /// It is the best offer, or the best one of the vendor that was named.
    Offer,
}

/// A line as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct PurchaseRequestLine(pub(crate) line::Line);

impl PurchaseRequestLine {
    fn terms(&self) -> Option<&Terms> {
        self.0.terms.as_ref()
    }
}

/// One product of a purchase request.
#[Object]
impl PurchaseRequestLine {
    /// Identity.
    async fn id(&self) -> PurchaseRequestLineId {
        self.0.id
    }

    /// What.
    async fn product(&self) -> Product {
        self.0.product_id.into()
    }

    /// The budget that it takes something of, since it was handed in; null where the department has none.
    async fn budget(&self, ctx: &Context<'_>) -> Result<Option<Budget>> {
        of_line(ctx, self.0.id).await
    }

    /// How much.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.0.quantity, self.0.unit)
    }

    /// How much that is in the product's base unit, by what its packs held when the request was handed in.
    async fn base_quantity(&self) -> Option<Quantity> {
        let terms = self.terms()?;
        Some(Quantity::new(self.0.quantity.checked_mul(terms.factor)?, terms.base_unit))
    }

    /// The unit it is asked for in.
    async fn unit(&self) -> UnitStub {
        self.0.unit.into()
    }

    /// Where it is to go.
    async fn deliver_to(&self) -> Option<Location> {
        self.0.deliver_to.map(Location::from)
    }

    /// By when it is needed, where that differs from the request.
    async fn required_by(&self) -> Option<Date> {
        self.0.required_by
    }

    /// Who is to sell it: who was named, or who had the best offer.
    async fn vendor(&self) -> Option<Vendor> {
        self.terms().and_then(|terms| terms.vendor_id).or(self.0.wanted_vendor).map(Vendor::from)
    }

    /// What one unit costs. Null without the permission to see prices, and before there is a price.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let found = self.terms().map(|terms| Money::new(terms.unit_price, terms.currency));
        money(ctx, found.or(self.0.wanted_price.map(|price| Money::new(price, house::CURRENCY))))
    }

    /// Where the price comes from.
    async fn price_source(&self) -> Option<PriceSource> {
        self.terms().map(|terms| terms.source.into())
    }

    /// The number of the price list it stands on.
    async fn price_list_number(&self) -> Option<&str> {
        self.terms()?.price_list.as_deref()
    }

    /// What is taken off, in the price's currency.
    async fn discount(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        Ok(money(ctx, Some(Money::new(self.0.discount, house::CURRENCY)))?.map(|money| money.amount))
    }

    /// What is put on as tax, in the price's currency.
    async fn tax(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        Ok(money(ctx, Some(Money::new(self.0.tax, house::CURRENCY)))?.map(|money| money.amount))
    }

    /// Quantity times price, less discount, plus tax. Null without the permission to see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.terms().map(|terms| Money::new(terms.amount, terms.currency)))
    }

    /// The amount in the house's currency. Null without the permission to see prices.
    async fn base_amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.terms().map(|terms| Money::new(terms.base_amount, house::CURRENCY)))
    }

    /// What was decided about it.
    async fn status(&self) -> LineStatus {
        self.0.status.into()
    }

    /// Why it was left out.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// How much of it a store holds and keeps for it.
    async fn reserved_quantity(&self) -> Quantity {
        Quantity::new(self.0.reserved, self.0.unit)
    }

    /// How much of it is still to be ordered: neither on order nor kept by a store.
    async fn to_order_quantity(&self) -> Quantity {
        Quantity::new(self.0.open_quantity(), self.0.unit)
    }

    /// How much of it is on order.
    async fn ordered_quantity(&self) -> Quantity {
        Quantity::new(self.0.ordered, self.0.unit)
    }

    /// What there is to say about it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}
