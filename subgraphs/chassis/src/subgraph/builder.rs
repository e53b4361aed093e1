//! Putting a subgraph together: schema, per-request data, further routes.

use async_graphql::{
    Data, ObjectType, Request, Response, SDLExportOptions, Schema, SchemaBuilder, SubscriptionType,
};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use std::sync::{Arc, OnceLock};

use super::{Engine, Environment, Inner, PerRequest, Subgraph};
use crate::inbox::{Consumer, Consumers, Handlers};
use crate::request::RequestScope;

/// The deepest query a subgraph answers. The router's own limit is tighter; its entity fetches add two levels.
const DEPTH_MAX: usize = 15;

/// Directives on one field.
const DIRECTIVES_MAX: usize = 20;

/// A schema builder with federation and every subgraph's guards. Add the service's own data and `finish()` it.
pub fn schema<Q, M, S>(query: Q, mutation: M, subscription: S) -> SchemaBuilder<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    Schema::build(query, mutation, subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .limit_depth(DEPTH_MAX)
        .limit_directives(DIRECTIVES_MAX)
}

/// A subgraph in the making.
#[expect(missing_debug_implementations, reason = "a short-lived builder that holds closures and a schema")]
pub struct SubgraphBuilder {
    inner: Inner,
}

impl Subgraph {
    /// Starts a subgraph called `name` from its finished schema.
    pub fn builder<Q, M, S>(
        name: &'static str,
        schema: Schema<Q, M, S>,
        environment: Environment,
    ) -> SubgraphBuilder
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let sdl = schema.sdl_with_options(SDLExportOptions::new().federation().compose_directive());
        let per_request: Box<PerRequest> = Box::new(|_, _| {});
        let routes = axum::Router::new();
        let inner = Inner {
            name,
            sdl,
            engine: Box::new(schema),
            per_request,
            environment,
            consumers: Consumers::default(),
            routes,
            blame: OnceLock::new(),
        };
        SubgraphBuilder { inner }
    }
}

impl SubgraphBuilder {
    /// Lays data beside each request, above all its loaders: `data.insert(scope.loader(…))`.
    #[must_use]
    pub fn per_request(mut self, lay: impl Fn(&RequestScope, &mut Data) + Send + Sync + 'static) -> Self {
        self.inner.per_request = Box::new(lay);
        self
    }

    /// Acts on other services' events with `handlers`, from now on and for as long as the process runs.
    #[must_use]
    pub fn consuming(self, handlers: Handlers) -> Self {
        let name = self.inner.name;
        self.consuming_as(name, handlers)
    }

    /// Like [`consuming`](Self::consuming), as a consumer of another name, with a place of its own in others' events: what it waits for
    /// holds up nobody else.
    #[must_use]
    pub fn consuming_as(mut self, name: &'static str, handlers: Handlers) -> Self {
        let environment = &self.inner.environment;
        let consumer = Consumer::new(name, environment, handlers);
        self.inner.consumers.push(consumer.start(&*environment.bus));
        self
    }

    /// Adds HTTP routes beside the GraphQL ones.
    #[must_use]
    pub fn routes(mut self, routes: axum::Router) -> Self {
        self.inner.routes = routes;
        self
    }

    /// The subgraph; from now on its events are on the bus.
    pub fn finish(self) -> Subgraph {
        self.inner.environment.bus.attach(self.inner.name, &self.inner.environment.db);
        Subgraph(Arc::new(self.inner))
    }
}

impl<Q, M, S> Engine for Schema<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    fn execute(&self, request: Request) -> BoxFuture<'_, Response> {
        Schema::execute(self, request).boxed()
    }

    fn stream(&self, request: Request) -> BoxStream<'static, Response> {
        self.execute_stream(request).boxed()
    }
}
