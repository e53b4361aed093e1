//! The history of the vendor database: one change per file, each reversible, never importing entities (they move, history
//! does not).

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod m20261124_110000_create_vendor;
mod m20261124_110100_create_price_list;
mod m20261124_110200_create_exchange_rate;
mod m20261124_130000_add_vendor_product_pack;
mod m20261124_130100_create_product_ref;
mod m20261201_070000_create_contract;
mod m20261201_080000_create_campaign;
mod m20261201_090000_create_scorecard;
mod m20261201_100000_create_property_preference;
mod m20261201_110000_add_exchange_rate_id;
mod m20261202_070000_index_price_line_product;
mod m20261203_100000_count_changes_of_preferences;

/// Applies the vendor migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_110000_create_vendor::Migration),
            Box::new(m20261124_110100_create_price_list::Migration),
            Box::new(m20261124_110200_create_exchange_rate::Migration),
            Box::new(m20261124_130000_add_vendor_product_pack::Migration),
            Box::new(m20261124_130100_create_product_ref::Migration),
            Box::new(m20261201_070000_create_contract::Migration),
            Box::new(m20261201_080000_create_campaign::Migration),
            Box::new(m20261201_090000_create_scorecard::Migration),
            Box::new(m20261201_100000_create_property_preference::Migration),
            Box::new(m20261201_110000_add_exchange_rate_id::Migration),
            Box::new(m20261202_070000_index_price_line_product::Migration),
            Box::new(m20261203_100000_count_changes_of_preferences::Migration),
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

/// An index over columns of one table.
fn index(name: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index.take()
}
