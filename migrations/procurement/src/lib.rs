//! The history of the procurement database: one change per file, each reversible, never importing entities (they move,
//! history does not).

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod m20261124_190000_create_purchase_request;
mod m20261124_190100_create_approval;
mod m20261124_200000_create_purchase_order;
mod m20261124_210000_create_goods_received_note;
mod m20261201_090000_add_order_line_tolerances;
mod m20261201_091000_create_vendor_invoice;
mod m20261201_092000_create_credit_note;
mod m20261201_093000_create_purchase_order_amendment;
mod m20261201_094000_create_budget;
mod m20261201_095000_add_delivered_amount;
mod m20261201_100000_add_reserved_quantity;
mod m20261201_101000_create_tolerance;
mod m20261201_102000_index_receipts;
mod m20261201_120000_add_reserved_at;
mod m20261201_121000_add_valuation;
mod m20261201_122000_add_returned_quantity;
mod m20261203_090000_add_approval_due;
mod m20261203_100000_create_replenishment_rule;
mod m20261203_110000_confirm_amounts;
mod m20261203_120000_count_changes_of_rules;

/// Applies the procurement migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_190000_create_purchase_request::Migration),
            Box::new(m20261124_190100_create_approval::Migration),
            Box::new(m20261124_200000_create_purchase_order::Migration),
            Box::new(m20261124_210000_create_goods_received_note::Migration),
            Box::new(m20261201_090000_add_order_line_tolerances::Migration),
            Box::new(m20261201_091000_create_vendor_invoice::Migration),
            Box::new(m20261201_092000_create_credit_note::Migration),
            Box::new(m20261201_093000_create_purchase_order_amendment::Migration),
            Box::new(m20261201_094000_create_budget::Migration),
            Box::new(m20261201_095000_add_delivered_amount::Migration),
            Box::new(m20261201_100000_add_reserved_quantity::Migration),
            Box::new(m20261201_101000_create_tolerance::Migration),
            Box::new(m20261201_102000_index_receipts::Migration),
            Box::new(m20261201_120000_add_reserved_at::Migration),
            Box::new(m20261201_121000_add_valuation::Migration),
            Box::new(m20261201_122000_add_returned_quantity::Migration),
            Box::new(m20261203_090000_add_approval_due::Migration),
            Box::new(m20261203_100000_create_replenishment_rule::Migration),
            Box::new(m20261203_110000_confirm_amounts::Migration),
            Box::new(m20261203_120000_count_changes_of_rules::Migration),
        ]
    }
}

/// A text column that sorts by code point in both databases: pages must not depend on the server's locale.
fn sorted_text(manager: &SchemaManager<'_>, name: &'static str, is_null: bool) -> ColumnDef {
    let mut column = if is_null {
        sea_orm_migration::schema::text_null(name)
    } else {
        sea_orm_migration::schema::text(name)
    };
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
