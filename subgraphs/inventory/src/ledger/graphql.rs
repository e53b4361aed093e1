//! The ledger in the API.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Error, Filter, Loader, Nested, Order, PageArgs, Refusal, Refusals, Result, caller,
};
use primitives::StockMovementId;
use primitives::{
    DateTime, InventoryItemId, LocationId, Money, PostingId, ProductId, Quantity, ReservationId,
};

use super::{MovementFilter, service};
use crate::foreign::{Product, User};
use crate::location::graphql::{self as locations, Location};
use crate::lot::graphql::{self as lots, MovedLot};
use crate::schema::app;
use crate::stock::graphql::{self as stock, InventoryItem, priced};

/// In which order to list movements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum StockMovementSort {
    /// As they were posted.
    #[default]
    SeqAsc,
    /// Posted last first.
    SeqDesc,
}

/// The direction of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::MovementKind")]
pub(crate) enum MovementType {
    /// Stock came into the house.
    In,
    /// Stock was used up.
    Out,
    /// A balance was corrected.
    Adjustment,
    /// Stock went to, or came from, another location.
    Transfer,
}

/// Why stock moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::MovementReason")]
pub(crate) enum MovementReason {
    /// Bought and delivered.
    Purchase,
    /// Brought in when the books were opened.
    OpeningBalance,
    /// Came back unused from a kitchen or an outlet.
    ReturnToStock,
    /// Made from, or made out of, other stock.
    Production,
    /// Used by a kitchen, bar or department.
    Consumption,
    /// Sold to a guest.
    Sale,
    /// Eaten by staff.
    StaffMeal,
    /// Given to a guest for free.
    Complimentary,
    /// Sent back to the vendor.
    ReturnToVendor,
    /// Received at a location that consumes at once.
    DirectExpense,
    /// Moved between two locations.
    Transfer,
    /// Spoilt or thrown away.
    Waste,
    /// Broken.
    Damage,
    /// Past its date.
    Expired,
    /// Missing without explanation.
    Loss,
    /// Turned up without explanation.
    Found,
    /// Difference found by counting.
    Count,
    /// A clerical error put right.
    Correction,
    /// What units cost more or less than they were booked at: those issued below zero, and those that went back in place of others.
    CostVariance,
    /// A vendor credited money for what is still there: it is worth less now.
    VendorCredit,
}

/// The document line that caused a movement or a reservation.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DocumentReference {
    /// What kind of document, such as GRN.
    #[graphql(name = "type")]
    pub(crate) kind: String,
    /// Which document.
    pub(crate) id: String,
    /// Which of its lines.
    pub(crate) line: String,
}

impl From<super::Reference> for DocumentReference {
    fn from(reference: super::Reference) -> Self {
        Self { kind: reference.kind, id: reference.id, line: reference.line }
    }
}

/// One line of the ledger: a change of a balance, in the product's base unit. Never edited; a correction is another
/// line.
#[derive(Clone, Debug)]
pub(crate) struct StockMovement(pub(crate) super::StockMovement);

/// One line of the ledger: what moved, when, and at which value. Lines are never changed.
#[Object]
impl StockMovement {
    /// Identity of the line.
    async fn id(&self) -> StockMovementId {
        self.0.id
    }

    /// Position in the tenant's ledger, in commit order and without gaps; a whole number, as text.
    async fn seq(&self) -> String {
        self.0.seq.to_string()
    }

    /// In which direction.
    #[graphql(name = "type")]
    async fn kind(&self) -> MovementType {
        self.0.kind.into()
    }

    /// Why.
    async fn reason(&self) -> MovementReason {
        self.0.reason.into()
    }

    /// What moved.
    async fn product(&self) -> Product {
        Product::new(self.0.product)
    }

