//! Accounts: who can sign in.
//!
//! An account is INVITED, ACTIVE or DISABLED. Five wrong passwords within fifteen minutes close it for fifteen minutes;
//! each attempt is counted before its password is looked at, so that guessing many at once gains nothing. The password
//! itself is kept as an Argon2id hash. What an account may do lives in `role`.

pub(crate) mod follow;
pub(crate) mod graphql;
pub(crate) mod model;
pub(crate) mod password;
pub(crate) mod store;
