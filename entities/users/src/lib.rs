//! The tables of the users database: columns and relations, nothing else. No behaviour, no GraphQL; ids are primitives
//! types and no foreign key leaves this database. Rules live in `subgraph-users`, history in `migrations-users`.

pub mod assignment;
pub mod delegation;
pub mod department;
pub mod manager_chart;
pub mod property;
pub mod user;
