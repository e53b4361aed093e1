//! Progressive `@override`: which labels matter to an operation, and which of them a plan takes as active.

use crate::graph::Graph;
use apollo_compiler::ExecutableDocument;
use apollo_compiler::Name;
use apollo_compiler::executable::{Selection, SelectionSet};
use router_schema::{FieldIn, OverrideLabel, Supergraph};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a plan is made for beside the operation. Plans of one operation with other options are other plans: a cache has the
/// options in its key, cut down to what [`Planner::override_labels`](crate::Planner::override_labels) names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlanOptions {
    /// The active labels of progressive overrides. One that no field has changes nothing.
    pub labels: BTreeSet<String>,
}

impl PlanOptions {
    /// These labels are active.
    pub fn active(labels: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { labels: labels.into_iter().map(Into::into).collect() }
    }
}

/// The labels of a graph by the name of the field that they move.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    by_field: Arc<BTreeMap<Name, BTreeSet<String>>>,
    /// Those of fields that keys and requirements read: a plan may need them although no client asks for them.
    indirect: Arc<BTreeSet<String>>,
    active: BTreeSet<String>,
}

impl Labels {
    pub(crate) fn new(supergraph: &Supergraph) -> Self {
        let mut by_field: BTreeMap<Name, BTreeSet<String>> = BTreeMap::new();
        let mut read = BTreeSet::new();
        for info in supergraph.types.values() {
            let keys = info.subgraphs.values().flat_map(|here| &here.keys);
            keys.for_each(|key| read.extend(key.fields.names()));
            for field in info.fields.values() {
                for here in field.subgraphs.values() {
                    here.requires.iter().for_each(|required| read.extend(required.names()));
                    if let Some(label) = &here.override_label {
                        by_field.entry(field.name.clone()).or_default().insert(label.label.clone());
                    }
                }
            }
        }
        let indirect = by_field.iter().filter(|(name, _)| read.contains(name));
        let indirect = indirect.flat_map(|(_, labels)| labels.iter().cloned()).collect();
        Self { by_field: Arc::new(by_field), indirect: Arc::new(indirect), active: BTreeSet::new() }
    }

    /// The same graph under other options; unknown labels are left out.
    pub(crate) fn with(&self, options: &PlanOptions) -> Self {
        let known = |label: &&String| self.by_field.values().any(|labels| labels.contains(*label));
        Self { active: options.labels.iter().filter(known).cloned().collect(), ..self.clone() }
    }

    pub(crate) fn active(&self) -> &BTreeSet<String> {
        &self.active
    }

    /// The labels that can change how a document is planned.
    pub(crate) fn touched_by(&self, document: &ExecutableDocument) -> BTreeSet<&str> {
        let mut touched = BTreeSet::new();
        if self.by_field.is_empty() {
            return touched;
        }
        touched.extend(self.indirect.iter().map(String::as_str));
        for operation in document.operations.iter() {
            self.collect(&operation.selection_set, &mut touched);
        }
        for fragment in document.fragments.values() {
            self.collect(&fragment.selection_set, &mut touched);
        }
        touched
    }

    fn collect<'l>(&'l self, selections: &SelectionSet, touched: &mut BTreeSet<&'l str>) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => {
                    let labels = self.by_field.get(&field.name).into_iter().flatten();
                    touched.extend(labels.map(String::as_str));
                    self.collect(&field.selection_set, touched);
                }
                Selection::InlineFragment(inline) => self.collect(&inline.selection_set, touched),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

impl Graph {
    /// Whether a field has moved away from a subgraph, or has not yet moved to it.
    pub(crate) fn is_moved(&self, here: &FieldIn) -> bool {
        is_moved(here, self.labels.active())
    }
}

/// Whether a field is another subgraph's business while these labels are active.
pub(crate) fn is_moved(here: &FieldIn, active: &BTreeSet<String>) -> bool {
    let waits = |label: &OverrideLabel| label.active != active.contains(&label.label);
    here.is_overridden || here.override_label.as_ref().is_some_and(waits)
}
