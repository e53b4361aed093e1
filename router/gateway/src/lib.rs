//! The way in for clients: GraphQL over HTTP, WebSocket and SSE, GraphiQL, health and metrics.
//!
//! [`Gateway`] holds the [`Graph`] (supergraph, planner, executor, prepared operations) and gives an axum router. Requests
//! pass, in this order: `server` (connections), `access` (id, log, count), `pipeline` (panics, CORS, size), `auth` (bearer token), `request` (what is
//! asked), `graph` (prepared operation), the executor, `negotiation` (in which form it is answered). How subgraph schemas
//! become a graph is in `fleet`. Nothing here plans or composes.

mod access;
pub mod auth;
mod authorization;
mod client;
pub mod config;
mod config_rules;
mod error;
pub mod fleet;
mod graph;
mod graphiql;
mod http_handler;
mod limits;
mod negotiation;
mod origin;
mod overrides;
mod pipeline;
mod readiness;
mod request;
mod server;
mod sse;
mod subscription;
mod telemetry;
mod websocket;

pub use config::Config;
pub use fleet::{Fleet, FleetError};
pub use graph::{Graph, PreparedOperation};
pub use graphiql::{Session, Tab};
pub use pipeline::Gateway;
pub use server::serve;
