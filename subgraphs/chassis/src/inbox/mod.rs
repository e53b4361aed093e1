//! Acting on other services' events, each exactly once.
//!
//! A bus delivers at least once. The consumer marks the event in its inbox in the same transaction as the effect, so a
//! crash leaves both or neither and a second delivery does nothing. An event whose handler keeps failing becomes a
//! [`DeadLetter`]: it waits there to be replayed, and the events behind it go on.
//!
//! ```ignore
//! let handlers = Handlers::new().on("procurement", "pr.approved", move |tx, event| {
//!     let app = app.clone();
//!     async move { reservation::service::reserve_for(&app, &tx, &event).await }
//! });
//! let consumer = Consumer::new(NAME, &environment, handlers).start(&*environment.bus);
//! ```

mod dead_letter;
mod handle;
mod row;
mod run;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};

use crate::bus::Bus;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::outbox::Envelope;
use crate::subgraph::Environment;
use crate::task;

pub use dead_letter::{DeadLetter, DeadLetterPayload, REPLAY, find_dead_letter, list_dead_letters};
pub use handle::prune;

type Handler = Arc<dyn Fn(Tx, Arc<Envelope>) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// What a service does about which events.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, HashMap<&'static str, Handler>>);

impl Handlers {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does `handler` when `source` published an event of this `kind`. The handler works in the transaction it is given
    /// and leaves nothing outside of it; events that it publishes name this one as their cause.
    #[must_use]
    pub fn on<F, Fut>(mut self, source: &'static str, kind: &'static str, handler: F) -> Self
    where
        F: Fn(Tx, Arc<Envelope>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |tx, event| handler(tx, event).boxed());
        self.0.entry(source).or_default().insert(kind, handler);
        self
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(source, kinds)| (source, kinds.keys()))).finish()
    }
}

/// A service as it consumes events. Clones are the same consumer.
#[derive(Clone, Debug)]
pub struct Consumer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: &'static str,
    db: Db,
    clock: Clock,
    handlers: Handlers,
}

impl Consumer {
    /// The consumer `name`, which acts in the environment's database.
    pub fn new(name: &'static str, environment: &Environment, handlers: Handlers) -> Self {
        let (db, clock) = (environment.db.clone(), environment.clock.clone());
        Self(Arc::new(Inner { name, db, clock, handlers }))
    }

    /// Consumes what `bus` carries for as long as the process runs.
    #[must_use]
    pub fn start(self, bus: &dyn Bus) -> Self {
        for source in self.0.handlers.0.keys() {
            let subscription = bus.subscribe(source, self.0.name);
            task::spawn("consumer", run::run(self.clone(), source, subscription));
        }
        self
    }

    fn handler(&self, source: &str, kind: &str) -> Option<&Handler> {
        self.0.handlers.0.get(source)?.get(kind)
    }
}
