//! migrations-product.
