//! What a subgraph's own tests need: a real database each, callers and their tokens, goldens.
//!
//! ```ignore
//! let kit = Kit::new::<migrations_product::Migrator>().await;
//! let subgraph = subgraph_product::start(kit.environment()).await.unwrap();
//! let answer = kit.ask(&subgraph, &kit.caller(TENANT, &["products:view"]), "{ products { totalCount } }").await;
//! ```

mod ask;
mod database;
mod golden;
mod matrix;
mod nested;
mod peer;
mod rabbit;
mod redis;
mod server;
mod signer;

pub use ask::{Kit, data, first_code, first_error};
pub use database::TestDatabase;
pub use golden::{check_golden, check_sdl};
pub use matrix::check_roles;
pub use nested::NestedList;
pub use peer::TestPeer;
pub use rabbit::RabbitServer;
pub use redis::RedisServer;
pub use signer::{AUDIENCE, ISSUER, Signer, caller, claims};
