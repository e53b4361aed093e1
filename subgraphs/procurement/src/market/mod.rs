//! What other services know about the things that are bought: asked with the caller's own token when a request is
//! submitted, snapshotted into its lines, never asked for a read.
//!
//! Products say what a unit holds and whether they may be bought, vendors what they offer it for, inventory which places
//! there are and what they are valued in. One request per service and hundred lines.

mod ask;
pub mod model;

pub(crate) use ask::{look, open_vendors};
