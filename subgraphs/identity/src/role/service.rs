//! What an account may do.

use chassis::Result;

use super::model::{self, Role};
use super::store;
use crate::Identity;
use crate::account::model::Account;

/// The account's roles.
pub(crate) async fn roles_of(app: &Identity, account: &Account) -> Result<Vec<Role>> {
    let mut roles = store::by_accounts(app.db.read(), account.tenant, vec![account.id]).await?;
    Ok(roles.remove(&account.id).unwrap_or_default())
}

/// The account's permissions.
pub(crate) async fn permissions_of(app: &Identity, account: &Account) -> Result<Vec<String>> {
    let roles = roles_of(app, account).await?;
    Ok(model::permissions(roles.iter().map(|role| role.permissions.as_slice())))
}
