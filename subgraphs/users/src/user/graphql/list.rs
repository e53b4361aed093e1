//! What can be asked about users.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::{Connection, Order, PageArgs, Result, caller};
use primitives::{DepartmentId, PropertyId, UserId};

use super::super::store::{SortedBy, UserCriterion};
use super::super::{model, service};
use super::{User, UserStatus, load};
use crate::{People, place};

/// What a list of users is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct UserFilter {
    /// One of these ids.
    ids: Option<Vec<UserId>>,
    /// In one of these states.
    status: Option<Vec<UserStatus>>,
    /// Answering to this manager.
    manager_id: Option<UserId>,
    /// Working in this department.
    department_id: Option<DepartmentId>,
    /// Working at this property.
    property_id: Option<PropertyId>,
}

/// What a list of users is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum UserSort {
    /// By name, A first.
    #[default]
    NameAsc,
    /// By name, Z first.
    NameDesc,
    /// Latest first.
    CreatedAtDesc,
}

/// Questions about users.
#[derive(Debug, Default)]
pub(crate) struct UserQuery;

#[Object]
impl UserQuery {
    /// The tenant's users.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<UserFilter>,
        #[graphql(desc = "Words that must be found in name, mail address or staff number.")] search: Option<
            String,
        >,
        #[graphql(desc = "The order; by name unless told.")] sort: Option<UserSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<User>> {
        let filter = filter.unwrap_or_default();
        let criterion = UserCriterion {
            ids: filter.ids,
            statuses: filter.status.map(|all| all.into_iter().map(model::UserStatus::from).collect()),
            manager_id: filter.manager_id,
            department_id: filter.department_id,
            property_id: filter.property_id,
            words: place::words(search)?,
        };
        let sort = match sort.unwrap_or_default() {
            UserSort::NameAsc => (SortedBy::Name, Order::Ascending),
            UserSort::NameDesc => (SortedBy::Name, Order::Descending),
            UserSort::CreatedAtDesc => (SortedBy::CreatedAt, Order::Descending),
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<People>();
        Ok(service::list_users(app, caller(ctx)?, &criterion, sort, page).await?.map(User))
    }

    /// The user with this id; null when the tenant has none.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which user.")] id: UserId,
    ) -> Result<Option<User>> {
        load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<User>> {
        // What is no id names nothing: a bad representation must not spoil the others of its call.
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
