//! The search: walks the normal form over the query graph and grows fetch groups.
//!
//! A [`Cursor`] stands on an object position inside one group. [`Search::fields`] resolves what its subgraph can, and sends
//! the rest elsewhere; what nobody can reach from here goes back to the caller, which tries one level higher.

use crate::PlanError;
use crate::graph::Graph;
use crate::normalize::{NormalField, is_composite};
use crate::plan::{Condition, PathElement, RepresentationField, RepresentationType};
use crate::selection::{Call, ScopeId, Scopes, Selections, SetId};
use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use indexmap::{IndexMap, IndexSet};
use router_schema::{FieldSet, Selection, SubgraphId};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// The most steps one search may take.
const WORK_MAX: usize = 200_000;

/// The deepest chain of jumps and selections.
const DEPTH_MAX: usize = 400;

/// A request in the making.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) subgraph: SubgraphId,
    pub(crate) kind: OperationType,
    pub(crate) path: Vec<PathElement>,
    pub(crate) deps: BTreeSet<usize>,
    pub(crate) set: SetId,
    pub(crate) condition: Condition,
    /// Empty for a root fetch.
    pub(crate) representations: Vec<RepresentationType>,
    pub(crate) is_entity: bool,
}

/// An object position inside a group.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    pub(crate) group: usize,
    pub(crate) subgraph: SubgraphId,
    pub(crate) set: SetId,
    pub(crate) scope: ScopeId,
    pub(crate) ty: Name,
    pub(crate) path: Vec<PathElement>,
    /// The conditions of all fields above.
    pub(crate) condition: Condition,
    /// What `@provides` on the way makes available here.
    pub(crate) provides: Rc<Vec<FieldSet>>,
    /// Fields whose requirements were sent along.
    pub(crate) satisfied: Rc<IndexSet<Name>>,
    /// The merged data has a concrete `__typename` here from an earlier fetch.
    pub(crate) has_typename: bool,
    /// The concrete types that the object can have, where fragments above narrowed them.
    pub(crate) on: Option<IndexSet<Name>>,
}

/// How dear a field is: dependent hops first, then fetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    pub(crate) hops: u32,
    pub(crate) fetches: u32,
}

impl Cost {
    pub(crate) const FREE: Self = Self { hops: 0, fetches: 0 };
    /// Not reachable this way.
    pub(crate) const NEVER: Self = Self { hops: 1_000, fetches: 1_000 };
}

/// The state of one planning run.
#[derive(Debug)]
pub(crate) struct Search<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) groups: Vec<Group>,
    pub(crate) selections: Selections,
    pub(crate) scopes: Scopes,
    pub(crate) costs: HashMap<(SubgraphId, Name, u32), Cost>,
    /// The internal key of every client field, by its number; set when the field is first seen.
    pub(crate) sources: HashMap<u32, Name>,
    /// What is being ensured right now, against circular requirements.
    ensuring: Vec<(SubgraphId, Name, Name)>,
    work: usize,
    depth: usize,
}

