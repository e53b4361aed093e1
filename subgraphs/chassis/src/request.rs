//! What lies beside one request while it runs: who asks, and the loaders made for it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::caller::{Authentication, Caller};
use crate::error::{Error, Result};
use crate::loader::Loader;

/// One request, as [`SubgraphBuilder::per_request`](crate::SubgraphBuilder::per_request) sees it before it runs.
#[derive(Clone, Debug)]
pub struct RequestScope {
    pub(crate) authentication: Authentication,
    pub(crate) is_stream: bool,
}

impl RequestScope {
    /// The caller; `None` when the request is anonymous.
    pub fn caller(&self) -> Option<&Arc<Caller>> {
        self.authentication.caller()
    }

    /// A loader for this request, scoped to its caller. It remembers what it loaded, except in a subscription, whose
    /// request lives as long as its stream. For an anonymous request it answers `UNAUTHENTICATED`.
    pub fn loader<K, V, F, Fut>(&self, fetch: F) -> Loader<K, V>
    where
        K: Clone + Eq + Hash + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
        F: Fn(Arc<Caller>, Vec<K>) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<HashMap<K, V>>> + Send + 'static,
    {
        let caller = self.caller().cloned();
        let scoped = move |keys| {
            let (caller, fetch) = (caller.clone(), fetch.clone());
            async move {
                let caller = caller.ok_or_else(Error::unauthenticated)?;
                fetch(caller, keys).await
            }
        };
        if self.is_stream { Loader::forgetful(scoped) } else { Loader::new(scoped) }
    }
}
