//! The graphs that operations and responses are tried on: the fixtures, read once.

use router_fixture::World;
use router_planner::Planner;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// A fixture's world with its planner and committed queries.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) world: Arc<World>,
    pub(crate) planner: Planner,
    /// The text of each query by its name.
    pub(crate) queries: BTreeMap<String, String>,
}

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \
    \"@shareable\", \"@external\", \"@requires\", \"@provides\", \"@override\", \"@inaccessible\", \
    \"@interfaceObject\", \"@tag\", \"@context\", \"@fromContext\"])\n";

static GRAPHS: LazyLock<BTreeMap<String, Graph>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixture/tests/cases");
    let folders = entries(&root).into_iter().flat_map(|topic| entries(&topic));
    folders.map(|folder| (name_below(&root, &folder), open(&folder))).collect()
});

/// The graph of a name; the first one for a name that does not exist, so that every input means something.
pub(crate) fn graph(name: &str) -> &'static Graph {
    GRAPHS.get(name).or_else(|| GRAPHS.values().next()).expect("there are fixtures")
}

/// All graphs with their names.
pub(crate) fn graphs() -> impl Iterator<Item = (&'static str, &'static Graph)> {
    GRAPHS.iter().map(|(name, graph)| (name.as_str(), graph))
}

fn open(folder: &Path) -> Graph {
    let files = entries(&folder.join("subgraphs"));
    let sdls: Vec<(String, String)> = files.iter().map(|file| (stem(file), sdl(file))).collect();
    let world = World::new(&sdls, &read(&folder.join("data.json")))
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let queries = entries(&folder.join("queries")).into_iter();
    let queries = queries.filter(|file| file.extension().is_some_and(|extension| extension == "graphql"));
    let planner = Planner::new(world.supergraph().clone());
    Graph {
        world: Arc::new(world),
        planner,
        queries: queries.map(|file| (stem(&file), read(&file))).collect(),
    }
}

pub(crate) fn sdl(file: &Path) -> String {
    let text = read(file);
    let is_complete = text.contains("@link") || text.starts_with("# federation 1");
    if is_complete { text } else { format!("{LINK}{text}") }
}

pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = read.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn name_below(root: &Path, folder: &Path) -> String {
    folder.strip_prefix(root).unwrap_or(folder).display().to_string()
}

fn stem(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

pub(crate) fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
