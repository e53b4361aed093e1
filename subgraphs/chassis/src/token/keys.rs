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
    asked_at: Mutex<Option<Instant>>,
}

impl Keys {
    /// Keys that somebody in this process provides through [`replace`](Self::replace).
    pub fn in_process() -> Self {
        Self::default()
    }

    /// Keys at `url`, fetched when the first token arrives.
    pub fn at_url(url: impl Into<String>) -> Self {
        let remote = Remote { url: url.into(), client: reqwest::Client::new(), asked_at: Mutex::default() };
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
    pub(super) async fn find(&self, kid: &str) -> Option<DecodingKey> {
        let known = self.0.by_id.load().get(kid).cloned();
        let Some(remote) = &self.0.remote else { return known };
        self.refresh(remote, known.is_some()).await;
        self.0.by_id.load().get(kid).cloned()
    }

    /// Fetches the keys if it is time to. While one request fetches, those with a known key do not wait for it.
    async fn refresh(&self, remote: &Remote, is_known: bool) {
        let mut asked_at = match (is_known, remote.asked_at.try_lock()) {
            (_, Ok(guard)) => guard,
            (true, Err(_)) => return,
            (false, Err(_)) => remote.asked_at.lock().await,
        };
        let pause = if is_known { REFRESH_AFTER } else { REFRESH_PAUSE };
        if asked_at.is_some_and(|at| at.elapsed() < pause) {
            return;
        }
        // Also after a failure: an issuer that is down is not asked with every request.
        *asked_at = Some(Instant::now());
        match fetch(remote).await {
            Ok(set) => self.replace(&set),
            Err(error) => tracing::warn!(url = remote.url, %error, "the issuer's keys could not be fetched"),
        }
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
