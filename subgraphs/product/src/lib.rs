//! The catalogue of a hospitality group: what is bought, stocked, used and sold, how it is sorted and measured.
//!
//! It owns products, their barcodes and unit ratios, the category tree and the meaning of unit codes. It refuses to own
//! prices (vendor), balances (inventory) and recipes: those point here by id. Start at [`product`], whose folder has the
//! rules in `model`, the use cases in `service` and the API in `graphql`; [`start`] makes a subgraph of it all.

pub mod attribute;
pub mod category;
pub mod conversion;
pub mod demo;
mod event;
mod foreign;
pub mod import;
mod permission;
pub mod product;
mod schema;
pub mod specification;
mod unit;

use async_graphql::EmptySubscription;
use chassis::{Caller, Clock, Db, Environment, Result, Subgraph};
use primitives::Act;

/// The migrations of this service's database.
pub use migrations_product::Migrator;

/// The name of this service in the fleet.
pub const NAME: &str = "product";

/// What the use cases work with.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
}

impl Catalogue {
    /// The use cases over an environment.
    pub fn new(environment: &Environment) -> Self {
        Self { db: environment.db.clone(), clock: environment.clock.clone() }
    }

    /// The caller acting now.
    pub(crate) fn act(&self, caller: &Caller) -> Act {
        Act { at: self.clock.now(), by: Some(caller.user) }
    }
}

/// The running subgraph over a migrated database.
///
/// # Errors
/// None today; starting is fallible for every service alike.
pub async fn start(environment: Environment) -> Result<Subgraph> {
    let app = Catalogue::new(&environment);
    let schema = chassis::schema(schema::Query::default(), schema::Mutation::default(), EmptySubscription)
        .data(app.clone())
        .finish();
    let lay = move |scope: &chassis::RequestScope, data: &mut async_graphql::Data| {
        product::graphql::lay_loaders(&app, scope, data);
        category::graphql::lay_loaders(&app, scope, data);
        attribute::graphql::lay_loaders(&app, scope, data);
        specification::graphql::lay_loaders(&app, scope, data);
    };
    Ok(Subgraph::builder(NAME, schema, environment).per_request(lay).finish())
}
