//! stub
use crate::diagnostic::Diagnostic;
use router_schema::Supergraph;
pub(crate) fn check(_supergraph: &Supergraph, _diagnostics: &mut Vec<Diagnostic>) {}
