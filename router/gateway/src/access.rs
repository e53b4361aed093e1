//! What every HTTP request gets, whatever becomes of it: an id under which gateway and subgraphs log it, one log line, one
//! count.

use crate::telemetry;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use router_protocol::{CLIENT_ADDRESS, REQUEST_ID};
use std::net::IpAddr;
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

/// The longest id of a client that is taken over.
const ID_BYTES_MAX: usize = 128;

/// Runs a request under its id.
pub(crate) async fn observe(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers().get(REQUEST_ID));
    request.headers_mut().insert(REQUEST_ID, id.clone());
    note_address(&mut request);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let started = Instant::now();
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
    async move {
        let mut response = next.run(request).await;
        let status = response.status();
        telemetry::http_answered(&method, status);
        tracing::debug!(
            %method,
            path,
            status = status.as_u16(),
            took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "request answered"
        );
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

/// Adds the connection's other end to the addresses that proxies before it have noted, as each of them does.
fn note_address(request: &mut Request) {
    let Some(address) = request.extensions().get::<Peer>().and_then(|peer| peer.0) else { return };
    let address = address.to_canonical().to_string();
    let before = request.headers().get_all(CLIENT_ADDRESS).iter().filter_map(|value| value.to_str().ok());
    let all: Vec<_> = before.chain([address.as_str()]).collect();
    let value = HeaderValue::try_from(all.join(", ")).expect("header text and an address are header text");
    request.headers_mut().insert(CLIENT_ADDRESS, value);
}

/// The client's own id, when it is harmless in a log line; a new one otherwise.
fn request_id(given: Option<&HeaderValue>) -> HeaderValue {
    let is_harmless = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        !bytes.is_empty() && bytes.len() <= ID_BYTES_MAX && bytes.iter().all(u8::is_ascii_graphic)
    };
    match given.filter(is_harmless) {
        Some(given) => given.clone(),
        None => HeaderValue::try_from(Uuid::now_v7().to_string()).expect("a UUID is ASCII text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmless_id_is_kept_and_any_other_replaced() {
        let kept = HeaderValue::from_static("trace-7/a");
        assert_eq!(request_id(Some(&kept)), kept);
        for bad in ["", "a b", &"x".repeat(129)] {
            let bad = HeaderValue::from_str(bad).unwrap();
            assert_ne!(request_id(Some(&bad)), bad);
        }
        assert_ne!(request_id(None), request_id(None));
    }
}
