//! Locations: the places of a tenant that hold stock, or through which stock is expensed at once.
//!
//! Invariants: the code is unique in the tenant; the currency never changes (every balance here is valued in it); the
//! cost method is frozen while any item here holds stock; a `DIRECT` location never holds a balance. Locations are not
//! deleted: the ledger points at them for ever.

pub(crate) mod graphql;
mod model;
pub(crate) mod service;
pub(crate) mod store;

pub(crate) use model::{
    Location, LocationChanges, LocationFilter, LocationKind, LocationRefused, NewLocation, StockSituation,
};
