//! The roots, merged from the aggregates, and the subgraph made of them. Nothing else.

use async_graphql::{EmptySubscription, MergedObject};
use chassis::{Environment, Subgraph};

use crate::account::graphql::AccountQuery;
use crate::session::graphql::{SessionMutation, SessionQuery};
use crate::{Identity, NAME, account, role, signing};

chassis::backoffice!("identityAuditEntries", "identityDeadLetters", "replayIdentityDeadLetter");

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(AccountQuery, SessionQuery, BackofficeQuery);

/// What can be changed.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(SessionMutation, BackofficeMutation);

pub(crate) fn subgraph(app: Identity, env: Environment) -> Subgraph {
    let schema =
        chassis::schema(Query::default(), Mutation::default(), EmptySubscription).data(app.clone()).finish();
    let routes = signing::routes(&app.keys);
    let handlers = account::follow::handlers(&env.clock);
    Subgraph::builder(NAME, schema, env)
        .consuming(handlers)
        .per_request(move |scope, data| {
            data.insert(account::graphql::loader(&app, scope));
            data.insert(role::graphql::loader(&app, scope));
        })
        .routes(routes)
        .finish()
}
