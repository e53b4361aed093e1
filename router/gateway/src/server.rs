//! Serving until told to stop, then stopping without dropping anybody's request.
//!
//! Connections are bounded in number and in how long they may dawdle before they have said what they want; a client that
//! sends a byte a minute holds nothing but its own connection.

use crate::access;
use crate::pipeline::Gateway;
use crate::telemetry;
use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower::ServiceExt;

/// How long the head of a request may take to arrive; also how long an idle connection is kept.
const HEADER_READ_MAX: Duration = Duration::from_secs(75);

/// Open connections; more wait in the listener's backlog. Below the usual limit of file descriptors (65,536).
const CONNECTIONS_MAX: usize = 20_000;

/// HTTP/2 requests at any one time on one connection.
const STREAMS_PER_CONNECTION_MAX: u32 = 200;

/// The pause after a failed accept: it fails when descriptors run out, and would fail again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop` resolves. Then no connection is accepted, streams are completed, running
/// requests are finished, and after [`Config::drain_ms`](crate::Config::drain_ms) the rest is cut off.
///
/// # Errors
/// When the listener cannot be used at all. A failing accept is not that: it is logged and tried again.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    gateway: &Gateway,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    listener.local_addr()?;
    let upkeep = tokio::spawn(telemetry::upkeep());
    let builder = Arc::new(builder());
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stop = std::pin::pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = accept(&listener, &room) => stream,
            () = &mut stop => break,
        };
        let Some((stream, permit)) = stream else { continue };
        let from = access::Peer(stream.peer_addr().ok().map(|address| address.ip()));
        let from_there = router.clone().map_request(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(from);
            request
        });
        let service = TowerToHyperService::new(from_there);
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection ended");
            }
            drop(permit);
        });
    }
    drop(listener);
    gateway.stop_streams();
    gateway.0.streams.close();
    let drained = async {
        graceful.shutdown().await;
        gateway.0.streams.wait().await;
    };
    if timeout(Duration::from_millis(gateway.0.config.drain_ms), drained).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    upkeep.abort();
    Ok(())
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_READ_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .keep_alive_interval(HEADER_READ_MAX)
        .enable_connect_protocol();
    builder
}

/// The next connection and its place among those that are open.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.expect("the semaphore is never closed");
    match listener.accept().await {
        Ok((stream, _)) => {
            // Answers are written at once; waiting to fill a packet only delays them.
            let _ = stream.set_nodelay(true);
            Some((stream, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}
