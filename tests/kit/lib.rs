//! The language of the platform stories: a whole Carmen on a free port, people who ask it, and what it cost.
//!
//! Everything is real: the router, the subgraphs, their databases (SQLite in a temporary folder, or PostgreSQL when
//! `CARMEN_TEST_DATABASE_URL` names a server), HTTP and WebSocket.

mod carmen;
mod person;
mod socket;

pub use carmen::Carmen;
pub use person::{Person, data, first_code, first_error};
pub use socket::Socket;
