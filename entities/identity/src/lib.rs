//! The tables of the identity database: columns and relations, nothing else. No behaviour, no GraphQL; ids are
//! primitives types and no foreign key leaves this database. Rules live in `subgraph-identity`, history in
//! `migrations-identity`. The signing keys are the one table without a tenant: all tenants' tokens bear the same seal.

pub mod account;
pub mod account_role;
pub mod refresh_token;
pub mod role;
pub mod session;
pub mod signing_key;
