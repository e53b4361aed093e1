//! Purchase requests: what somebody needs, why, and who let it be bought.
//!
//! A draft may be incomplete. Submitting checks everything at once, finds prices, takes a number and hands the request to
//! its first approver, all in one transaction. Levels approve one after the other, each by another person than the
//! requester and the levels before; a level may leave single lines out. What was returned or recalled is a draft again and
//! is approved from the beginning; what was rejected can be revised.

pub mod approval;
pub(crate) mod graphql;
pub mod line;
pub mod model;
pub mod overdue;
pub(crate) mod reservation;
pub(crate) mod saga;
pub mod service;
pub(crate) mod store;
pub mod submission;
