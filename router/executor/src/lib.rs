//! Plan → response: runs the fetches of a plan over transports and reads the client's answer out of the merged data.

mod transport;

pub use transport::{Transport, TransportError, TransportFault};
