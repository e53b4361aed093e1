//! `carmen router`: the router alone, over anybody's subgraphs.

use crate::cli::Router as Args;
use crate::{console, shutdown};
use anyhow::Context;
use router_composition::Severity;
use router_gateway::fleet::InProcessSubgraphs;
use router_gateway::{Config, Fleet, FleetError, Gateway, Graph};
use tokio::net::TcpListener;

/// Serves until told to stop.
///
/// # Errors
/// When the configuration or the graph cannot be used, or the address is taken.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let mut config = match &args.config {
        Some(file) => Config::load(file)?,
        None => Config::default(),
    };
    config.listen = args.listen.unwrap_or(config.listen);
    let nobody = InProcessSubgraphs::new();
    let fleet = Fleet::load(&args.supergraph, &nobody).await.map_err(explained)?;
    // Hints are for whoever composes; `carmen compose` shows them.
    for diagnostic in fleet.diagnostics.iter().filter(|one| one.severity < Severity::Hint) {
        console::complain(&diagnostic.to_string());
    }
    let transports = fleet.transports(&config, &nobody)?;
    let listener = bind(config.listen).await?;
    let address = listener.local_addr()?;
    let names: Vec<&str> = fleet.supergraph.subgraphs.iter().map(|subgraph| subgraph.name.as_str()).collect();
    console::complain(&format!("GraphQL  http://{address}/graphql  over {}", names.join(", ")));
    let graph = Graph::new(fleet.supergraph, transports, &config);
    let gateway = Gateway::new(config, graph, |_| None);
    router_gateway::serve(listener, gateway.router(), &gateway, shutdown::signal()).await?;
    Ok(())
}

/// Binds an address, with an error that names it.
pub(crate) async fn bind(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Shows composition problems in full.
pub(crate) fn explained(error: FleetError) -> anyhow::Error {
    match error {
        FleetError::Composition(diagnostics) => {
            let shown: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("the subgraphs do not compose\n\n{}", shown.join("\n"))
        }
        other => other.into(),
    }
}
