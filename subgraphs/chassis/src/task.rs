//! Tasks with a name: what runs in the background says so in traces, and its panic in the log.

use futures::FutureExt;
use tokio::task::JoinHandle;
use tracing::Instrument;

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
    tokio::spawn(guarded.instrument(tracing::info_span!("task", name)))
}
