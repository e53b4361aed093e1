//! The graphs that operations and responses are tried on: the fixtures, read once.

use router_fixture::World;
use router_fixture::folder::{Folder, Query};
use router_planner::Planner;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// A fixture's world with its planner and committed queries.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) world: Arc<World>,
    pub(crate) planner: Planner,
    /// Each query by its name.
    pub(crate) queries: BTreeMap<String, Query>,
}

static GRAPHS: LazyLock<BTreeMap<String, Graph>> =
    LazyLock::new(|| Folder::all().into_iter().map(|folder| (folder.name.clone(), open(&folder))).collect());

/// The graph of a name; the first one for a name that does not exist, so that every input means something.
pub(crate) fn graph(name: &str) -> &'static Graph {
    GRAPHS.get(name).or_else(|| GRAPHS.values().next()).expect("there are fixtures")
}

/// All graphs with their names.
pub(crate) fn graphs() -> impl Iterator<Item = (&'static str, &'static Graph)> {
    GRAPHS.iter().map(|(name, graph)| (name.as_str(), graph))
}

fn open(folder: &Folder) -> Graph {
    let world = folder.world();
    let planner = Planner::new(world.supergraph().clone());
    let queries = folder.queries().into_iter().map(|query| (query.name.clone(), query)).collect();
    Graph { world: Arc::new(world), planner, queries }
}
