//! Lots in the API.

mod input;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::{Connection, Criteria, Loader, PageArgs, Result, UserError, caller, outcome};
use primitives::{Date, DateTime, InventoryItemId, LotId, Quantity, StockMovementId};

use super::service::{self, Step};
use super::{LotCommand, Part};
use crate::foreign::{Product, User, Vendor};
use crate::schema::app;
use crate::stock::graphql::{self as stock, InventoryItem};
use input::{LotStepInput, LotWhere};

/// Whether a lot may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::LotStatus")]
pub(crate) enum LotStatus {
    /// May be used.
    Ok,
    /// Held until somebody has looked at it.
    Quarantine,
    /// Called back: nobody may use it.
    Recalled,
    /// Past its date.
    Expired,
}

/// In which order to list lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::LotSort")]
pub(crate) enum LotSort {
    /// First to expire first; those that never do last.
    ExpiryAsc,
    /// Last taken in first.
    CreatedAtDesc,
    /// By number.
    NumberAsc,
}

/// Units of a product that came together.
#[derive(Clone, Debug)]
pub(crate) struct Lot(pub(crate) super::Lot);

/// Units of a product that came together: what is printed on them, until when they are good, and where they lie.
#[Object]
impl Lot {
    /// Identity of the lot.
    async fn id(&self) -> LotId {
        self.0.id
    }

    /// What it is of.
    async fn product(&self) -> Product {
        Product::new(self.0.product)
    }

    /// What is printed on it; unique for the product. The date, where only that is followed.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// The last day it is good; null where it has no date.
    async fn expiry(&self) -> Option<Date> {
        self.0.expiry
    }

    /// Who brought it; null where that is not known.
    async fn vendor(&self) -> Option<Vendor> {
        self.0.vendor.map(Vendor::from)
    }

    /// Whether it may be used.
    async fn status(&self) -> LotStatus {
        self.0.status.into()
    }

    /// Why it was held, called back or let go.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Where it lies: one balance per item that has some of it, at most 200.
    async fn balances(&self, ctx: &Context<'_>) -> Result<Vec<LotBalance>> {
        let loader = ctx.data_unchecked::<Loader<LotId, PlacesOfLot>>();
        let places = loader.load(self.0.id).await?.unwrap_or_default();
        Ok(places
            .0
            .iter()
            .take(BALANCES_SHOWN)
            .map(|(item, part)| LotBalance { item: *item, part: *part })
            .collect())
    }

    /// Counts the changes; a step names the one it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it first came.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who took it in first.
    async fn created_by(&self) -> Option<User> {
        Some(User::from(self.0.created_by))
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Who last changed it.
    async fn updated_by(&self) -> Option<User> {
        Some(User::from(self.0.updated_by))
    }
}

/// Balances of a lot, and lots of an item, that are shown without paging.
pub(crate) const BALANCES_SHOWN: usize = 200;

/// How much of a lot lies at an item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LotBalance {
    pub(crate) item: InventoryItemId,
    pub(crate) part: Part,
}

/// How much of a lot lies at an item.
#[Object]
impl LotBalance {
    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>> {
        load(ctx, self.part.lot).await
    }

    /// The balance it is a part of.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<InventoryItem>> {
        stock::load(ctx, self.item).await
    }

    /// How much of it is there; null where the item is gone.
    async fn on_hand(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        let item = stock::load(ctx, self.item).await?;
        Ok(item.map(|item| Quantity::new(self.part.quantity, item.0.unit)))
    }
}

/// How much of a lot a movement moved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MovedLot {
    pub(crate) part: Part,
    pub(crate) unit: primitives::Unit,
}

/// How much of a lot a movement moved.
#[Object]
impl MovedLot {
    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>> {
        load(ctx, self.part.lot).await
    }

    /// By how much; negative where it left.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.part.quantity, self.unit)
    }
}

/// The lot after a step, or why the step was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct LotPayload {
    /// The lot; null where the step was refused.
    lot: Option<Lot>,
    /// What to mend.
    user_errors: Vec<UserError>,
}

/// Queries about lots.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LotQuery;

