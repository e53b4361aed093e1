//! Roles as clients see them.

use std::sync::Arc;

use async_graphql::SimpleObject;
use chassis::{Caller, Loader, RequestScope};
use primitives::UserId;

use super::{model, store};
use crate::Identity;

/// Loads the roles of accounts in the caller's tenant.
pub(crate) type RolesOf = Loader<UserId, Vec<Role>>;

pub(crate) fn loader(app: &Identity, scope: &RequestScope) -> RolesOf {
    let db = app.db.clone();
    scope.loader(move |caller: Arc<Caller>, ids| {
        let db = db.clone();
        async move {
            let roles = store::by_accounts(db.read(), caller.tenant, ids).await?;
            Ok(roles
                .into_iter()
                .map(|(id, roles)| (id, roles.into_iter().map(Role::from).collect()))
                .collect())
        }
    })
}

/// A named set of permissions.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Role {
    /// The key by which the role is known, such as `BUYER`.
    key: String,
    /// The name people read.
    name: String,
    /// What the role grants, as `resource:action`.
    permissions: Vec<String>,
}

impl Role {
    pub(crate) fn granted(&self) -> &[String] {
        &self.permissions
    }
}

impl From<model::Role> for Role {
    fn from(role: model::Role) -> Self {
        Self { key: role.key, name: role.name, permissions: role.permissions }
    }
}
