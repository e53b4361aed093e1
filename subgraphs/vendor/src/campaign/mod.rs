//! Asking vendors for prices: a campaign says for which products, an invitation is what one vendor was asked and answers.
//!
//! A campaign is DRAFT until it is launched; ACTIVE and PAUSED alternate; it is COMPLETED by somebody or by its end, or
//! CANCELLED. Only a draft is edited. An invitation is PENDING until the vendor opens it (OPENED), begins to answer
//! (IN_PROGRESS) and hands in (SUBMITTED); the house then takes the answer (APPROVED), which makes a price list, or not
//! (REJECTED). What is unanswered at the end is EXPIRED; REVOKED is what the house takes back.
//!
//! Vendors do not sign in: a [`token`] opens one invitation and nothing else, and only for as long as the campaign runs. It
//! has 256 random bits and is shown once; only its hash is kept. Each invitation answers a bounded number of requests a
//! minute. What a vendor is shown are snapshots: the house's catalogue stays closed.
//!
//! Closing is a saga with a step for each answer that was approved: the campaign is closed and says so; whoever hears it (this
//! service itself) puts the lists into force, in the transaction that remembers the event, and notes on the invitation and
//! in the saga what did not work.

pub(crate) mod admission;
pub mod closing;
pub(crate) mod graphql;
pub mod invitation;
pub mod line;
pub mod model;
pub mod portal;
pub(crate) mod saga;
pub mod service;
pub(crate) mod store;
pub mod submission;
pub mod token;