    /// Where it moved.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.location).await
    }

    /// The balance it changed, as it stands now.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<InventoryItem>> {
        stock::load(ctx, self.0.item).await
    }

    /// By how much; negative where stock left, zero where only the value changed.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.0.quantity, self.0.unit)
    }

    /// What one unit cost, to five places; null without prices:view.
    async fn unit_cost(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(priced(caller(ctx)?, Money::new(self.0.unit_cost, self.0.currency)))
    }

    /// By how much the value changed, with its sign; null without prices:view.
    async fn total_value(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(priced(caller(ctx)?, Money::new(self.0.total_value, self.0.currency)))
    }

    /// The balance after this line.
    async fn on_hand_after(&self) -> Quantity {
        Quantity::new(self.0.on_hand_after, self.0.unit)
    }

    /// What the balance was worth after this line; null without prices:view.
    async fn value_after(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(priced(caller(ctx)?, Money::new(self.0.value_after, self.0.currency)))
    }

    /// The posting it belongs to: lines posted together share it, so do the two legs of a transfer.
    async fn posting_id(&self) -> PostingId {
        self.0.posting
    }

    /// The document line that caused it.
    async fn reference(&self) -> Option<DocumentReference> {
        self.0.reference.clone().map(DocumentReference::from)
    }

    /// The reservation it consumed.
    async fn reservation_id(&self) -> Option<ReservationId> {
        self.0.reservation
    }

    /// Which lots it moved; empty where the item is not kept by lots.
    async fn lots(&self, ctx: &Context<'_>) -> Result<Vec<MovedLot>> {
        lots::load_of_movement(ctx, (self.0.id, self.0.unit)).await
    }

    /// What the poster had to say.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// When it happened in the house.
    async fn occurred_at(&self) -> DateTime {
        self.0.occurred_at.into()
    }

    /// When it was written.
    async fn posted_at(&self) -> DateTime {
        self.0.posted_at.into()
    }

    /// Who wrote it.
    async fn created_by(&self) -> Option<User> {
        Some(User::from(self.0.posted_by))
    }
}

/// Which movements to list; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct StockMovementWhere {
    /// All of these hold, too.
    and: Option<Vec<StockMovementWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<StockMovementWhere>>,
    /// This does not hold.
    not: Option<Box<StockMovementWhere>>,
    /// Of one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// At one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// Of this balance.
    item_id: Option<InventoryItemId>,
    /// In one of these directions.
    types: Option<Vec<MovementType>>,
    /// For one of these reasons.
    reasons: Option<Vec<MovementReason>>,
    /// Caused by the document with this id.
    reference_id: Option<String>,
    /// Later in the ledger than this number: a reader that remembers the last number it saw misses nothing.
    after_seq: Option<String>,
    /// Occurred at or after this.
    from: Option<DateTime>,
    /// Occurred before this.
    to: Option<DateTime>,
}

/// The ledger of one item between two moments, in the order it was written.
#[derive(Debug, SimpleObject)]
pub(crate) struct StockCard {
    /// The balance, as it stands now.
    item: InventoryItem,
    /// What was on hand at the start; zero where no start is named.
    opening_on_hand: Quantity,
    /// What that was worth; null without prices:view.
    opening_value: Option<Money>,
    /// What was on hand at the end; what is on hand now where no end is named.
    closing_on_hand: Quantity,
    /// What that was worth; null without prices:view.
    closing_value: Option<Money>,
    /// The lines, each with the balance it left.
    entries: Connection<StockMovement>,
}

/// Which item a stock card is of: by its id, or by product and location.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockCardOf {
    /// Identity of the balance.
    item_id: Option<InventoryItemId>,
    /// Identity of the product, together with the location.
    product_id: Option<ProductId>,
    /// Identity of the location, together with the product.
    location_id: Option<LocationId>,
}

