//! Units as clients see them. The catalogue itself is closed and lives in `primitives`; this service owns the type and
//! tells what a code means, so that every other service gets by with the code alone.

pub(crate) mod graphql;
