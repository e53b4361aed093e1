//! Following the outbox on behalf of one subscriber.

use std::sync::Arc;

use chassis::outbox::{self, Tail};
use chassis::{Caller, Code, Envelope, Error, LiveCaller, Refusal, Result, task};
use futures::Stream;
use primitives::{EventId, TenantId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use super::{Position, StockFilter};
use crate::event::{STOCK_CHANGED, StockChanged};
use crate::{Inventory, permission};

/// Events read from the outbox at a time.
const BATCH: u64 = 256;

/// What a subscriber gets.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// A balance changed.
    Change { position: Position, event: EventId, change: Box<StockChanged> },
    /// Nothing the subscriber wants has changed up to here.
    Heartbeat { position: Position },
}

/// Why a feed ends. Each end names the last position delivered, so that the subscriber loses nothing.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The subscriber did not keep up.
    SlowReader { last: Position },
    /// The token behind the subscription ran out and was not renewed.
    TokenExpired { last: Position },
    /// A renewed token allows less: stock may no longer be seen, or not all of it.
    Withdrawn { last: Position, withdrawal: Withdrawal },
    /// A fault of ours.
    Fault { last: Position, error: Error },
}

/// What a caller lost with a renewed token.
#[derive(Clone, Debug)]
pub(crate) enum Withdrawal {
    /// The right to see stock at all.
    View(Error),
    /// Another right, which decides what an event may show.
    Other,
}

/// Why the pump stopped.
enum Stop {
    SlowReader,
    TokenExpired,
    Withdrawn(Withdrawal),
    Fault(Error),
}

impl Message {
    /// Where the subscriber stands once it has this message.
    pub(crate) fn position(&self) -> Position {
        match self {
            Self::Change { position, .. } | Self::Heartbeat { position } => *position,
        }
    }
}

/// Where a new subscriber would start: behind everything published so far. A client that reads this first, then the
/// balances, then subscribes after it, misses nothing in between.
pub(crate) async fn latest(app: &Inventory, caller: &Caller) -> Result<Position> {
    caller.require(permission::VIEW)?;
    let seq = outbox::latest(app.db.read(), caller.tenant).await?;
    Ok(Position { tenant: caller.tenant, seq })
}

/// Opens the feed behind `after`, or behind everything published so far.
pub(crate) async fn open(
    app: &Inventory,
    live: LiveCaller,
    filter: StockFilter,
    after: Option<String>,
) -> Result<impl Stream<Item = std::result::Result<Message, End>> + Send + 'static + use<>> {
    let caller = live.current();
    let latest = latest(app, &caller).await?;
    let start = match after {
        None => latest,
        Some(cursor) => resume(app, caller.tenant, &cursor, latest).await?,
    };
    let (sender, mut receiver) = mpsc::channel(app.feed.buffer.max(1));
    let (stop_sender, stop) = oneshot::channel();
    let pump = Pump::new(app.clone(), live, filter, start, sender);
    task::spawn("stock feed", async move {
        if let Some(reason) = pump.run().await {
            // The subscriber may have left in the meantime; then nobody needs the reason.
            let _ = stop_sender.send(reason);
        }
    });
    Ok(async_stream::stream! {
        let mut last = start;
        while let Some(message) = receiver.recv().await {
            let position = Message::position(&message);
            yield Ok(message);
            last = position;
        }
        match stop.await {
            Ok(Stop::SlowReader) => yield Err(End::SlowReader { last }),
            Ok(Stop::TokenExpired) => yield Err(End::TokenExpired { last }),
            Ok(Stop::Withdrawn(withdrawal)) => yield Err(End::Withdrawn { last, withdrawal }),
            Ok(Stop::Fault(error)) => yield Err(End::Fault { last, error }),
            // Only a panic ends the pump without a reason; its log line has told of it.
            Err(_) => yield Err(End::Fault { last, error: Error::internal("the stock feed broke off") }),
        }
    })
}

