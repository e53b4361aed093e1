//! Asking the users service about the caller.

use chassis::{Caller, Result};
use primitives::CurrencyCode;
use serde_json::{Value, json};

use super::model::{Authority, Lent, Limit};
use crate::{Buying, permission};

const QUERY: &str = "query($id: ID!) { user(id: $id) { approvalLimit { amount currency } \
    delegationsReceived { isInForce docTypes limit { amount currency } from { id } } } }";

/// What the caller may approve of documents of a kind, `PURCHASE_REQUEST`.
///
/// # Errors
/// `Unavailable` when the users service does not answer.
pub(crate) async fn of(app: &Buying, caller: &Caller, document: &str) -> Result<Authority> {
    if caller.may(permission::OVERRIDE) {
        return Ok(Authority { user: caller.user, own: Limit::Unlimited, lent: Vec::new() });
    }
    let answer = app.peers.ask("users", QUERY, json!({ "id": caller.user }), caller).await?;
    let user = &answer["user"];
    let lent = user["delegationsReceived"].as_array().into_iter().flatten();
    let lent = lent.filter(|lent| lent["isInForce"] == true && covers(&lent["docTypes"], document));
    let lent = lent.filter_map(|lent| {
        let from = lent.pointer("/from/id")?.as_str()?.parse().ok()?;
        Some(Lent { from, limit: limit(&lent["limit"]) })
    });
    Ok(Authority { user: caller.user, own: limit(&user["approvalLimit"]), lent: lent.collect() })
}

fn covers(documents: &Value, document: &str) -> bool {
    documents.as_array().is_some_and(|documents| documents.iter().any(|each| each == document))
}

/// A limit as the users service says it; what cannot be read allows nothing.
fn limit(money: &Value) -> Limit {
    let read = || {
        let currency: CurrencyCode = money["currency"].as_str()?.parse().ok()?;
        Some(Limit::in_currency(money["amount"].as_str()?.parse().ok()?, currency))
    };
    read().unwrap_or(Limit::Nothing)
}
