//! The history of the users database: one change per file, each reversible, never importing entities (they move, history
//! does not).

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod m20261124_160000_create_user;
mod m20261124_160100_create_house;
mod m20261124_160200_create_delegation;
mod m20261124_190000_create_manager_chart;

/// Applies the users migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_160000_create_user::Migration),
            Box::new(m20261124_160100_create_house::Migration),
            Box::new(m20261124_160200_create_delegation::Migration),
            Box::new(m20261124_190000_create_manager_chart::Migration),
        ]
    }
}

/// A text column that sorts by code point in both databases: pages must not depend on the server's locale.
fn sorted_text(manager: &SchemaManager<'_>, name: &'static str) -> ColumnDef {
    let mut column = sea_orm_migration::schema::text(name);
    if manager.get_database_backend() == DbBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

/// An index over columns of one table, below its tenant.
fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_tenant_{}", columns[0])).table(table).col("tenant_id");
    for column in columns {
        index.col(*column);
    }
    index.take()
}

/// Adds who touched a row when, and how often it changed.
fn audited(table: &mut TableCreateStatement) -> TableCreateStatement {
    use sea_orm_migration::schema::{integer, timestamp_with_time_zone, uuid_null};
    table
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .take()
}
