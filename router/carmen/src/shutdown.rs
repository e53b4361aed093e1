//! When to stop: SIGTERM from whoever runs us, or Ctrl-C.

/// Resolves with the first signal to stop. A second one ends the process at once.
pub async fn signal() {
    wait().await;
    tracing::info!("stopping: running requests are finished first");
    tokio::spawn(async {
        wait().await;
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn wait() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn wait() {
    let _ = tokio::signal::ctrl_c().await;
}
