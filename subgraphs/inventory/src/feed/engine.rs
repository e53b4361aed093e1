//! Following the outbox on behalf of one subscriber.

use std::sync::Arc;
use std::time::Duration;

use chassis::outbox::{self, Tail};
use chassis::{Caller, Code, Envelope, Error, LiveCaller, Refusal, Result, task};
use futures::Stream;
use primitives::{EventId, TenantId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::Position;
use crate::{Inventory, permission};

/// Events read from the outbox at a time.
const BATCH: u64 = 256;

/// Messages that wait to be merged with later ones; more are sent at once.
const WAITING_MAX: usize = 1_000;

/// What a subscriber follows: which events it wants, and what it makes of them.
pub(crate) trait View: Send + 'static {
    /// What a message is about.
    type Item: Send + 'static;

    /// What this view makes of an event; nothing where the subscriber does not want it.
    fn read(
        &mut self,
        app: &Inventory,
        event: &Envelope,
    ) -> impl Future<Output = Result<Option<Self::Item>>> + Send;

    /// How long messages wait to be merged with later ones; not at all by default.
    fn window(&self) -> Option<Duration> {
        None
    }

    /// Takes a later message about the same thing into an earlier one that still waits, or gives it back.
    fn merge(&self, _earlier: &mut Self::Item, later: Self::Item) -> Option<Self::Item> {
        Some(later)
    }

    /// Whether a message is worth sending, now that nothing will be merged into it any more.
    fn is_worth_sending(&self, _item: &Self::Item) -> bool {
        true
    }
}

