//! How a subgraph is reached. HTTP and in-process implement this elsewhere; the executor only sees bytes.

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use router_protocol::SubgraphRequest;

/// A way to ask one subgraph.
pub trait Transport: Send + Sync {
    /// Asks a query or mutation; the bytes are a GraphQL response (`{"data": …, "errors": …}`).
    fn call(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<Bytes, TransportError>>;

    /// Opens a subscription; each item is a GraphQL response. Dropping the stream ends the subscription upstream.
    fn subscribe(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>>;
}

/// Why a subgraph gave no usable answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// The kind of failure.
    pub fault: TransportFault,
    /// What happened, without addresses or other internals.
    pub message: String,
}

/// The kinds of [`TransportError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportFault {
    /// No connection, or it broke.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// An HTTP status that carries no GraphQL response.
    Status(u16),
    /// The answer is too large or not GraphQL.
    Malformed,
}
