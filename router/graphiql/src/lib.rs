//! GraphiQL's files, built into the binary: the page needs no other host at run time, and no bundle lies in this repository.
//!
//! The build script fetches the published releases once, by their published checksums, or takes them from the folder that
//! `CARGO_GRAPHIQL_DIR` names. A build that can do neither has no GraphiQL, and says so.

/// A file of GraphiQL or of what it runs on.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name, as in `/graphiql/NAME`.
    pub name: &'static str,
    /// The media type, for `Content-Type`.
    pub media_type: &'static str,
    /// The content.
    pub content: &'static str,
}

/// Every file, the licences among them; empty when this build has no GraphiQL.
pub const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Identifies the versions in [`ASSETS`]: a part of their address, so that browsers may keep them for good.
pub const VERSION: &str = env!("GRAPHIQL_VERSION");
