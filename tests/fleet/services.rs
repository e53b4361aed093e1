//! A process for each subgraph, and the router before them.

use std::path::Path;

use crate::free_port;
use crate::process::{Commands, Process};

/// Every subgraph, the one that signs tokens first.
const SUBGRAPHS: [&str; 6] = ["identity", "inventory", "procurement", "product", "users", "vendor"];

/// What has to be started, the router last, and where each listens.
pub(crate) fn services(folder: &Path, commands: &Commands) -> Vec<(Process, u16)> {
    let ports = SUBGRAPHS.map(|_| free_port());
    let fleet: Vec<(&str, u16)> = SUBGRAPHS.into_iter().zip(ports).collect();
    let jwks = format!("http://127.0.0.1:{}/.well-known/jwks.json", ports[0]);
    let mut services: Vec<_> = fleet
        .iter()
        .map(|(name, port)| {
            let mut args = vec!["subgraph".to_owned(), (*name).to_owned()];
            args.extend([
                "--listen".to_owned(),
                format!("127.0.0.1:{port}"),
                "--jwks-url".to_owned(),
                jwks.clone(),
            ]);
            for (peer, port) in fleet.iter().filter(|(peer, _)| peer != name) {
                args.extend(["--peer".to_owned(), format!("{peer}=http://127.0.0.1:{port}/graphql")]);
            }
            args.extend(commands.settings.clone());
            (Process::new(name, &commands.program, &args, folder.join(format!("{name}.log"))), *port)
        })
        .collect();
    services.push(router(folder, commands, &fleet, &jwks));
    services
}

fn router(folder: &Path, commands: &Commands, fleet: &[(&str, u16)], jwks: &str) -> (Process, u16) {
    let subgraphs: String = fleet
        .iter()
        .map(|(name, port)| {
            let schema = format!("{}/../../subgraphs/{name}/schema.graphql", env!("CARGO_MANIFEST_DIR"));
            format!("  {name}:\n    routing_url: http://127.0.0.1:{port}/graphql\n    schema:\n      file: {schema}\n")
        })
        .collect();
    let supergraph = folder.join("fleet.yaml");
    std::fs::write(&supergraph, format!("federation_version: =2.5\nsubgraphs:\n{subgraphs}"))
        .expect("a file can be written");
    let config = folder.join("router.yaml");
    let issuer = format!(
        "auth:\n  issuers:\n    - issuer: carmen-identity\n      audience: carmen\n      jwks_url: {jwks}\n"
    );
    std::fs::write(&config, issuer).expect("a file can be written");
    let port = free_port();
    let args = [
        "router",
        "--supergraph",
        &supergraph.display().to_string(),
        "--config",
        &config.display().to_string(),
        "--listen",
        &format!("127.0.0.1:{port}"),
    ];
    (Process::new("router", &commands.program, &args.map(str::to_owned), folder.join("router.log")), port)
}
