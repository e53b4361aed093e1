//! Root fields: queries in parallel, mutations in order, one source for a subscription.

use crate::PlanError;
use crate::normalize::NormalField;
use crate::plan::Condition;
use crate::search::{Cost, Cursor, Group, Search};
use crate::selection::ScopeId;
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use indexmap::IndexSet;
use router_schema::SubgraphId;
use std::collections::BTreeSet;
use std::rc::Rc;

impl Search<'_> {
    /// Plans a query or subscription: one root fetch per subgraph.
    pub(crate) fn query(
        &mut self,
        kind: OperationType,
        root: &Name,
        fields: &[NormalField],
    ) -> Result<(), PlanError> {
        let scope = self.scopes.add();
        let mut open: Vec<NormalField> = fields.iter().filter(|field| !is_meta(field)).cloned().collect();
        for field in &open {
            self.source(scope, field);
        }
        let mut groups: Vec<(SubgraphId, usize)> = Vec::new();
        let mut tried: IndexSet<(SubgraphId, u32)> = IndexSet::new();
        while !open.is_empty() {
            let mut left = Vec::new();
            for (target, mine) in self.by_subgraph(root, open, &tried, &groups)? {
                tried.extend(mine.iter().map(|field| (target, field.id)));
                let known = groups.iter().find(|(subgraph, _)| *subgraph == target).map(|(_, group)| *group);
                let group = known.unwrap_or_else(|| self.root_group(kind, target, BTreeSet::new()));
                if known.is_none() {
                    groups.push((target, group));
                }
                let cursor = self.root_cursor(group, root, scope);
                for field in &mine {
                    self.widen(group, &field.condition);
                }
                left.extend(self.fields(&cursor, &mine)?);
            }
            open = left;
        }
        Ok(())
    }

    /// Plans a mutation: fields in order; all that depends on one is done before the next one starts.
    pub(crate) fn mutation(&mut self, root: &Name, fields: &[NormalField]) -> Result<(), PlanError> {
        let scope = self.scopes.add();
        for field in fields.iter().filter(|field| !is_meta(field)) {
            self.source(scope, field);
        }
        let mut current: Option<(SubgraphId, usize)> = None;
        for field in fields.iter().filter(|field| !is_meta(field)) {
            let target = self.root_target(root, field, &IndexSet::new(), &[])?;
            let continues =
                current.filter(|(subgraph, group)| *subgraph == target && *group + 1 == self.groups.len());
            let group = match continues {
                Some((_, group)) => group,
                None => {
                    let before = (0..self.groups.len()).collect();
                    self.root_group(OperationType::Mutation, target, before)
                }
            };
            current = Some((target, group));
            let cursor = self.root_cursor(group, root, scope);
            self.widen(group, &field.condition);
            let left = self.fields(&cursor, std::slice::from_ref(field))?;
            if let Some(left) = left.first() {
                return Err(PlanError::unreachable(root, &innermost(left).name));
            }
        }
        Ok(())
    }

    fn root_group(&mut self, kind: OperationType, subgraph: SubgraphId, deps: BTreeSet<usize>) -> usize {
        let set = self.selections.add();
        self.groups.push(Group {
            subgraph,
            kind,
            path: Vec::new(),
            deps,
            set,
            condition: Condition::never(),
            representations: Vec::new(),
            is_entity: false,
        });
        self.groups.len() - 1
    }

    fn root_cursor(&self, group: usize, root: &Name, scope: ScopeId) -> Cursor {
        Cursor {
            group,
            subgraph: self.groups[group].subgraph,
            set: self.groups[group].set,
            scope,
            ty: root.clone(),
            path: Vec::new(),
            condition: Condition::always(),
            provides: Rc::default(),
            satisfied: Rc::default(),
            has_typename: true,
            on: None,
        }
    }

    /// Assigns every open root field to a subgraph.
    fn by_subgraph(
        &mut self,
        root: &Name,
        open: Vec<NormalField>,
        tried: &IndexSet<(SubgraphId, u32)>,
        groups: &[(SubgraphId, usize)],
    ) -> Result<Vec<(SubgraphId, Vec<NormalField>)>, PlanError> {
        let mut used: Vec<(SubgraphId, usize)> = groups.to_vec();
        let mut assigned: Vec<(SubgraphId, Vec<NormalField>)> = Vec::new();
        for field in open {
            let target = self.root_target(root, &field, tried, &used)?;
            used.push((target, 0));
            match assigned.iter_mut().find(|(subgraph, _)| *subgraph == target) {
                Some((_, fields)) => fields.push(field),
                None => assigned.push((target, vec![field])),
            }
        }
        Ok(assigned)
    }

    fn root_target(
        &mut self,
        root: &Name,
        field: &NormalField,
        tried: &IndexSet<(SubgraphId, u32)>,
        used: &[(SubgraphId, usize)],
    ) -> Result<SubgraphId, PlanError> {
        let mut best: Option<((Cost, bool), SubgraphId)> = None;
        for target in self.graph.subgraphs() {
            if tried.contains(&(target, field.id)) || !self.graph.resolves(target, root, &field.name) {
                continue;
            }
            let cost = self.cost(target, root, field, 0);
            let is_new = !used.iter().any(|(subgraph, _)| *subgraph == target);
            let rank = (cost, is_new);
            if best.is_none_or(|(known, _)| rank < known) {
                best = Some((rank, target));
            }
        }
        let missing = innermost(field);
        best.map(|(_, target)| target).ok_or_else(|| PlanError::unreachable(root, &missing.name))
    }
}

/// `__typename`, `__schema` and `__type` need no subgraph.
pub(crate) fn is_meta(field: &NormalField) -> bool {
    field.name.starts_with("__")
}

/// The first leaf of a field, to name in an error.
fn innermost(field: &NormalField) -> &NormalField {
    field.fields.first().map_or(field, innermost)
}
