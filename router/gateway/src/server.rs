//! Serving until told to stop, then stopping without dropping anybody's request.

use crate::pipeline::Gateway;
use axum::Router;
use std::future::Future;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long running requests may take after the stop signal.
const DRAIN_MAX: Duration = Duration::from_secs(30);

/// Serves `router` on `listener` until `stop` resolves. Then no connection is accepted, streams are completed, running
/// requests are finished, and after 30 seconds the rest is cut off.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    gateway: &Gateway,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let stopping = gateway.0.stopping.clone();
    let told = stopping.clone();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        told.cancel();
    });
    tokio::select! {
        served = server => served,
        () = async {
            stopping.cancelled().await;
            tokio::time::sleep(DRAIN_MAX).await;
        } => {
            tracing::warn!("some requests did not end in time and were cut off");
            Ok(())
        }
    }
}
