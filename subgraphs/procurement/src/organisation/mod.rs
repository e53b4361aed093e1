//! Departments and properties: the users service keeps them, and is asked whether they are there when a request is handed in.

mod ask;
pub mod model;

pub(crate) use ask::{find, look};
