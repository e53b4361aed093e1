//! Inventory: where stock lies, how much of it, what it is worth, and every movement that made it so.
//!
//! It owns locations, balances, the ledger, FIFO layers, lots, reservations, counts and transfers, and extends `Product` with its stock. It
//! refuses to know what a product is called, what a vendor asks for it or who ordered it: those are ids here. Start at
//! `posting` (the only way a balance changes), then `costing` (what it is worth) and `feed` (who is told).

mod act;
mod adjustment;
mod catalogue;
mod costing;
mod delivery;
pub mod demo;
pub mod event;
mod feed;
mod foreign;
mod ledger;
mod location;
mod lot;
mod machine;
mod period;
pub mod permission;
mod posting;
mod prover;
mod purchasing;
mod requisition;
mod reservation;
mod returns;
mod schema;
mod stock;
mod stocktake;
mod transfer;

use chassis::{Clock, Db, Environment, Handlers, Peers, Result, Subgraph};

pub use feed::FeedSettings;
/// The migrations of this service's database.
pub use migrations_inventory::Migrator;
pub use prover::{Report, Violation, prove};

/// The name of this service in the fleet.
pub const NAME: &str = "inventory";

/// What the use cases of this service work with.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) peers: Peers,
    pub(crate) feed: FeedSettings,
}

/// Starts the service on a migrated database.
pub async fn start(env: Environment) -> Result<Subgraph> {
    start_with(env, FeedSettings::default()).await
}

/// Starts the service with another patience than the usual one towards subscribers.
pub async fn start_with(env: Environment, feed: FeedSettings) -> Result<Subgraph> {
    let app = Inventory::new(&env, feed);
    reservation::service::keep_expiring(&app);
    lot::ageing::keep_ageing(&app);
    period::closing::keep_finishing(&app);
    Ok(schema::subgraph(app, env))
}

/// Holds lots that are past their date and tells which come near it, as the running service does by itself; answers for how
/// many.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn age_lots(env: &Environment) -> Result<usize> {
    lot::ageing::age(&Inventory::new(env, FeedSettings::default())).await
}

/// Goes on where closings of months stopped halfway, as the running service does by itself; answers how many ended.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn finish_closings(env: &Environment) -> Result<usize> {
    period::closing::finish(&Inventory::new(env, FeedSettings::default())).await
}

/// What this service does when others have news.
pub(crate) fn handlers(clock: &Clock) -> Handlers {
    let handlers = catalogue::handlers(Handlers::new());
    let handlers = delivery::handlers(handlers, clock);
    let handlers = purchasing::handlers(handlers, clock);
    returns::handlers(handlers, clock)
}

impl Inventory {
    pub(crate) fn new(env: &Environment, feed: FeedSettings) -> Self {
        Self { db: env.db.clone(), clock: env.clock.clone(), peers: env.peers.clone(), feed }
    }
}
