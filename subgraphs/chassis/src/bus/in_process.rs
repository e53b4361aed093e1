//! The bus of a single process: consumers read the outboxes themselves. Nothing is kept in memory that a crash could
//! lose; a consumer's place is a row beside the outbox.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use primitives::{EventId, TenantId};
use tokio::sync::watch;

use super::{BATCH_MAX, Bus, Delivery, Subscription, cursor};
use crate::db::Db;
use crate::error::Result;
use crate::outbox::{Envelope, POLL, read_after};

/// The outboxes of this process. Clones share the list.
///
/// Replicas that share one PostgreSQL database may hand the same event out twice at the same time; it still has one
/// effect, but the order within an aggregate is only kept by a bus that divides the work among them.
#[derive(Clone, Debug)]
pub struct InProcessBus(Arc<watch::Sender<BTreeMap<&'static str, Db>>>);

impl Default for InProcessBus {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(BTreeMap::new())))
    }
}

impl Bus for InProcessBus {
    fn attach(&self, source: &'static str, db: &Db) {
        self.0.send_modify(|sources| {
            sources.insert(source, db.clone());
        });
    }

    fn subscribe(&self, source: &str, consumer: &str) -> Box<dyn Subscription> {
        Box::new(OutboxSubscription {
            sources: self.0.subscribe(),
            source: source.to_owned(),
            consumer: consumer.to_owned(),
            handed_out: Vec::new(),
        })
    }
}

/// A consumer's place in one outbox, over all tenants.
struct OutboxSubscription {
    sources: watch::Receiver<BTreeMap<&'static str, Db>>,
    source: String,
    consumer: String,
    handed_out: Vec<Arc<Envelope>>,
}

impl OutboxSubscription {
    /// The source's database, as soon as the source has started.
    async fn database(&mut self) -> Db {
        loop {
            let found = self.sources.borrow_and_update().get(self.source.as_str()).cloned();
            if let Some(db) = found {
                return db;
            }
            if self.sources.changed().await.is_err() {
                // The bus is gone, and with it every source that could still start.
                std::future::pending::<()>().await;
            }
        }
    }

    async fn read(&mut self) -> Result<Vec<Delivery>> {
        let db = self.database().await;
        let mut commits = db.commits();
        loop {
            // Marked before reading, so that a commit between the read and the wait wakes the wait at once.
            commits.mark_unchanged();
            let mut events = Vec::new();
            let mut pruned = Vec::new();
            for place in cursor::behind(&db, &self.consumer).await? {
                let found = read_after(db.read(), place.tenant, place.settled, BATCH_MAX).await?;
                // Whoever has read nothing yet begins where the outbox does.
                let missed = found.first().map_or(place.latest, |first| first.seq - 1) > place.settled;
                if missed && place.settled > 0 {
                    self.report_gap(place.tenant);
                }
                if found.is_empty() {
                    pruned.push((place.tenant, place.latest));
                }
                events.extend(found.into_iter().map(Arc::new));
            }
            cursor::advance(&db, &self.consumer, &pruned).await?;
            if !events.is_empty() {
                self.handed_out.clone_from(&events);
                let deliveries = events.into_iter().map(|event| Delivery { event });
                return Ok(deliveries.collect());
            }
            // Both ends lead to the next read: the timeout is the poll for other processes' commits, and the sender
            // cannot be gone while `db` is held.
            let _ = tokio::time::timeout(POLL, commits.changed()).await;
        }
    }

    fn report_gap(&self, tenant: TenantId) {
        let (source, consumer) = (&self.source, &self.consumer);
        tracing::error!(%tenant, source, consumer, "events of {source} were pruned before {consumer} read them");
    }

    /// Moves each tenant's place over what is done without a gap.
    async fn advance(&mut self, done: &[Delivery]) -> Result<()> {
        let done: HashSet<EventId> = done.iter().map(|delivery| delivery.event.event_id).collect();
        let mut places: HashMap<TenantId, (i64, bool)> = HashMap::new();
        for event in &self.handed_out {
            let (seq, is_open) = places.entry(event.tenant_id).or_insert((0, true));
            *is_open &= done.contains(&event.event_id);
            if *is_open {
                *seq = event.seq;
            }
        }
        let places: Vec<_> = places
            .into_iter()
            .filter(|(_, (seq, _))| *seq > 0)
            .map(|(tenant, (seq, _))| (tenant, seq))
            .collect();
        let db = self.database().await;
        cursor::advance(&db, &self.consumer, &places).await
    }
}

impl Subscription for OutboxSubscription {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>>> {
        self.read().boxed()
    }

    fn settle<'a>(&'a mut self, done: &'a [Delivery]) -> BoxFuture<'a, Result<()>> {
        self.advance(done).boxed()
    }
}
