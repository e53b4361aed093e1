//! Where a search begins: what is committed elsewhere as fixtures and cases, as inputs of the targets.

use crate::Target;
use crate::response::{Answers, record};
use crate::worlds::graphs;
use router_composition::{SubgraphSource, compose};
use router_fixture::folder::{Folder, entries, read, sdl};
use std::fs;
use std::path::{Path, PathBuf};

/// More is no better: the mutants of a long input are slow and seldom reach deep.
const BYTES_MAX: usize = 8 * 1024;

impl Target {
    /// The inputs to begin with, in a stable order.
    ///
    /// # Panics
    /// When the fixtures that lie beside this crate cannot be read.
    #[must_use]
    pub fn seeds(self) -> Vec<String> {
        let mut seeds = match self {
            Self::Sdl => folders_of_subgraphs().into_iter().map(|sdls| sdls.join(SEPARATOR)).collect(),
            Self::Supergraph => supergraphs(),
            Self::Operation => operations(),
            Self::Response => responses(),
        };
        seeds.retain(|seed| seed.len() <= BYTES_MAX);
        seeds
    }

    /// Writes the seeds into the folder that the variable `FUZZ_SEEDS` names, where libFuzzer then reads them.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn offer_seeds(self) {
        let Some(folder) = std::env::var_os("FUZZ_SEEDS").map(PathBuf::from) else { return };
        fs::create_dir_all(&folder).expect("the folder of the seeds can be made");
        for (number, seed) in self.seeds().into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:03}")), seed).expect("a seed can be written");
        }
    }
}

const SEPARATOR: &str = "\n---\n";

/// The subgraphs of every case of composition and of every fixture.
fn folders_of_subgraphs() -> Vec<Vec<String>> {
    let cases = entries(&beside("../composition/tests/cases")).into_iter();
    let cases = cases.map(|case| case.join("subgraphs")).filter(|folder| folder.is_dir());
    let cases = cases.map(|folder| entries(&folder).iter().map(|file| sdl(file)).collect());
    let fixtures = Folder::all().into_iter();
    let fixtures = fixtures.map(|folder| folder.subgraphs().into_iter().map(|(_, sdl)| sdl).collect());
    cases.chain(fixtures).collect()
}

fn supergraphs() -> Vec<String> {
    let source =
        |(at, sdl): (usize, String)| SubgraphSource { name: format!("s{at}"), url: String::new(), sdl };
    let composed = folders_of_subgraphs().into_iter().filter_map(|sdls| {
        compose(&sdls.into_iter().enumerate().map(source).collect::<Vec<_>>()).supergraph_sdl
    });
    let foreign = entries(&beside("../planner/tests/plans/graphs"));
    composed.chain(foreign.iter().map(|file| read(file))).collect()
}

fn operations() -> Vec<String> {
    let all = graphs().flat_map(|(name, graph)| graph.queries.values().map(move |query| (name, query)));
    all.map(|(name, query)| format!("# {name}\n{}", query.text)).collect()
}

fn responses() -> Vec<String> {
    let all = graphs().flat_map(|(name, graph)| graph.queries.keys().map(move |query| (name, query)));
    all.map(|(name, query)| {
        let Answers { given, .. } = record(&format!("# {name}/{query}\n"));
        format!("# {name}/{query}\n{}", given.join(SEPARATOR))
    })
    .collect()
}

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
