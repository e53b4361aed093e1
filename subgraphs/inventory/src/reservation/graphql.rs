//! Reservations in the API.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Loader, Nested, PageArgs, Refusals, Result, UserError, caller, outcome,
};
use primitives::{DateTime, InventoryItemId, LocationId, ProductId, Quantity, ReservationId};

use super::{ReservationFilter, service};
use crate::foreign::{Product, User};
use crate::ledger::graphql::DocumentReference;
use crate::location::graphql::{self as locations, Location};
use crate::schema::app;
use crate::stock::graphql::{self as stock, InventoryItem};

/// In which order to list reservations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "super::store::SortedBy")]
pub(crate) enum ReservationSort {
    /// Latest first.
    #[default]
    CreatedAtDesc,
    /// Earliest first.
    CreatedAtAsc,
    /// What ends soonest first; what never does, last.
    ExpiresAtAsc,
}

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::ReservationStatus")]
pub(crate) enum ReservationStatus {
    /// Holds stock.
    Active,
    /// Everything it held was issued.
    Consumed,
    /// Given back by somebody.
    Released,
    /// Given back because its time was over.
    Expired,
}

/// Stock promised to somebody: still on the shelf, no longer available.
#[derive(Clone, Debug)]
pub(crate) struct Reservation(pub(crate) super::Reservation);

/// Stock promised to somebody: on hand, but no longer available.
#[Object]
impl Reservation {
    /// Identity of the reservation.
    async fn id(&self) -> ReservationId {
        self.0.id
    }

    /// What is promised.
    async fn product(&self) -> Product {
        Product::new(self.0.product)
    }

    /// Where it lies.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.location).await
    }

    /// The balance it holds from, as it stands now.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<InventoryItem>> {
        stock::load(ctx, self.0.item).await
    }

    /// What was promised.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.0.quantity, self.0.unit)
    }

    /// What is still held: zero unless the reservation is active.
    async fn quantity_left(&self) -> Quantity {
        Quantity::new(self.0.quantity_left, self.0.unit)
    }

    /// Where it stands.
    async fn status(&self) -> ReservationStatus {
        self.0.status.into()
    }

    /// The document line it serves.
    async fn reference(&self) -> Option<DocumentReference> {
        self.0.reference.clone().map(DocumentReference::from)
    }

    /// When it lapses by itself; null where it does not.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime::from)
    }

    /// Counts the changes.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who made it.
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

/// Which reservations to list. All that is given must hold; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ReservationWhere {
    /// All of these hold, too.
    and: Option<Vec<ReservationWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<ReservationWhere>>,
    /// This does not hold.
    not: Option<Box<ReservationWhere>>,
    /// Of one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// At one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// Of this balance.
    item_id: Option<InventoryItemId>,
    /// Standing at one of these.
    statuses: Option<Vec<ReservationStatus>>,
    /// Made for the document with this id.
    reference_id: Option<String>,
}

/// Which promise to give back.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ReleaseReservationInput {
    /// The reservation.
    reservation_id: ReservationId,
    /// The version the release is based on; another one answers CONFLICT. Any version where nothing is said.
    expected_version: Option<i32>,
    /// The same key with the same input releases once and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// The released reservation, or why it was not released.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReleaseReservationPayload {
    /// The reservation; null where the release was refused.
    reservation: Option<Reservation>,
    /// What to mend.
    user_errors: Vec<UserError>,
}

/// Queries about reservations.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReservationQuery;

#[Object]
impl ReservationQuery {
    /// Reservations of the tenant.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn reservations(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which reservations to list.")] filter: Option<ReservationWhere>,
        #[graphql(desc = "In which order.", default)] sort: ReservationSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Reservation>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app(ctx), caller(ctx)?, &criteria, sort.into(), page).await?.map(Reservation))
    }

    /// One reservation; null where the tenant has no such reservation.
    async fn reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identity of the reservation.")] id: ReservationId,
    ) -> Result<Option<Reservation>> {
        load(ctx, id).await
    }
}

/// Mutations of reservations.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReservationMutation;

#[Object]
impl ReservationMutation {
    /// Gives a promise back: what it still held is available again. Where an approved purchase request counted on it, that is to be
    /// ordered now.
    async fn release_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which promise to give back.")] input: ReleaseReservationInput,
    ) -> Result<ReleaseReservationPayload> {
        let (id, version) = (input.reservation_id, input.expected_version);
        let key = input.idempotency_key.as_deref();
        let released = service::release(app(ctx), caller(ctx)?, id, version, key).await;
        let (id, user_errors) = outcome(released)?;
        let mut changed = service::changed(app(ctx), caller(ctx)?, id.as_slice()).await?;
        Ok(ReleaseReservationPayload { reservation: changed.pop().map(Reservation), user_errors })
    }
}

impl Filter for ReservationWhere {
    type Criterion = ReservationFilter;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<ReservationFilter>> {
        check_values(self.location_ids.as_ref(), &format!("{at}.locationIds"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        vec![Criteria::Is(ReservationFilter {
            products: self.product_ids.unwrap_or_default(),
            locations: self.location_ids.unwrap_or_default(),
            item: self.item_id,
            statuses: self.statuses.unwrap_or_default().into_iter().map(Into::into).collect(),
            reference_id: self.reference_id,
        })]
    }
}

/// A reservation through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: ReservationId) -> Result<Option<Reservation>> {
    let loader = ctx.data_unchecked::<Loader<ReservationId, super::Reservation>>();
    Ok(loader.load(id).await?.map(Reservation))
}
