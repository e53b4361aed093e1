//! Delegations in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Loader, Nested, PageArgs, Refusals, RequestScope, Result, UserError,
    caller, outcome,
};
use primitives::{DateTime, DelegationId, Money, UserId};

use super::model::{self, Terms};
use super::service::{self, Lend, Revoke};
use super::store::{Criterion, Side};
use crate::user::graphql::{MoneyInput, User};
use crate::{People, user};

/// Who stands in now, by who lent.
struct Given(Loader<UserId, Vec<model::Delegation>>);
/// For whom somebody stands in now.
struct Received(Loader<UserId, Vec<model::Delegation>>);

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &People, scope: &RequestScope, data: &mut async_graphql::Data) {
    let load = |side| {
        let people = app.clone();
        scope.loader(move |caller, users| {
            let people = people.clone();
            async move { service::list_in_force(&people, &caller, (users, side)).await }
        })
    };
    data.insert(Given(load(Side::Given)));
    data.insert(Received(load(Side::Received)));
}

/// Who stands in for a user now.
pub(crate) async fn given_by(ctx: &Context<'_>, user: UserId) -> Result<Vec<Delegation>> {
    let found = ctx.data_unchecked::<Given>().0.load(user).await?.unwrap_or_default();
    Ok(found.into_iter().map(Delegation).collect())
}

/// For whom a user stands in now.
pub(crate) async fn received_by(ctx: &Context<'_>, user: UserId) -> Result<Vec<Delegation>> {
    let found = ctx.data_unchecked::<Received>().0.load(user).await?.unwrap_or_default();
    Ok(found.into_iter().map(Delegation).collect())
}

/// What may be approved for somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::DocumentType")]
pub(crate) enum DelegatedDocumentType {
    /// A request to buy.
    PurchaseRequest,
    /// An order to a vendor.
    PurchaseOrder,
    /// A credit note.
    CreditNote,
    /// A vendor's invoice.
    VendorInvoice,
    /// A correction of stock.
    StockAdjustment,
    /// A request to a store.
    StoreRequisition,
}

/// Where a delegation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::DelegationStatus")]
pub(crate) enum DelegationStatus {
    /// Begins later.
    Scheduled,
    /// Counts now.
    Active,
    /// Its time is over.
    Ended,
    /// Taken back.
    Revoked,
}

/// A delegation as clients see it. Only the two people in it and who may view people get to one.
#[derive(Clone, Debug)]
pub(crate) struct Delegation(model::Delegation);

/// Rights to approve, lent for a while.
#[Object]
impl Delegation {
    /// Identity.
    async fn id(&self) -> DelegationId {
        self.0.id
    }

    /// Who lends.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load(ctx, self.0.from_id).await
    }

    /// Who stands in.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load(ctx, self.0.to_id).await
    }

    /// For which documents.
    async fn doc_types(&self) -> Vec<DelegatedDocumentType> {
        self.0.terms.doc_types.iter().map(|kind| (*kind).into()).collect()
    }

    /// Up to how much.
    async fn limit(&self) -> Money {
        self.0.terms.limit
    }

    /// From when on.
    async fn start(&self) -> DateTime {
        self.0.terms.starts_at.into()
    }

    /// Until when, exclusive.
    async fn end(&self) -> DateTime {
        self.0.terms.ends_at.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.terms.reason
    }

    /// Where it stands; follows the clock within a minute.
    async fn status(&self) -> DelegationStatus {
        self.0.status.into()
    }

    /// Whether it counts at this instant.
    async fn is_in_force(&self, ctx: &Context<'_>) -> bool {
        self.0.is_in_force(ctx.data_unchecked::<People>().clock.now())
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it; null when the platform did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load_some(ctx, self.0.audit.created_by).await
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last; null when the platform did.
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load_some(ctx, self.0.audit.updated_by).await
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// In which order to list delegations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "super::store::SortedBy")]
pub(crate) enum DelegationSort {
    /// Latest start first.
    #[default]
    StartDesc,
    /// Earliest start first.
    StartAsc,
    /// Earliest end first.
    EndAsc,
    /// Latest end first.
    EndDesc,
}

/// On which side of a delegation somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Side")]
pub(crate) enum DelegationSide {
    /// The one who lends.
    Given,
    /// The one who stands in.
    Received,
}

/// Which delegations of the caller's. Conditions side by side must all hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct DelegationWhere {
    /// Given or received ones.
    side: Option<DelegationSide>,
    /// Standing at one of these.
    statuses: Option<Vec<DelegationStatus>>,
    /// With one of these people on the other side.
    user_ids: Option<Vec<UserId>>,
    /// All of these hold.
    and: Option<Vec<DelegationWhere>>,
    /// At least one of these holds.
    or: Option<Vec<DelegationWhere>>,
    /// This does not hold.
    not: Option<Box<DelegationWhere>>,
}

