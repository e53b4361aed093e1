//! Many lookups, one statement: batching by construction.
//!
//! Resolvers of sibling fields ask one by one; a loader gathers their keys and fetches once. It waits neither for a
//! timer nor for a count: siblings are all polled before the first of them is polled again, so the first one keeps the
//! batch open until it has had its turn again. Nothing is spawned: the fetch runs in the request's own task and ends
//! with it.
//!
//! A loader belongs to one request. It must never be shared between callers: it remembers what it loaded.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures::future::{BoxFuture, FutureExt, Shared};
use tokio::sync::oneshot;

use crate::error::Result;

/// Keys of one fetch; a statement stays below both databases' bind limits even with a few columns per key.
const KEYS_PER_FETCH_MAX: usize = 5_000;

/// How often whoever opened a batch yields before it closes. The first round hears the siblings that were polled
/// together, the second those which a preceding batch woke one after the other.
const ROUNDS: usize = 2;

type Fetch<K, V> = dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>>> + Send + Sync;
type Opener = oneshot::Sender<()>;
type Batch<K, V> = Shared<BoxFuture<'static, Result<Arc<HashMap<K, V>>>>>;

/// Gathers keys that are asked for at the same time and fetches them together. Clones share one memory.
pub struct Loader<K, V>(Arc<State<K, V>>);

struct State<K, V> {
    fetch: Box<Fetch<K, V>>,
    keeps: bool,
    inner: Mutex<Inner<K, V>>,
}

struct Inner<K, V> {
    open: Option<(Vec<K>, Batch<K, V>)>,
    placed: HashMap<K, Batch<K, V>>,
}

