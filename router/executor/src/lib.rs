//! Plan → response: runs the fetches of a plan over transports and reads the client's answer out of the merged data.
//!
//! [`Executor`] is the way in: it takes a [`Prepared`] operation and a [`ClientRequest`] and gives a [`Response`], or a
//! stream of them for a subscription. How a subgraph is reached is a [`Transport`]'s business; [`HttpTransport`] is the
//! one over the network, the in-process one belongs to whoever sees the subgraphs.
//!
//! Inside, `run` walks the plan; `entities` collects, deduplicates and splits representations; `tree` owns the merged
//! data; `answer` reads subgraph responses; `faults` decides where errors belong; `project` writes the client's answer.
//! Nothing here plans, authenticates or caches.

mod answer;
mod client_path;
mod entities;
mod error;
mod executor;
mod faults;
mod http_transport;
mod placement;
mod prepared;
mod project;
mod request;
mod response;
mod run;
mod subscription;
mod transport;
mod tree;
mod websocket;

pub use error::{
    GraphqlError, INVALID_VALUE, LIMIT_EXCEEDED, Location, NULL_IN_NON_NULL_FIELD, PathSegment,
    SUBGRAPH_RESPONSE_MALFORMED, UNAUTHORIZED_FIELD_OR_TYPE, UPSTREAM_UNAVAILABLE, VALIDATION_ERROR,
};
pub use executor::{Executor, Limits};
pub use http_transport::{HttpSettings, HttpTransport, HttpTransportError};
pub use prepared::Prepared;
pub use request::{ClientRequest, Variables, coerce};
pub use response::{CallOutcome, Response, SubgraphCall, Traffic};
pub use subscription::ResponseStream;
pub use transport::{Transport, TransportError, TransportFault};
