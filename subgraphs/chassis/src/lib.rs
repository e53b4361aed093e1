//! How any Carmen subgraph runs: database, transactions, callers, errors, paging, events, batching, serving.
//!
//! A subgraph is a library with a domain; everything that is the same for all of them lives here, as functions and
//! types. There are macros where functions cannot do: [`words`] spells out states and commands, [`backoffice!`] and [`sagas!`]
//! fields that GraphQL wants under a name of its own from each service. Chassis knows no domain noun beyond its id, holds no business rule and has no function with
//! a single caller. Start reading at [`Subgraph`] (what the process runs), then [`Db`] (what a use case writes with),
//! [`Error`] (how it says no) and [`Connection`] (how it lists).
//!
//! The life of a request: [`Subgraph::execute`] verifies the bearer token itself ([`TokenVerifier`]), puts the
//! [`Caller`] and fresh [`Loader`]s beside the request, runs the schema, and maps every failure to a code in one place.

pub mod audit;
mod backoffice;
pub mod boot;
pub mod bus;
mod caller;
mod clock;
mod connection;
mod db;
mod error;
pub mod house;
mod http;
pub mod idempotency;
pub mod inbox;
mod loader;
pub mod machine;
mod migration;
pub mod numbering;
pub mod outbox;
pub mod page;
mod peers;
pub mod prover;
mod renewal;
mod request;
mod respond;
pub mod saga;
mod statements;
mod subgraph;
pub mod task;
pub mod telemetry;
mod token;
mod version;

#[cfg(feature = "testkit")]
pub mod testkit;

/// Hears how many more of something are done.
pub type Progress<'p> = dyn Fn(usize) + Send + Sync + 'p;

pub use bus::{Bus, Delivery, InProcessBus, RabbitBus, RedisBus, StreamBounds, Subscription};
pub use caller::{Authentication, Caller, caller};
pub use clock::Clock;
pub use connection::{Connection, Edge, PageInfo};
pub use db::{Checkpoint, Db, Tx};
pub use error::{
    Code, Denial, Error, Fault, Missing, Outage, Refusal, Refusals, Result, Stale, UserError, is_first,
    is_unique_violation, outcome,
};
pub use futures::future::BoxFuture;
pub use inbox::{Consumer, Handlers};
pub use loader::Loader;
pub use outbox::{Envelope, Event};
pub use page::{Criteria, Filter, Nested, Order, PageArgs, PageRequest, SortKey};
pub use peers::{HttpPeer, Peer, Peers};
pub use renewal::{LiveCaller, live_caller};
pub use request::RequestScope;
pub use statements::StatementLog;
pub use subgraph::{Environment, Subgraph, SubgraphBuilder, schema};
pub use token::{Claims, DEFAULT_AUDIENCE, DEFAULT_ISSUER, Keys, TokenVerifier, Trust};
pub use version::check_seen;

/// The request and answer types on the wire, for who serves or asks a subgraph in process.
pub use router_protocol::{Credential, Renewal, SubgraphRequest, SubgraphResponse};
