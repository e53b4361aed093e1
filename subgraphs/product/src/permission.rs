//! What a caller may be allowed to do with the catalogue.

/// See products, categories and conversions.
pub(crate) const VIEW: &str = "products:view";
/// Describe new products and categories.
pub(crate) const CREATE: &str = "products:create";
/// Change descriptions, put products into use, arrange the tree.
pub(crate) const UPDATE: &str = "products:update";
/// Take over sheets of products.
pub(crate) const IMPORT: &str = "products:import";
/// Take products out of use.
pub(crate) const DEACTIVATE: &str = "products:deactivate";
