//! The tables of the vendor database: columns and relations, nothing else. No behaviour, no GraphQL; ids are primitives
//! types and no foreign key leaves this database. Rules live in `subgraph-vendor`, history in `migrations-vendor`.

pub mod campaign;
pub mod campaign_line;
pub mod contract;
pub mod contract_line;
pub mod contract_use;
pub mod delivery;
pub mod delivery_part;
pub mod exchange_rate;
pub mod expected_line;
pub mod invitation;
pub mod invitation_line;
pub mod price_line;
pub mod price_list;
pub mod product_ref;
pub mod property_preference;
pub mod vendor;
pub mod vendor_product;