impl<K, V> Loader<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// A loader that remembers what it loaded: for the span of one query or mutation.
    pub fn new<F, Fut>(fetch: F) -> Self
    where
        F: Fn(Vec<K>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<HashMap<K, V>>> + Send + 'static,
    {
        Self::build(fetch, true)
    }

    /// A loader that batches but forgets: for subscriptions, whose request lives as long as the stream.
    pub fn forgetful<F, Fut>(fetch: F) -> Self
    where
        F: Fn(Vec<K>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<HashMap<K, V>>> + Send + 'static,
    {
        Self::build(fetch, false)
    }

    fn build<F, Fut>(fetch: F, keeps: bool) -> Self
    where
        F: Fn(Vec<K>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<HashMap<K, V>>> + Send + 'static,
    {
        let inner = Mutex::new(Inner { open: None, placed: HashMap::new() });
        Self(Arc::new(State { fetch: Box::new(move |keys| fetch(keys).boxed()), keeps, inner }))
    }

    /// The value of `key`; `None` when there is none.
    ///
    /// # Errors
    /// The error of the fetch; every key of a failed batch gets it.
    pub async fn load(&self, key: K) -> Result<Option<V>> {
        let (batch, opened) = self.place(&key);
        hold_open(opened).await;
        Ok(batch.await?.get(&key).cloned())
    }

    /// The values of `keys`; keys without a value are left out.
    ///
    /// # Errors
    /// The error of the fetch.
    pub async fn load_many(&self, keys: impl IntoIterator<Item = K>) -> Result<HashMap<K, V>> {
        // All keys are placed before anything is awaited, so they share a batch.
        let mut opened = None;
        let mut placed = Vec::new();
        for key in keys {
            let (batch, opener) = self.place(&key);
            opened = opener.or(opened);
            placed.push((batch, key));
        }
        hold_open(opened).await;
        let mut values = HashMap::with_capacity(placed.len());
        for (batch, key) in placed {
            if let Some(value) = batch.await?.get(&key) {
                values.insert(key, value.clone());
            }
        }
        Ok(values)
    }

    /// Takes down the value of `key`, which somebody knows without asking: what a mutation has just written need not be read. What was
    /// asked for before stays as it was asked.
    pub fn know(&self, key: K, value: V) {
        if self.0.keeps {
            let known = HashMap::from([(key.clone(), value)]);
            let batch = futures::future::ready(Ok(Arc::new(known))).boxed().shared();
            let mut inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
            inner.placed.entry(key).or_insert(batch);
        }
    }

    /// The batch that carries `key`: the one it is already in, or the open one. Whoever opens a batch holds it open.
    fn place(&self, key: &K) -> (Batch<K, V>, Option<Opener>) {
        let mut inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(batch) = inner.placed.get(key) {
            return (batch.clone(), None);
        }
        let mut opener = None;
        let (keys, batch) = inner.open.get_or_insert_with(|| {
            let (open, closed) = oneshot::channel();
            opener = Some(open);
            (Vec::new(), run(Arc::downgrade(&self.0), closed).boxed().shared())
        });
        keys.push(key.clone());
        let batch = batch.clone();
        inner.placed.insert(key.clone(), batch.clone());
        (batch, opener)
    }
}

/// Gives the siblings time to join, then closes the batch by dropping its opener. A holder that is cancelled drops it
/// too, so the others never wait for somebody who has left.
async fn hold_open(opener: Option<Opener>) {
    if opener.is_some() {
        for _ in 0..ROUNDS {
            tokio::task::yield_now().await;
        }
    }
}

/// The life of one batch once it is closed: take the keys, fetch. It holds the loader weakly, since the loader holds
/// the batch.
async fn run<K, V>(state: Weak<State<K, V>>, closed: oneshot::Receiver<()>) -> Result<Arc<HashMap<K, V>>>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    // Always an error: nobody sends, the opener is dropped.
    let _ = closed.await;
    let Some(state) = state.upgrade() else { return Ok(Arc::default()) };
    let keys = {
        let mut inner = state.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = inner.open.take().map(|(keys, _)| keys).unwrap_or_default();
        if !state.keeps {
            for key in &keys {
                inner.placed.remove(key);
            }
        }
        keys
    };
    let mut values = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(KEYS_PER_FETCH_MAX) {
        values.extend((state.fetch)(chunk.to_vec()).await?);
    }
    Ok(Arc::new(values))
}

impl<K, V> Clone for Loader<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> fmt::Debug for Loader<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader").field("keeps", &self.0.keeps).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    type Calls = Arc<Mutex<Vec<Vec<u32>>>>;

    fn doubling(calls: &Calls, keeps: bool) -> Loader<u32, u32> {
        let calls = Arc::clone(calls);
        let fetch = move |mut keys: Vec<u32>| {
            keys.sort_unstable();
            calls.lock().unwrap().push(keys.clone());
            async move {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                Ok(keys.into_iter().filter(|key| *key != 13).map(|key| (key, key * 2)).collect())
            }
        };
        if keeps { Loader::new(fetch) } else { Loader::forgetful(fetch) }
    }

    #[tokio::test]
    async fn a_thousand_siblings_cost_one_fetch() {
        let calls = Calls::default();
        let loader = doubling(&calls, true);
        let values =
            futures::future::try_join_all((0..1_000).map(|key| loader.load(key % 500))).await.unwrap();
        assert_eq!(values[499], Some(998));
        assert_eq!(values[13], None);
        assert_eq!(calls.lock().unwrap().len(), 1);
        assert_eq!(calls.lock().unwrap()[0].len(), 500);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn the_next_level_is_one_fetch_too() {
        let calls = Calls::default();
        let (first, second) = (doubling(&calls, true), doubling(&calls, true));
        let chains = (0..200).map(|key| {
            let (first, second) = (first.clone(), second.clone());
            async move {
                let Some(value) = first.load(key).await? else { return Ok(None) };
                second.load(value).await
            }
        });
        let values: Vec<Option<u32>> = futures::future::try_join_all(chains).await.unwrap();
        assert_eq!(values[7], Some(28));
        assert_eq!(calls.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_was_loaded_is_remembered_absence_included() {
        let calls = Calls::default();
        let loader = doubling(&calls, true);
        assert_eq!((loader.load(4).await.unwrap(), loader.load(4).await.unwrap()), (Some(8), Some(8)));
        assert_eq!((loader.load(13).await.unwrap(), loader.load(13).await.unwrap()), (None, None));
        assert_eq!(calls.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_is_known_is_not_asked_for() {
        let calls = Calls::default();
        let loader = doubling(&calls, true);
        loader.know(4, 9);
        assert_eq!(loader.load_many([4, 5]).await.unwrap(), HashMap::from([(4, 9), (5, 10)]));
        loader.know(5, 11);
        assert_eq!(loader.load(5).await.unwrap(), Some(10));
        assert_eq!(*calls.lock().unwrap(), [vec![5]]);
    }

    #[tokio::test]
    async fn a_forgetful_loader_asks_again() {
        let calls = Calls::default();
        let loader = doubling(&calls, false);
        loader.know(4, 9);
        assert_eq!(loader.load_many([4, 5, 13]).await.unwrap().len(), 2);
        assert_eq!(loader.load(4).await.unwrap(), Some(8));
        assert_eq!(*calls.lock().unwrap(), [vec![4, 5, 13], vec![4]]);
    }

    #[tokio::test]
    async fn a_waiter_that_leaves_does_not_take_the_batch_with_it() {
        let calls = Calls::default();
        let loader = doubling(&calls, true);
        let mut leaver = Box::pin(loader.load(1));
        assert!(futures::poll!(leaver.as_mut()).is_pending());
        drop(leaver);
        assert_eq!(loader.load(2).await.unwrap(), Some(4));
        assert_eq!(*calls.lock().unwrap(), [vec![1, 2]]);
    }

    #[tokio::test]
    async fn a_failed_fetch_fails_every_key_of_its_batch() {
        let loader: Loader<u32, u32> =
            Loader::new(|_| async { Err(Error::internal("the database is gone")) });
        let results = futures::future::join_all([loader.load(1), loader.load(2)]).await;
        assert!(results.iter().all(Result::is_err));
    }
}
