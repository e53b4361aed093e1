//! What a caller may be allowed to do with purchasing.

/// See one's own purchase requests.
pub const VIEW: &str = "procurement:view";
/// See everybody's.
pub const VIEW_ALL: &str = "procurement:view-all";
/// Draft purchase requests.
pub const CREATE: &str = "procurement:create";
/// Change one's own drafts, take requests back, give them up.
pub const UPDATE: &str = "procurement:update";
/// Hand requests in for approval.
pub const SUBMIT: &str = "procurement:submit";
/// Decide about what others request, within one's approval limit.
pub const APPROVE: &str = "procurement:approve";
/// Make orders from what was approved, and end them.
pub const CONVERT: &str = "procurement:convert";
/// Give orders to vendors.
pub const SEND: &str = "procurement:send";
/// Count what vendors bring.
pub const RECEIVE: &str = "procurement:receive";
/// Take over what was counted.
pub const COMMIT: &str = "procurement:commit";
/// Send goods back and claim money from vendors.
pub const CREDIT: &str = "procurement:credit";
/// Record vendors' invoices, resolve what does not match, and let them be paid.
pub const MATCH: &str = "procurement:match";
/// Say what departments may spend.
pub const BUDGETS: &str = "procurement:budgets";
/// Say who has to approve from which amount on.
pub const RULES: &str = "procurement:rules";
/// Act for other requesters, and approve beyond one's limit.
pub const OVERRIDE: &str = "procurement:override";
/// See what things cost; without it, money is null.
pub const PRICES: &str = "prices:view";
