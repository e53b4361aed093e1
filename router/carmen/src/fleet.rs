//! The services of this process: started with their databases, connected to each other, lent to the router as transports.

use crate::cli::Global;
use crate::databases;
use anyhow::{Context, bail};
use bytes::Bytes;
use chassis::{
    Bus, Clock, Environment, HttpPeer, InProcessBus, Keys, Peers, RabbitBus, RedisBus, Subgraph,
    TokenVerifier, Trust, boot,
};
use futures::future::{BoxFuture, FutureExt, join_all};
use futures::stream::{BoxStream, StreamExt};
use router_executor::{Transport, TransportError};
use router_gateway::fleet::{InProcess, InProcessSubgraphs};
use router_protocol::SubgraphRequest;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Every service there is.
pub const SERVICES: [&str; 6] = [
    subgraph_identity::NAME,
    subgraph_inventory::NAME,
    subgraph_procurement::NAME,
    subgraph_product::NAME,
    subgraph_users::NAME,
    subgraph_vendor::NAME,
];

/// How long a database may take to show that it is there.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// The services that run in this process.
#[derive(Debug)]
pub struct Services {
    started: BTreeMap<&'static str, Subgraph>,
}

/// What the services of a process share before they start.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The time.
    pub clock: Clock,
    /// The public keys of access tokens.
    pub keys: Keys,
    /// How services reach each other.
    pub peers: Peers,
    /// How their events do.
    pub bus: Arc<dyn Bus>,
}

impl Surroundings {
    /// Keys of an identity service in this process, or at the configured address; a bus in this process, or over Redis
    /// or RabbitMQ.
    ///
    /// # Errors
    /// When the address of Redis or RabbitMQ is none, or both are given.
    pub fn new(global: &Global) -> anyhow::Result<Self> {
        let keys = match &global.jwks_url {
            Some(url) => Keys::at_url(url.clone()),
            None => Keys::in_process(),
        };
        let bus: Arc<dyn Bus> = match (&global.redis_url, &global.amqp_url) {
            (Some(_), Some(_)) => bail!(
                "events travel by Redis or by RabbitMQ: of --redis-url (CARMEN_REDIS_URL) and --amqp-url (CARMEN_AMQP_URL) give one"
            ),
            (Some(url), None) => Arc::new(RedisBus::new(url).context("the address of Redis")?),
            (None, Some(url)) => Arc::new(RabbitBus::new(url).context("the address of RabbitMQ")?),
            (None, None) => Arc::new(InProcessBus::default()),
        };
        Ok(Self { clock: Clock::system(), keys, peers: Peers::new(), bus })
    }

    /// Whose access tokens are accepted.
    #[must_use]
    pub fn trust(&self, global: &Global) -> Trust {
        Trust { issuer: global.issuer.clone(), audience: global.audience.clone(), keys: self.keys.clone() }
    }

    /// What one service starts with.
    ///
    /// # Errors
    /// When its database cannot be opened or migrated.
    pub async fn environment(&self, global: &Global, service: &str) -> anyhow::Result<Environment> {
        let db = databases::open(global, service).await?;
        let verifier = TokenVerifier::new(self.trust(global), self.clock.clone());
        let (clock, peers, bus) = (self.clock.clone(), self.peers.clone(), Arc::clone(&self.bus));
        Ok(Environment { db, clock, verifier, peers, bus })
    }
}

impl Services {
    /// Starts the named services and connects them to each other.
    ///
    /// # Errors
    /// When a database cannot be opened or a service does not start.
    pub async fn start(global: &Global, names: &[&str], surroundings: &Surroundings) -> anyhow::Result<Self> {
        let mut environments = Vec::new();
        for name in names {
            environments.push((*name, surroundings.environment(global, name).await?));
        }
        Self::start_in(global, environments, surroundings).await
    }

    /// Starts services whose databases are open already.
    ///
    /// # Errors
    /// When a service does not start.
    pub async fn start_in(
        global: &Global,
        environments: impl IntoIterator<Item = (&str, Environment)>,
        surroundings: &Surroundings,
    ) -> anyhow::Result<Self> {
        let mut started = BTreeMap::new();
        for (name, environment) in environments {
            boot::start_background(&environment.db, &environment.clock);
            let subgraph = start_one(name, environment, surroundings.trust(global)).await?;
            surroundings.peers.connect(subgraph.name(), subgraph.clone());
            started.insert(subgraph.name(), subgraph);
        }
        Ok(Self { started })
    }

    /// A service that runs here.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Subgraph> {
        self.started.get(name)
    }

    /// Asks whether every service of this process reaches its database. Never waits long: load balancers ask it.
    pub fn readiness(&self) -> impl Fn() -> BoxFuture<'static, bool> + Send + Sync + use<> {
        let environments: Vec<Environment> =
            self.started.values().map(|subgraph| subgraph.environment().clone()).collect();
        move || {
            let pings = environments.clone().into_iter().map(|environment| async move {
                matches!(timeout(PING_TIMEOUT, environment.db.ping()).await, Ok(Ok(())))
            });
            join_all(pings).map(|reached| reached.into_iter().all(|is_reached| is_reached)).boxed()
        }
    }

    /// The services as the router calls them.
    #[must_use]
    pub fn in_process(&self) -> InProcessSubgraphs {
        let lent = self.started.iter().map(|(name, subgraph)| {
            let transport: Arc<dyn Transport> = Arc::new(InProcessTransport(subgraph.clone()));
            ((*name).to_owned(), InProcess { sdl: subgraph.sdl().to_owned(), transport })
        });
        lent.collect()
    }
}

async fn start_one(name: &str, environment: Environment, trust: Trust) -> anyhow::Result<Subgraph> {
    Ok(match name {
        subgraph_identity::NAME => subgraph_identity::start(environment, trust).await?,
        subgraph_inventory::NAME => subgraph_inventory::start(environment).await?,
        subgraph_procurement::NAME => subgraph_procurement::start(environment).await?,
        subgraph_product::NAME => subgraph_product::start(environment).await?,
        subgraph_users::NAME => subgraph_users::start(environment).await?,
        subgraph_vendor::NAME => subgraph_vendor::start(environment).await?,
        other => bail!("there is no service `{other}`; the services are {}", SERVICES.join(", ")),
    })
}

/// Connects services in other processes, each given as `NAME=URL`.
///
/// # Errors
/// When one is not of that form.
pub fn connect_remote(peers: &Peers, remote: &[String]) -> anyhow::Result<()> {
    for entry in remote {
        match entry.split_once('=') {
            Some((name, url)) if !name.is_empty() && url.contains("://") => {
                peers.connect(name, HttpPeer::new(name, url))
            }
            _ => bail!("a peer is given as NAME=URL, not `{entry}`"),
        }
    }
    Ok(())
}

/// A subgraph of this process as the router's executor calls it: no socket, the same bytes.
struct InProcessTransport(Subgraph);

impl Transport for InProcessTransport {
    fn call(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<Bytes, TransportError>> {
        let subgraph = self.0.clone();
        async move { Ok(subgraph.execute(request).await.into()) }.boxed()
    }

    fn subscribe(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>> {
        let subgraph = self.0.clone();
        async move { Ok(subgraph.subscribe(request).await.map(|event| Ok(event.into())).boxed()) }.boxed()
    }
}
