//! The gateway as its clients see it: a real server on a free port over a small composed graph whose two subgraphs run in
//! process and note what they are asked.

mod auth;
mod authorization;
mod faults;
mod fleet;
mod keys;
mod kit;
mod limits;
mod negotiation;
mod observation;
mod overrides;
mod renewal;
mod requests;
mod shutdown;
mod sse;
mod subgraphs;
mod tokens;
mod websocket;
