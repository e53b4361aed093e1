//! Acting on other services' events, each exactly once.
//!
//! A bus delivers at least once. The consumer marks the event in its inbox in the same transaction as the effect, so a
//! crash leaves both or neither and a second delivery does nothing. An event whose handler keeps failing becomes a
//! [`DeadLetter`]: it waits there to be replayed, and the events behind it go on. Others are told of it by [`DEAD_LETTERED`].
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
mod list;
mod row;
mod run;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};
use primitives::DeadLetterId;

use crate::bus::Bus;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::outbox::Envelope;
use crate::saga::{self, Plan};
use crate::subgraph::Environment;
use crate::task;

pub use dead_letter::{DeadLetter, DeadLetterPayload, REPLAY};
pub use handle::prune;
pub use list::{DeadLetterSort, DeadLetterWhere, find_dead_letter, list_dead_letters};

type Handler = Arc<dyn Fn(Tx, Arc<Envelope>) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// The event that tells others of a dead letter: about the same record as the one that could not be acted on, with who could
/// not and why.
pub const DEAD_LETTERED: &str = "event.dead_lettered";

/// What a service does about which events.
#[derive(Clone, Default)]
pub struct Handlers {
    by_source: BTreeMap<&'static str, HashMap<&'static str, Handler>>,
    /// The sagas whose steps fail where an event does.
    plans: Vec<&'static Plan>,
}

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
        self.by_source.entry(source).or_default().insert(kind, handler);
        self
    }

    /// Takes an event that tells nothing else as the [answer](saga::answer) to a step of a saga.
    #[must_use]
    pub fn answering(
        self,
        (source, kind): (&'static str, &'static str),
        (plan, step): (&'static Plan, &'static str),
        clock: &Clock,
    ) -> Self {
        let clock = clock.clone();
        self.on(source, kind, move |tx, event| {
            let now = clock.now();
            async move { saga::answer(&tx, plan, &event, step, now).await.map(drop) }
        })
    }

    /// Lets steps of these sagas fail where an event does that they depend on, here or in the services that tell of it.
    #[must_use]
    pub fn following(mut self, plans: &'static [&'static Plan]) -> Self {
        self.plans.extend(plans);
        let sources: BTreeSet<&'static str> =
            plans.iter().flat_map(|plan| plan.told_by.iter().copied()).collect();
        sources.into_iter().fold(self, |handlers, source| {
            handlers.on(source, DEAD_LETTERED, move |tx, event| async move {
                saga::dead_letter_told(&tx, plans, &event).await
            })
        })
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.by_source.iter().map(|(source, kinds)| (source, kinds.keys()))).finish()
    }
}

/// The consumers of one service. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Consumers(Vec<Consumer>);

impl Consumers {
    pub(crate) fn push(&mut self, consumer: Consumer) {
        self.0.push(consumer);
    }

    /// Acts on a dead letter once more, as the consumer whose letter it is.
    ///
    /// # Errors
    /// As [`Consumer::replay`].
    pub async fn replay(
        &self,
        db: &Db,
        caller: &Caller,
        id: DeadLetterId,
        key: Option<&str>,
    ) -> Result<DeadLetter> {
        caller.require(REPLAY)?;
        let letter = find_dead_letter(db, caller, id).await?;
        let whose = letter.and_then(|letter| self.0.iter().find(|each| each.name() == letter.consumer));
        whose.ok_or_else(|| Error::not_found_at("dead letter", "id"))?.replay(caller, id, key).await
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
        for source in self.0.handlers.by_source.keys() {
            let subscription = bus.subscribe(source, self.0.name);
            task::spawn("consumer", run::run(self.clone(), source, subscription));
        }
        self
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.0.name
    }

    fn handler(&self, source: &str, kind: &str) -> Option<&Handler> {
        self.0.handlers.by_source.get(source)?.get(kind)
    }
}
