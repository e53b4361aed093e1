//! The bus between processes: RabbitMQ.
//!
//! Each consumer of a source has one queue. A relay beside the source's outbox fills it, and the broker gives it to one
//! replica of the consumer at a time (a *single active consumer*), which keeps the order. The broker only carries: how far
//! the relay has come with each consumer lies in the broker too, written after the events were confirmed, so a broker that
//! comes back empty gets the events again from the outbox, and the inboxes know the ones that come twice.
//!
//! A relay must know the consumers. They announce themselves, again and again, in a queue that one relay of the source
//! hears at a time: whoever hears it is the relay, and another takes over when it is gone. A consumer that is new is heard
//! and gets everything that the outbox still has; one that stays away is not sent more. Queues are bounded: a full one makes
//! the relay wait, with this consumer only. (A stream per source, which RabbitMQ has too, drops by age or size what a slow
//! consumer has not read.)

mod announcing;
mod link;
mod queues;
mod relay;
mod subscription;

use std::fmt;
use std::sync::Arc;

use self::link::Link;
use self::relay::QueueRelay;
use self::subscription::QueueSubscription;
use super::relay::Relays;
use super::{Bus, Subscription};
use crate::db::Db;
use crate::error::Result;

/// Events that may wait in one consumer's queue; beyond this they wait in the outbox.
const QUEUE_MAX: u32 = 100_000;

/// Events between services by way of a RabbitMQ server (3.10 or newer). Clones are the same bus.
#[derive(Clone)]
pub struct RabbitBus {
    /// The server stops reading from a connection that publishes when it is short of memory or disk. What makes room, the
    /// settling of events, must get through then, so it has another connection.
    publishing: Link,
    consuming: Link,
    queue_max: u32,
    relays: Arc<Relays>,
}

impl RabbitBus {
    /// A bus over the server at `url` (`amqp://user:password@host:5672/vhost`). It is reached when it is first needed, and
    /// again whenever it was away.
    ///
    /// # Errors
    /// `Internal` when the address is none.
    pub fn new(url: &str) -> Result<Self> {
        let (publishing, consuming) = (Link::new(url, "publishing")?, Link::new(url, "consuming")?);
        Ok(Self { publishing, consuming, queue_max: QUEUE_MAX, relays: Arc::default() })
    }

    /// Replaces the default bound: how many events may wait in one consumer's queue. A batch may go beyond it.
    #[must_use]
    pub fn with_queue_max(mut self, queue_max: u32) -> Self {
        self.queue_max = queue_max;
        self
    }
}

impl fmt::Debug for RabbitBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may carry a password.
        f.debug_struct("RabbitBus").field("queue_max", &self.queue_max).finish_non_exhaustive()
    }
}

impl Bus for RabbitBus {
    fn attach(&self, source: &'static str, db: &Db) {
        self.relays.start(source, db, QueueRelay::new(self.publishing.clone(), self.queue_max, source));
    }

    fn subscribe(&self, source: &str, consumer: &str) -> Box<dyn Subscription> {
        let links = (self.consuming.clone(), self.publishing.clone());
        Box::new(QueueSubscription::new(links, source, consumer))
    }
}
