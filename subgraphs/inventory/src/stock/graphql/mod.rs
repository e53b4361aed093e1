//! Balances in the API.

pub(crate) mod layer;

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Caller, Connection, Criteria, Filter, Loader, Nested, PageArgs, Refusals, Result, UserError, caller,
    outcome,
};
use primitives::{Date, DateTime, Decimal, InventoryItemId, LocationId, Money, ProductId, Quantity};

use super::{ItemFilter, Policy, service};
use crate::foreign::Product;
use crate::ledger::graphql::{self as ledger, StockMovement};
use crate::location::graphql::{self as locations, CostMethod, Location};
use crate::lot::graphql::{self as lots, LotBalance};
use crate::permission;
use crate::schema::{OnOrder, OnTheWay, app};
use layer::{CostLayer, LayersOfItem};

/// In which order to list items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::ItemSort")]
pub(crate) enum InventoryItemSort {
    /// In the order they were opened.
    CreatedAtAsc,
    /// Most on hand first.
    OnHandDesc,
    /// Least on hand first.
    OnHandAsc,
    /// Most valuable first; needs prices:view.
    ValueDesc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// The balance of one product at one location.
#[derive(Clone, Debug)]
pub(crate) struct InventoryItem(pub(crate) super::InventoryItem);

/// The balance of one product at one location.
#[Object]
impl InventoryItem {
    /// Identity of the balance.
    async fn id(&self) -> InventoryItemId {
        self.0.id
    }

    /// Identity of the product.
    async fn product_id(&self) -> ProductId {
        self.0.product
    }

    /// Identity of the location.
    async fn location_id(&self) -> LocationId {
        self.0.location
    }

    /// What lies here.
    async fn product(&self) -> Product {
        Product::new(self.0.product)
    }

    /// Where it lies.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.location).await
    }

    /// What is on the shelf, in the product's base unit.
    async fn on_hand(&self) -> Quantity {
        Quantity::new(self.0.holding.on_hand, self.0.unit)
    }

    /// What of it is promised to somebody.
    async fn reserved(&self) -> Quantity {
        Quantity::new(self.0.reserved, self.0.unit)
    }

    /// What of it lies in lots that may not be used: held, called back or past their date.
    async fn on_hold(&self) -> Quantity {
        Quantity::new(self.0.on_hold, self.0.unit)
    }

    /// What may be used and nobody has been promised: on hand less reserved, less on hold.
    async fn available(&self) -> Quantity {
        Quantity::new(self.0.available(), self.0.unit)
    }

    /// What is on its way here in transfers that were shipped and have not all arrived.
    async fn in_transit_in(&self, ctx: &Context<'_>) -> Result<Quantity> {
        Ok(Quantity::new(on_the_way(ctx, &self.0).await?, self.0.unit))
    }

    /// What vendors have been asked for and not brought here yet.
    async fn on_order(&self, ctx: &Context<'_>) -> Result<Quantity> {
        Ok(Quantity::new(on_order(ctx, &self.0).await?, self.0.unit))
    }

    /// What one unit costs, to five places; null without prices:view.
    async fn average_cost(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(priced(caller(ctx)?, Money::new(self.0.holding.average_cost(), self.0.currency())))
    }

    /// What everything on hand is worth; null without prices:view.
    async fn total_value(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(priced(caller(ctx)?, Money::new(self.0.holding.value, self.0.currency())))
    }

    /// How it is valued; frozen while there is stock.
    async fn cost_method(&self) -> CostMethod {
        self.0.holding.method.into()
    }

    /// How much of it there should be; every part of it is null where nobody decided.
    async fn policy(&self) -> StockPolicy {
        StockPolicy::of(&self.0.policy, self.0.unit)
    }

    /// Since when it is low: it becomes so at the reorder point and stays so until 5 % above it. Null while it is not.
    async fn low_since(&self) -> Option<DateTime> {
        self.0.low_since.map(DateTime::from)
    }

