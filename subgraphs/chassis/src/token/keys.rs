//! The issuer's public keys: shared in process, or fetched from its key set URL.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, JwkSet};
use tokio::sync::Mutex;

/// An unknown key id makes us ask the issuer, but not more often than this: anybody can invent key ids.
const REFRESH_PAUSE: Duration = Duration::from_secs(10);

/// Fetched keys are looked up again after this time, so that withdrawn ones disappear.
const REFRESH_AFTER: Duration = Duration::from_secs(900);

/// An issuer that did not answer is asked again after this time: tokens that nobody can verify wait for it.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// How long the issuer may take to answer.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

type ById = HashMap<String, DecodingKey>;

/// The public keys of an issuer. Clones share them: who issues tokens in this process replaces them here.
#[derive(Clone, Default)]
pub struct Keys(Arc<Inner>);

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
pub(super) struct IssuerAway;

impl Keys {
    /// Keys that somebody in this process provides through [`replace`](Self::replace).
    pub fn in_process() -> Self {
        Self::default()
    }

    /// Keys at `url`, fetched when the first token arrives.
    pub fn at_url(url: impl Into<String>) -> Self {
        let remote = Remote { url: url.into(), client: reqwest::Client::new(), asked: Mutex::default() };
        Self(Arc::new(Inner { by_id: ArcSwap::default(), remote: Some(remote) }))
    }

    /// Replaces all keys by the RSA keys of `set`.
    pub fn replace(&self, set: &JwkSet) {
        let mut by_id = ById::new();
        for key in &set.keys {
            let is_rsa = matches!(key.algorithm, AlgorithmParameters::RSA(_));
            let (Some(id), true) = (&key.common.key_id, is_rsa) else { continue };
            match DecodingKey::from_jwk(key) {
                Ok(decoding) => {
                    by_id.insert(id.clone(), decoding);
                }
                Err(error) => {
                    tracing::warn!(kid = id, %error, "a published key cannot be read and is left out")
                }
            }
        }
        self.0.by_id.store(Arc::new(by_id));
    }

    /// The key with the id `kid`; asks the issuer when it is unknown or the keys are old.
    pub(super) async fn find(&self, kid: &str) -> Result<Option<DecodingKey>, IssuerAway> {
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

async fn fetch(remote: &Remote) -> reqwest::Result<JwkSet> {
    let response = remote.client.get(&remote.url).timeout(FETCH_TIMEOUT).send().await?;
    response.error_for_status()?.json().await
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by_id = self.0.by_id.load();
        f.debug_struct("Keys")
            .field("ids", &by_id.keys().collect::<Vec<_>>())
            .field("url", &self.0.remote.as_ref().map(|remote| &remote.url))
            .finish()
    }
}
