//! What can be done with users.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{Money, PropertyId, UserId};

use super::super::model::{self, UserFacts};
use super::super::service::{self, Move};
use super::{DateFormat, MoneyInput, User};
use crate::People;

/// The outcome of a change to a user.
#[derive(Debug, SimpleObject)]
pub(crate) struct UserPayload {
    /// The user as it is now; null when the change was refused.
    user: Option<User>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::User>, Vec<UserError>)> for UserPayload {
    fn from((user, user_errors): (Option<model::User>, Vec<UserError>)) -> Self {
        Self { user: user.map(User), user_errors }
    }
}

/// Somebody new.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateUserInput {
    /// The name to sign in with; unique in the tenant, whatever its case.
    username: String,
    /// The mail address; unique in the tenant, whatever its case.
    email: String,
    /// The name others see, at most 200 characters.
    display_name: String,
    /// Language and formats: `th`, `en-GB`.
    #[graphql(default = "en")]
    locale: String,
    /// An IANA time zone: `Asia/Bangkok`.
    #[graphql(default = "UTC")]
    time_zone: String,
    /// The number on the payroll.
    employee_no: Option<String>,
    /// Whom the user answers to.
    manager_id: Option<UserId>,
    /// Up to how much the user may approve.
    approval_limit: Option<MoneyInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<CreateUserInput> for UserFacts {
    fn from(input: CreateUserInput) -> Self {
        Self {
            username: input.username,
            email: input.email,
            display_name: input.display_name,
            locale: input.locale,
            time_zone: input.time_zone,
            employee_no: input.employee_no,
            manager_id: input.manager_id,
            approval_limit: input.approval_limit.map(Money::from),
        }
    }
}

/// A change to what is known about a user. What is left out stays; null clears.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateUserInput {
    /// Which user.
    id: UserId,
    /// The version as last seen.
    expected_version: i32,
    /// The mail address.
    email: Option<String>,
    /// The name others see.
    display_name: Option<String>,
    /// Language and formats.
    locale: Option<String>,
    /// An IANA time zone.
    time_zone: Option<String>,
    /// The number on the payroll.
    employee_no: MaybeUndefined<String>,
    /// Whom the user answers to.
    manager_id: MaybeUndefined<UserId>,
    /// Up to how much the user may approve. One's own needs `users:*`.
    approval_limit: MaybeUndefined<MoneyInput>,
}

impl UpdateUserInput {
    fn apply(&self, facts: UserFacts) -> UserFacts {
        fn or<T: Clone>(change: &MaybeUndefined<T>, now: Option<T>) -> Option<T> {
            match change {
                MaybeUndefined::Undefined => now,
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(value) => Some(value.clone()),
            }
        }
        let limit = match self.approval_limit {
            MaybeUndefined::Undefined => facts.approval_limit,
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(limit) => Some(limit.into()),
        };
        UserFacts {
            username: facts.username,
            email: self.email.clone().unwrap_or(facts.email),
            display_name: self.display_name.clone().unwrap_or(facts.display_name),
            locale: self.locale.clone().unwrap_or(facts.locale),
            time_zone: self.time_zone.clone().unwrap_or(facts.time_zone),
            employee_no: or(&self.employee_no, facts.employee_no),
            manager_id: or(&self.manager_id, facts.manager_id),
            approval_limit: limit,
        }
    }
}

/// Who leaves or comes back.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UserTransitionInput {
    /// Which user.
    id: UserId,
    /// The version as last seen.
    expected_version: i32,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<UserTransitionInput> for Move {
    fn from(input: UserTransitionInput) -> Self {
        Self {
            id: input.id,
            expected_version: input.expected_version,
            idempotency_key: input.idempotency_key,
        }
    }
}

/// The caller's own choices; they replace those of before.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetPreferencesInput {
    /// The user's version as last seen.
    expected_version: i32,
    /// How days are written.
    date_format: DateFormat,
    /// The property that screens open with.
    default_property_id: Option<PropertyId>,
    /// Whether messages that can wait come once a day.
    #[graphql(default)]
    wants_digest: bool,
}

/// Changes of users.
#[derive(Debug, Default)]
pub(crate) struct UserMutation;

#[Object]
impl UserMutation {
    /// Adds somebody. Signing in needs an account of the identity service with the same id.
    async fn create_user(&self, ctx: &Context<'_>, input: CreateUserInput) -> Result<UserPayload> {
        let app = ctx.data_unchecked::<People>();
        let key = input.idempotency_key.clone();
        let created = service::create_user(app, caller(ctx)?, &input.into(), key.as_deref()).await;
        outcome(created).map(UserPayload::from)
    }

    /// Changes what is known about somebody.
    async fn update_user(&self, ctx: &Context<'_>, input: UpdateUserInput) -> Result<UserPayload> {
        let app = ctx.data_unchecked::<People>();
        let which = (input.id, input.expected_version);
        let updated = service::update_user(app, caller(ctx)?, which, |facts| input.apply(facts)).await;
        outcome(updated).map(UserPayload::from)
    }

    /// Lets somebody leave. Departments that they head go to their manager; without one it is refused.
    async fn deactivate_user(&self, ctx: &Context<'_>, input: UserTransitionInput) -> Result<UserPayload> {
        let app = ctx.data_unchecked::<People>();
        let left = service::deactivate_user(app, caller(ctx)?, &input.into()).await;
        outcome(left).map(UserPayload::from)
    }

    /// Lets somebody who left come back.
    async fn reactivate_user(&self, ctx: &Context<'_>, input: UserTransitionInput) -> Result<UserPayload> {
        let app = ctx.data_unchecked::<People>();
        let back = service::reactivate_user(app, caller(ctx)?, &input.into()).await;
        outcome(back).map(UserPayload::from)
    }

    /// Takes the caller's own choices over.
    async fn set_preferences(&self, ctx: &Context<'_>, input: SetPreferencesInput) -> Result<UserPayload> {
        let app = ctx.data_unchecked::<People>();
        let chosen = model::Preferences {
            date_format: input.date_format.into(),
            default_property_id: input.default_property_id,
            wants_digest: input.wants_digest,
        };
        let set = service::set_preferences(app, caller(ctx)?, input.expected_version, &chosen).await;
        outcome(set).map(UserPayload::from)
    }
}
