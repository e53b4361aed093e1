//! Which subgraphs make up the graph: `supergraph.yaml` in rover's format, or a supergraph that was composed elsewhere.
//!
//! Our one extension of the format is `in_process: true`: the subgraph runs inside this process and has no address.

use crate::config::{Config, explain, nearest};
use router_composition::{Composition, Contract, Diagnostic, SubgraphSource, compose_contract};
use router_executor::{HttpSettings, HttpTransport, Transport};
use router_schema::Supergraph;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a subgraph may take to tell its schema.
const INTROSPECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// A subgraph that runs in this process.
#[derive(Clone)]
pub struct InProcess {
    /// Its schema with federation directives.
    pub sdl: String,
    /// How it is called.
    pub transport: Arc<dyn Transport>,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}

/// The subgraphs of this process by name.
pub type InProcessSubgraphs = BTreeMap<String, InProcess>;

/// A composed graph and how its subgraphs are reached.
#[derive(Debug)]
pub struct Fleet {
    /// The graph.
    pub supergraph: Arc<Supergraph>,
    /// Warnings and hints of composition.
    pub diagnostics: Vec<Diagnostic>,
    in_process: Vec<String>,
}

/// Why there is no graph.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// A file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file's content is wrong.
    #[error("{file}: {message}")]
    Invalid {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A subgraph does not tell its schema.
    #[error("the schema of subgraph {name} cannot be fetched from {url}: {message}")]
    Introspection {
        /// Which subgraph.
        name: String,
        /// Its address.
        url: String,
        /// Why.
        message: String,
    },
    /// The subgraphs do not fit together.
    #[error("the subgraphs do not compose")]
    Composition(Vec<Diagnostic>),
    /// A subgraph's address cannot be used.
    #[error("subgraph {name} cannot be reached: {message}")]
    Address {
        /// Which subgraph.
        name: String,
        /// Why.
        message: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FleetFile {
    #[serde(default, rename = "federation_version")]
    _federation_version: Option<serde_yaml_ng::Value>,
    subgraphs: BTreeMap<String, Member>,
    /// The part of the graph that is served, by tags.
    #[serde(default)]
    contract: Contract,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Member {
    routing_url: Option<String>,
    in_process: bool,
    schema: Option<SchemaSource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SchemaSource {
    file: Option<PathBuf>,
    subgraph_url: Option<String>,
    sdl: Option<String>,
}

impl Fleet {
    /// Reads a `supergraph.yaml` and composes it, or reads a composed supergraph (`.graphql`, `.graphqls`, `.gql`).
    ///
    /// # Errors
    /// See [`FleetError`].
    pub async fn load(file: &Path, in_process: &InProcessSubgraphs) -> Result<Self, FleetError> {
        let is_sdl = file
            .extension()
            .is_some_and(|extension| ["graphql", "graphqls", "gql"].iter().any(|known| extension == *known));
        if is_sdl {
            let sdl = read(file)?;
            let supergraph = Supergraph::parse(&sdl).map_err(|error| invalid(file, error.to_string()))?;
            return Ok(Self {
                supergraph: Arc::new(supergraph),
                diagnostics: Vec::new(),
                in_process: Vec::new(),
            });
        }
        let Sources { sources, local, contract } = sources(file, in_process).await?;
        Self::composed(compose_contract(&sources, &contract), local)
    }

    /// The graph of all subgraphs of this process.
    ///
    /// # Errors
    /// When they do not compose.
    pub fn of(in_process: &InProcessSubgraphs) -> Result<Self, FleetError> {
        let sources: Vec<SubgraphSource> = in_process
            .iter()
            .map(|(name, local)| SubgraphSource {
                name: name.clone(),
                url: String::new(),
                sdl: local.sdl.clone(),
            })
            .collect();
        Self::composed(router_composition::compose(&sources), in_process.keys().cloned().collect())
    }

    /// Composes what a `supergraph.yaml` names, without running anything. A contract replaces that of the file.
    ///
    /// # Errors
    /// When a file or schema cannot be read; composition problems are in the result.
    pub async fn compose(
        file: &Path,
        in_process: &InProcessSubgraphs,
        contract: Option<&Contract>,
    ) -> Result<Composition, FleetError> {
        let known = sources(file, in_process).await?;
        Ok(compose_contract(&known.sources, contract.unwrap_or(&known.contract)))
    }

    /// Settings for a subgraph that is not in the graph would silently do nothing.
    fn must_have(&self, name: &str) -> Result<(), FleetError> {
        let names: Vec<&str> =
            self.supergraph.subgraphs.iter().map(|subgraph| subgraph.name.as_str()).collect();
        if names.contains(&name) {
            return Ok(());
        }
        let nearest = nearest(name, &names).map(|nearest| format!("; did you mean `{nearest}`?"));
        let message = format!(
            "the configuration has settings for it, but it is not in the graph{}",
            nearest.unwrap_or_default()
        );
        Err(FleetError::Address { name: name.to_owned(), message })
    }

    fn composed(composition: Composition, in_process: Vec<String>) -> Result<Self, FleetError> {
        let Composition { supergraph, diagnostics, .. } = composition;
        let Some(supergraph) = supergraph else { return Err(FleetError::Composition(diagnostics)) };
        Ok(Self { supergraph: Arc::new(supergraph), diagnostics, in_process })
    }

    /// How each subgraph is reached, by its position.
    ///
    /// # Errors
    /// When an address cannot be used, or a subgraph that should run in this process does not.
    pub fn transports(
        &self,
        config: &Config,
        in_process: &InProcessSubgraphs,
    ) -> Result<Vec<Arc<dyn Transport>>, FleetError> {
        for name in config.subgraphs.keys() {
            self.must_have(name)?;
        }
        let subgraphs = self.supergraph.subgraphs.iter();
        subgraphs
            .map(|subgraph| {
                let name = &subgraph.name;
                if self.in_process.contains(name) {
                    let local = in_process.get(name).ok_or_else(|| FleetError::Address {
                        name: name.clone(),
                        message: "it is marked `in_process`, but this process does not run it".to_owned(),
                    })?;
                    return Ok(Arc::clone(&local.transport));
                }
                let transport =
                    HttpTransport::try_new(&settings(config, name, &subgraph.url)).map_err(|error| {
                        FleetError::Address { name: name.clone(), message: error.to_string() }
                    })?;
                Ok(Arc::new(transport) as Arc<dyn Transport>)
            })
            .collect()
    }
}

fn settings(config: &Config, name: &str, url: &str) -> HttpSettings {
    let own = config.subgraphs.get(name);
    let url = own.and_then(|own| own.routing_url.as_deref()).unwrap_or(url);
    let timeout = own.and_then(|own| own.timeout_ms).unwrap_or(config.traffic.timeout_ms);
    let mut settings = HttpSettings::new(url);
    settings.request_timeout = Duration::from_millis(timeout);
    settings.connect_timeout = Duration::from_millis(config.traffic.connect_timeout_ms);
    settings.response_bytes_max = config.traffic.response_bytes;
    settings.subscription_url = own.and_then(|own| own.subscription_url.clone());
    settings
}

/// What a fleet file says.
struct Sources {
    sources: Vec<SubgraphSource>,
    /// The subgraphs that run in this process.
    local: Vec<String>,
    contract: Contract,
}

/// Reads the fleet file and the schemas that it names.
async fn sources(file: &Path, in_process: &InProcessSubgraphs) -> Result<Sources, FleetError> {
    let text = read(file)?;
    let fleet: FleetFile =
        serde_yaml_ng::from_str(&text).map_err(|error| invalid(file, explain(&error.to_string())))?;
    if fleet.subgraphs.is_empty() {
        return Err(invalid(file, "`subgraphs` names no subgraph".to_owned()));
    }
    let mut sources = Vec::new();
    let mut local = Vec::new();
    for (name, member) in fleet.subgraphs {
        let sdl = sdl(file, &name, &member, in_process).await?;
        if member.in_process {
            local.push(name.clone());
        }
        sources.push(SubgraphSource { name, url: member.routing_url.unwrap_or_default(), sdl });
    }
    Ok(Sources { sources, local, contract: fleet.contract })
}

async fn sdl(
    file: &Path,
    name: &str,
    member: &Member,
    in_process: &InProcessSubgraphs,
) -> Result<String, FleetError> {
    if member.in_process
        && let Some(local) = in_process.get(name)
    {
        return Ok(local.sdl.clone());
    }
    match &member.schema {
        Some(SchemaSource { sdl: Some(sdl), .. }) => Ok(sdl.clone()),
        Some(SchemaSource { file: Some(schema), .. }) => {
            // Relative to the fleet file, as in rover.
            read(&file.parent().unwrap_or(Path::new(".")).join(schema))
        }
        Some(SchemaSource { subgraph_url: Some(url), .. }) => introspect(name, url).await,
        _ => match &member.routing_url {
            Some(url) => introspect(name, url).await,
            None => Err(invalid(
                file,
                format!("subgraph `{name}` has neither `routing_url` nor `in_process: true` nor a `schema`"),
            )),
        },
    }
}

/// Asks a running subgraph for its schema.
async fn introspect(name: &str, url: &str) -> Result<String, FleetError> {
    let failed =
        |message: String| FleetError::Introspection { name: name.to_owned(), url: url.to_owned(), message };
    let response = reqwest::Client::new()
        .post(url)
        .timeout(INTROSPECTION_TIMEOUT)
        .json(&serde_json::json!({ "query": "{ _service { sdl } }" }))
        .send()
        .await
        .map_err(|error| failed(error.without_url().to_string()))?;
    let body: serde_json::Value =
        response.json().await.map_err(|error| failed(error.without_url().to_string()))?;
    match body.pointer("/data/_service/sdl").and_then(serde_json::Value::as_str) {
        Some(sdl) => Ok(sdl.to_owned()),
        None => Err(failed("the answer has no `_service { sdl }`".to_owned())),
    }
}

fn read(file: &Path) -> Result<String, FleetError> {
    std::fs::read_to_string(file)
        .map_err(|source| FleetError::Unreadable { file: file.to_path_buf(), source })
}

fn invalid(file: &Path, message: String) -> FleetError {
    FleetError::Invalid { file: file.to_path_buf(), message }
}
