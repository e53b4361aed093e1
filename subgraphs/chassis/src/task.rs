//! Tasks with a name: what runs in the background says so in traces, and its panic in the log.

use std::time::Duration;

use futures::FutureExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tracing::Instrument;

tokio::task_local! {
    /// Set where nobody waits for an answer.
    static BACKGROUND: ();
}

/// Spawns `work` under `name`. A panic is logged; it ends the task, not the process.
pub fn spawn<F>(name: &'static str, work: F) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let guarded = async move {
        if std::panic::AssertUnwindSafe(work).catch_unwind().await.is_err() {
            tracing::error!(task = name, "a background task panicked and is gone");
        }
    };
    tokio::spawn(BACKGROUND.scope((), guarded).instrument(tracing::info_span!("task", name)))
}

/// When a task that comes again is done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// At once.
    Now,
    /// One interval after the start.
    Later,
}

/// Does `work` again and again under `name`, for as long as the process runs. A round that takes longer than `interval` delays the
/// next one.
pub fn every<W, F>(name: &'static str, interval: Duration, first: First, mut work: W) -> JoinHandle<()>
where
    W: FnMut() -> F + Send + 'static,
    F: Future<Output = ()> + Send,
{
    spawn(name, async move {
        let start = Instant::now() + if first == First::Later { interval } else { Duration::ZERO };
        let mut tick = interval_at(start, interval);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            work().await;
        }
    })
}

/// Whether this runs in the background, and not for somebody's request.
pub(crate) fn is_background() -> bool {
    BACKGROUND.try_with(|()| ()).is_ok()
}
