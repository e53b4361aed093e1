//! Is this token ours? Verification of bearer tokens, the same in every process.
//!
//! Only RS256 is accepted, whatever the token's header says; issuer, audience and the time window are checked, and keys
//! come from the issuer's key set: handed over in process, or fetched by URL and refreshed at most every few seconds.

mod keys;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Validation};
use moka::sync::Cache;
use primitives::{SessionId, TenantId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::caller::{Authentication, Caller};
use crate::clock::Clock;
use crate::error::{Error, Result};

use keys::IssuerAway;
pub use keys::Keys;

/// The issuer of a fleet that configures none.
pub const DEFAULT_ISSUER: &str = "carmen-identity";

/// The audience of a fleet that configures none.
pub const DEFAULT_AUDIENCE: &str = "carmen";

/// How far the clocks of issuer and verifier may be apart.
const SKEW_SECONDS: i64 = 60;

/// Verified tokens that are remembered, so that each is checked once and not with every request.
const REMEMBERED_MAX: u64 = 10_000;

/// A remembered token is verified again after this time: a key that was withdrawn stops working by then.
const REMEMBERED_FOR: Duration = Duration::from_secs(300);

/// The longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 8_192;

/// Whose tokens are accepted.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The expected `iss`.
    pub issuer: String,
    /// The expected `aud`.
    pub audience: String,
    /// The issuer's public keys.
    pub keys: Keys,
}

/// What a token of ours says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer.
    pub iss: String,
    /// For whom the token was made.
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The name the user signs in with.
    pub preferred_username: String,
    /// The user's mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the user may do: `resource:action`.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// The session it was issued for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
    /// When it was issued, in seconds since 1970.
    #[serde(default)]
    pub iat: i64,
    /// Before when it is not valid yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// When it ends.
    pub exp: i64,
}

/// The part of the claims that a verifier reads; `aud` may be a list in other issuers' tokens.
#[derive(Deserialize)]
struct Presented {
    sub: UserId,
    tenant_id: TenantId,
    preferred_username: String,
    #[serde(default)]
    permissions: Vec<String>,
    sid: Option<SessionId>,
    nbf: Option<i64>,
    exp: i64,
}

/// Verifies bearer tokens. Clones share keys and memory.
#[derive(Clone)]
pub struct TokenVerifier(Arc<Inner>);

struct Inner {
    keys: Keys,
    validation: Validation,
    clock: Clock,
    remembered: Cache<[u8; 32], Remembered>,
}

#[derive(Clone)]
struct Remembered {
    caller: Arc<Caller>,
    exp: i64,
}

impl TokenVerifier {
    /// A verifier of tokens from `trust`.
    pub fn new(trust: Trust, clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[trust.issuer]);
        validation.set_audience(&[trust.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The window is checked below, against the clock that was handed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let remembered = Cache::builder().max_capacity(REMEMBERED_MAX).time_to_live(REMEMBERED_FOR).build();
        Self(Arc::new(Inner { keys: trust.keys, validation, clock, remembered }))
    }

    /// The caller behind `token`.
    ///
    /// # Errors
    /// `Forbidden` with code `UNAUTHENTICATED`, whatever is wrong with it; `Unavailable` while its issuer is away and the key is not
    /// known yet.
    pub async fn verify(&self, token: &str) -> Result<Arc<Caller>> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Error::unauthenticated());
        }
        let now = self.0.clock.now();
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(known) = self.0.remembered.get(&digest) {
            return if is_over(known.exp, now) { Err(Error::unauthenticated()) } else { Ok(known.caller) };
        }
        let presented = self.decode(token).await?.ok_or_else(Error::unauthenticated)?;
        let is_early = presented.nbf.is_some_and(|nbf| nbf > now.timestamp().saturating_add(SKEW_SECONDS));
        if is_early || is_over(presented.exp, now) {
            return Err(Error::unauthenticated());
        }
        let caller = Arc::new(Caller {
            user: presented.sub,
            tenant: presented.tenant_id,
            username: presented.preferred_username,
            permissions: presented.permissions,
            session: presented.sid,
            token: Arc::from(token),
        });
        self.0.remembered.insert(digest, Remembered { caller: Arc::clone(&caller), exp: presented.exp });
        Ok(caller)
    }

    /// The caller behind a token that takes the place of an earlier one; nobody when it is not valid or another person's.
    pub(crate) async fn renewed(&self, earlier: &Caller, token: Option<&str>) -> Option<Arc<Caller>> {
        let caller = self.verify(token?).await.ok();
        let same = caller.filter(|caller| caller.user == earlier.user && caller.tenant == earlier.tenant);
        if same.is_none() {
            tracing::info!(user = %earlier.user, "a renewed token was not accepted");
        }
        same
    }

    /// What `token`, if any, makes of a request.
    pub async fn authenticate(&self, token: Option<&str>) -> Authentication {
        match token {
            None => Authentication::Anonymous,
            Some(token) => match self.verify(token).await {
                Ok(caller) => Authentication::Known(caller),
                Err(error @ Error::Unavailable(_)) => Authentication::Undecided(error),
                Err(_) => Authentication::Rejected,
            },
        }
    }

    async fn decode(&self, token: &str) -> Result<Option<Presented>> {
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
        let Some(kid) = kid else { return Ok(None) };
        let key = self.0.keys.find(&kid).await;
        let key = key
            .map_err(|IssuerAway| Error::unavailable("the issuer of the access token", "it gives no keys"))?;
        let claims = |key| jsonwebtoken::decode(token, &key, &self.0.validation).ok().map(|data| data.claims);
        Ok(key.and_then(claims))
    }
}

fn is_over(exp: i64, now: DateTime<Utc>) -> bool {
    exp.saturating_add(SKEW_SECONDS) <= now.timestamp()
}

/// When a token that was verified before stops being valid, the allowed clock difference included; `None` for a text that
/// is no token.
pub(crate) fn valid_until(token: &str) -> Option<DateTime<Utc>> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let Expiry { exp } = serde_json::from_slice(&claims).ok()?;
    DateTime::from_timestamp(exp.checked_add(SKEW_SECONDS)?, 0)
}

#[derive(Deserialize)]
struct Expiry {
    exp: i64,
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier").field("keys", &self.0.keys).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_until_when_it_is_valid() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"x","exp":1790000000}"#);
        let expected = DateTime::from_timestamp(1_790_000_060, 0);
        assert_eq!(valid_until(&format!("header.{claims}.signature")), expected);
        assert_eq!(valid_until("opaque"), None);
    }
}
