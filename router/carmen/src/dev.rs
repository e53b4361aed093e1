//! `carmen dev`: router and subgraphs in one process, demo data at the first start.

use crate::cli::{Dev as Args, Global, Size};
use crate::demo::{self, Databases};
use crate::fleet::{SERVICES, Services, Surroundings};
use crate::{console, router, shutdown, tabs};
use futures::FutureExt;
use router_gateway::config::{Auth, Issuer};
use router_gateway::{Config, Fleet, Gateway, Graph, Session};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;

/// Who the GraphiQL page is signed in as.
const PAGE_USER: &str = "admin@andaman.example";

/// Everything running in this process, ready to be served.
#[derive(Debug)]
pub struct Running {
    gateway: Gateway,
    listener: TcpListener,
    routes: axum::Router,
    /// Where it listens.
    pub address: SocketAddr,
    /// The services, for whoever started them.
    pub services: Services,
}

/// Runs until told to stop.
///
/// # Errors
/// When a database, the graph or the address cannot be used.
pub async fn run(global: &Global, args: &Args) -> anyhow::Result<()> {
    let running = start(global, args).await?;
    let address = running.address;
    console::say(&format!("GraphiQL   http://{address}/   Query plans  http://{address}/explorer"));
    console::say(&format!("GraphQL    http://{address}/graphql  (HTTP, WebSocket, SSE)"));
    console::say(&format!("Health     http://{address}/health/ready   Metrics  http://{address}/metrics"));
    running.serve(shutdown::signal()).await
}

/// Starts everything and waits for nobody.
///
/// # Errors
/// When a database, the graph or the address cannot be used.
pub async fn start(global: &Global, args: &Args) -> anyhow::Result<Running> {
    start_in(global, args, &Surroundings::new(global)?).await
}

/// Starts everything in surroundings of the caller's, such as another time.
///
/// # Errors
/// When a database, the graph or the address cannot be used.
pub async fn start_in(global: &Global, args: &Args, surroundings: &Surroundings) -> anyhow::Result<Running> {
    let mut config = match &args.config {
        Some(file) => Config::load(file)?,
        None => Config { expose_plan: true, ..Config::default() },
    };
    config.listen = args.listen.unwrap_or(config.listen);
    // First of all: a taken address should not cost anybody the time of filling databases.
    let listener = router::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let databases = Databases::open(global, surroundings).await?;
    fill_once(&databases, args.seed.unwrap_or(Size::M)).await?;
    let services = Services::start_in(global, databases.into_environments(), surroundings).await?;
    let graph = graph(&services, &config).await?;
    config.auth.get_or_insert_with(|| own_issuer(global, address));
    let page_user = services.get(subgraph_identity::NAME).map(|identity| identity.environment().clone());
    let trust = surroundings.trust(global);
    let gateway = Gateway::new(config, graph, |_| None).with_readiness(services.readiness());
    let gateway = gateway.with_graphiql(tabs::tabs(), move || {
        let (environment, trust) = (page_user.clone(), trust.clone());
        async move {
            let token = subgraph_identity::issue_token(&environment?, trust, PAGE_USER).await.ok()?;
            Some(Session { user: PAGE_USER.to_owned(), token })
        }
        .boxed()
    });
    let jwks =
        services.get(subgraph_identity::NAME).map(chassis::Subgraph::further_routes).unwrap_or_default();
    let routes = gateway.router().merge(jwks);
    Ok(Running { gateway, listener, routes, address, services })
}

impl Running {
    /// Serves until `stop` resolves, then ends gracefully.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        router_gateway::serve(self.listener, self.routes, &self.gateway, stop).await?;
        for name in SERVICES {
            if let Some(subgraph) = self.services.get(name) {
                subgraph.environment().db.close().await?;
            }
        }
        Ok(())
    }
}

async fn fill_once(databases: &Databases, size: Size) -> anyhow::Result<()> {
    if demo::is_filled(databases).await? {
        return Ok(());
    }
    if let Some(sign_ins) = demo::fill(databases, size).await? {
        demo::announce(&sign_ins);
    }
    Ok(())
}

/// The graph of `supergraph.yaml` in the working folder, else of everything that runs here.
async fn graph(services: &Services, config: &Config) -> anyhow::Result<Graph> {
    let in_process = services.in_process();
    let file = PathBuf::from("supergraph.yaml");
    let fleet = if Path::new(&file).exists() {
        Fleet::load(&file, &in_process).await
    } else {
        Fleet::of(&in_process)
    };
    let fleet = fleet.map_err(router::explained)?;
    let transports = fleet.transports(config, &in_process)?;
    Ok(Graph::new(fleet.supergraph, transports, config))
}

/// Tokens of the identity service in this process.
fn own_issuer(global: &Global, address: SocketAddr) -> Auth {
    let jwks_url =
        global.jwks_url.clone().unwrap_or_else(|| format!("http://{address}/.well-known/jwks.json"));
    let issuer =
        Issuer { issuer: global.issuer.clone(), audience: global.audience.clone(), jwks_url: Some(jwks_url) };
    Auth { required: false, issuers: vec![issuer] }
}
