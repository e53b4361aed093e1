//! Many subgraphs into one graph.
//!
//! [`compose`] takes the SDL of each subgraph (Federation 2.0 to 2.11; Federation 1 is upgraded) and gives the supergraph SDL
//! that a router plans against, or says everything that stands in the way. It knows no files, clock or network. The stages
//! are the folders: `ingest` reads each subgraph, `validate` checks it, `merge` makes one of many, `emit` prints the
//! supergraph, and `satisfiability` proves that every field can be reached.

mod code;
mod contract;
mod diagnostic;
mod emit;
mod ingest;
mod merge;
mod satisfiability;
mod validate;

pub use code::Code;
pub use contract::Contract;
pub use diagnostic::{Diagnostic, Severity};

use ingest::Subgraph;
use router_schema::{Supergraph, SupergraphError};
use std::sync::Arc;

/// A subgraph as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubgraphSource {
    /// The name that people know it by; unique.
    pub name: String,
    /// Where it is reached; empty for one that runs in the same process.
    pub url: String,
    /// Its schema, as the subgraph's `_service { sdl }` gives it.
    pub sdl: String,
}

/// What composing came to.
#[derive(Clone, Debug)]
pub struct Composition {
    /// The supergraph, when there were no errors.
    pub supergraph_sdl: Option<String>,
    /// The same supergraph, read.
    pub supergraph: Option<Supergraph>,
    /// Everything that there is to say, errors first.
    pub diagnostics: Vec<Diagnostic>,
}

impl Composition {
    /// The schema that clients see.
    #[must_use]
    pub fn api_sdl(&self) -> Option<String> {
        self.supergraph.as_ref().map(Supergraph::api_sdl)
    }

    /// Whether there is no supergraph because of errors.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        has_errors(&self.diagnostics)
    }

    fn refused(mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostic::sort(&mut diagnostics);
        Self { supergraph_sdl: None, supergraph: None, diagnostics }
    }
}

/// Composes the subgraphs. The result does not depend on their order.
#[must_use]
pub fn compose(sources: &[SubgraphSource]) -> Composition {
    compose_contract(sources, &Contract::default())
}

/// Composes the subgraphs for an audience that sees only what the contract shows.
#[must_use]
pub fn compose_contract(sources: &[SubgraphSource], contract: &Contract) -> Composition {
    let (subgraphs, mut composition) = unproven(sources, contract);
    let Some(supergraph) = composition.supergraph.take() else { return composition };
    let supergraph = Arc::new(supergraph);
    satisfiability::check(&supergraph, &subgraphs, &mut composition.diagnostics);
    if composition.has_errors() {
        return Composition::refused(composition.diagnostics);
    }
    composition.supergraph = Some(Arc::unwrap_or_clone(supergraph));
    diagnostic::sort(&mut composition.diagnostics);
    composition
}

/// Composes without proving that every field can be reached. Nothing may serve such a graph: a planner refuses operations that
/// are valid. It is there to hold the proof against the planner.
#[must_use]
pub fn compose_unproven(sources: &[SubgraphSource], contract: &Contract) -> Composition {
    unproven(sources, contract).1
}

fn unproven(sources: &[SubgraphSource], contract: &Contract) -> (Vec<Subgraph>, Composition) {
    let mut diagnostics = Vec::new();
    let subgraphs = ingest::ingest(sources, &mut diagnostics);
    validate::subgraphs(&subgraphs, &mut diagnostics);
    if subgraphs.len() < sources.len() {
        // Without all subgraphs every merge rule would find something that is not there.
        return (subgraphs, Composition::refused(diagnostics));
    }
    let mut merged = merge::merge(&subgraphs, &mut diagnostics);
    contract::apply(contract, &mut merged, &mut diagnostics);
    validate::accessibility(&subgraphs, &merged, &mut diagnostics);
    if has_errors(&diagnostics) {
        return (subgraphs, Composition::refused(diagnostics));
    }
    let supergraph_sdl = emit::emit(&subgraphs, &merged);
    let composition = match Supergraph::parse(&supergraph_sdl) {
        Err(refused) => {
            diagnostics.extend(invalid_merge(&refused));
            Composition::refused(diagnostics)
        }
        Ok(supergraph) => {
            Composition { supergraph_sdl: Some(supergraph_sdl), supergraph: Some(supergraph), diagnostics }
        }
    };
    (subgraphs, composition)
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Each subgraph is valid and they merge, but what comes out breaks a rule of GraphQL, such as an implementation whose field
/// has another type than its interface gained elsewhere.
fn invalid_merge(refused: &SupergraphError) -> Vec<Diagnostic> {
    let messages = match refused {
        SupergraphError::Invalid(faults) | SupergraphError::InvalidApi(faults) => {
            faults.iter().map(|fault| fault.message.clone()).collect()
        }
        other => vec![other.to_string()],
    };
    let diagnostic = |message: String| {
        Diagnostic::error(Code::InvalidGraphql, format!("the merged schema is not valid: {message}"))
            .hint("each subgraph is valid by itself; see where they disagree")
    };
    messages.into_iter().map(diagnostic).collect()
}
