//! Root fields: queries in parallel, mutations in order, one source for a subscription.

use crate::PlanError;
use crate::normalize::NormalField;
use crate::plan::Condition;
use crate::reach::Standing;
use crate::search::{Cursor, Search};
use crate::selection::ScopeId;
use crate::targets::{Candidate, assign};
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use router_schema::SubgraphId;
use std::collections::BTreeSet;
use std::rc::Rc;

impl Search<'_> {
    /// Plans a query: one root fetch per subgraph.
    pub(crate) fn query(&mut self, root: &Name, fields: &[NormalField]) -> Result<(), PlanError> {
        let scope = self.scopes.add();
        let mut open: Vec<NormalField> = fields.iter().filter(|field| !is_meta(field)).cloned().collect();
        let mut groups: Vec<(SubgraphId, usize)> = Vec::new();
        while !open.is_empty() {
            let mut choices = Vec::new();
            for field in open {
                let candidates = self.root_candidates(root, &field)?;
                choices.push((field, candidates));
            }
            open = Vec::new();
            let used: Vec<SubgraphId> = groups.iter().map(|(subgraph, _)| *subgraph).collect();
            for (target, mine) in assign(choices, &used) {
                let known = groups.iter().find(|(subgraph, _)| *subgraph == target).map(|(_, group)| *group);
                let group =
                    known.unwrap_or_else(|| self.root_group(OperationType::Query, target, BTreeSet::new()));
                if known.is_none() {
                    groups.push((target, group));
                }
                open.extend(self.root_fields(group, (root, scope), &mine)?);
            }
        }
        Ok(())
    }

    /// Plans a subscription: its one field is the source, what hangs on it is fetched per event.
    pub(crate) fn subscription(&mut self, root: &Name, fields: &[NormalField]) -> Result<(), PlanError> {
        self.in_order(OperationType::Subscription, root, fields)
    }

    /// Plans a mutation: fields in order; all that depends on one is done before the next one starts.
    pub(crate) fn mutation(&mut self, root: &Name, fields: &[NormalField]) -> Result<(), PlanError> {
        self.in_order(OperationType::Mutation, root, fields)
    }

    /// Neighbours that one subgraph serves share a request, unless something between them depends on the first.
    fn in_order(
        &mut self,
        kind: OperationType,
        root: &Name,
        fields: &[NormalField],
    ) -> Result<(), PlanError> {
        let scope = self.scopes.add();
        let mut current: Option<(SubgraphId, usize)> = None;
        for field in fields.iter().filter(|field| !is_meta(field)) {
            let candidates = self.root_candidates(root, field)?;
            let assigned = assign(vec![(field.clone(), candidates)], &[]);
            let Some(target) = assigned.keys().next().copied() else { continue };
            let continues =
                current.filter(|(subgraph, group)| *subgraph == target && *group + 1 == self.groups.len());
            let group = match continues {
                Some((_, group)) => group,
                None => {
                    let before = (0..self.groups.len()).collect();
                    self.root_group(kind, target, before)
                }
            };
            current = Some((target, group));
            // Asking a second subgraph for the rest would run the operation twice.
            let left = self.root_fields(group, (root, scope), std::slice::from_ref(field))?;
            if let Some(left) = left.first() {
                return Err(unreachable(root, left));
            }
        }
        Ok(())
    }

    fn root_group(&mut self, kind: OperationType, subgraph: SubgraphId, deps: BTreeSet<usize>) -> usize {
        self.add_group(kind, subgraph, Vec::new(), &deps)
    }

    fn root_fields(
        &mut self,
        group: usize,
        (root, scope): (&Name, ScopeId),
        fields: &[NormalField],
    ) -> Result<Vec<NormalField>, PlanError> {
        let cursor = Cursor {
            group,
            subgraph: self.groups[group].subgraph,
            set: self.groups[group].set,
            scope,
            ty: root.clone(),
            path: Vec::new(),
            condition: Condition::always(),
            guard: Condition::always(),
            provides: Rc::default(),
            satisfied: Rc::default(),
            contextual: Rc::default(),
            above: None,
            entered_from: None,
            has_typename: true,
        };
        let mut left = Vec::new();
        for field in fields {
            self.widen(group, &field.condition);
            left.extend(self.local_field(&cursor, field)?);
        }
        Ok(left)
    }

    /// The subgraphs that a root field can be asked of, with what that comes to.
    fn root_candidates(
        &mut self,
        root: &Name,
        field: &NormalField,
    ) -> Result<Vec<Candidate<SubgraphId>>, PlanError> {
        self.spend()?;
        let mut candidates = Vec::new();
        for target in self.graph.subgraphs() {
            if field.tried.contains(&target) || !self.graph.resolves(target, root, &field.name) {
                continue;
            }
            let cost = self.cost(Standing::entered(target, root), field, 0);
            if cost.is_worth_it() {
                candidates.push(Candidate { target, cost });
            }
        }
        if let Some(trace) = &mut self.trace {
            trace.roots(&self.graph.supergraph, field, &candidates);
        }
        if candidates.is_empty() { Err(unreachable(root, field)) } else { Ok(candidates) }
    }
}

/// `__typename`, `__schema` and `__type` need no subgraph.
pub(crate) fn is_meta(field: &NormalField) -> bool {
    field.name.starts_with("__")
}

fn unreachable(root: &Name, field: &NormalField) -> PlanError {
    let mut parent = root;
    let mut at = field;
    while let Some(next) = at.fields.first() {
        parent = at.ty.inner_named_type();
        at = next;
    }
    PlanError::unreachable(parent, &at.name)
}
