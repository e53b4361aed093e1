//! Offers in GraphQL: one product's here, many products' side by side in [`compare`].

mod compare;

use async_graphql::{Context, Enum, Object};
use chassis::{Caller, Code, Error, Loader, Refusal, Refusals, RequestScope, Result, caller, house};
use primitives::graphql::UnitStub;
use primitives::{CurrencyCode, Date, Decimal, Money, ProductId, PropertyId, Quantity, Unit};
use std::collections::HashMap;
use std::sync::Arc;

use super::model::{self, Candidate, Wanted};
use super::store::{self, View};
use crate::contract::graphql::Contract;
use crate::exchange_rate::model::BASE_CURRENCY;
use crate::price_list::graphql::PriceList;
use crate::vendor::graphql::Vendor;
use crate::{Purchasing, permission, product_ref};

pub(crate) use compare::ComparisonQuery;

/// Offers of one product that are listed.
const OFFERS_MAX: i32 = 50;
/// Offers behind the best one.
const RUNNERS_UP: usize = 5;

/// Offers that are listed unless told.
pub(crate) const OFFERS_DEFAULT: i32 = 10;

/// What packs hold, by product and unit.
type Factors = Loader<(ProductId, Unit), Decimal>;
/// Prices in force by product, day and house.
type InForce = Loader<Place, Arc<Vec<Candidate>>>;
/// A product on a day, on behalf of a house or of nobody.
type Place = (ProductId, Date, Option<PropertyId>);

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Purchasing, scope: &RequestScope, data: &mut async_graphql::Data) {
    let purchasing = app.clone();
    data.insert::<InForce>(scope.loader(move |caller, keys: Vec<Place>| {
        let purchasing = purchasing.clone();
        async move { in_force(&purchasing, &caller, keys).await }
    }));
    let purchasing = app.clone();
    data.insert::<Factors>(scope.loader(move |caller, keys: Vec<(ProductId, Unit)>| {
        let purchasing = purchasing.clone();
        async move { product_ref::store::factors(purchasing.db.read(), caller.tenant, keys).await }
    }));
}

async fn in_force(
    app: &Purchasing,
    caller: &Caller,
    keys: Vec<Place>,
) -> Result<HashMap<Place, Arc<Vec<Candidate>>>> {
    caller.require(permission::VIEW)?;
    let mut together: HashMap<(Date, Option<PropertyId>), Vec<ProductId>> = HashMap::new();
    for (product, day, property) in keys {
        together.entry((day, property)).or_default().push(product);
    }
    let mut found = HashMap::new();
    for ((day, property), products) in together {
        let view = View { property, ..View::of(day) };
        let candidates = store::candidates(app.db.read(), caller.tenant, view, &products).await?;
        let placed = candidates.into_iter();
        found.extend(placed.map(|(product, all)| ((product, day, property), Arc::new(all))));
    }
    Ok(found)
}

/// What a client wants to know the price of.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) quantity: Decimal,
    pub(crate) unit: Option<String>,
    pub(crate) date: Option<Date>,
    /// The house that wants to buy.
    pub(crate) property: Option<PropertyId>,
}

/// The offers for a product, best first.
pub(crate) async fn rank(
    ctx: &Context<'_>,
    product: ProductId,
    question: Question,
) -> Result<Vec<model::Offer>> {
    let mut wanted = question.wanted()?;
    let day = question.day(ctx.data_unchecked::<Purchasing>());
    let candidates =
        ctx.data_unchecked::<InForce>().load((product, day, question.property)).await?.unwrap_or_default();
    if let (Err(model::NoWay), Some(unit)) = (model::rank(&candidates, wanted), wanted.unit) {
        wanted.factor = ctx.data_unchecked::<Factors>().load((product, unit)).await?;
    }
    model::rank(&candidates, wanted).map_err(|model::NoWay| {
        let message = "no way leads from this unit to the product's base unit";
        Refusal::new(Code::UnitConversionMissing, "unit", message).into()
    })
}

impl Question {
    fn day(&self, app: &Purchasing) -> Date {
        self.date.unwrap_or_else(|| house::day(app.clock.now()))
    }

    fn wanted(&self) -> Result<Wanted> {
        let mut refusals = Refusals::new();
        let quantity = self.quantity;
        refusals.check(quantity.is_positive() && quantity.is_within_bound(), || {
            Refusal::invalid("quantity", "the quantity must be more than 0 and below 1,000,000,000")
        });
        let unit = self.unit.as_deref().map(|code| {
            Unit::from_code(code)
                .ok_or_else(|| Refusal::invalid("unit", format!("there is no unit `{code}`")))
        });
        let unit = refusals.take(unit.transpose()).flatten();
        refusals.into_result()?;
        Ok(Wanted { quantity, unit, factor: None })
    }
}

/// The first of ranked offers, as many as the client wants.
pub(crate) fn listed(ranked: Vec<model::Offer>, first: i32) -> Result<Vec<Offer>> {
    let most = usize::try_from(first).ok().filter(|_| (1..=OFFERS_MAX).contains(&first));
    let most = most.ok_or_else(|| {
        Error::from(Refusal::invalid("first", format!("first must be between 1 and {OFFERS_MAX}")))
    })?;
    Ok(ranked.into_iter().take(most).map(Offer).collect())
}

