//! What is bought, stocked, used in recipes and sold.
//!
//! A product starts as a DRAFT, which may be incomplete, and becomes ACTIVE when everything a buyer, a storekeeper and a
//! chef rely on is there: a category, and a way from each purchase and recipe unit to the base unit. ACTIVE and INACTIVE
//! alternate; DISCONTINUED is final. Invariants: code and barcodes are unique in the tenant, check digits are right, and
//! the base unit is fixed once the product has been ACTIVE, since stock and prices count in it.
//!
//! Prices live with the vendor, balances with the inventory; both point here by id.

mod barcode;
pub mod draft;
pub(crate) mod filter;
pub(crate) mod graphql;
pub mod model;
pub mod patch;
pub mod service;
pub(crate) mod store;

pub(crate) use barcode::check_digit;
pub use barcode::{Barcode, BarcodeRefused};
