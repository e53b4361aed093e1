//! The history of the identity database: one change per file, each reversible, never importing entities (they move,
//! history does not). States and the uniqueness of the current signing key are constraints, so that two processes that
//! start together cannot both make one.

use sea_orm_migration::prelude::*;

mod m20261124_110000_create_account;
mod m20261124_110100_create_role;
mod m20261124_110200_create_session;
mod m20261124_110300_create_refresh_token;
mod m20261124_110400_create_signing_key;

/// Applies the identity migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_110000_create_account::Migration),
            Box::new(m20261124_110100_create_role::Migration),
            Box::new(m20261124_110200_create_session::Migration),
            Box::new(m20261124_110300_create_refresh_token::Migration),
            Box::new(m20261124_110400_create_signing_key::Migration),
        ]
    }
}
