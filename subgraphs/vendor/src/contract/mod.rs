//! What is agreed with a vendor for a time: prices that come before every price list, and how much is to be taken.
//!
//! A contract is DRAFT until it is ACTIVE; it ends when its last day is over (EXPIRED) or before, for a reason (TERMINATED).
//! Only a draft is edited. No two active contracts of a vendor price the same product on the same day: activating takes the
//! vendor's row first. What an order takes is counted when procurement says that it was sent, once per line of the order,
//! and given back when the line is cancelled. Taking more than is committed is a fact and no fault: the contract's price
//! then is no longer offered. Orders themselves belong to procurement.

pub(crate) mod consumption;
pub mod expiry;
pub(crate) mod graphql;
pub mod line;
pub mod model;
pub mod service;
pub(crate) mod store;