/// Queries about the ledger.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// The ledger of the tenant, in commit order.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn movements(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which movements to list.")] filter: Option<StockMovementWhere>,
        #[graphql(desc = "In which order.", default)] sort: StockMovementSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<StockMovement>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        let order = match sort {
            StockMovementSort::SeqAsc => Order::Ascending,
            StockMovementSort::SeqDesc => Order::Descending,
        };
        let movements = service::list(app(ctx), caller(ctx)?, &criteria, order, page).await?;
        Ok(movements.map(StockMovement))
    }

    /// The ledger of one item with its running balance; null where the tenant has no such item.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with its subject and period"
    )]
    async fn stock_card(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item.")] of: StockCardOf,
        #[graphql(desc = "Lines written at or after this.")] from: Option<DateTime>,
        #[graphql(desc = "Lines written before this.")] to: Option<DateTime>,
        #[graphql(desc = "How many lines from the start; 10 where nothing is said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many lines from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Option<StockCard>> {
        let Some(item) = of.resolve(ctx).await? else { return Ok(None) };
        let period = (from.map(DateTime::get), to.map(DateTime::get));
        let page = PageArgs::new(first, after, last, before);
        let card = service::card(app(ctx), caller(ctx)?, item, period, page).await;
        match card {
            Err(Error::NotFound(_)) => Ok(None),
            card => card_object(ctx, card?).map(Some),
        }
    }
}

fn card_object(ctx: &Context<'_>, card: service::StockCard) -> Result<StockCard> {
    let caller = caller(ctx)?;
    let (unit, currency) = (card.item.unit, card.item.currency());
    Ok(StockCard {
        item: InventoryItem(card.item),
        opening_on_hand: Quantity::new(card.opening.on_hand, unit),
        opening_value: priced(caller, Money::new(card.opening.value, currency)),
        closing_on_hand: Quantity::new(card.closing.on_hand, unit),
        closing_value: priced(caller, Money::new(card.closing.value, currency)),
        entries: card.entries.map(StockMovement),
    })
}

impl Filter for StockMovementWhere {
    type Criterion = MovementFilter;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<MovementFilter>> {
        check_values(self.location_ids.as_ref(), &format!("{at}.locationIds"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        let after_seq = self.after_seq.map(|seq| seq.parse::<i64>()).transpose();
        let after_seq =
            after_seq.map_err(|_| Refusal::invalid(&format!("{at}.afterSeq"), "a ledger number is whole"));
        let after_seq = refusals.take(after_seq).flatten();
        vec![Criteria::Is(MovementFilter {
            products: self.product_ids.unwrap_or_default(),
            locations: self.location_ids.unwrap_or_default(),
            item: self.item_id,
            kinds: self.types.unwrap_or_default().into_iter().map(Into::into).collect(),
            reasons: self.reasons.unwrap_or_default().into_iter().map(Into::into).collect(),
            reference_id: self.reference_id,
            after_seq,
            from: self.from.map(DateTime::get),
            to: self.to.map(DateTime::get),
            ..MovementFilter::default()
        })]
    }
}

impl StockCardOf {
    async fn resolve(&self, ctx: &Context<'_>) -> Result<Option<InventoryItemId>> {
        match (self.item_id, self.product_id, self.location_id) {
            (Some(item), None, None) => Ok(Some(item)),
            (None, Some(product), Some(location)) => {
                Ok(stock::load_at(ctx, (product, location)).await?.map(|item| item.0.id))
            }
            _ => {
                let message = "an item is named by itemId, or by productId and locationId together";
                Err(Refusal::invalid("of", message).into())
            }
        }
    }
}

/// A ledger line through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: StockMovementId) -> Result<Option<StockMovement>> {
    let loader = ctx.data_unchecked::<Loader<StockMovementId, super::StockMovement>>();
    Ok(loader.load(id).await?.map(StockMovement))
}

/// The last ledger line of an item through the request's loader.
pub(crate) async fn load_last(ctx: &Context<'_>, item: InventoryItemId) -> Result<Option<StockMovement>> {
    let loader = ctx.data_unchecked::<Loader<InventoryItemId, super::StockMovement>>();
    Ok(loader.load(item).await?.map(StockMovement))
}
