//! Accounts as clients see them: `User`.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chassis::{Caller, Error, Loader, RequestScope, Result, caller};
use primitives::{DateTime, UserId};

use super::{model, store};
use crate::Identity;
use crate::permission::MANAGE_IDENTITY;
use crate::role::graphql::{Role, RolesOf};

/// Loads accounts of the caller's tenant.
pub(crate) type AccountLoader = Loader<UserId, model::Account>;

pub(crate) fn loader(app: &Identity, scope: &RequestScope) -> AccountLoader {
    let db = app.db.clone();
    scope.loader(move |caller: Arc<Caller>, ids| {
        let db = db.clone();
        async move { store::by_ids(db.read(), caller.tenant, ids).await }
    })
}

/// Somebody who works for the house.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    /// Identity.
    id: UserId,
    /// The name to sign in with; never changes.
    #[graphql(shareable)]
    username: String,
    /// The mail address.
    #[graphql(shareable)]
    email: String,
    /// The name others see.
    #[graphql(shareable)]
    display_name: String,
    /// When the user joined.
    #[graphql(shareable)]
    created_at: DateTime,
    /// Whether the reader has just proved to be this user, by signing in.
    #[graphql(skip)]
    is_self: bool,
    #[graphql(skip)]
    roles: Option<Vec<Role>>,
}

impl User {
    /// The user as it sees itself right after signing in, when no token is at hand yet.
    pub(crate) fn signed_in(account: model::Account, roles: Vec<Role>) -> Self {
        Self { is_self: true, roles: Some(roles), ..Self::from(account) }
    }

    async fn granted(&self, ctx: &Context<'_>) -> Result<Vec<Role>> {
        if let (true, Some(roles)) = (self.is_self, &self.roles) {
            return Ok(roles.clone());
        }
        let caller = caller(ctx)?;
        if caller.user != self.id {
            caller.require(MANAGE_IDENTITY)?;
        }
        Ok(ctx.data_unchecked::<RolesOf>().load(self.id).await?.unwrap_or_default())
    }
}

impl From<model::Account> for User {
    fn from(account: model::Account) -> Self {
        Self {
            id: account.id,
            username: account.username,
            email: account.email,
            display_name: account.display_name,
            created_at: account.created_at.into(),
            is_self: false,
            roles: None,
        }
    }
}

#[ComplexObject]
impl User {
    /// The user's roles. Other people's roles need the permission `identity:manage`.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Option<Vec<Role>>> {
        self.granted(ctx).await.map(Some)
    }

    /// What the user may do, as `resource:action`; `*` stands for anything. Other people's permissions need the
    /// permission `identity:manage`.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Option<Vec<String>>> {
        let roles = self.granted(ctx).await?;
        Ok(Some(crate::role::model::permissions(roles.iter().map(Role::granted))))
    }
}

/// The questions about accounts.
#[derive(Debug, Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The signed-in user.
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let caller = caller(ctx)?;
        let account = ctx.data_unchecked::<AccountLoader>().load(caller.user).await?;
        // A token whose account is gone is no proof of anybody.
        account.map(|account| Some(User::from(account))).ok_or_else(Error::unauthenticated)
    }

    #[graphql(entity)]
    async fn user_by_id(&self, ctx: &Context<'_>, id: UserId) -> Result<Option<User>> {
        find(ctx, id).await
    }
}

async fn find(ctx: &Context<'_>, id: UserId) -> Result<Option<User>> {
    Ok(ctx.data_unchecked::<AccountLoader>().load(id).await?.map(User::from))
}