#[Object]
impl LotQuery {
    /// Lots of the tenant.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn lots(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which lots to list.")] filter: Option<LotWhere>,
        #[graphql(desc = "In which order.", default_with = "LotSort::ExpiryAsc")] sort: LotSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Lot>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app(ctx), caller(ctx)?, &criteria, sort.into(), page).await?.map(Lot))
    }

    /// One lot; null where the tenant has no such lot.
    async fn lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identity of the lot.")] id: LotId,
    ) -> Result<Option<Lot>> {
        load(ctx, id).await
    }
}

/// Mutations of lots.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LotMutation;

#[Object]
impl LotMutation {
    /// Keeps a lot from being used, wherever it lies, until it is released.
    async fn hold_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lot, and why.")] input: LotStepInput,
    ) -> Result<LotPayload> {
        take(ctx, LotCommand::Hold, input.into_step()).await
    }

    /// Lets a lot be used again. One that is past its date by now has expired.
    async fn release_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lot, and why.")] input: LotStepInput,
    ) -> Result<LotPayload> {
        take(ctx, LotCommand::Release, input.into_step()).await
    }

    /// Calls a lot back: nobody may use it, wherever it lies.
    async fn recall_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lot, and why.")] input: LotStepInput,
    ) -> Result<LotPayload> {
        take(ctx, LotCommand::Recall, input.into_step()).await
    }
}

async fn take(
    ctx: &Context<'_>,
    command: LotCommand,
    (step, key): (Step, Option<String>),
) -> Result<LotPayload> {
    let taken = service::take(app(ctx), caller(ctx)?, command, step, key.as_deref()).await;
    let (id, user_errors) = outcome(taken)?;
    let lot = match id {
        Some(id) => service::changed(app(ctx), caller(ctx)?, id).await?.map(Lot),
        None => None,
    };
    Ok(LotPayload { lot, user_errors })
}

/// Where a lot lies; a type of its own, because loaders are told apart by type.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlacesOfLot(pub(crate) Arc<Vec<(InventoryItemId, Part)>>);

/// What lies at an item, lot by lot.
#[derive(Clone, Debug, Default)]
pub(crate) struct LotsOfItem(pub(crate) Arc<Vec<Part>>);

/// What a ledger line moved, lot by lot.
#[derive(Clone, Debug, Default)]
pub(crate) struct LotsOfMovement(pub(crate) Arc<Vec<Part>>);

/// Groups what was loaded for several lots.
pub(crate) fn by_lot(parts: Vec<(InventoryItemId, Part)>) -> HashMap<LotId, PlacesOfLot> {
    let mut grouped: HashMap<LotId, Vec<(InventoryItemId, Part)>> = HashMap::new();
    for (item, part) in parts {
        grouped.entry(part.lot).or_default().push((item, part));
    }
    grouped.into_iter().map(|(lot, places)| (lot, PlacesOfLot(Arc::new(places)))).collect()
}

/// Groups what was loaded for several items.
pub(crate) fn by_item(parts: Vec<(InventoryItemId, Part)>) -> HashMap<InventoryItemId, LotsOfItem> {
    let mut grouped: HashMap<InventoryItemId, Vec<Part>> = HashMap::new();
    for (item, part) in parts {
        grouped.entry(item).or_default().push(part);
    }
    grouped.into_iter().map(|(item, parts)| (item, LotsOfItem(Arc::new(parts)))).collect()
}

/// A lot through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: LotId) -> Result<Option<Lot>> {
    let loader = ctx.data_unchecked::<Loader<LotId, super::Lot>>();
    Ok(loader.load(id).await?.map(Lot))
}

/// What lies at an item, lot by lot, through the request's loader.
pub(crate) async fn load_of_item(ctx: &Context<'_>, item: InventoryItemId) -> Result<Vec<LotBalance>> {
    let loader = ctx.data_unchecked::<Loader<InventoryItemId, LotsOfItem>>();
    let lots = loader.load(item).await?.unwrap_or_default();
    Ok(lots.0.iter().take(BALANCES_SHOWN).map(|part| LotBalance { item, part: *part }).collect())
}

/// What a ledger line moved, lot by lot, through the request's loader.
pub(crate) async fn load_of_movement(
    ctx: &Context<'_>,
    (movement, unit): (StockMovementId, primitives::Unit),
) -> Result<Vec<MovedLot>> {
    let loader = ctx.data_unchecked::<Loader<StockMovementId, LotsOfMovement>>();
    let lots = loader.load(movement).await?.unwrap_or_default();
    Ok(lots.0.iter().map(|part| MovedLot { part: *part, unit }).collect())
}