impl<'g> Search<'g> {
    pub(crate) fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            groups: Vec::new(),
            selections: Selections::default(),
            scopes: Scopes::default(),
            costs: HashMap::new(),
            sources: HashMap::new(),
            ensuring: Vec::new(),
            work: 0,
            depth: 0,
        }
    }

    pub(crate) fn spend(&mut self) -> Result<(), PlanError> {
        self.work += 1;
        if self.work > WORK_MAX || self.depth > DEPTH_MAX {
            return Err(PlanError::TooComplex("the search for a plan takes too long"));
        }
        Ok(())
    }

    /// Plans the fields of the object under the cursor; gives back what cannot be reached from here.
    pub(crate) fn fields(
        &mut self,
        cursor: &Cursor,
        fields: &[NormalField],
    ) -> Result<Vec<NormalField>, PlanError> {
        self.spend()?;
        self.depth += 1;
        let left = if self.graph.is_object_in(cursor.subgraph, &cursor.ty) {
            self.object_fields(cursor, fields)
        } else {
            self.abstract_fields(cursor, fields)
        };
        self.depth -= 1;
        left
    }

    fn object_fields(
        &mut self,
        cursor: &Cursor,
        fields: &[NormalField],
    ) -> Result<Vec<NormalField>, PlanError> {
        let is_stand_in = self.graph.is_interface_object(cursor.subgraph, &cursor.ty);
        if is_stand_in && !cursor.has_typename {
            self.select_typename(cursor.set);
        }
        let mut elsewhere = Vec::new();
        for field in fields {
            let narrowed = field.on.is_some();
            if !is_stand_in && field.on.as_ref().is_some_and(|on| !on.contains(&cursor.ty)) {
                continue;
            }
            if field.name == "__typename" {
                if is_stand_in && !cursor.has_typename {
                    elsewhere.push(field.clone());
                }
            } else if is_stand_in && narrowed {
                elsewhere.push(field.clone());
            } else if self.is_local(cursor, &field.name) && !self.is_cheaper_elsewhere(cursor, field) {
                if let Some(left) = self.local_field(cursor, field)? {
                    elsewhere.push(left);
                }
            } else {
                elsewhere.push(field.clone());
            }
        }
        self.remote_fields(cursor, elsewhere)
    }

    /// Fields of an interface or union: directly where every possible type serves them, else type by type.
    fn abstract_fields(
        &mut self,
        cursor: &Cursor,
        fields: &[NormalField],
    ) -> Result<Vec<NormalField>, PlanError> {
        self.select_typename(cursor.set);
        let possible = self.graph.possible(cursor.subgraph, &cursor.ty);
        let possible: Vec<Name> = possible
            .iter()
            .filter(|ty| cursor.on.as_ref().is_none_or(|on| on.contains(*ty)))
            .cloned()
            .collect();
        let mut by_type: IndexMap<Name, Vec<NormalField>> = IndexMap::new();
        for field in fields.iter().filter(|field| field.name != "__typename") {
            let everywhere = field.on.is_none() && cursor.on.is_none();
            if everywhere && self.is_local_on_interface(cursor, &possible, field) {
                let mut direct = cursor.clone();
                direct.has_typename = true;
                if let Some(left) = self.local_field(&direct, field)? {
                    for ty in &possible {
                        by_type.entry(ty.clone()).or_default().push(left.clone());
                    }
                }
                continue;
            }
            for ty in possible.iter().filter(|ty| field.on.as_ref().is_none_or(|on| on.contains(*ty))) {
                by_type.entry(ty.clone()).or_default().push(field.clone());
            }
        }
        let mut left: Vec<NormalField> = Vec::new();
        for (ty, fields) in by_type {
            let mut inner = cursor.clone();
            inner.set = self.selections.inline(cursor.set, &ty);
            inner.path.push(PathElement::On(vec![ty.clone()]));
            inner.on = None;
            inner.has_typename = true;
            inner.ty = ty.clone();
            inner.provides = Rc::new(narrowed_provides(&cursor.provides, &ty));
            for mut field in self.fields(&inner, &fields)? {
                field.on = Some(IndexSet::from([ty.clone()]));
                left.push(field);
            }
        }
        Ok(left)
    }

    fn is_local_on_interface(&self, cursor: &Cursor, possible: &[Name], field: &NormalField) -> bool {
        let serves = |ty: &Name| {
            self.graph.resolves(cursor.subgraph, ty, &field.name) || provided(&cursor.provides, &field.name)
        };
        let info = self.graph.field(cursor.subgraph, &cursor.ty, &field.name);
        info.is_some_and(|here| !here.is_external && !here.is_overridden) && possible.iter().all(serves)
    }

    /// Whether the cursor's subgraph resolves the field right here.
    fn is_local(&self, cursor: &Cursor, field: &Name) -> bool {
        let satisfied =
            cursor.satisfied.contains(field) && self.graph.serves(cursor.subgraph, &cursor.ty, field);
        let known = self.graph.field(cursor.subgraph, &cursor.ty, field).is_some();
        satisfied
            || self.graph.resolves(cursor.subgraph, &cursor.ty, field)
            || (known && provided(&cursor.provides, field))
    }

    /// Selects a field here and plans what is below; gives back the part of it that cannot be reached below.
    fn local_field(
        &mut self,
        cursor: &Cursor,
        field: &NormalField,
    ) -> Result<Option<NormalField>, PlanError> {
        self.spend()?;
        let call = Call { name: field.name.clone(), arguments: field.arguments.clone() };
        let key = self.source(cursor.scope, field);
        let composite = is_composite(&self.graph.supergraph, field.ty.inner_named_type());
        let below = self.selections.field(cursor.set, &key, &call, &field.condition, composite);
        let Some(set) = below else { return Ok(None) };
        let inner = self.below(cursor, &field.name, &key, set, &field.condition);
        let left = self.fields(&inner, &field.fields)?;
        if self.selections.items(set).is_empty() {
            // Nothing below comes from here, but the objects must exist for others to extend.
            self.select_typename(set);
        }
        Ok((!left.is_empty()).then(|| NormalField { fields: left, ..field.clone() }))
    }

    /// The cursor below a field of the cursor's object.
    fn below(
        &mut self,
        cursor: &Cursor,
        name: &Name,
        key: &Name,
        set: SetId,
        condition: &Condition,
    ) -> Cursor {
        let here = self.graph.field(cursor.subgraph, &cursor.ty, name);
        let ty = here.map(|here| here.ty.clone()).expect("a local field is defined in its subgraph");
        let mut path = cursor.path.clone();
        path.push(PathElement::Key(key.clone()));
        path.extend(std::iter::repeat_n(PathElement::Each, list_depth(&ty)));
        let mut provides: Vec<FieldSet> = here.and_then(|here| here.provides.clone()).into_iter().collect();
        provides.extend(nested_provides(&cursor.provides, name));
        Cursor {
            group: cursor.group,
            subgraph: cursor.subgraph,
            set,
            scope: self.scopes.below(cursor.scope, key),
            ty: ty.inner_named_type().clone(),
            path,
            condition: cursor.condition.and(condition),
            provides: Rc::new(provides),
            satisfied: Rc::default(),
            has_typename: false,
            on: None,
        }
    }

    /// Sends fields to the subgraphs that serve them.
    fn remote_fields(
        &mut self,
        cursor: &Cursor,
        fields: Vec<NormalField>,
    ) -> Result<Vec<NormalField>, PlanError> {
        let mut open = fields;
        let mut tried: IndexSet<SubgraphId> = IndexSet::new();
        while !open.is_empty() {
            self.spend()?;
            let Some(target) = self.best_target(cursor, &open, &tried) else { break };
            tried.insert(target);
            let serves = |field: &NormalField| {
                self.graph.serving_type(target, &cursor.ty, &field.name).is_some()
                    && (target != cursor.subgraph || self.has_requires(target, cursor, &field.name))
            };
            let (mine, others): (Vec<_>, Vec<_>) = open.into_iter().partition(serves);
            open = others;
            open.extend(self.jump(cursor, target, mine)?);
        }
        Ok(open)
    }

    fn has_requires(&self, target: SubgraphId, cursor: &Cursor, field: &Name) -> bool {
        !cursor.satisfied.contains(field)
            && self.graph.field(target, &cursor.ty, field).is_some_and(|here| here.requires.is_some())
    }

    /// The subgraph that serves most of the open fields at the lowest cost.
    fn best_target(
        &mut self,
        cursor: &Cursor,
        open: &[NormalField],
        tried: &IndexSet<SubgraphId>,
    ) -> Option<SubgraphId> {
        let mut best: Option<((Cost, usize), SubgraphId)> = None;
        for target in self.graph.subgraphs().filter(|target| !tried.contains(target)) {
            let mut covered = 0;
            let mut worst = Cost::FREE;
            for field in open {
                if target == cursor.subgraph && !self.has_requires(target, cursor, &field.name) {
                    continue;
                }
                let Some(as_type) = self.graph.serving_type(target, &cursor.ty, &field.name) else {
                    continue;
                };
                let cost = self.cost(target, &as_type, field, 0);
                if cost < Cost::NEVER {
                    covered += 1;
                    worst = worst.max(cost);
                }
            }
            if covered == 0 {
                continue;
            }
            let Some(hops) = self.hops(cursor, target) else { continue };
            let cost = Cost { hops: worst.hops + hops, fetches: worst.fetches + hops };
            let rank = (cost, open.len() - covered);
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, target));
            }
        }
        best.map(|(_, target)| target)
    }

    /// Selects `__typename`.
    pub(crate) fn select_typename(&mut self, set: SetId) {
        let name = Name::new_unchecked("__typename");
        let call = Call { name: name.clone(), arguments: Vec::new() };
        self.selections.field(set, &name, &call, &Condition::always(), false);
    }

    /// The internal key of a client field.
    pub(crate) fn source(&mut self, scope: ScopeId, field: &NormalField) -> Name {
        if let Some(known) = self.sources.get(&field.id) {
            return known.clone();
        }
        let call = Call { name: field.name.clone(), arguments: field.arguments.clone() };
        let key = self.scopes.key(scope, &field.key, &call, &field.ty);
        self.sources.insert(field.id, key.clone());
        key
    }

    /// Makes sure that `fields` are in the merged data of the cursor's object; tells how to read them and which groups
    /// bring them beside the cursor's own.
    pub(crate) fn ensure(
        &mut self,
        cursor: &Cursor,
        fields: &FieldSet,
    ) -> Result<(Vec<RepresentationField>, BTreeSet<usize>), PlanError> {
        self.spend()?;
        let mut read = Vec::new();
        let mut deps = BTreeSet::new();
        for selection in &fields.selections {
            match selection {
                Selection::Field(field) if field.name == "__typename" => {}
                Selection::Field(field) => {
                    let (one, more) = self.ensure_field(cursor, field)?;
                    read.extend(one);
                    deps.extend(more);
                }
                Selection::Inline(inline) => {
                    let types = self.concrete(cursor, &inline.on);
                    for ty in types {
                        let (mut some, more) = self.ensure_on(cursor, &ty, &inline.selections)?;
                        for field in &mut some {
                            field.on.get_or_insert_with(|| vec![ty.clone()]);
                        }
                        read.extend(some);
                        deps.extend(more);
                    }
                }
            }
        }
        Ok((read, deps))
    }

    /// The concrete types of the cursor's position that a type condition lets through.
    fn concrete(&self, cursor: &Cursor, on: &Name) -> Vec<Name> {
        let here = self.graph.possible(cursor.subgraph, &cursor.ty);
        let wanted = self.graph.supergraph.possible_types(on);
        here.iter().filter(|ty| wanted.contains(*ty)).cloned().collect()
    }

    fn ensure_on(
        &mut self,
        cursor: &Cursor,
        ty: &Name,
        fields: &FieldSet,
    ) -> Result<(Vec<RepresentationField>, BTreeSet<usize>), PlanError> {
        if cursor.ty == *ty {
            return self.ensure(cursor, fields);
        }
        self.select_typename(cursor.set);
        let mut inner = cursor.clone();
        inner.set = self.selections.inline(cursor.set, ty);
        inner.path.push(PathElement::On(vec![ty.clone()]));
        inner.ty = ty.clone();
        inner.has_typename = true;
        inner.on = None;
        self.ensure(&inner, fields)
    }

    fn ensure_field(
        &mut self,
        cursor: &Cursor,
        field: &router_schema::FieldSelection,
    ) -> Result<(Vec<RepresentationField>, BTreeSet<usize>), PlanError> {
        let is_object = self.graph.is_object_in(cursor.subgraph, &cursor.ty);
        let on_interface = !is_object && self.graph.resolves(cursor.subgraph, &cursor.ty, &field.name);
        if self.is_local(cursor, &field.name) || on_interface {
            return self.ensure_local(cursor, field);
        }
        if !is_object {
            let mut read = Vec::new();
            let mut deps = BTreeSet::new();
            let one = FieldSet { selections: vec![Selection::Field(field.clone())] };
            for ty in self.graph.possible(cursor.subgraph, &cursor.ty).iter() {
                let (mut some, more) = self.ensure_on(cursor, ty, &one)?;
                for field in &mut some {
                    field.on.get_or_insert_with(|| vec![ty.clone()]);
                }
                read.extend(some);
                deps.extend(more);
            }
            return Ok((read, deps));
        }
        self.ensure_elsewhere(cursor, field)
    }

    fn ensure_local(
        &mut self,
        cursor: &Cursor,
        field: &router_schema::FieldSelection,
    ) -> Result<(Vec<RepresentationField>, BTreeSet<usize>), PlanError> {
        let call = Call { name: field.name.clone(), arguments: field.arguments.clone() };
        let ty = self.merged_type(&cursor.ty, &field.name);
        let key = self.scopes.key_for_internal(cursor.scope, &call, &ty);
        let composite = !field.selections.is_empty();
        let below = self.selections.field(cursor.set, &key, &call, &Condition::always(), composite);
        let mut read = RepresentationField {
            source: key.clone(),
            name: field.name.clone(),
            fields: Vec::new(),
            on: None,
        };
        let mut deps = BTreeSet::new();
        if let Some(set) = below {
            let inner = self.below(cursor, &field.name, &key, set, &Condition::always());
            (read.fields, deps) = self.ensure(&inner, &field.selections)?;
        }
        Ok((vec![read], deps))
    }

    /// Brings a field that another subgraph has into the merged data.
    fn ensure_elsewhere(
        &mut self,
        cursor: &Cursor,
        field: &router_schema::FieldSelection,
    ) -> Result<(Vec<RepresentationField>, BTreeSet<usize>), PlanError> {
        let guard = (cursor.subgraph, cursor.ty.clone(), field.name.clone());
        if self.ensuring.contains(&guard) {
            return Err(PlanError::unreachable(&cursor.ty, &field.name));
        }
        self.ensuring.push(guard);
        let mut best: Option<(u32, SubgraphId)> = None;
        for target in self.graph.subgraphs() {
            let serves = self.graph.serving_type(target, &cursor.ty, &field.name).is_some();
            let requires = self.has_requires(target, cursor, &field.name);
            if !serves || (target == cursor.subgraph && !requires) {
                continue;
            }
            if let Some(hops) = self.hops(cursor, target) {
                let hops = hops + u32::from(requires);
                if best.is_none_or(|(known, _)| hops < known) {
                    best = Some((hops, target));
                }
            }
        }
        let result = match best {
            None => Err(PlanError::unreachable(&cursor.ty, &field.name)),
            Some((_, target)) => {
                let entered = self.enter(cursor, target, std::slice::from_ref(&field.name));
                entered.and_then(|inner| {
                    let one = FieldSet { selections: vec![Selection::Field(field.clone())] };
                    let (read, mut deps) = self.ensure(&inner, &one)?;
                    self.widen(inner.group, &cursor.condition);
                    deps.insert(inner.group);
                    Ok((read, deps))
                })
            }
        };
        self.ensuring.pop();
        result
    }

    fn merged_type(&self, ty: &Name, field: &Name) -> Type {
        let info = self.graph.supergraph.types.get(ty).and_then(|info| info.fields.get(field));
        info.map_or_else(|| Type::Named(field.clone()), |field| field.ty.clone())
    }

    /// Lets a group run also under this condition.
    pub(crate) fn widen(&mut self, group: usize, condition: &Condition) {
        let widened = self.groups[group].condition.or(condition);
        self.groups[group].condition = widened;
    }
}

