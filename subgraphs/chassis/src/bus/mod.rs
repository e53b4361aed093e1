//! How events get from the service that published them to those that act on them.
//!
//! A service's outbox is the truth; a bus only carries it. Every bus promises the same: each consumer gets each event of
//! a source at least once, events of one aggregate in order, and what was not settled comes again, after a crash too.
//! [`InProcessBus`] reads the outboxes of the same process directly; [`RedisBus`] and [`RabbitBus`] carry them between
//! processes. What makes "at least once" one effect is the [`inbox`](crate::inbox).

mod cursor;
mod in_process;
mod rabbit;
mod redis;
mod relay;

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::db::Db;
use crate::error::Result;
use crate::outbox::Envelope;

pub use in_process::InProcessBus;
pub use rabbit::RabbitBus;
pub use redis::{RedisBus, StreamBounds};

/// Events handed out at once.
pub const BATCH_MAX: u64 = 200;

/// Carries events from the services that publish them to those that consume them.
pub trait Bus: Send + Sync + fmt::Debug {
    /// From now on, and for as long as the bus lives, the events in `db`'s outbox are those of the service `source`.
    fn attach(&self, source: &'static str, db: &Db);

    /// A place in the events of `source` for `consumer`. Places of the same consumer share the events among them; a
    /// consumer that is new starts with the oldest event that is still kept.
    fn subscribe(&self, source: &str, consumer: &str) -> Box<dyn Subscription>;
}

/// A consumer's place in a source's events.
pub trait Subscription: Send {
    /// The next events, as soon as there is one. Safe to cancel. Whatever was handed out before and not settled comes
    /// again.
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>>>;

    /// Says that these need not come again.
    fn settle<'a>(&'a mut self, done: &'a [Delivery]) -> BoxFuture<'a, Result<()>>;
}

/// An event that was handed to a consumer.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The event.
    pub event: Arc<Envelope>,
}