impl Filter for DelegationWhere {
    type Criterion = Criterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        check_values(self.statuses.as_ref(), &format!("{at}.statuses"), refusals);
        check_values(self.user_ids.as_ref(), &format!("{at}.userIds"), refusals);
        let criteria = [
            self.side.map(|side| Criterion::Side(side.into())),
            self.statuses.map(|all| Criterion::Status(all.into_iter().map(Into::into).collect())),
            self.user_ids.map(Criterion::With),
        ];
        criteria.into_iter().flatten().map(Criteria::Is).collect()
    }
}

/// Questions about delegations.
#[derive(Debug, Default)]
pub(crate) struct DelegationQuery;

#[Object]
impl DelegationQuery {
    /// The caller's delegations, given and received.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn my_delegations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which delegations.")] r#where: Option<DelegationWhere>,
        #[graphql(desc = "In which order.", default)] sort: DelegationSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Delegation>> {
        let criteria = Criteria::read(r#where, None)?;
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<People>();
        let found = service::list_my_delegations(app, caller(ctx)?, &criteria, sort.into(), page).await?;
        Ok(found.map(Delegation))
    }
}

/// The outcome of a change to a delegation.
#[derive(Debug, SimpleObject)]
pub(crate) struct DelegationPayload {
    /// The delegation as it is now; null when the change was refused.
    delegation: Option<Delegation>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Delegation>, Vec<UserError>)> for DelegationPayload {
    fn from((delegation, user_errors): (Option<model::Delegation>, Vec<UserError>)) -> Self {
        Self { delegation: delegation.map(Delegation), user_errors }
    }
}

/// Who is to stand in, for what, and for how long.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DelegateInput {
    /// Who lends; the caller unless told. Others need the permission `users:update`.
    from_id: Option<UserId>,
    /// Who stands in; has to be allowed to approve as much.
    to_id: UserId,
    /// For which documents.
    doc_types: Vec<DelegatedDocumentType>,
    /// Up to how much.
    limit: MoneyInput,
    /// From when on; now unless told.
    start: Option<DateTime>,
    /// Until when, exclusive; at most 30 days later.
    end: DateTime,
    /// Why.
    reason: String,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Which delegation is taken back.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RevokeDelegationInput {
    /// Which delegation.
    id: DelegationId,
    /// The version as last seen.
    expected_version: i32,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Changes of delegations.
#[derive(Debug, Default)]
pub(crate) struct DelegationMutation;

#[Object]
impl DelegationMutation {
    /// Lends rights to approve to somebody for a while.
    async fn delegate(&self, ctx: &Context<'_>, input: DelegateInput) -> Result<DelegationPayload> {
        let (app, caller) = (ctx.data_unchecked::<People>(), caller(ctx)?);
        let terms = Terms {
            doc_types: input.doc_types.into_iter().map(model::DocumentType::from).collect(),
            limit: input.limit.into(),
            starts_at: input.start.map_or_else(|| app.clock.now(), DateTime::get),
            ends_at: input.end.get(),
            reason: input.reason,
        };
        let from_id = input.from_id.unwrap_or(caller.user);
        let wanted = Lend { from_id, to_id: input.to_id, terms, idempotency_key: input.idempotency_key };
        outcome(service::delegate(app, caller, &wanted).await).map(DelegationPayload::from)
    }

    /// Takes lent rights back.
    async fn revoke_delegation(
        &self,
        ctx: &Context<'_>,
        input: RevokeDelegationInput,
    ) -> Result<DelegationPayload> {
        let app = ctx.data_unchecked::<People>();
        let RevokeDelegationInput { id, expected_version, idempotency_key } = input;
        let wanted = Revoke { id, expected_version, idempotency_key };
        outcome(service::revoke_delegation(app, caller(ctx)?, &wanted).await).map(DelegationPayload::from)
    }
}