/// How many lists are around a type.
pub(crate) fn list_depth(ty: &Type) -> usize {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => 0,
        Type::List(inner) | Type::NonNullList(inner) => 1 + list_depth(inner),
    }
}

fn provided(provides: &[FieldSet], field: &Name) -> bool {
    provides.iter().any(|set| {
        set.selections.iter().any(|selection| match selection {
            Selection::Field(selected) => selected.name == *field,
            Selection::Inline(_) => false,
        })
    })
}

fn nested_provides(provides: &[FieldSet], field: &Name) -> Vec<FieldSet> {
    let selections = provides.iter().flat_map(|set| &set.selections);
    selections
        .filter_map(|selection| match selection {
            Selection::Field(selected) if selected.name == *field && !selected.selections.is_empty() => {
                Some(selected.selections.clone())
            }
            _ => None,
        })
        .collect()
}

/// What is provided for one concrete type: the plain fields and those under a condition on it.
fn narrowed_provides(provides: &[FieldSet], ty: &Name) -> Vec<FieldSet> {
    let mut narrowed = provides.to_vec();
    for selection in provides.iter().flat_map(|set| &set.selections) {
        if let Selection::Inline(inline) = selection
            && inline.on == *ty
        {
            narrowed.push(inline.selections.clone());
        }
    }
    narrowed
}
