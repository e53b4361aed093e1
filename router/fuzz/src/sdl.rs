//! Subgraph schemas → a supergraph, or diagnostics.

use crate::parts;
use router_composition::{SubgraphSource, compose};
use router_schema::Supergraph;

/// More subgraphs only cost time.
const SUBGRAPHS_MAX: usize = 4;

pub(crate) fn run(text: &str) {
    let mut sources: Vec<SubgraphSource> = parts(text)
        .take(SUBGRAPHS_MAX)
        .enumerate()
        .map(|(at, sdl)| SubgraphSource {
            name: format!("s{at}"),
            url: format!("http://s{at}.example/graphql"),
            sdl: sdl.to_owned(),
        })
        .collect();
    let composition = compose(&sources);
    // Diagnostics are read by people: writing one down must not fail either.
    let said: Vec<String> = composition.diagnostics.iter().map(ToString::to_string).collect();
    let Some(composed) = composition.supergraph_sdl else {
        assert!(composition.has_errors(), "refused without a reason: {said:?}");
        return;
    };
    if let Err(error) = Supergraph::parse(&composed) {
        panic!("what was composed cannot be read: {error}\n{composed}");
    }
    sources.reverse();
    let reversed = compose(&sources).supergraph_sdl;
    assert_eq!(reversed.as_ref(), Some(&composed), "the order of the subgraphs shows");
}
