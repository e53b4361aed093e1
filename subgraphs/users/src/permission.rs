//! What a caller may be allowed to do with people. Everybody may see colleagues' names, themselves, and the house.

/// See people: lists, contact details, approval limits, who stands in for whom.
pub(crate) const VIEW: &str = "users:view";
/// Add people.
pub(crate) const CREATE: &str = "users:create";
/// Change people, assign them, let them be stood in for.
pub(crate) const UPDATE: &str = "users:update";
/// Let people leave and come back.
pub(crate) const DEACTIVATE: &str = "users:deactivate";
/// Change one's own approval limit: held through `users:*` or `*` only.
pub(crate) const ADMINISTER: &str = "users:administer";
/// Change departments and properties.
pub(crate) const MANAGE_HOUSE: &str = "departments:manage";
