//! Refusals in a mutation's payload: `userErrors`.

use async_graphql::SimpleObject;
use serde_json::Value;

use super::{Code, Error, Refusal, Result};
use crate::audit;

/// Something the caller can mend: which input field, why, and by which code to decide.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(shareable)]
pub struct UserError {
    /// What kind of failure it is.
    pub code: Code,
    /// The path of the input field to mend, such as `["items", "0", "quantity"]`; null when no single field is at fault.
    pub field: Option<Vec<String>>,
    /// One sentence for people.
    pub message: String,
    /// Values to show or to compute with, by the code: `currentVersion`, `available`, `from` and `to`.
    pub meta: Option<Value>,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code,
            field: (!refusal.field.is_empty()).then_some(refusal.field),
            message: refusal.message,
            meta: (!refusal.meta.is_empty()).then_some(Value::Object(refusal.meta)),
        }
    }
}

/// Splits a use case's result for a mutation payload: the value, or the errors the caller can mend. What the caller
/// cannot mend (`Forbidden`, `Unavailable`, `Internal`) stays an error and becomes a top-level one.
///
/// ```ignore
/// let (product, user_errors) = outcome(service::create_product(app, caller, input).await)?;
/// Ok(CreateProductPayload { product: product.map(Product::from), user_errors })
/// ```
///
/// # Errors
/// The cases a payload does not carry.
pub fn outcome<T>(result: Result<T>) -> Result<(Option<T>, Vec<UserError>)> {
    let error = match result {
        Ok(value) => return Ok((Some(value), Vec::new())),
        Err(error) => error,
    };
    let message = error.to_string();
    let errors = match error {
        Error::Refused(refusals) => refusals.into_iter().map(UserError::from).collect(),
        Error::NotFound(missing) => vec![UserError {
            code: Code::NotFound,
            field: (!missing.field.is_empty()).then_some(missing.field),
            message,
            meta: None,
        }],
        Error::Conflict(stale) => vec![
            Refusal::new(Code::Conflict, "expectedVersion", message)
                .with("currentVersion", stale.current_version)
                .into(),
        ],
        top_level @ (Error::Forbidden(_) | Error::Unavailable(_) | Error::Internal(_)) => {
            return Err(top_level);
        }
    };
    audit::note_refusals(&errors);
    tracing::info!(codes = ?errors.iter().map(|error: &UserError| error.code.as_str()).collect::<Vec<_>>(), "refused");
    Ok((None, errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_can_mend_lands_in_the_payload() {
        let (value, errors) = outcome::<()>(Err(Error::conflict(7))).unwrap();
        assert_eq!(value, None);
        assert_eq!(errors[0].code, Code::Conflict);
        assert_eq!(errors[0].meta, Some(serde_json::json!({ "currentVersion": 7 })));
        let (_, errors) = outcome::<()>(Err(Error::not_found_at("product", "productId"))).unwrap();
        assert_eq!(
            (errors[0].code, errors[0].field.clone()),
            (Code::NotFound, Some(vec!["productId".to_owned()]))
        );
    }

    #[test]
    fn what_a_caller_cannot_mend_stays_an_error() {
        assert!(outcome::<()>(Err(Error::forbidden("products:create"))).is_err());
        assert!(outcome::<()>(Err(Error::internal("disk full"))).is_err());
    }
}
