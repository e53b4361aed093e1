//! Bearer tokens: is this one of an issuer that we trust? What it permits is for the subgraphs to say; they verify the same
//! token again and trust no header beside it.

mod identity;
mod keys;

pub(crate) use identity::Identity;
pub(crate) use keys::IssuerAway;
pub use keys::KeySet;

use crate::config;
use crate::error::Refusal;
use http::HeaderMap;
use identity::SKEW_SECONDS;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;

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
    remembered: Cache<[u8; 32], Arc<Identity>>,
}

#[derive(Debug)]
struct Issuer {
    name: String,
    validation: Validation,
    keys: KeySet,
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

    /// Whose request it is. Refuses one whose token is not valid, and one without a token where one is required.
    pub(crate) async fn admit(&self, headers: &HeaderMap) -> Result<Option<Arc<Identity>>, Refusal> {
        match router_protocol::bearer_token(headers) {
            Some(token) => match self.identify(token).await {
                Ok(Some(identity)) => Ok(Some(identity)),
                Ok(None) => Err(Refusal::unauthenticated("the access token is not valid")),
                Err(IssuerAway) => Err(Refusal::issuer_away()),
            },
            None if headers.contains_key(http::header::AUTHORIZATION) => {
                Err(Refusal::unauthenticated("the authorization header must be `Bearer <token>`"))
            }
            None if self.required => Err(Refusal::unauthenticated("an access token is required")),
            None => Ok(None),
        }
    }

    /// Whom a token belongs to; nobody when it is not valid. While its issuer is away that cannot be told.
    pub(crate) async fn identify(&self, token: &str) -> Result<Option<Arc<Identity>>, IssuerAway> {
        if token.len() > TOKEN_BYTES_MAX {
            return Ok(None);
        }
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(known) = self.remembered.get(&digest) {
            return Ok(known.is_valid().then_some(known));
        }
        let Some((issuer, header, kid)) = self.read(token) else { return Ok(None) };
        let Some(key) = issuer.keys.find(&kid).await? else { return Ok(None) };
        let identity = verified(token, (issuer, header.alg), key).map(Arc::new);
        if let Some(identity) = &identity {
            self.remembered.insert(digest, Arc::clone(identity));
        }
        Ok(identity)
    }

    /// Who claims to have issued a token, its header, and with which key it says it is signed.
    fn read(&self, token: &str) -> Option<(&Issuer, Header, String)> {
        let mut header = jsonwebtoken::decode_header(token).ok()?;
        // RFC 7515: a token with an extension that the reader must understand and does not is not valid.
        if header.crit.is_some() {
            return None;
        }
        let kid = header.kid.take()?;
        // The issuer is read before the signature is checked only to choose the key set; `decode` checks it again.
        let unverified: Unverified = jsonwebtoken::dangerous::insecure_decode(token).ok()?.claims;
        let iss = unverified.iss?;
        let issuer = self.issuers.iter().find(|issuer| issuer.name == iss)?;
        Some((issuer, header, kid))
    }
}

/// What a token says whose signature and window are right.
fn verified(
    token: &str,
    (issuer, named): (&Issuer, Algorithm),
    (key, algorithm): (DecodingKey, Algorithm),
) -> Option<Identity> {
    if named != algorithm {
        return None;
    }
    let mut validation = issuer.validation.clone();
    validation.algorithms = vec![algorithm];
    Identity::new(jsonwebtoken::decode(token, &key, &validation).ok()?.claims)
}
