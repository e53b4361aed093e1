//! A consumer group's place in a stream.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use primitives::EventId;
use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Value, cmd};
use uuid::Uuid;

use super::lease::Lease;
use super::link::Link;
use super::{BLOCK, stream_of};
use crate::bus::{BATCH_MAX, Delivery, Subscription};
use crate::error::{Error, Result};
use crate::outbox::Envelope;

/// How often a replica that waits looks whether it can take over.
const STAND_BY: Duration = Duration::from_millis(500);

/// Entries taken over from another replica at once.
const CLAIM: usize = 1_000;

pub(super) struct GroupSubscription {
    link: Link,
    stream: String,
    group: String,
    lease_key: String,
    /// This replica among the group's.
    replica: String,
    lease: Option<Lease>,
    /// The entries of what was handed out; the relay may have brought an event twice.
    entries: HashMap<EventId, Vec<String>>,
}

/// What reading a stream gives: streams, their entries, an entry's fields; no fields when it was dropped.
type Read = Option<Vec<(String, Vec<(String, Option<HashMap<String, String>>)>)>>;

impl GroupSubscription {
    pub(super) fn new(link: Link, source: &str, consumer: &str) -> Self {
        Self {
            link,
            stream: stream_of(source),
            group: consumer.to_owned(),
            lease_key: format!("carmen:lease:{source}:{consumer}"),
            replica: Uuid::now_v7().to_string(),
            lease: None,
            entries: HashMap::new(),
        }
    }

    /// One look for events; none when there was nothing for a while, or when another replica works.
    async fn read(&mut self) -> Result<Vec<Delivery>> {
        let mut redis = self.link.open().await?;
        if !self.lease.as_ref().is_some_and(Lease::is_held) {
            self.lease = Lease::take(self.link.another(), &mut redis, &self.lease_key, &self.replica).await?;
            if self.lease.is_none() {
                tokio::time::sleep(STAND_BY).await;
                return Ok(Vec::new());
            }
            self.take_over(&mut redis).await?;
        }
        // First what was handed out and not settled, by this replica or by one before it.
        let open = self.read_from(&mut redis, "0").await?;
        let found = if open.is_empty() { self.read_from(&mut redis, ">").await? } else { open };
        let mut deliveries = Vec::with_capacity(found.len());
        let mut unreadable = Vec::new();
        self.entries.clear();
        for (entry, fields) in found {
            let event = fields.and_then(|fields| serde_json::from_str::<Envelope>(fields.get("event")?).ok());
            let Some(event) = event else {
                unreadable.push(entry);
                continue;
            };
            self.entries.entry(event.event_id).or_default().push(entry);
            deliveries.push(Delivery { event: Arc::new(event) });
        }
        if !unreadable.is_empty() {
            tracing::error!(stream = self.stream, ?unreadable, "entries of a stream are no events");
            self.acknowledge(&mut redis, unreadable).await?;
        }
        Ok(deliveries)
    }

    /// Makes the group when it is new, and moves what other replicas left open to this one.
    async fn take_over(&self, redis: &mut MultiplexedConnection) -> Result<()> {
        let made: RedisResult<String> = cmd("XGROUP")
            .arg(&["CREATE", &self.stream, &self.group, "0", "MKSTREAM"])
            .query_async(redis)
            .await;
        match made {
            Err(error) if error.code() != Some("BUSYGROUP") => return Err(Error::internal(error)),
            _ => {}
        }
        let mut from = "0-0".to_owned();
        loop {
            let (next, _, _): (String, Vec<String>, Value) = cmd("XAUTOCLAIM")
                .arg(&[&self.stream, &self.group, &self.replica, "0", &from])
                .arg("COUNT")
                .arg(CLAIM)
                .arg("JUSTID")
                .query_async(redis)
                .await
                .map_err(Error::internal)?;
            if next == "0-0" {
                return Ok(());
            }
            from = next;
        }
    }

    async fn read_from(
        &self,
        redis: &mut MultiplexedConnection,
        from: &str,
    ) -> Result<Vec<(String, Option<HashMap<String, String>>)>> {
        let block = u64::try_from(BLOCK.as_millis()).unwrap_or(u64::MAX);
        let read: Read = cmd("XREADGROUP")
            .arg(&["GROUP", &self.group, &self.replica, "COUNT"])
            .arg(BATCH_MAX)
            .arg("BLOCK")
            .arg(block)
            .arg(&["STREAMS", &self.stream, from])
            .query_async(redis)
            .await
            .map_err(Error::internal)?;
        Ok(read.into_iter().flatten().flat_map(|(_, entries)| entries).collect())
    }

    async fn acknowledge(&self, redis: &mut MultiplexedConnection, entries: Vec<String>) -> Result<()> {
        let _: i64 = cmd("XACK")
            .arg(&[&self.stream, &self.group])
            .arg(entries)
            .query_async(redis)
            .await
            .map_err(Error::internal)?;
        Ok(())
    }

    /// After an error everything is asked anew: Redis may have come back without the group.
    fn forget(&mut self) {
        self.link.close();
        self.lease = None;
    }
}

impl Subscription for GroupSubscription {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>>> {
        async move {
            loop {
                match self.read().await {
                    Ok(deliveries) if deliveries.is_empty() => {}
                    Ok(deliveries) => return Ok(deliveries),
                    Err(error) => {
                        self.forget();
                        return Err(error);
                    }
                }
            }
        }
        .boxed()
    }

    fn settle<'a>(&'a mut self, done: &'a [Delivery]) -> BoxFuture<'a, Result<()>> {
        async move {
            let settled = done.iter().filter_map(|delivery| self.entries.remove(&delivery.event.event_id));
            let entries: Vec<String> = settled.flatten().collect();
            if entries.is_empty() {
                return Ok(());
            }
            let mut redis = self.link.open().await?;
            let acknowledged = self.acknowledge(&mut redis, entries).await;
            if acknowledged.is_err() {
                self.forget();
            }
            acknowledged
        }
        .boxed()
    }
}
