//! Tasks with a name: what runs in the background says so in traces, and its panic in the log.

use futures::FutureExt;
use tokio::task::JoinHandle;
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

/// Whether this runs in the background, and not for somebody's request.
pub(crate) fn is_background() -> bool {
    BACKGROUND.try_with(|()| ()).is_ok()
}
