//! The executor against subgraphs that are doubles at the network's edge: composed and planned for real, answered by
//! closures, every request recorded. The HTTP transport meets real servers.

#![expect(clippy::unwrap_used, reason = "a test panics at once where something is not as it must be")]

mod batching;
mod conditions;
mod contexts;
mod errors;
mod introspection;
mod kit;
mod malformed;
mod nulls;
mod scheduling;
mod subscription;
mod transport_http;
mod transport_websocket;
mod variables;
