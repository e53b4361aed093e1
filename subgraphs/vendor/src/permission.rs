//! What a caller may be allowed to do with vendors and their prices.

/// See vendors and what they offer.
pub(crate) const VIEW: &str = "vendors:view";
/// Describe new vendors.
pub(crate) const CREATE: &str = "vendors:create";
/// Change vendors, block them, mark what is preferred.
pub(crate) const UPDATE: &str = "vendors:update";
/// See price lists.
pub(crate) const VIEW_LISTS: &str = "pricelists:view";
/// Draft, edit and submit price lists.
pub(crate) const CREATE_LISTS: &str = "pricelists:create";
/// Put price lists into force, send them back, take them out of force.
pub(crate) const APPROVE_LISTS: &str = "pricelists:approve";
/// See contracts.
pub(crate) const VIEW_CONTRACTS: &str = "contracts:view";
/// Draft and edit contracts, put them into force and end them.
pub(crate) const MANAGE_CONTRACTS: &str = "contracts:manage";
/// See campaigns and who was asked.
pub(crate) const VIEW_CAMPAIGNS: &str = "campaigns:view";
/// Prepare and run campaigns, invite vendors, decide about their answers.
pub(crate) const MANAGE_CAMPAIGNS: &str = "campaigns:manage";
/// Tell what currencies are worth.
pub(crate) const MANAGE_RATES: &str = "exchangerates:manage";
/// See what things cost; without it, money is null.
pub(crate) const PRICES: &str = "prices:view";
