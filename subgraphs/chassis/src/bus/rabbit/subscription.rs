//! A consumer's place in its queue.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::StreamExt;
use lapin::message::Delivery as Message;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use primitives::EventId;

use super::announcing::Announcing;
use super::link::Link;
use super::queues;
use crate::bus::{BATCH_MAX, Delivery, Subscription};
use crate::error::{Error, Result};
use crate::outbox::Envelope;

/// Messages that the server sends ahead of being settled. What a dead replica left open comes first and fits in, which
/// keeps it in order; so every replica of a consumer needs the same number.
const PREFETCH: u16 = 400;

pub(super) struct QueueSubscription {
    consuming: Link,
    publishing: Link,
    source: String,
    consumer: String,
    reading: Option<Reading>,
}

/// The queue, while the connection lasts. Dropped, it gives back what was not settled.
struct Reading {
    channel: Channel,
    messages: Consumer,
    /// What was handed out, or will be next, by the server's tag; the relay may have brought an event twice.
    open: BTreeMap<u64, Arc<Envelope>>,
    /// Tags of what is no event.
    unreadable: Vec<u64>,
    _announcing: Announcing,
}

impl QueueSubscription {
    pub(super) fn new((consuming, publishing): (Link, Link), source: &str, consumer: &str) -> Self {
        Self {
            consuming,
            publishing,
            source: source.to_owned(),
            consumer: consumer.to_owned(),
            reading: None,
        }
    }

    async fn reading(&mut self) -> Result<&mut Reading> {
        let reading = match self.reading.take() {
            Some(reading) => reading,
            None => self.start().await?,
        };
        Ok(self.reading.insert(reading))
    }

    async fn start(&self) -> Result<Reading> {
        let queue = queues::declare_events(&self.consuming, &self.source, &self.consumer).await?;
        let channel = self.consuming.channel().await?;
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await.map_err(Error::internal)?;
        let messages = channel
            .basic_consume(queue.into(), "".into(), BasicConsumeOptions::default(), FieldTable::default())
            .await
            .map_err(Error::internal)?;
        // Only now: a relay that hears of a consumer expects its queue.
        let announcing = Announcing::start(self.publishing.clone(), &self.source, &self.consumer);
        let (open, unreadable) = (BTreeMap::new(), Vec::new());
        Ok(Reading { channel, messages, open, unreadable, _announcing: announcing })
    }
}

impl Reading {
    /// What is open, and what has come since. Waits only while there is nothing.
    async fn take(&mut self) -> Result<Vec<Delivery>> {
        if self.open.is_empty() {
            let message = self.messages.next().await;
            self.open(message)?;
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
                let taken = async { self.reading().await?.take().await };
                match taken.await {
                    Ok(deliveries) if deliveries.is_empty() => {}
                    Ok(deliveries) => return Ok(deliveries),
                    Err(error) => {
                        self.reading = None;
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
                self.reading = None;
            }
            settled
        }
        .boxed()
    }
}