/// Why an offer is the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "BestOfferReason", remote = "model::Reason")]
pub(crate) enum Reason {
    /// Nobody else offers.
    OnlyOffer,
    /// It is agreed by contract, and the next is not.
    Contract,
    /// It is cheaper than the next.
    LowestPrice,
    /// As cheap as the next, and the vendor is preferred for the product.
    Preferred,
    /// As cheap as the next, and delivered sooner.
    ShorterLeadTime,
    /// As cheap and as soon, and the vendor is better rated.
    BetterRating,
    /// Equal in everything; the order is fixed.
    Tie,
}

/// What a vendor offers a product for.
#[derive(Clone, Debug)]
pub(crate) struct Offer(pub(crate) model::Offer);

fn money(ctx: &Context<'_>, amount: Decimal, currency: CurrencyCode) -> Result<Option<Money>> {
    Ok(caller(ctx)?.may(permission::PRICES).then(|| Money::new(amount, currency)))
}

async fn price_list(ctx: &Context<'_>, source: model::Source) -> Result<Option<PriceList>> {
    match source {
        model::Source::PriceList(id) => crate::price_list::graphql::load(ctx, id).await,
        model::Source::Contract(..) => Ok(None),
    }
}

async fn contract(ctx: &Context<'_>, source: model::Source) -> Result<Option<Contract>> {
    match source {
        model::Source::Contract(id, _) => crate::contract::graphql::load(ctx, id).await,
        model::Source::PriceList(_) => Ok(None),
    }
}

/// What a vendor offers a product for, for the quantity and the day that were asked for.
#[Object]
impl Offer {
    /// Who sells.
    async fn vendor(&self) -> Vendor {
        Vendor(self.0.candidate.vendor.clone())
    }

    /// The price list it stands on; null for a contract's price.
    async fn price_list(&self, ctx: &Context<'_>) -> Result<Option<PriceList>> {
        price_list(ctx, self.0.candidate.source).await
    }

    /// The contract it is agreed in; null for the price of a list.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<Contract>> {
        contract(ctx, self.0.candidate.source).await
    }

    /// The number of the price list or contract.
    async fn price_list_number(&self) -> &str {
        &self.0.candidate.number
    }

    /// Per base unit, in the currency of the price list or contract. Null without the permission to see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.unit_price, self.0.candidate.currency)
    }

    /// Per base unit, in the house's base currency: what offers are compared by.
    async fn comparable_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.comparable_price, BASE_CURRENCY)
    }

    /// For the whole quantity, in the currency of the price list or contract.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.total, self.0.candidate.currency)
    }

    /// The quantity it is for, in the product's base unit.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.0.base_quantity, self.0.candidate.line.base_unit)
    }

    /// One of the unit that the vendor prices, in base units.
    async fn pack(&self) -> Quantity {
        Quantity::new(self.0.candidate.line.factor, self.0.candidate.line.base_unit)
    }

    /// The unit that the vendor prices.
    async fn pack_unit(&self) -> UnitStub {
        self.0.candidate.line.unit.into()
    }

    /// What one of that unit costs, in the currency of the price list or contract. Null without the permission to see prices.
    async fn pack_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.candidate.line.price, self.0.candidate.currency)
    }

    /// From how many of that unit on the price holds.
    async fn min_quantity(&self) -> Decimal {
        self.0.candidate.line.minimum_quantity
    }

    /// Days between order and delivery.
    async fn lead_time_days(&self) -> i32 {
        self.0.lead_time_days
    }

    /// Whether the vendor is preferred for the product.
    async fn is_preferred(&self) -> bool {
        self.0.candidate.is_preferred
    }
}

/// The offer to take.
#[derive(Clone, Debug)]
pub(crate) struct BestOffer(model::Best);

impl BestOffer {
    /// The first of ranked offers, when there is one.
    pub(crate) fn of(ranked: Vec<model::Offer>) -> Option<Self> {
        model::best(ranked, RUNNERS_UP).map(Self)
    }
}

/// The offer to take for a product, why this one, and which came next.
#[Object]
impl BestOffer {
    /// Who sells.
    async fn vendor(&self) -> Vendor {
        Vendor(self.0.offer.candidate.vendor.clone())
    }

    /// The price list it stands on; null for a contract's price.
    async fn price_list(&self, ctx: &Context<'_>) -> Result<Option<PriceList>> {
        price_list(ctx, self.0.offer.candidate.source).await
    }

    /// Per base unit, in the currency of the price list or contract. Null without the permission to see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.offer.unit_price, self.0.offer.candidate.currency)
    }

    /// For the whole quantity, in the currency of the price list or contract. Null without the permission to see prices.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.offer.total, self.0.offer.candidate.currency)
    }

    /// The quantity it is for, in the product's base unit.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.0.offer.base_quantity, self.0.offer.candidate.line.base_unit)
    }

    /// The product's base unit: what `unitPrice` is for.
    async fn unit(&self) -> UnitStub {
        self.0.offer.candidate.line.base_unit.into()
    }

    /// Days between order and delivery.
    async fn lead_time_days(&self) -> i32 {
        self.0.offer.lead_time_days
    }

    /// The offer with all its details.
    async fn offer(&self) -> Offer {
        Offer(self.0.offer.clone())
    }

    /// Why it is better than the next vendor's.
    async fn reason(&self) -> Reason {
        self.0.reason.into()
    }

    /// The reason as a sentence for people; it names no price.
    async fn explanation(&self) -> String {
        self.0.explanation()
    }

    /// The best offers of the vendors that came next, best first; at most 5.
    async fn runners_up(&self) -> Vec<Offer> {
        self.0.runners_up.iter().cloned().map(Offer).collect()
    }
}
