//! The history of the inventory database: one change per file, each reversible, never importing entities (they move,
//! history does not). Invariants the application also keeps in memory are repeated here as CHECK constraints, so that
//! a bug in a service cannot write a balance that no ledger explains.

use sea_orm_migration::prelude::*;

mod dialect;
mod m20261124_090000_create_location;
mod m20261124_090100_create_inventory_item;
mod m20261124_090200_create_stock_movement;
mod m20261124_090300_create_cost_layer;
mod m20261124_090400_create_reservation;
mod m20261124_090500_create_product_ref;
mod m20261124_090600_seal_stock_movement;
mod m20261124_193000_create_stock_count;
mod m20261124_194500_create_stock_transfer;
mod m20261201_070000_create_lot;
mod m20261201_080000_add_policy;
mod m20261201_090000_add_property_and_vendor;
mod m20261201_100000_create_stock_period;
mod m20261201_110000_create_store_requisition;
mod m20261201_120000_create_incoming_line;
mod m20261201_130000_create_stock_adjustment;
mod m20261201_140000_add_closing;
mod m20261201_150000_add_told_reservations;
mod m20261202_080000_index_item_lists;
mod m20261202_090000_count_inventory_items;
mod m20261202_100000_index_stock_cards;

/// Applies the inventory migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_090000_create_location::Migration),
            Box::new(m20261124_090100_create_inventory_item::Migration),
            Box::new(m20261124_090200_create_stock_movement::Migration),
            Box::new(m20261124_090300_create_cost_layer::Migration),
            Box::new(m20261124_090400_create_reservation::Migration),
            Box::new(m20261124_090500_create_product_ref::Migration),
            Box::new(m20261124_090600_seal_stock_movement::Migration),
            Box::new(m20261124_193000_create_stock_count::Migration),
            Box::new(m20261124_194500_create_stock_transfer::Migration),
            Box::new(m20261201_070000_create_lot::Migration),
            Box::new(m20261201_080000_add_policy::Migration),
            Box::new(m20261201_090000_add_property_and_vendor::Migration),
            Box::new(m20261201_100000_create_stock_period::Migration),
            Box::new(m20261201_110000_create_store_requisition::Migration),
            Box::new(m20261201_120000_create_incoming_line::Migration),
            Box::new(m20261201_130000_create_stock_adjustment::Migration),
            Box::new(m20261201_140000_add_closing::Migration),
            Box::new(m20261201_150000_add_told_reservations::Migration),
            Box::new(m20261202_080000_index_item_lists::Migration),
            Box::new(m20261202_090000_count_inventory_items::Migration),
            Box::new(m20261202_100000_index_stock_cards::Migration),
        ]
    }
}
