//! The vocabulary of failures: one list for payloads and for `extensions.code`.

use async_graphql::Enum;

/// What kind of failure an error is. Clients decide by this code, people read the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "ErrorCode")]
#[non_exhaustive]
pub enum Code {
    /// A value of the input is not acceptable.
    ValidationError,
    /// The request carries no token, or none that can be trusted.
    Unauthenticated,
    /// The caller lacks a permission.
    Forbidden,
    /// There is no such thing in the caller's tenant.
    NotFound,
    /// The record has changed since it was read; `meta.currentVersion` is its version now.
    Conflict,
    /// The record's state does not allow this; `meta` has `from` and `to`.
    InvalidState,
    /// Another record already has this value.
    Duplicate,
    /// The idempotency key was used before with another input.
    IdempotencyMismatch,
    /// The same person may not do both steps.
    SodViolation,
    /// A limit is exceeded.
    LimitExceeded,
    /// The budget does not cover this; `meta.shortfall` is missing.
    BudgetExceeded,
    /// There is not enough stock; `meta` has `available` and `requested`.
    InsufficientStock,
    /// More than was ordered would be received; `meta.maxAllowed` could be.
    OverReceipt,
    /// The accounting period is closed.
    PeriodClosed,
    /// The location is locked, for a count for example.
    LocationLocked,
    /// The two units cannot be converted into each other for this product.
    UnitConversionMissing,
    /// A recipe would contain itself; `meta.path` names the circle.
    RecipeCycle,
    /// No vendor offers this.
    PriceNotFound,
    /// The token or link has expired.
    TokenExpired,
    /// The cursor is older than the events that are kept.
    CursorExpired,
    /// Too many requests.
    RateLimited,
    /// The query asks for too much at once.
    QueryTooComplex,
    /// Another service that is needed does not answer.
    UpstreamUnavailable,
    /// A fault on our side; the message has a reference for support.
    Internal,
}

impl Code {
    /// The code as clients read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ValidationError => "VALIDATION_ERROR",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::InvalidState => "INVALID_STATE",
            Self::Duplicate => "DUPLICATE",
            Self::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
            Self::SodViolation => "SOD_VIOLATION",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::BudgetExceeded => "BUDGET_EXCEEDED",
            Self::InsufficientStock => "INSUFFICIENT_STOCK",
            Self::OverReceipt => "OVER_RECEIPT",
            Self::PeriodClosed => "PERIOD_CLOSED",
            Self::LocationLocked => "LOCATION_LOCKED",
            Self::UnitConversionMissing => "UNIT_CONVERSION_MISSING",
            Self::RecipeCycle => "RECIPE_CYCLE",
            Self::PriceNotFound => "PRICE_NOT_FOUND",
            Self::TokenExpired => "TOKEN_EXPIRED",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::UpstreamUnavailable => "UPSTREAM_UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_spellings_of_a_code_agree() {
        for item in <Code as async_graphql::resolver_utils::EnumType>::items() {
            assert_eq!(item.name, item.value.as_str());
        }
    }
}
