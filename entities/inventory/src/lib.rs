//! The tables of the inventory database: columns and relations, nothing else. No behaviour, no GraphQL; ids are
//! primitives types and no foreign key leaves this database. Rules live in `subgraph-inventory`, history in
//! `migrations-inventory`.

pub mod adjustment_limit;
pub mod cost_layer;
pub mod incoming_line;
pub mod inventory_item;
pub mod inventory_item_count;
pub mod ledger_head;
pub mod location;
pub mod lot;
pub mod lot_balance;
pub mod movement_lot;
pub mod period_head;
pub mod period_snapshot;
pub mod product_ref;
pub mod reservation;
pub mod stock_adjustment;
pub mod stock_adjustment_line;
pub mod stock_count;
pub mod stock_count_line;
pub mod stock_movement;
pub mod stock_period;
pub mod stock_transfer;
pub mod stock_transfer_line;
pub mod store_requisition;
pub mod store_requisition_line;
