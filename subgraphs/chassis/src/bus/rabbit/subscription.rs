//! A consumer's place in its queue.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::{BoxFuture, FutureExt};
use futures::stream::StreamExt;
use lapin::message::Delivery as Message;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use primitives::EventId;

use super::link::Link;
use super::queues::{self, consumers_of};
use crate::bus::{BATCH_MAX, Delivery, Subscription};
use crate::error::{Error, Result};
use crate::outbox::Envelope;

/// Messages that the server sends ahead of being settled. What a dead replica left open comes first and fits in, which
/// keeps it in order; so every replica of a consumer needs the same number.
const PREFETCH: u16 = 400;

/// How often a consumer says that it is there.
const ANNOUNCE: Duration = Duration::from_secs(2);

/// How long saying so may hold up reading. A server that is short of memory does not take it.
const ANNOUNCED_WITHIN: Duration = Duration::from_millis(500);

pub(super) struct QueueSubscription {
    consuming: Link,
    publishing: Link,
    source: String,
    consumer: String,
    reading: Option<Reading>,
    announcing: Option<Channel>,
    announced_at: Option<Instant>,
}

/// The queue, while the connection lasts. Dropped, it gives back what was not settled.
struct Reading {
    channel: Channel,
    messages: Consumer,
    /// What was handed out, or will be next, by the server's tag; the relay may have brought an event twice.
    open: BTreeMap<u64, Arc<Envelope>>,
    /// Tags of what is no event.
    unreadable: Vec<u64>,
}

impl QueueSubscription {
    pub(super) fn new((consuming, publishing): (Link, Link), source: &str, consumer: &str) -> Self {
        Self {
            consuming,
            publishing,
            source: source.to_owned(),
            consumer: consumer.to_owned(),
            reading: None,
            announcing: None,
            announced_at: None,
        }
    }

    /// One look for events; none when there was nothing for a while.
    async fn read(&mut self) -> Result<Vec<Delivery>> {
        let reading = match self.reading.take() {
            Some(reading) => reading,
            None => Reading::start(&self.consuming, &self.source, &self.consumer).await?,
        };
        self.reading = Some(reading);
        self.announce().await;
        let Some(reading) = &mut self.reading else { return Ok(Vec::new()) };
        reading.take().await
    }

    /// Says that this consumer is there, now and then. Without a relay that hears it there is nothing new to read, but what
    /// is in the queue is read all the same: so no failure is one of reading.
    async fn announce(&mut self) {
        if self.announced_at.is_some_and(|at| at.elapsed() < ANNOUNCE) {
            return;
        }
        self.announced_at = Some(Instant::now());
        let (source, consumer) = (self.source.clone(), self.consumer.clone());
        match tokio::time::timeout(ANNOUNCED_WITHIN, self.say_so()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                self.announcing = None;
                tracing::warn!(source, consumer, ?error, "a consumer cannot announce itself; trying again");
            }
            Err(_) => tracing::debug!(source, consumer, "RabbitMQ takes no announcement now"),
        }
    }

    async fn say_so(&mut self) -> Result<()> {
        let queue = consumers_of(&self.source);
        if self.announcing.is_none() {
            let channel = self.publishing.channel().await?;
            queues::declare_consumers(&channel, &queue).await?;
            self.announcing = Some(channel);
        }
        let Some(channel) = &self.announcing else { return Ok(()) };
        queues::tell(channel, &queue, self.consumer.as_bytes()).await
    }

    /// After an error everything is asked anew.
    fn forget(&mut self) {
        self.reading = None;
        self.announced_at = None;
    }
}

impl Reading {
    async fn start(link: &Link, source: &str, consumer: &str) -> Result<Self> {
        let queue = queues::declare_events(link, source, consumer).await?;
        let channel = link.channel().await?;
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await.map_err(Error::internal)?;
        let messages = channel
            .basic_consume(queue.into(), "".into(), BasicConsumeOptions::default(), FieldTable::default())
            .await
            .map_err(Error::internal)?;
        Ok(Self { channel, messages, open: BTreeMap::new(), unreadable: Vec::new() })
    }

    /// What is open, and what has come since. Waits when there is nothing, but not for long.
    async fn take(&mut self) -> Result<Vec<Delivery>> {
        if self.open.is_empty() {
            // No answer in time is no failure.
            if let Ok(message) = tokio::time::timeout(ANNOUNCE, self.messages.next()).await {
                self.open(message)?;
            }
        }
        while self.open.len() < BATCH_MAX as usize
            && let Some(message) = self.messages.next().now_or_never()
        {
            self.open(message)?;
        }
        for tag in std::mem::take(&mut self.unreadable) {
            self.acknowledge(tag, false).await?;
        }
        Ok(self.open.values().map(|event| Delivery { event: Arc::clone(event) }).collect())
    }

    fn open(&mut self, message: Option<lapin::Result<Message>>) -> Result<()> {
        let message = message.ok_or_else(|| Error::internal("RabbitMQ ended the consumer"))?;
        let message = message.map_err(Error::internal)?;
        match serde_json::from_slice(&message.data) {
            Ok(event) => {
                self.open.insert(message.delivery_tag, Arc::new(event));
            }
            Err(error) => {
                tracing::error!(queue = %self.messages.queue(), %error, "a message of a queue is no event");
                self.unreadable.push(message.delivery_tag);
            }
        }
        Ok(())
    }

    async fn settle(&mut self, done: &HashSet<EventId>) -> Result<()> {
        // Mostly it is all of them, which is one word to the server.
        let in_a_row = self.open.iter().take_while(|(_, event)| done.contains(&event.event_id));
        if let Some((&last, _)) = in_a_row.last() {
            self.acknowledge(last, true).await?;
            self.open.retain(|tag, _| *tag > last);
        }
        let rest = self.open.iter().filter(|(_, event)| done.contains(&event.event_id));
        for tag in rest.map(|(&tag, _)| tag).collect::<Vec<_>>() {
            self.acknowledge(tag, false).await?;
            self.open.remove(&tag);
        }
        Ok(())
    }

    async fn acknowledge(&self, tag: u64, multiple: bool) -> Result<()> {
        self.channel.basic_ack(tag, BasicAckOptions { multiple }).await.map_err(Error::internal)
    }
}

impl Subscription for QueueSubscription {
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
            // What was forgotten comes again.
            let Some(reading) = &mut self.reading else { return Ok(()) };
            let done: HashSet<EventId> = done.iter().map(|delivery| delivery.event.event_id).collect();
            let settled = reading.settle(&done).await;
            if settled.is_err() {
                self.forget();
            }
            settled
        }
        .boxed()
    }
}
