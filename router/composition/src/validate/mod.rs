//! What must hold in each subgraph, between subgraphs, and for what clients see.
//!
//! Rules of merging itself are said where things merge; these are the others.

mod contexts;
mod costs;
mod differences;
mod external;
mod field_sets;
mod inaccessible;
mod interfaces;
mod usage;

use crate::diagnostic::Diagnostic;
use crate::ingest::Subgraph;
use crate::merge::Merged;

/// The rules for the subgraphs.
pub(crate) fn subgraphs(subgraphs: &[Subgraph], diagnostics: &mut Vec<Diagnostic>) {
    for subgraph in subgraphs {
        field_sets::check(subgraph, diagnostics);
        external::check(subgraph, diagnostics);
        costs::check(subgraph, diagnostics);
        contexts::check(subgraph, diagnostics);
        usage::check(subgraph, diagnostics);
    }
    interfaces::check(subgraphs, diagnostics);
    differences::check(subgraphs, diagnostics);
}

/// The rules for what `@inaccessible` leaves.
pub(crate) fn accessibility(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Vec<Diagnostic>) {
    inaccessible::check(subgraphs, merged, diagnostics);
}
