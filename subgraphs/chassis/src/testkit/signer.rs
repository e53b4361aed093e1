//! An issuer for tests: it signs what a test asks for, valid or not.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use primitives::{TenantId, UserId};
use serde::Serialize;

use crate::caller::Caller;
use crate::clock::Clock;
use crate::token::{Claims, DEFAULT_AUDIENCE, DEFAULT_ISSUER, Keys, TokenVerifier, Trust};

/// The issuer tests trust.
pub const ISSUER: &str = DEFAULT_ISSUER;

/// The audience tests expect.
pub const AUDIENCE: &str = DEFAULT_AUDIENCE;

/// How long a test token is valid.
const LIFETIME_SECONDS: i64 = 300;

static KEY: LazyLock<EncodingKey> = LazyLock::new(|| {
    EncodingKey::from_rsa_pem(include_bytes!("test_key.pem")).expect("the committed test key is an RSA key")
});

/// Signs tokens with the test key.
#[derive(Debug)]
pub struct Signer {
    kid: &'static str,
}

impl Default for Signer {
    fn default() -> Self {
        Self { kid: "test-key" }
    }
}

impl Signer {
    /// The public key, ready for a verifier.
    pub fn keys(&self) -> Keys {
        let keys = Keys::in_process();
        keys.replace(&self.key_set());
        keys
    }

    /// The public key as a key set.
    pub fn key_set(&self) -> JwkSet {
        let mut key = Jwk::from_encoding_key(&KEY, Algorithm::RS256).expect("an RSA key has a public half");
        key.common.key_id = Some(self.kid.to_owned());
        JwkSet { keys: vec![key] }
    }

    /// A verifier that trusts this signer.
    pub fn verifier(&self, clock: &Clock) -> TokenVerifier {
        let trust = Trust { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), keys: self.keys() };
        TokenVerifier::new(trust, clock.clone())
    }

    /// A token with `claims`, whatever they say.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.kid.to_owned());
        jsonwebtoken::encode(&header, claims, &KEY).expect("claims serialise")
    }
}

/// Claims of a valid token for a fresh user of `tenant` with `permissions`, issued at `now`.
pub fn claims(tenant: TenantId, permissions: &[&str], now: DateTime<Utc>) -> Claims {
    let user = UserId::generate();
    Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user,
        tenant_id: tenant,
        preferred_username: format!("user-{user}"),
        email: None,
        permissions: permissions.iter().map(ToString::to_string).collect(),
        sid: None,
        iat: now.timestamp(),
        nbf: None,
        exp: now.timestamp() + LIFETIME_SECONDS,
    }
}

/// A caller of `tenant` with `permissions`, without a token: for tests below the GraphQL layer.
pub fn caller(tenant: TenantId, permissions: &[&str]) -> Caller {
    Caller {
        user: UserId::generate(),
        tenant,
        username: "test".to_owned(),
        permissions: permissions.iter().map(ToString::to_string).collect(),
        session: None,
        token: Arc::from(""),
    }
}
