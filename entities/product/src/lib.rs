//! entities-product.
