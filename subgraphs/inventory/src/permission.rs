//! What a caller may be allowed to do with stock. The token carries these words; `inventory:*` grants all of them.

/// See locations, balances, the ledger and the feed.
pub const VIEW: &str = "inventory:view";
/// Take stock in.
pub const RECEIVE: &str = "inventory:receive";
/// Take stock out.
pub const ISSUE: &str = "inventory:issue";
/// Correct balances.
pub const ADJUST: &str = "inventory:adjust";
/// Move stock between locations.
pub const TRANSFER: &str = "inventory:transfer";
/// Promise stock to somebody and take promises back.
pub const RESERVE: &str = "inventory:reserve";
/// Count what lies on the shelves.
pub const COUNT: &str = "inventory:count";
/// Decide about what others counted, asked for or lost.
pub const APPROVE: &str = "inventory:approve";
/// Create and change locations and reorder points.
pub const MANAGE: &str = "inventory:manage";
/// Close, open and lock months of the books.
pub const PERIOD_CLOSE: &str = "inventory:period-close";
/// See what things cost; without it, money is null.
pub const PRICES: &str = "prices:view";
