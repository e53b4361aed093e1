//! The tables of the product database: columns and relations, nothing else. No behaviour, no GraphQL; ids are
//! primitives types and no foreign key leaves this database. Rules live in `subgraph-product`, history in
//! `migrations-product`.

pub mod attribute_definition;
pub mod category;
pub mod product;
pub mod product_attribute;
pub mod product_barcode;
pub mod product_import;
pub mod specification;
pub mod unit_conversion;
