//! Who sells to a hospitality group, for how much, and which offer is the best one.
//!
//! It owns vendors, their relation to single products, price lists with their validity windows, contracts, campaigns, and exchange rates. It
//! refuses to own products (it points at them by id and snapshots what their packs hold) and orders. Start at
//! [`vendor`], [`price_list`], [`contract`], [`campaign`] and [`offer`]; [`start`] makes a subgraph of it all.

pub mod campaign;
pub mod contract;
mod deadline;
pub mod demo;
mod event;
pub mod exchange_rate;
mod foreign;
pub mod offer;
mod permission;
pub mod preference;
pub mod price_list;
pub mod product_ref;
mod prover;
mod schema;
pub mod scorecard;
pub mod vendor;

use async_graphql::EmptySubscription;
use chassis::{Caller, Clock, Db, Environment, Handlers, Peers, Result, Subgraph};
use primitives::Act;

/// The migrations of this service's database.
pub use migrations_vendor::Migrator;
pub use prover::prove;

/// What documents of this service set in motion.
const SAGAS: &[&chassis::saga::Plan] = &[&campaign::saga::PLAN];

/// The state machines of this service, drawn.
pub fn diagrams() -> String {
    format!(
        "# State machines\n\nDrawn from the arrows in the code; a test keeps them current.\n\n{}\n{}\n{}\n{}",
        contract::model::MACHINE.diagram(),
        campaign::model::MACHINE.diagram(),
        campaign::invitation::MACHINE.diagram(),
        chassis::saga::diagrams(),
    )
}

/// The name of this service in the fleet.
pub const NAME: &str = "vendor";

/// What the use cases work with.
#[derive(Clone, Debug)]
pub struct Purchasing {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The other services: products are asked what their packs hold.
    pub peers: Peers,
}

impl Purchasing {
    /// The use cases over an environment.
    pub fn new(environment: &Environment) -> Self {
        Self {
            db: environment.db.clone(),
            clock: environment.clock.clone(),
            peers: environment.peers.clone(),
        }
    }

    /// What the caller does now.
    pub(crate) fn act(&self, caller: &Caller) -> Act {
        Act { at: self.clock.now(), by: Some(caller.user) }
    }
}

/// The running subgraph over a migrated database.
///
/// Lists and contracts whose last day is over expire for as long as the process runs, and orders are counted.
///
/// # Errors
/// None today; starting is fallible for every service alike.
pub async fn start(environment: Environment) -> Result<Subgraph> {
    let app = Purchasing::new(&environment);
    deadline::keep(&app);
    let schema = chassis::schema(schema::Query::default(), schema::Mutation::default(), EmptySubscription)
        .data(app.clone())
        .finish();
    let lay = move |scope: &chassis::RequestScope, data: &mut async_graphql::Data| {
        vendor::graphql::lay_loaders(&app, scope, data);
        price_list::graphql::lay_loaders(&app, scope, data);
        contract::graphql::lay_loaders(&app, scope, data);
        campaign::graphql::lay_loaders(&app, scope, data);
        offer::graphql::lay_loaders(&app, scope, data);
        chassis::saga::lay_loader(&app.db, scope, data);
    };
    let handlers = contract::consumption::handlers(Handlers::new(), &environment.clock);
    let handlers = campaign::closing::handlers(handlers, &environment.clock).following(SAGAS);
    // Apart from the others: what is judged never holds up what is agreed.
    let judging = scorecard::hearing::handlers(Handlers::new(), &environment.clock);
    let vendor = Subgraph::builder(NAME, schema, environment).per_request(lay).consuming(handlers);
    Ok(vendor.consuming_as("vendor-scorecard", judging).finish())
}