/// The position a cursor stands for, if the events behind it can still be read.
async fn resume(app: &Inventory, tenant: TenantId, cursor: &str, latest: Position) -> Result<Position> {
    let position =
        Position::decode(cursor, tenant).map_err(|bad| Refusal::invalid("after", bad.to_string()))?;
    let oldest = outbox::oldest_retained(app.db.read(), tenant).await?;
    // A cursor from the future belongs to a database that was replaced: waiting for it would be silence.
    if position.seq + 1 < oldest || position.seq > latest.seq {
        let message = "the events behind this cursor are no longer kept: read stockCursor, then inventoryItems, and \
                       subscribe after that cursor";
        return Err(Refusal::new(Code::CursorExpired, "after", message)
            .with("snapshotQuery", "inventoryItems")
            .with("cursorQuery", "stockCursor")
            .into());
    }
    Ok(position)
}

/// Carries events from the outbox into one subscriber's buffer.
struct Pump {
    app: Inventory,
    filter: StockFilter,
    position: Position,
    tail: Tail,
    sender: mpsc::Sender<Message>,
    opened_by: Arc<Caller>,
    live: LiveCaller,
}

/// What to do after an attempt to deliver.
enum Delivery {
    Done,
    Left,
    TooSlow,
}

impl Pump {
    fn new(
        app: Inventory,
        live: LiveCaller,
        filter: StockFilter,
        start: Position,
        sender: mpsc::Sender<Message>,
    ) -> Self {
        let opened_by = live.current();
        let tail = Tail::after(&app.db, opened_by.tenant, start.seq, BATCH);
        Self { app, filter, position: start, tail, sender, opened_by, live }
    }

    /// Runs until the subscriber leaves (`None`) or has to be told why the feed ends.
    async fn run(mut self) -> Option<Stop> {
        let mut heartbeat = ticking(self.app.feed.heartbeat);
        let mut recheck = ticking(self.app.feed.recheck);
        let sender = self.sender.clone();
        loop {
            tokio::select! {
                biased;
                () = sender.closed() => return None,
                renewed = self.live.renewed() => if let Some(lost) = self.withdrawn(&renewed) {
                    return Some(Stop::Withdrawn(lost));
                },
                _ = recheck.tick() => if self.token_is_over() { return Some(Stop::TokenExpired) },
                _ = heartbeat.tick() => {
                    // A full buffer has cursors enough; a heartbeat is never worth waiting for.
                    let _ = self.sender.try_send(Message::Heartbeat { position: self.position });
                }
                batch = self.tail.next() => match batch {
                    Err(error) => return Some(Stop::Fault(error)),
                    Ok(events) => match self.forward(events, &mut heartbeat).await {
                        Ok(Delivery::Done) => {}
                        Ok(Delivery::Left) => return None,
                        Ok(Delivery::TooSlow) => return Some(Stop::SlowReader),
                        Err(error) => return Some(Stop::Fault(error)),
                    },
                },
            }
        }
    }

    async fn forward(&mut self, events: Vec<Envelope>, heartbeat: &mut Interval) -> Result<Delivery> {
        for event in events {
            self.position.seq = event.seq;
            if event.kind != STOCK_CHANGED {
                continue;
            }
            let change: StockChanged = serde_json::from_value(event.payload).map_err(Error::internal)?;
            if !self.filter.wants(&change) {
                continue;
            }
            let message =
                Message::Change { position: self.position, event: event.event_id, change: Box::new(change) };
            match self.deliver(message).await {
                Delivery::Done => heartbeat.reset(),
                other => return Ok(other),
            }
        }
        Ok(Delivery::Done)
    }

    /// Puts a message into the buffer, waiting for a slow reader as long as the settings allow.
    async fn deliver(&self, message: Message) -> Delivery {
        match timeout(self.app.feed.grace, self.sender.send(message)).await {
            Ok(Ok(())) => Delivery::Done,
            Ok(Err(_)) => Delivery::Left,
            Err(_) => Delivery::TooSlow,
        }
    }

    fn token_is_over(&self) -> bool {
        let until = self.live.current().valid_until();
        until.is_some_and(|until| until <= self.app.clock.now())
    }

    /// What a renewed token takes from the caller who opened the feed.
    fn withdrawn(&self, renewed: &Caller) -> Option<Withdrawal> {
        if let Err(error) = renewed.require(permission::VIEW) {
            return Some(Withdrawal::View(error));
        }
        (!renewed.may_all_of(&self.opened_by)).then_some(Withdrawal::Other)
    }
}

fn ticking(period: std::time::Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