    /// How much to buy now: the reorder quantity, or what is missing to par, to the maximum or to the reorder point, whichever
    /// is decided first; null where nothing is. What is on order or on its way here counts as if it were here, and the reorder
    /// quantity is not asked for again while that lifts it above the reorder point.
    async fn suggested_order(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        let (ordered, moving) =
            futures::future::try_join(on_order(ctx, &self.0), on_the_way(ctx, &self.0)).await?;
        let coming = ordered.checked_add(moving).unwrap_or(ordered);
        let suggested = self.0.policy.suggested_order(self.0.available(), coming);
        Ok(suggested.map(|quantity| Quantity::new(quantity, self.0.unit)))
    }

    /// Whether the available quantity is at or below the reorder point.
    async fn is_below_reorder_point(&self) -> bool {
        self.0.is_below_reorder_point()
    }

    /// Whether it is kept by lots; frozen while there is stock.
    async fn is_kept_by_lots(&self) -> bool {
        self.0.shelf.is_kept
    }

    /// What lies here, lot by lot; empty where it is not kept by lots. At most 200.
    async fn lots(&self, ctx: &Context<'_>) -> Result<Vec<LotBalance>> {
        lots::load_of_item(ctx, self.0.id).await
    }

    /// What is left of each receipt, in the order it will be consumed; empty under moving average. At most the 200
    /// oldest.
    async fn cost_layers(&self, ctx: &Context<'_>) -> Result<Vec<CostLayer>> {
        let layers = ctx.data_unchecked::<Loader<InventoryItemId, LayersOfItem>>().load(self.0.id).await?;
        let (unit, currency) = (self.0.unit, self.0.currency());
        Ok(layers.unwrap_or_default().shown(unit, currency))
    }

    /// What last moved it; null where nothing ever did.
    async fn last_movement(&self, ctx: &Context<'_>) -> Result<Option<StockMovement>> {
        ledger::load_last(ctx, self.0.id).await
    }

    /// Counts the changes.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

async fn on_the_way(ctx: &Context<'_>, item: &super::InventoryItem) -> Result<Decimal> {
    let loader = ctx.data_unchecked::<Loader<(ProductId, LocationId), OnTheWay>>();
    Ok(loader.load((item.product, item.location)).await?.map_or(Decimal::ZERO, |moving| moving.0))
}

async fn on_order(ctx: &Context<'_>, item: &super::InventoryItem) -> Result<Decimal> {
    let loader = ctx.data_unchecked::<Loader<(ProductId, LocationId), OnOrder>>();
    Ok(loader.load((item.product, item.location)).await?.map_or(Decimal::ZERO, |coming| coming.0))
}

/// Which items to list. All that is given must hold; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct InventoryItemWhere {
    /// All of these hold, too.
    and: Option<Vec<InventoryItemWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<InventoryItemWhere>>,
    /// This does not hold.
    not: Option<Box<InventoryItemWhere>>,
    /// At one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// Of one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// Whether the available quantity is at or below the reorder point.
    below_reorder: Option<bool>,
    /// Whether anything is on hand; false lists what is empty or below zero.
    in_stock: Option<bool>,
    /// With something on hand that is good until before this day.
    expiring_before: Option<Date>,
}

/// How much of an item there should be, in its base unit. What is left out is decided no longer.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetPolicyInput {
    /// The balance it is for.
    id: InventoryItemId,
    /// The version the change is based on; another one answers CONFLICT.
    expected_version: i32,
    /// There should never be less.
    min: Option<Decimal>,
    /// There should be as much after buying.
    par: Option<Decimal>,
    /// There should never be more.
    max: Option<Decimal>,
    /// Buy again at or below this available quantity.
    reorder_point: Option<Decimal>,
    /// Buy as much then.
    reorder_quantity: Option<Decimal>,
    /// Days from ordering to having it, 0 to 365.
    lead_time_days: Option<i32>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// How much of an item there should be.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct StockPolicy {
    /// There should never be less.
    min: Option<Quantity>,
    /// There should be as much after buying.
    par: Option<Quantity>,
    /// There should never be more.
    max: Option<Quantity>,
    /// At or below this available quantity it should be bought again.
    reorder_point: Option<Quantity>,
    /// How much is bought then.
    reorder_quantity: Option<Quantity>,
    /// Days from ordering to having it.
    lead_time_days: Option<i32>,
}

