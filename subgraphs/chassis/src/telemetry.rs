//! Where a request comes from, for logs and events: request id and trace context.
//!
//! Both are labels only. They never decide anything, so it does no harm that a client can set them.

use std::future::Future;

use primitives::EventId;
use router_protocol::{REQUEST_ID, TRACEPARENT};

/// The longest label that is taken over from a header.
const LABEL_CHARS_MAX: usize = 128;

tokio::task_local! {
    static ORIGIN: Origin;
}

/// The labels of the running request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The id under which the gateway logs the client's request.
    pub request_id: Option<String>,
    /// The W3C trace context.
    pub traceparent: Option<String>,
    /// The event that is acted on, when it is not a request.
    pub cause: Option<EventId>,
}

impl Origin {
    /// Reads the labels from forwarded headers; what is too long or not printable is left out.
    pub fn of(headers: &http::HeaderMap) -> Self {
        let label = |name| {
            let value: &http::HeaderValue = headers.get(name)?;
            let text = value.to_str().ok()?;
            (text.len() <= LABEL_CHARS_MAX).then(|| text.to_owned())
        };
        Self { request_id: label(REQUEST_ID), traceparent: label(TRACEPARENT), cause: None }
    }

    /// Runs `work` with these labels, so that events it publishes carry them.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        ORIGIN.scope(self, work).await
    }
}

/// The labels of the running request; empty outside of one.
pub fn origin() -> Origin {
    ORIGIN.try_with(Clone::clone).unwrap_or_default()
}
