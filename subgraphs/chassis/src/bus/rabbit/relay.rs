//! From a source's outbox into the queues of its consumers.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use futures::{FutureExt, StreamExt};
use lapin::options::{BasicConsumeOptions, BasicGetOptions, BasicNackOptions, ConfirmSelectOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use primitives::TenantId;

use super::link::Link;
use super::queues::{self, consumers_of, events_of, relayed_of};
use crate::bus::cursor;
use crate::bus::relay::{Relay, Step, read_batch};
use crate::db::Db;
use crate::error::{Error, Result};

/// How long a consumer that is not heard any more still gets events. What comes later waits in the outbox.
const PRESENCE: Duration = Duration::from_secs(60);

pub(super) struct QueueRelay {
    link: Link,
    queue_max: u32,
    source: &'static str,
    hearing: Option<Hearing>,
}

/// A place among the relays of the source. Whoever hears consumers is the one that works.
struct Hearing {
    channel: Channel,
    announcements: Consumer,
    outlets: BTreeMap<String, Outlet>,
}

/// A consumer's queue.
struct Outlet {
    events: String,
    relayed: String,
    heard_at: Instant,
    /// The last sequence of each tenant that the queue got.
    places: HashMap<String, i64>,
}

impl QueueRelay {
    pub(super) fn new(link: Link, queue_max: u32, source: &'static str) -> Self {
        Self { link, queue_max, source, hearing: None }
    }

    async fn hearing(&mut self) -> Result<&mut Hearing> {
        let hearing = match self.hearing.take() {
            Some(hearing) => hearing,
            None => Hearing::start(self.link.channel().await?, self.source).await?,
        };
        Ok(self.hearing.insert(hearing))
    }
}

impl Relay for QueueRelay {
    async fn step(&mut self, db: &Db) -> Result<Step> {
        let (source, queue_max) = (self.source, self.queue_max);
        let hearing = self.hearing().await?;
        hearing.hear(source).await?;
        if hearing.outlets.is_empty() {
            return Ok(Step::UpToDate);
        }
        let latest = cursor::latest(db).await?;
        let mut steps = Vec::new();
        for outlet in hearing.outlets.values_mut() {
            steps.push(outlet.fill((&hearing.channel, queue_max), (db, source), &latest).await?);
        }
        // One full queue does not hold up the others.
        let by_urgency = [Step::More, Step::Full];
        Ok(by_urgency.into_iter().find(|step| steps.contains(step)).unwrap_or(Step::UpToDate))
    }

    fn forget(&mut self) {
        self.hearing = None;
    }
}

impl Hearing {
    async fn start(channel: Channel, source: &str) -> Result<Self> {
        let queue = consumers_of(source);
        channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(Error::internal)?;
        queues::declare_consumers(&channel, &queue).await?;
        let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
        let announcements = channel
            .basic_consume(queue.as_str().into(), "".into(), options, FieldTable::default())
            .await
            .map_err(Error::internal)?;
        Ok(Self { channel, announcements, outlets: BTreeMap::new() })
    }

    /// Who is there by now. Does not wait.
    async fn hear(&mut self, source: &str) -> Result<()> {
        while let Some(announcement) = self.announcements.next().now_or_never() {
            let announcement = announcement
                .ok_or_else(|| Error::internal("RabbitMQ ended the announcements"))?
                .map_err(Error::internal)?;
            let consumer = String::from_utf8_lossy(&announcement.data).into_owned();
            match self.outlets.get_mut(&consumer) {
                Some(outlet) => outlet.heard_at = Instant::now(),
                None => {
                    let outlet = Outlet::open(&self.channel, source, &consumer).await?;
                    self.outlets.insert(consumer, outlet);
                }
            }
        }
        self.outlets.retain(|_, outlet| outlet.heard_at.elapsed() < PRESENCE);
        Ok(())
    }
}

impl Outlet {
    async fn open(channel: &Channel, source: &str, consumer: &str) -> Result<Self> {
        let (events, relayed) = (events_of(source, consumer), relayed_of(source, consumer));
        queues::declare_relayed(channel, &relayed).await?;
        let places = read_places(channel, &relayed).await?;
        Ok(Self { events, relayed, heard_at: Instant::now(), places })
    }

    /// Puts a batch of every tenant into the queue, and then writes how far that went: after a crash between the two the
    /// events come twice.
    async fn fill(
        &mut self,
        (channel, queue_max): (&Channel, u32),
        (db, source): (&Db, &str),
        latest: &[(TenantId, i64)],
    ) -> Result<Step> {
        let mut step = Step::UpToDate;
        for &(tenant, latest) in latest {
            let place = self.places.get(&tenant.to_string()).copied().unwrap_or(0);
            if place >= latest {
                continue;
            }
            if !self.has_room(channel, queue_max).await? {
                step = Step::Full;
                break;
            }
            let batch = read_batch(db, source, tenant, (place, latest)).await?;
            let bodies: serde_json::Result<Vec<_>> = batch.events.iter().map(serde_json::to_vec).collect();
            queues::publish(channel, &self.events, &bodies.map_err(Error::internal)?).await?;
            self.places.insert(tenant.to_string(), batch.reached);
            step = Step::More;
        }
        if step == Step::More {
            let places = serde_json::to_vec(&self.places).map_err(Error::internal)?;
            queues::publish(channel, &self.relayed, &[places]).await?;
        }
        Ok(step)
    }

    /// Whether the queue takes a batch. The server is never the one to refuse: of a batch it might refuse some in the
    /// middle.
    async fn has_room(&self, channel: &Channel, queue_max: u32) -> Result<bool> {
        let gone = |queue: &str| Error::internal(format!("the queue {queue} is gone"));
        // What was noted is deleted when the consumer's queue was: then all of it is sent again, in order.
        queues::waiting_in(channel, &self.relayed).await?.ok_or_else(|| gone(&self.relayed))?;
        let waiting = queues::waiting_in(channel, &self.events).await?.ok_or_else(|| gone(&self.events))?;
        Ok(waiting < queue_max)
    }
}

/// The places that a relay before this one wrote; none before the first.
async fn read_places(channel: &Channel, queue: &str) -> Result<HashMap<String, i64>> {
    let found = channel.basic_get(queue.into(), BasicGetOptions::default()).await.map_err(Error::internal)?;
    let Some(message) = found else { return Ok(HashMap::new()) };
    let places = serde_json::from_slice(&message.data).map_err(Error::internal);
    // It stays for the next one.
    let back = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
    message.nack(back).await.map_err(Error::internal)?;
    places
}
