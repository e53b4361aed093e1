//! How a use case says no: six cases, whatever the domain.
//!
//! Domain models decide with their own refusal enums and turn them into [`Refusal`]s; everything outside a model fails
//! with [`Error`]. What a client sees of it is decided in one place, `respond`.

mod code;
mod refusal;
mod user_error;

use std::borrow::Cow;
use std::sync::Arc;

use sea_orm::{DbErr, SqlErr};

pub use code::Code;
pub use refusal::{Refusal, Refusals};
pub use user_error::{UserError, outcome};

/// The result of everything that can fail outside a model.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The domain refuses: the client can mend its input or has to wait for another state.
    #[error(transparent)]
    Refused(#[from] Refusals),
    /// There is no such thing in the caller's tenant.
    #[error(transparent)]
    NotFound(Missing),
    /// The caller is unknown or may not do this.
    #[error(transparent)]
    Forbidden(Denial),
    /// Somebody else was faster: the expected version is no longer the current one.
    #[error(transparent)]
    Conflict(Stale),
    /// Another service that is needed does not answer.
    #[error(transparent)]
    Unavailable(Outage),
    /// A fault of ours. The client sees a reference, the log sees the chain.
    #[error(transparent)]
    Internal(Fault),
}

/// What was not found, and which input named it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{noun} not found")]
pub struct Missing {
    /// The noun a user would say: `product`, `price list`.
    pub noun: &'static str,
    /// The input field that named it, when there was one.
    pub field: Vec<String>,
}

/// Why the caller is turned away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No caller, or none we can trust.
    #[error("sign in to do this")]
    Unauthenticated,
    /// What was presented to sign in with does not open anything. It does not say what is wrong with it.
    #[error("the user name or the password is wrong, or the account is closed for a while")]
    Credentials,
    /// The caller lacks a permission.
    #[error("permission {permission} is required")]
    Lacks {
        /// The permission that is missing.
        permission: Cow<'static, str>,
    },
}

/// The version a stale update should have expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record has changed since it was read; its version is now {current_version}")]
pub struct Stale {
    /// The version in the database.
    pub current_version: i32,
}

/// A service that does not answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{service} does not answer")]
pub struct Outage {
    /// The service's name.
    pub service: String,
    /// What happened; for the log only.
    pub cause: Option<Fault>,
}

/// A fault with its chain of causes.
#[derive(Clone, Debug, thiserror::Error)]
#[error("internal error")]
pub struct Fault(#[source] pub Arc<dyn std::error::Error + Send + Sync>);

impl Error {
    /// There is no such `noun` in the caller's tenant.
    pub fn not_found(noun: &'static str) -> Self {
        Self::NotFound(Missing { noun, field: Vec::new() })
    }

    /// There is no such `noun`; the input field at the dotted path `field` named it.
    pub fn not_found_at(noun: &'static str, field: &str) -> Self {
        Self::NotFound(Missing { noun, field: refusal::path(field) })
    }

    /// The caller lacks `permission`.
    pub fn forbidden(permission: impl Into<Cow<'static, str>>) -> Self {
        Self::Forbidden(Denial::Lacks { permission: permission.into() })
    }

    /// The request has no caller we can trust.
    pub fn unauthenticated() -> Self {
        Self::Forbidden(Denial::Unauthenticated)
    }

    /// The credentials do not open anything.
    pub fn wrong_credentials() -> Self {
        Self::Forbidden(Denial::Credentials)
    }

    /// The expected version is stale.
    pub fn conflict(current_version: i32) -> Self {
        Self::Conflict(Stale { current_version })
    }

    /// `service` does not answer, because of `cause`.
    pub fn unavailable(
        service: impl Into<String>,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable(Outage { service: service.into(), cause: Some(Fault(Arc::from(cause.into()))) })
    }

    /// A fault of ours. Takes any error or a sentence.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(Fault(Arc::from(cause.into())))
    }

    /// The code clients see, in payloads and in `extensions.code` alike.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(refusals) => refusals.first().map_or(Code::ValidationError, |refusal| refusal.code),
            Self::NotFound(_) => Code::NotFound,
            Self::Forbidden(Denial::Unauthenticated | Denial::Credentials) => Code::Unauthenticated,
            Self::Forbidden(Denial::Lacks { .. }) => Code::Forbidden,
            Self::Conflict(_) => Code::Conflict,
            Self::Unavailable(_) => Code::UpstreamUnavailable,
            Self::Internal(_) => Code::Internal,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::internal(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Refusals::from(refusal))
    }
}

/// Whether `error` is a unique constraint saying no; the caller turns that into a `DUPLICATE` refusal. On PostgreSQL
/// the transaction is spoiled by then, so the refusal has to leave the write closure.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether what was to be `written` is there now: not where a unique constraint said that somebody else wrote it meanwhile. As there,
/// whoever is told so leaves the write closure.
///
/// # Errors
/// What else the database says.
pub fn is_first<T>(written: Result<T, DbErr>) -> Result<bool, DbErr> {
    match written {
        Ok(_) => Ok(true),
        Err(error) if is_unique_violation(&error) => Ok(false),
        Err(error) => Err(error),
    }
}