/// What a subscriber gets.
#[derive(Clone, Debug)]
pub(crate) enum Message<T> {
    /// Something the subscriber wants.
    News { position: Position, event: EventId, item: T },
    /// Nothing the subscriber wants has happened up to here.
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

impl<T> Message<T> {
    /// Where the subscriber stands once it has this message.
    pub(crate) fn position(&self) -> Position {
        match self {
            Self::News { position, .. } | Self::Heartbeat { position } => *position,
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

/// Opens a feed behind `after`, or behind everything published so far.
pub(crate) async fn open<V: View>(
    app: &Inventory,
    live: LiveCaller,
    view: V,
    after: Option<String>,
) -> Result<impl Stream<Item = std::result::Result<Message<V::Item>, End>> + Send + 'static + use<V>> {
    let caller = live.current();
    let latest = latest(app, &caller).await?;
    let start = match after {
        None => latest,
        Some(cursor) => resume(app, caller.tenant, &cursor, latest).await?,
    };
    let (sender, mut receiver) = mpsc::channel(app.feed.buffer.max(1));
    let (stop_sender, stop) = oneshot::channel();
    let pump = Pump::new(app.clone(), live, view, start, sender);
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

/// A message that waits to be merged with later ones.
struct Waiting<T> {
    seq: i64,
    event: EventId,
    item: T,
}

/// Carries events from the outbox into one subscriber's buffer.
struct Pump<V: View> {
    app: Inventory,
    view: V,
    position: Position,
    tail: Tail,
    sender: mpsc::Sender<Message<V::Item>>,
    /// What waits, in the order of its latest event; until when it waits.
    waiting: Vec<Waiting<V::Item>>,
    wakes_at: Instant,
    opened_by: Arc<Caller>,
    live: LiveCaller,
}

/// What to do after an attempt to deliver.
enum Delivery {
    Done,
    Left,
    TooSlow,
}

impl<V: View> Pump<V> {
    fn new(
        app: Inventory,
        live: LiveCaller,
        view: V,
        start: Position,
        sender: mpsc::Sender<Message<V::Item>>,
    ) -> Self {
        let opened_by = live.current();
        let tail = Tail::after(&app.db, opened_by.tenant, start.seq, BATCH);
        let (waiting, wakes_at) = (Vec::new(), Instant::now());
        Self { app, view, position: start, tail, sender, waiting, wakes_at, opened_by, live }
    }

    /// Runs until the subscriber leaves (`None`) or has to be told why the feed ends.
    async fn run(mut self) -> Option<Stop> {
        let mut heartbeat = ticking(self.app.feed.heartbeat);
        let mut recheck = ticking(self.app.feed.recheck);
        let sender = self.sender.clone();
        loop {
            let (is_waiting, wakes_at) = (!self.waiting.is_empty(), self.wakes_at);
            let delivery = tokio::select! {
                biased;
                () = sender.closed() => return None,
                renewed = self.live.renewed() => match self.withdrawn(&renewed) {
                    Some(lost) => return Some(Stop::Withdrawn(lost)),
                    None => Ok(Delivery::Done),
                },
                _ = recheck.tick() => match self.token_is_over() {
                    true => return Some(Stop::TokenExpired),
                    false => Ok(Delivery::Done),
                },
                () = sleep_until(wakes_at), if is_waiting => self.flush(&mut heartbeat).await,
                _ = heartbeat.tick() => {
                    self.beat();
                    Ok(Delivery::Done)
                }
                batch = self.tail.next() => match batch {
                    Err(error) => Err(error),
                    Ok(events) => self.forward(events, &mut heartbeat).await,
                },
            };
            match delivery {
                Ok(Delivery::Done) => {}
                Ok(Delivery::Left) => return None,
                Ok(Delivery::TooSlow) => return Some(Stop::SlowReader),
                Err(error) => return Some(Stop::Fault(error)),
            }
        }
    }

    /// A full buffer has cursors enough; a heartbeat is never worth waiting for. Nor may it step over what still waits.
    fn beat(&self) {
        if self.waiting.is_empty() {
            let _ = self.sender.try_send(Message::Heartbeat { position: self.position });
        }
    }

    async fn forward(&mut self, events: Vec<Envelope>, heartbeat: &mut Interval) -> Result<Delivery> {
        for event in events {
            let item = self.view.read(&self.app, &event).await?;
            self.position.seq = event.seq;
            let Some(item) = item else { continue };
            let fresh = Waiting { seq: event.seq, event: event.event_id, item };
            let delivery = match self.view.window() {
                Some(window) => {
                    self.wait(fresh, window);
                    if self.waiting.len() < WAITING_MAX { continue } else { self.flush(heartbeat).await? }
                }
                None => self.deliver(fresh, heartbeat).await,
            };
            if !matches!(delivery, Delivery::Done) {
                return Ok(delivery);
            }
        }
        Ok(Delivery::Done)
    }

    /// Merges a message into the one that waits about the same thing, or lets it wait too. The merged one takes the later
    /// event's place: whoever resumes behind an earlier message hears it again.
    fn wait(&mut self, fresh: Waiting<V::Item>, window: Duration) {
        if self.waiting.is_empty() {
            self.wakes_at = Instant::now() + window;
        }
        let Waiting { seq, event, mut item } = fresh;
        for place in 0..self.waiting.len() {
            match self.view.merge(&mut self.waiting[place].item, item) {
                Some(back) => item = back,
                None => {
                    let merged = self.waiting.remove(place);
                    self.waiting.push(Waiting { seq, event, item: merged.item });
                    return;
                }
            }
        }
        self.waiting.push(Waiting { seq, event, item });
    }

    /// Sends everything that waits.
    async fn flush(&mut self, heartbeat: &mut Interval) -> Result<Delivery> {
        for waiting in std::mem::take(&mut self.waiting) {
            match self.deliver(waiting, heartbeat).await {
                Delivery::Done => {}
                other => return Ok(other),
            }
        }
        Ok(Delivery::Done)
    }

    /// Puts a message into the buffer, waiting for a slow reader as long as the settings allow.
    async fn deliver(&mut self, news: Waiting<V::Item>, heartbeat: &mut Interval) -> Delivery {
        if !self.view.is_worth_sending(&news.item) {
            return Delivery::Done;
        }
        let position = Position { seq: news.seq, ..self.position };
        let message = Message::News { position, event: news.event, item: news.item };
        match timeout(self.app.feed.grace, self.sender.send(message)).await {
            Ok(Ok(())) => {
                heartbeat.reset();
                Delivery::Done
            }
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

fn ticking(period: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
