//! Whom a house prefers.

use chrono::{DateTime, Utc};
use primitives::{ProductId, PropertyId, UserId, VendorId};
use serde::{Deserialize, Serialize};

/// Whom a house prefers for a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// Which house.
    pub property_id: PropertyId,
    /// For which product.
    pub product_id: ProductId,
    /// Which vendor.
    pub vendor_id: VendorId,
    /// When that was said last.
    pub updated_at: DateTime<Utc>,
    /// Who said it.
    pub updated_by: Option<UserId>,
    /// How often it was said.
    pub version: i32,
}
