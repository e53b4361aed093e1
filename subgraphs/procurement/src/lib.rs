//! Buying: what the house needs, who lets it be bought, and from whom it comes.
//!
//! It owns purchase requests, their approval and its rules, purchase orders, goods received notes, credit notes, and vendors'
//! invoices. It refuses to own products, prices, places and people: it asks for them when something is handed in or decided, and
//! snapshots what it was told. Start at [`purchase_request`], then [`purchase_order`], [`goods_received_note`] and
//! [`vendor_invoice`]; [`start`] makes a subgraph of it all.

pub mod amendment;
pub mod approval_rule;
pub mod authority;
pub mod budget;
pub mod credit_note;
pub mod demo;
mod event;
mod foreign;
pub mod goods_received_note;
pub mod house;
pub mod market;
pub mod organisation;
pub mod permission;
mod prover;
pub mod purchase_order;
pub mod purchase_request;
pub mod replenishment;
mod schema;
mod spend;
pub mod tolerance;
pub mod vendor_invoice;

use async_graphql::EmptySubscription;
use chassis::saga::{self, Plan};
use chassis::{Caller, Clock, Db, Environment, Peers, Result, Subgraph, machine};
use primitives::Act;

/// The migrations of this service's database.
pub use migrations_procurement::Migrator;

pub use prover::prove;

/// The name of this service in the fleet.
pub const NAME: &str = "procurement";

/// What the use cases work with.
#[derive(Clone, Debug)]
pub struct Buying {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The other services.
    pub peers: Peers,
}

impl Buying {
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

/// What documents of this service set in motion in others.
const SAGAS: &[&Plan] = &[
    &purchase_request::saga::PLAN,
    &purchase_order::saga::PLAN,
    &goods_received_note::saga::PLAN,
    &credit_note::saga::PLAN,
];

/// The state machines of this service, drawn.
pub fn diagrams() -> String {
    format!(
        "# State machines\n\nDrawn from the arrows in the code; a test keeps them current.\n\n{}\n{}\n{}\n{}\n{}\n{}\n{}",
        purchase_request::model::MACHINE.diagram(),
        purchase_order::model::MACHINE.diagram(),
        amendment::model::MACHINE.diagram(),
        goods_received_note::model::MACHINE.diagram(),
        credit_note::model::MACHINE.diagram(),
        vendor_invoice::model::MACHINE.diagram(),
        saga::diagrams(),
    )
}

/// The running subgraph over a migrated database.
///
/// # Errors
/// None today; starting is fallible for every service alike.
pub async fn start(environment: Environment) -> Result<Subgraph> {
    let app = Buying::new(&environment);
    let schema = chassis::schema(schema::Query::default(), schema::Mutation::default(), EmptySubscription)
        .data(app.clone())
        .finish();
    purchase_request::overdue::keep_telling(&app);
    let lay = move |scope: &chassis::RequestScope, data: &mut async_graphql::Data| {
        purchase_request::graphql::lay_loaders(&app, scope, data);
        purchase_order::graphql::lay_loaders(&app, scope, data);
        amendment::graphql::lay_loaders(&app, scope, data);
        goods_received_note::graphql::lay_loaders(&app, scope, data);
        spend::graphql::lay_loaders(&app, scope, data);
        budget::graphql::lay_loaders(&app, scope, data);
        credit_note::graphql::lay_loaders(&app, scope, data);
        vendor_invoice::graphql::lay_loaders(&app, scope, data);
        saga::lay_loader(&app.db, scope, data);
    };
    let handlers = goods_received_note::posting::handlers(&environment.clock);
    let handlers = credit_note::posting::handlers(handlers, &environment.clock);
    let handlers = purchase_request::reservation::handlers(handlers, &environment.clock);
    let handlers = replenishment::hearing::handlers(handlers, &environment.clock);
    let handlers = purchase_order::following::handlers(handlers, &environment.clock).following(SAGAS);
    Ok(Subgraph::builder(NAME, schema, environment).per_request(lay).consuming(handlers).finish())
}
