//! The binary as people run it: real processes, real sockets, real files.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its answer has failed")]

mod any_graph;
mod commands;
mod diff;
mod distributed;
mod process;
mod shop;
