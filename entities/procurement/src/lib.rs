//! The tables of the procurement database: columns and relations, nothing else. No behaviour, no GraphQL; ids are
//! primitives types and no foreign key leaves this database. Rules live in `subgraph-procurement`, history in
//! `migrations-procurement`.

pub mod approval;
pub mod approval_rule;
pub mod budget;
pub mod budget_commitment;
pub mod credit_note;
pub mod credit_note_line;
pub mod goods_received_note;
pub mod goods_received_note_line;
pub mod purchase_order;
pub mod purchase_order_amendment;
pub mod purchase_order_amendment_line;
pub mod purchase_order_line;
pub mod purchase_request;
pub mod purchase_request_line;
pub mod replenishment_rule;
pub mod tolerance;
pub mod vendor_invoice;
pub mod vendor_invoice_line;
