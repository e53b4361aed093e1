//! Users in GraphQL: the type, its loader, and in [`list`] and [`change`] what can be asked and done.

mod change;
mod list;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::{Loader, RequestScope, Result, caller};
use primitives::{CurrencyCode, DateTime, Decimal, Money, UserId};

use super::{model, service};
use crate::assignment::graphql::{Assignment, assignments_of};
use crate::delegation::graphql::{Delegation, given_by, received_by};
use crate::property::graphql::Property;
use crate::{People, permission, property};

pub(crate) use change::UserMutation;
pub(crate) use list::UserQuery;

/// Users by id.
type ById = Loader<UserId, model::User>;

/// Lays this aggregate's loader beside a request.
pub(crate) fn lay_loaders(app: &People, scope: &RequestScope, data: &mut async_graphql::Data) {
    let people = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let people = people.clone();
        async move { service::find_by_ids(&people, &caller, ids).await }
    }));
}

/// The user with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: UserId) -> Result<Option<User>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(User))
}

/// The user with an id that may be missing.
pub(crate) async fn load_some(ctx: &Context<'_>, id: Option<UserId>) -> Result<Option<User>> {
    match id {
        Some(id) => load(ctx, id).await,
        None => Ok(None),
    }
}

/// Whether somebody works here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::UserStatus")]
pub(crate) enum UserStatus {
    /// Works here.
    Active,
    /// Has left.
    Inactive,
}

/// How somebody wants days to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::DateFormat")]
pub(crate) enum DateFormat {
    /// 2026-07-01
    Iso,
    /// 01/07/2026
    DayFirst,
    /// 07/01/2026
    MonthFirst,
}

/// An amount that is sent.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct MoneyInput {
    /// How much.
    amount: Decimal,
    /// Of what.
    currency: CurrencyCode,
}

impl From<MoneyInput> for Money {
    fn from(input: MoneyInput) -> Self {
        Self::new(input.amount, input.currency)
    }
}

/// What somebody has chosen for themselves.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Preferences {
    /// How days are written.
    date_format: DateFormat,
    /// The property that screens open with.
    default_property: Option<Property>,
    /// Whether messages that can wait come once a day.
    wants_digest: bool,
}

/// A user as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct User(pub(crate) model::User);

impl User {
    /// Whether the caller may see more than a colleague's name: it is the caller, or the caller may view people.
    fn is_open(&self, ctx: &Context<'_>) -> Result<bool> {
        let caller = caller(ctx)?;
        Ok(caller.user == self.0.id || caller.may(permission::VIEW))
    }
}

/// Somebody who works for the house.
#[Object]
impl User {
    /// Identity.
    async fn id(&self) -> UserId {
        self.0.id
    }

    /// The name to sign in with; never changes.
    #[graphql(shareable)]
    async fn username(&self) -> &str {
        &self.0.facts.username
    }

    /// The mail address.
    #[graphql(shareable)]
    async fn email(&self) -> &str {
        &self.0.facts.email
    }

    /// The name others see.
    #[graphql(shareable)]
    async fn display_name(&self) -> &str {
        &self.0.facts.display_name
    }

    /// Whether the user works here.
    async fn status(&self) -> UserStatus {
        self.0.status.into()
    }

    /// Language and formats: `th`, `en-GB`.
    async fn locale(&self) -> &str {
        &self.0.facts.locale
    }

    /// The IANA time zone the user lives in.
    async fn time_zone(&self) -> &str {
        &self.0.facts.time_zone
    }

    /// The number on the payroll. Null for others without the permission `users:view`.
    async fn employee_no(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let is_open = self.is_open(ctx)?;
        Ok(self.0.facts.employee_no.as_deref().filter(|_| is_open))
    }

    /// Whom the user answers to.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        load_some(ctx, self.0.facts.manager_id).await
    }

    /// Up to how much the user may approve; null when nothing, and for others without the permission `users:view`.
    async fn approval_limit(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let is_open = self.is_open(ctx)?;
        Ok(self.0.facts.approval_limit.filter(|_| is_open))
    }

    /// Where the user works, and as what.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<Option<Vec<Assignment>>> {
        assignments_of(ctx, self.0.id).await.map(Some)
    }

    /// For whom the user stands in now. Null for others without the permission `users:view`.
    async fn delegations_received(&self, ctx: &Context<'_>) -> Result<Option<Vec<Delegation>>> {
        if self.is_open(ctx)? { received_by(ctx, self.0.id).await.map(Some) } else { Ok(None) }
    }

    /// Who stands in for the user now. Null for others without the permission `users:view`.
    async fn delegations_given(&self, ctx: &Context<'_>) -> Result<Option<Vec<Delegation>>> {
        if self.is_open(ctx)? { given_by(ctx, self.0.id).await.map(Some) } else { Ok(None) }
    }

    /// What the user chose; null for others.
    async fn preferences(&self, ctx: &Context<'_>) -> Result<Option<Preferences>> {
        if caller(ctx)?.user != self.0.id {
            return Ok(None);
        }
        let chosen = &self.0.preferences;
        let default_property = property::graphql::load_some(ctx, chosen.default_property_id).await?;
        let (date_format, wants_digest) = (chosen.date_format.into(), chosen.wants_digest);
        Ok(Some(Preferences { date_format, default_property, wants_digest }))
    }

    /// When the user joined.
    #[graphql(shareable)]
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who added the user; null when the platform did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        load_some(ctx, self.0.audit.created_by).await
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last; null when the platform did.
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        load_some(ctx, self.0.audit.updated_by).await
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
