//! The history of the product database: one change per file, each reversible, never importing entities (they move,
//! history does not). Uniqueness that must hold under concurrency lives here, as unique indices.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod m20261124_100000_create_category;
mod m20261124_100100_create_product;
mod m20261124_100200_create_product_barcode;
mod m20261124_100300_create_unit_conversion;
mod m20261201_070000_create_attribute;
mod m20261201_071000_create_specification;
mod m20261201_072000_create_product_import;

/// Applies the product migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_100000_create_category::Migration),
            Box::new(m20261124_100100_create_product::Migration),
            Box::new(m20261124_100200_create_product_barcode::Migration),
            Box::new(m20261124_100300_create_unit_conversion::Migration),
            Box::new(m20261201_070000_create_attribute::Migration),
            Box::new(m20261201_071000_create_specification::Migration),
            Box::new(m20261201_072000_create_product_import::Migration),
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
