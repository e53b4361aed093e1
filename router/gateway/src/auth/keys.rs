//! An issuer's public keys, fetched from its JWKS address or shared by an issuer in this process.

use arc_swap::ArcSwap;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Anybody can invent key ids: for an unknown one the issuer is asked at most this often.
const REFRESH_PAUSE: Duration = Duration::from_secs(10);

/// Known keys are fetched again after this time, so that withdrawn ones disappear.
const REFRESH_AFTER: Duration = Duration::from_secs(900);

/// An issuer that did not answer is asked again after this time: tokens that nobody can verify wait for it.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// How long the issuer may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

type ById = HashMap<String, (DecodingKey, Algorithm)>;

/// The keys of one issuer. Clones share them.
#[derive(Clone, Default)]
pub struct KeySet(Arc<Inner>);

#[derive(Default)]
struct Inner {
    by_id: ArcSwap<ById>,
    remote: Option<Remote>,
}

struct Remote {
    url: String,
    client: reqwest::Client,
    asked: Mutex<Asked>,
}

/// When the issuer was asked last, and whether it answered.
#[derive(Clone, Copy, Default)]
struct Asked {
    at: Option<Instant>,
    is_answered: bool,
}

/// The issuer does not answer, so nobody knows whether it has such a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IssuerAway;

impl KeySet {
    /// Keys that somebody in this process provides with [`Self::replace`].
    #[must_use]
    pub fn in_process() -> Self {
        Self::default()
    }

    /// Keys at a JWKS address, fetched when the first token arrives.
    #[must_use]
    pub fn at_url(url: String) -> Self {
        let remote = Remote { url, client: reqwest::Client::new(), asked: Mutex::default() };
        Self(Arc::new(Inner { by_id: ArcSwap::default(), remote: Some(remote) }))
    }

    /// Replaces all keys. Only RSA and P-256 keys are used: nothing symmetric can ever verify a token.
    pub fn replace(&self, set: &JwkSet) {
        let mut by_id = ById::new();
        for key in &set.keys {
            let algorithm = match &key.algorithm {
                AlgorithmParameters::RSA(_) => Algorithm::RS256,
                AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
                    Algorithm::ES256
                }
                _ => continue,
            };
            let Some(id) = &key.common.key_id else { continue };
            if !signs_with(key, algorithm) {
                continue;
            }
            match DecodingKey::from_jwk(key) {
                Ok(decoding) => {
                    by_id.insert(id.clone(), (decoding, algorithm));
                }
                Err(error) => {
                    tracing::warn!(kid = id, %error, "a published key cannot be read and is left out")
                }
            }
        }
        self.0.by_id.store(Arc::new(by_id));
    }

    pub(super) async fn find(&self, kid: &str) -> Result<Option<(DecodingKey, Algorithm)>, IssuerAway> {
        let known = self.0.by_id.load().get(kid).cloned();
        let Some(remote) = &self.0.remote else { return Ok(known) };
        let is_answered = self.refresh(remote, known.is_some()).await;
        let found = self.0.by_id.load().get(kid).cloned();
        if found.is_none() && !is_answered { Err(IssuerAway) } else { Ok(found) }
    }

    /// Fetches the keys when it is time; whether the issuer answered the last time it was asked. Requests with a known key do not
    /// wait for a fetch that is under way.
    async fn refresh(&self, remote: &Remote, is_known: bool) -> bool {
        let mut asked = match (is_known, remote.asked.try_lock()) {
            (_, Ok(guard)) => guard,
            (true, Err(_)) => return true,
            (false, Err(_)) => remote.asked.lock().await,
        };
        let pause = match (is_known, asked.is_answered) {
            (true, _) => REFRESH_AFTER,
            (false, true) => REFRESH_PAUSE,
            (false, false) => RETRY_PAUSE,
        };
        if asked.at.is_some_and(|at| at.elapsed() < pause) {
            return asked.is_answered;
        }
        // Set before the outcome is known: an issuer that is down is not asked with every request.
        *asked = Asked { at: Some(Instant::now()), is_answered: false };
        match fetch(remote).await {
            Ok(set) => {
                self.replace(&set);
                asked.is_answered = true;
            }
            Err(error) => tracing::warn!(url = remote.url, %error, "the issuer's keys could not be fetched"),
        }
        asked.is_answered
    }
}

/// Whether the issuer published the key for signatures of this algorithm. What it does not say does not exclude it.
fn signs_with(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_for_signatures = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let named = key.common.key_algorithm;
    is_for_signatures && named.is_none_or(|named| named == KeyAlgorithm::from(algorithm))
}

async fn fetch(remote: &Remote) -> reqwest::Result<JwkSet> {
    let response = remote.client.get(&remote.url).timeout(FETCH_TIMEOUT).send().await?;
    response.error_for_status()?.json().await
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_id = self.0.by_id.load();
        f.debug_struct("KeySet").field("ids", &by_id.keys().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
