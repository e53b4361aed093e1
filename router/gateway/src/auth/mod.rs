//! Bearer tokens: is this one of an issuer that we trust? What it permits is for the subgraphs to say; they verify the same
//! token again and trust no header beside it.

mod keys;

pub use keys::KeySet;

use crate::config;
use crate::error::Refusal;
use http::HeaderMap;
use jsonwebtoken::{Algorithm, Validation};
use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far the issuer's clock and ours may be apart.
const SKEW_SECONDS: u64 = 60;

/// The longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Verified tokens that are remembered.
const REMEMBERED_MAX: u64 = 20_000;

/// How long one is remembered without being verified again, so that a withdrawn key takes effect.
const REMEMBERED_FOR: Duration = Duration::from_secs(300);

/// Checks tokens of the configured issuers.
#[derive(Debug)]
pub struct Authenticator {
    required: bool,
    issuers: Vec<Issuer>,
    remembered: Cache<[u8; 32], u64>,
}

#[derive(Debug)]
struct Issuer {
    name: String,
    validation: Validation,
    keys: KeySet,
}

#[derive(Deserialize)]
struct Claims {
    exp: u64,
}

#[derive(Deserialize)]
struct Unverified {
    iss: Option<String>,
}

impl Authenticator {
    /// An authenticator for a configuration; `in_process` gives the keys of issuers that run in this process.
    #[must_use]
    pub fn new(config: &config::Auth, mut in_process: impl FnMut(&str) -> Option<KeySet>) -> Self {
        let issuers = config
            .issuers
            .iter()
            .map(|issuer| {
                let keys = match &issuer.jwks_url {
                    Some(url) => KeySet::at_url(url.clone()),
                    None => in_process(&issuer.issuer).unwrap_or_default(),
                };
                let mut validation = Validation::new(Algorithm::RS256);
                validation.algorithms = vec![Algorithm::RS256, Algorithm::ES256];
                validation.set_issuer(&[&issuer.issuer]);
                validation.set_audience(&[&issuer.audience]);
                validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
                validation.leeway = SKEW_SECONDS;
                validation.validate_nbf = true;
                Issuer { name: issuer.issuer.clone(), validation, keys }
            })
            .collect();
        let remembered = Cache::builder().max_capacity(REMEMBERED_MAX).time_to_live(REMEMBERED_FOR).build();
        Self { required: config.required, issuers, remembered }
    }

    /// Refuses a request whose token is not valid, and one without a token where one is required.
    pub(crate) async fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match router_protocol::bearer_token(headers) {
            Some(token) if self.is_valid(token).await => Ok(()),
            Some(_) => Err(Refusal::unauthenticated("the access token is not valid")),
            None if headers.contains_key(http::header::AUTHORIZATION) => {
                Err(Refusal::unauthenticated("the authorization header must be `Bearer <token>`"))
            }
            None if self.required => Err(Refusal::unauthenticated("an access token is required")),
            None => Ok(()),
        }
    }

    async fn is_valid(&self, token: &str) -> bool {
        if token.len() > TOKEN_BYTES_MAX {
            return false;
        }
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(exp) = self.remembered.get(&digest) {
            return now() < exp.saturating_add(SKEW_SECONDS);
        }
        let Some(exp) = self.verify(token).await else { return false };
        self.remembered.insert(digest, exp);
        true
    }

    async fn verify(&self, token: &str) -> Option<u64> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        // RFC 7515: a token with an extension that the reader must understand and does not is not valid.
        if header.crit.is_some() {
            return None;
        }
        let kid = header.kid?;
        // The issuer is read before the signature is checked only to choose the key set; `decode` checks it again.
        let unverified: Unverified = jsonwebtoken::dangerous::insecure_decode(token).ok()?.claims;
        let iss = unverified.iss?;
        let issuer = self.issuers.iter().find(|issuer| issuer.name == iss)?;
        let (key, algorithm) = issuer.keys.find(&kid).await?;
        if header.alg != algorithm {
            return None;
        }
        let mut validation = issuer.validation.clone();
        validation.algorithms = vec![algorithm];
        let claims: Claims = jsonwebtoken::decode(token, &key, &validation).ok()?.claims;
        Some(claims.exp)
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