impl StockPolicy {
    fn of(policy: &Policy, unit: primitives::Unit) -> Self {
        let quantity = |value: Option<Decimal>| value.map(|value| Quantity::new(value, unit));
        Self {
            min: quantity(policy.min),
            par: quantity(policy.par),
            max: quantity(policy.max),
            reorder_point: quantity(policy.reorder_point),
            reorder_quantity: quantity(policy.reorder_quantity),
            lead_time_days: policy.lead_time_days,
        }
    }
}

/// The changed item, or why it did not change.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct SetPolicyPayload {
    /// The item; null where the change was refused.
    inventory_item: Option<InventoryItem>,
    /// What to mend.
    user_errors: Vec<UserError>,
}

/// Queries about balances.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StockQuery;

#[Object]
impl StockQuery {
    /// Balances of the tenant.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn inventory_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which items to list.")] filter: Option<InventoryItemWhere>,
        #[graphql(desc = "In which order.", default_with = "InventoryItemSort::CreatedAtAsc")]
        sort: InventoryItemSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<InventoryItem>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        let items = service::list(app(ctx), caller(ctx)?, &criteria, sort.into(), page).await?;
        Ok(items.map(InventoryItem))
    }

    /// One balance; null where the tenant has no such item.
    async fn inventory_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identity of the balance.")] id: InventoryItemId,
    ) -> Result<Option<InventoryItem>> {
        load(ctx, id).await
    }
}

/// Mutations of what is kept about balances.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StockMutation;

#[Object]
impl StockMutation {
    /// Decides how much of an item there should be, and when to buy it again.
    async fn set_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item and what is decided.")] input: SetPolicyInput,
    ) -> Result<SetPolicyPayload> {
        let key = input.idempotency_key.clone();
        let set = service::set_policy(app(ctx), caller(ctx)?, input.into_change(), key.as_deref()).await;
        let (id, user_errors) = outcome(set)?;
        let items = service::changed(app(ctx), caller(ctx)?, id.as_slice()).await?;
        Ok(SetPolicyPayload { inventory_item: items.into_iter().next().map(InventoryItem), user_errors })
    }
}

impl SetPolicyInput {
    fn into_change(self) -> service::PolicyChange {
        let policy = Policy {
            min: self.min,
            par: self.par,
            max: self.max,
            reorder_point: self.reorder_point,
            reorder_quantity: self.reorder_quantity,
            lead_time_days: self.lead_time_days,
        };
        service::PolicyChange { item: self.id, expected_version: self.expected_version, policy }
    }
}

impl Filter for InventoryItemWhere {
    type Criterion = ItemFilter;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<ItemFilter>> {
        check_values(self.location_ids.as_ref(), &format!("{at}.locationIds"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        vec![Criteria::Is(ItemFilter {
            locations: self.location_ids.unwrap_or_default(),
            products: self.product_ids.unwrap_or_default(),
            below_reorder: self.below_reorder,
            in_stock: self.in_stock,
            expiring_before: self.expiring_before,
        })]
    }
}

/// Balances of a product, shared by everybody who asks for them in one request.
pub(crate) type ProductStock = Arc<Vec<super::InventoryItem>>;

/// Money as this caller may see it.
pub(crate) fn priced(caller: &Caller, money: Money) -> Option<Money> {
    caller.may(permission::PRICES).then_some(money)
}

/// A balance through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: InventoryItemId) -> Result<Option<InventoryItem>> {
    let loader = ctx.data_unchecked::<Loader<InventoryItemId, super::InventoryItem>>();
    Ok(loader.load(id).await?.map(InventoryItem))
}

/// The balance at an exact place through the request's loader.
pub(crate) async fn load_at(
    ctx: &Context<'_>,
    place: (ProductId, LocationId),
) -> Result<Option<InventoryItem>> {
    let loader = ctx.data_unchecked::<Loader<(ProductId, LocationId), super::InventoryItem>>();
    Ok(loader.load(place).await?.map(InventoryItem))
}

/// All balances of a product through the request's loader.
pub(crate) async fn load_of(ctx: &Context<'_>, product: ProductId) -> Result<ProductStock> {
    let loader = ctx.data_unchecked::<Loader<ProductId, ProductStock>>();
    Ok(loader.load(product).await?.unwrap_or_default())
}
