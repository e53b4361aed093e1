//! The bus between processes: Redis Streams.
//!
//! Each source has one stream. A relay beside the source's outbox appends to it; every consumer is a consumer group. Redis
//! only carries: how far the relay has come is kept in Redis, changed in the same step as the stream, so a Redis that
//! comes back with older data, or with none, gets the missing events again from the outbox, and the inboxes know the ones
//! that come twice.
//!
//! Order: of the replicas of a consumer one works at a time; it holds a lease, and another takes over what it left when the
//! lease runs out. A stream is bounded: what every group has settled is dropped, and a full one makes the relay wait.

mod lease;
mod link;
mod relay;
mod subscription;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::Client;

use self::link::Link;
use self::relay::StreamRelay;
use super::relay::Relays;
use super::{Bus, Subscription};
use crate::db::Db;
use crate::error::{Error, Result};

/// How long a consumer waits in Redis for something new.
const BLOCK: Duration = Duration::from_millis(1_000);

/// Events between services by way of a Redis server. Clones are the same bus.
#[derive(Clone)]
pub struct RedisBus {
    client: Client,
    bounds: StreamBounds,
    relays: Arc<Relays>,
}

/// How many events a source's stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamBounds {
    /// Beyond this, events that every consumer has settled are dropped; up to it they are kept for consumers that are new.
    pub keep: u64,
    /// Beyond this nothing is appended until the slowest consumer has caught up. The events wait in the outbox.
    pub most: u64,
}

impl Default for StreamBounds {
    fn default() -> Self {
        Self { keep: 100_000, most: 1_000_000 }
    }
}

impl RedisBus {
    /// A bus over the server at `url` (`redis://host:6379/0`). It is reached when it is first needed, and again whenever it
    /// was away.
    ///
    /// # Errors
    /// `Internal` when the address is none.
    pub fn new(url: &str) -> Result<Self> {
        let client = Client::open(url).map_err(Error::internal)?;
        Ok(Self { client, bounds: StreamBounds::default(), relays: Arc::default() })
    }

    fn link(&self) -> Link {
        Link::new(self.client.clone())
    }

    /// Replaces the default bounds.
    #[must_use]
    pub fn with_bounds(mut self, bounds: StreamBounds) -> Self {
        self.bounds = bounds;
        self
    }
}

impl fmt::Debug for RedisBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may carry a password.
        f.debug_struct("RedisBus").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

impl Bus for RedisBus {
    fn attach(&self, source: &'static str, db: &Db) {
        self.relays.start(source, db, StreamRelay::new(self.link(), self.bounds, source));
    }

    fn subscribe(&self, source: &str, consumer: &str) -> Box<dyn Subscription> {
        Box::new(subscription::GroupSubscription::new(self.link(), source, consumer))
    }
}

/// The stream of a source.
fn stream_of(source: &str) -> String {
    format!("carmen:events:{source}")
}
