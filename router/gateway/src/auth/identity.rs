//! Whom a verified token belongs to, and for how long.

use serde_json::{Map, Value};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far the issuer's clock and ours may be apart.
pub(super) const SKEW_SECONDS: u64 = 60;

/// So long before a token stops being valid its streams end: subgraphs allow for the same difference of clocks, and would
/// refuse what is fetched for an event in the last moment.
const MARGIN: Duration = Duration::from_secs(5);

/// The claims that say who a caller is and in whose name: the same in every token of one session. Issuers name a tenant in
/// different ways; a claim that neither token has is the same in both.
const CALLER_CLAIMS: [&str; 5] = ["iss", "sub", "tenant_id", "tid", "org_id"];

/// What a verified token says.
#[derive(Debug)]
pub(crate) struct Identity {
    claims: Map<String, Value>,
    /// Seconds since 1970.
    expires_at: u64,
}

impl Identity {
    /// The identity in verified claims; `None` without an expiry that is a number.
    pub(crate) fn new(claims: Map<String, Value>) -> Option<Self> {
        let exp = claims.get("exp")?;
        // A NumericDate may have a fraction (RFC 7519, section 2); which second it falls into is enough.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts to integers saturate"
        )]
        let expires_at = exp.as_u64().or_else(|| exp.as_f64().map(|exp| exp as u64))?;
        Some(Self { claims, expires_at })
    }

    /// The values of a claim: the text itself, the words of a text (as `scope` has them), the texts in a list.
    pub(crate) fn values<'i>(&'i self, claim: &str) -> impl Iterator<Item = &'i str> {
        let (text, list) = match self.claims.get(claim) {
            Some(Value::String(text)) => (Some(text.as_str()), &[][..]),
            Some(Value::Array(list)) => (None, list.as_slice()),
            _ => (None, &[][..]),
        };
        let words = text.into_iter().flat_map(str::split_whitespace);
        words.chain(text).chain(list.iter().filter_map(Value::as_str))
    }

    /// Whether the token may still open something.
    pub(super) fn is_valid(&self) -> bool {
        now() < Duration::from_secs(self.expires_at.saturating_add(SKEW_SECONDS))
    }

    /// How long streams may go on with this token.
    pub(crate) fn remaining(&self) -> Duration {
        let until = Duration::from_secs(self.expires_at.saturating_add(SKEW_SECONDS));
        until.saturating_sub(MARGIN).saturating_sub(now())
    }

    /// Whether both belong to the same person in the same tenant.
    pub(crate) fn is_same_caller(&self, other: &Self) -> bool {
        CALLER_CLAIMS.iter().all(|name| self.claims.get(*name) == other.claims.get(*name))
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn identity(claims: &Value) -> Option<Identity> {
        Identity::new(claims.as_object()?.clone())
    }

    #[test]
    fn streams_end_a_little_before_the_token_does() {
        let exp = now().as_secs() - 58;
        let late = identity(&json!({ "exp": exp })).unwrap();
        assert!(late.is_valid() && late.remaining() == Duration::ZERO);
        let fresh = identity(&json!({ "exp": now().as_secs() + 300 })).unwrap();
        assert!(
            fresh.remaining() > Duration::from_secs(350) && fresh.remaining() <= Duration::from_secs(355)
        );
        assert!(identity(&json!({ "exp": u64::MAX })).unwrap().is_valid());
        assert!(identity(&json!({ "exp": "soon" })).is_none());
    }

    #[test]
    fn a_caller_is_the_same_with_the_same_subject_issuer_and_tenant() {
        let claims = json!({ "exp": 1, "iss": "i", "sub": "s", "tenant_id": "t", "permissions": ["a"] });
        let earlier = identity(&claims).unwrap();
        for (name, value, is_same) in [
            ("permissions", json!([]), true),
            ("exp", json!(2), true),
            ("sub", json!("other"), false),
            ("iss", json!("other"), false),
            ("tenant_id", json!("other"), false),
            ("tid", json!("more"), false),
        ] {
            let mut other = claims.clone();
            other[name] = value;
            assert_eq!(identity(&other).unwrap().is_same_caller(&earlier), is_same, "{name}");
        }
    }
}
