//! What a caller may be allowed to do in this service.

/// Sees other people's accounts in full: their roles and permissions.
pub(crate) const MANAGE_IDENTITY: &str = "identity:manage";
