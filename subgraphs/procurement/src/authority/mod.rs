//! How much somebody may approve: the one place where that is known.
//!
//! The users service keeps approval limits and who stands in for whom; it is asked with the caller's own token when
//! something is decided. Whoever holds `procurement:override` needs no limit and nobody is asked.

mod ask;
pub mod model;

pub(crate) use ask::of;
