//! The people of a hospitality group: who they are, where they work, what they may sign, and who stands in for them.
//!
//! It owns users, departments, properties, assignments and delegations. It refuses to own passwords, sessions and
//! permissions (identity), and approvals themselves (procurement asks here who may decide). Start at [`user`],
//! [`department`] and [`delegation`]; [`start`] makes a subgraph of it all.

pub mod assignment;
pub mod delegation;
pub mod demo;
pub mod department;
mod event;
mod foreign;
mod permission;
mod place;
pub mod property;
mod prover;
mod schema;
pub mod user;

use async_graphql::EmptySubscription;
use chassis::{Caller, Clock, Db, Environment, Result, Subgraph};
use primitives::Act;

/// The migrations of this service's database.
pub use migrations_users::Migrator;
pub use prover::{Report, Violation, prove};

/// The name of this service in the fleet.
pub const NAME: &str = "users";

/// What the use cases work with.
#[derive(Clone, Debug)]
pub struct People {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
}

impl People {
    /// The use cases over an environment.
    pub fn new(environment: &Environment) -> Self {
        Self { db: environment.db.clone(), clock: environment.clock.clone() }
    }

    /// What the caller does now.
    pub(crate) fn act(&self, caller: &Caller) -> Act {
        Act { at: self.clock.now(), by: Some(caller.user) }
    }
}

/// The running subgraph over a migrated database. Delegations start and end for as long as the process runs.
///
/// # Errors
/// None today; starting is fallible for every service alike.
pub async fn start(environment: Environment) -> Result<Subgraph> {
    let app = People::new(&environment);
    delegation::turn::keep_turning(&app);
    let schema = chassis::schema(schema::Query::default(), schema::Mutation::default(), EmptySubscription)
        .data(app.clone())
        .finish();
    let lay = move |scope: &chassis::RequestScope, data: &mut async_graphql::Data| {
        user::graphql::lay_loaders(&app, scope, data);
        department::graphql::lay_loaders(&app, scope, data);
        property::graphql::lay_loaders(&app, scope, data);
        assignment::graphql::lay_loaders(&app, scope, data);
        delegation::graphql::lay_loaders(&app, scope, data);
    };
    Ok(Subgraph::builder(NAME, schema, environment).per_request(lay).finish())
}
