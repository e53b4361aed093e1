//! Who asks: the person behind a verified token, and what that person may do.
//!
//! Tenant and permissions come from the token alone; no plain header and no argument can set them. Verification itself
//! lives in `token`.

use std::fmt;
use std::sync::Arc;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use primitives::{SessionId, TenantId, UserId};

use crate::error::{Denial, Error, Result};
use crate::token;

/// A person whose token was verified.
#[derive(Clone)]
pub struct Caller {
    /// The account.
    pub user: UserId,
    /// The tenant whose data this request may see; every statement is scoped to it.
    pub tenant: TenantId,
    /// The name the person signs in with.
    pub username: String,
    /// `resource:action` strings; `resource:*` and `*` grant more than one.
    pub permissions: Vec<String>,
    /// The session the token was issued for; none for tokens made by hand.
    pub session: Option<SessionId>,
    /// The bearer token itself, to ask peers on the caller's behalf. Never logged.
    pub token: Arc<str>,
}

impl Caller {
    /// Whether the caller holds `permission`, directly or through a wildcard.
    pub fn may(&self, permission: &str) -> bool {
        let resource = permission.split_once(':').map_or(permission, |(resource, _)| resource);
        self.permissions.iter().any(|held| {
            held == permission || held == "*" || held.strip_suffix(":*").is_some_and(|held| held == resource)
        })
    }

    /// When the token stops being valid, the allowed clock difference included; `None` for a caller without a real token.
    pub fn valid_until(&self) -> Option<DateTime<Utc>> {
        token::valid_until(&self.token)
    }

    /// Whether the caller may do all that `other` may.
    pub fn may_all_of(&self, other: &Self) -> bool {
        other.permissions.iter().all(|held| self.may(held))
    }

    /// Insists on `permission`.
    ///
    /// # Errors
    /// `Forbidden` when the caller does not hold it.
    pub fn require(&self, permission: &'static str) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::forbidden(permission)) }
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The token stays out: debug output ends in logs.
        f.debug_struct("Caller")
            .field("user", &self.user)
            .field("tenant", &self.tenant)
            .field("username", &self.username)
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}

/// What the bearer token of a request came to.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// No token: only operations that need no caller (signing in) will answer.
    Anonymous,
    /// A verified token.
    Known(Arc<Caller>),
    /// A token that failed verification: nothing runs.
    Rejected,
    /// A token that nobody can verify now, because its issuer does not answer: nothing runs, and it may be sent again.
    Undecided(Error),
}

impl Authentication {
    /// The caller, when there is one.
    pub fn caller(&self) -> Option<&Arc<Caller>> {
        match self {
            Self::Known(caller) => Some(caller),
            Self::Anonymous | Self::Rejected | Self::Undecided(_) => None,
        }
    }
}

/// The caller of the running request.
///
/// # Errors
/// `Forbidden` with code `UNAUTHENTICATED` when the request is anonymous.
pub fn caller<'a>(ctx: &Context<'a>) -> Result<&'a Arc<Caller>> {
    ctx.data_opt::<Authentication>()
        .and_then(Authentication::caller)
        .ok_or(Error::Forbidden(Denial::Unauthenticated))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(permissions: &[&str]) -> Caller {
        Caller {
            user: UserId::from(uuid::Uuid::nil()),
            tenant: TenantId::from(uuid::Uuid::nil()),
            username: "chef".to_owned(),
            permissions: permissions.iter().map(ToString::to_string).collect(),
            session: None,
            token: Arc::from("secret-token"),
        }
    }

    #[test]
    fn wildcards_grant_their_resource_only() {
        assert!(holding(&["*"]).may("products:create"));
        assert!(holding(&["products:*"]).may("products:create"));
        assert!(!holding(&["products:*"]).may("prices:view"));
        assert!(!holding(&["product:*"]).may("products:view"));
        assert!(!holding(&["products:view"]).may("products:create"));
        assert!(!holding(&[]).may("products:view"));
    }

    #[test]
    fn who_holds_more_may_all_that_others_may() {
        assert!(holding(&["*"]).may_all_of(&holding(&["stock:*", "prices:view"])));
        assert!(holding(&["stock:*"]).may_all_of(&holding(&["stock:view"])));
        assert!(!holding(&["stock:view"]).may_all_of(&holding(&["stock:*"])));
        assert!(!holding(&[]).may_all_of(&holding(&["stock:view"])));
    }

    #[test]
    fn the_token_never_shows_in_debug_output() {
        assert!(!format!("{:?}", holding(&["*"])).contains("secret-token"));
    }
}
