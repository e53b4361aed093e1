//! The search: walks the normal form over the query graph and grows fetch groups.
//!
//! A [`Cursor`] stands on an object position inside one group. [`Search::fields`] resolves what its subgraph can, and sends
//! the rest elsewhere (`targets`, `jump`); what nobody can reach from here goes back to the caller, which tries one level
//! higher. What keys and `@requires` need is brought along by `require`.

use crate::PlanError;
use crate::context::ContextVariables;
use crate::graph::Graph;
use crate::normalize::NormalField;
use crate::plan::{Condition, ContextValue, PathElement, RepresentationType};
use crate::provides;
use crate::reach::{Reach, ReachMemo, Standing};
use crate::selection::{Call, ScopeId, Scopes, Selections, SetId};
use crate::stages::Trace;
use crate::targets::Cost;
use apollo_compiler::ast::{Argument, OperationType, Type};
use apollo_compiler::executable::Operation;
use apollo_compiler::{Name, Node};
use indexmap::{IndexMap, IndexSet};
use router_schema::{FieldSet, SubgraphId};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// The most steps one search may take.
const WORK_MAX: usize = 200_000;

/// The deepest chain of jumps and selections.
const DEPTH_MAX: usize = 300;

/// The most fetches that a plan may have.
const GROUPS_MAX: usize = 1_000;

/// Entities that are not asked for fields with and without requirements in one request.
pub(crate) type Apart = BTreeSet<(SubgraphId, Name)>;

/// A request in the making.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) subgraph: SubgraphId,
    pub(crate) kind: OperationType,
    pub(crate) path: Vec<PathElement>,
    /// The groups that it directly waits for.
    pub(crate) deps: BTreeSet<usize>,
    /// All groups that are done before it starts.
    pub(crate) before: BTreeSet<usize>,
    pub(crate) set: SetId,
    pub(crate) condition: Condition,
    /// Empty for a root fetch.
    pub(crate) representations: Vec<RepresentationType>,
    pub(crate) contexts: Vec<ContextValue>,
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
    /// What is selected here must have this condition: the field above is asked for in other cases, too.
    pub(crate) guard: Condition,
    /// What `@provides` on the way makes available here.
    pub(crate) provides: Rc<Vec<FieldSet>>,
    /// Fields for which all that they need was sent along.
    pub(crate) satisfied: Rc<IndexSet<Name>>,
    /// By field: the arguments that contexts give.
    pub(crate) contextual: Rc<IndexMap<Name, Vec<Node<Argument>>>>,
    /// The object around; only in graphs with contexts.
    pub(crate) above: Option<Rc<Cursor>>,
    /// The same object where this subgraph was entered from; only in graphs with contexts.
    pub(crate) entered_from: Option<Rc<Cursor>>,
    /// The merged data has a `__typename` here from an earlier fetch or from further up.
    pub(crate) has_typename: bool,
}

/// The state of one planning run.
#[derive(Debug)]
pub(crate) struct Search<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) groups: Vec<Group>,
    pub(crate) selections: Selections,
    pub(crate) scopes: Scopes,
    /// By subgraph, type, field and what is provided below it on the way.
    pub(crate) costs: HashMap<(SubgraphId, Name, u32, String), Cost>,
    pub(crate) memo: ReachMemo,
    pub(crate) apart: Apart,
    /// Objects that cannot give a context its value where they stand; found out by earlier searches, and by this one.
    pub(crate) unable: BTreeSet<(SubgraphId, Name)>,
    pub(crate) context_variables: ContextVariables,
    /// What is being ensured right now, against circular requirements.
    pub(crate) ensuring: Vec<(ScopeId, SubgraphId, Name, Name)>,
    /// The number for the next field that is a part of a client's field.
    next_id: u32,
    work: usize,
    depth: usize,
    /// Written only when somebody asks for the stages.
    pub(crate) trace: Option<Trace>,
}

impl Cursor {
    /// The object, without its place in the plan.
    pub(crate) fn standing(&self) -> Standing<'_> {
        Standing { subgraph: self.subgraph, ty: &self.ty, provides: &self.provides }
    }

    /// A field with the arguments that the client or a requirement gives, and those that contexts give.
    pub(crate) fn call(&self, name: &Name, arguments: &[Node<Argument>]) -> Call {
        let contextual = self.contextual.get(name).into_iter().flatten();
        let arguments = arguments.iter().chain(contextual).cloned().collect();
        Call { name: name.clone(), arguments }
    }
}

impl<'g> Search<'g> {
    pub(crate) fn new(graph: &'g Graph, apart: Apart, operation: &Operation) -> Self {
        Self {
            graph,
            apart,
            unable: BTreeSet::new(),
            context_variables: ContextVariables::new(operation),
            groups: Vec::new(),
            selections: Selections::default(),
            scopes: Scopes::default(),
            costs: HashMap::new(),
            memo: ReachMemo::default(),
            ensuring: Vec::new(),
            next_id: 1 << 30,
            work: 0,
            depth: 0,
            trace: None,
        }
    }

    pub(crate) fn spend(&mut self) -> Result<(), PlanError> {
        self.work += 1;
        if self.work > WORK_MAX || self.depth > DEPTH_MAX {
            return Err(PlanError::TooComplex("the search for a plan takes too long"));
        }
        if self.groups.len() > GROUPS_MAX {
            return Err(PlanError::TooComplex("the operation needs too many fetches"));
        }
        Ok(())
    }

    /// What can be entered for the object under the cursor.
    pub(crate) fn reach(&mut self, cursor: &Cursor) -> Rc<Reach> {
        self.memo.reach(self.graph, cursor.standing(), 0)
    }

    /// Plans the fields of the object under the cursor; gives back what cannot be reached from here.
    pub(crate) fn fields(
        &mut self,
        cursor: &Cursor,
        fields: &[NormalField],
    ) -> Result<Vec<NormalField>, PlanError> {
        self.depth += 1;
        self.spend()?;
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
        let may_run = |field: &&NormalField| !cursor.condition.and(&field.condition).is_never();
        for field in fields.iter().filter(may_run) {
            let mut field = field.clone();
            if !is_stand_in {
                if field.on.as_ref().is_some_and(|on| !on.contains(&cursor.ty)) {
                    continue;
                }
                field.on = None;
            }
            if field.name == "__typename" {
                if is_stand_in && !cursor.has_typename {
                    elsewhere.push(field);
                }
            } else if field.on.is_none()
                && !field.tried.contains(&cursor.subgraph)
                && self.is_local(cursor, &field.name)
                && !self.is_cheaper_elsewhere(cursor, &field)
            {
                elsewhere.extend(self.local_field(cursor, &field)?);
            } else {
                elsewhere.push(field);
            }
        }
        let left = self.remote_fields(cursor, elsewhere)?;
        if is_stand_in { self.fields_of_all_types(cursor, left) } else { Ok(left) }
    }

    /// What is wanted of some types only, from an interface object that no way leads back to once the types are known: it is
    /// asked for whatever they turn out to be, and the types are learned elsewhere.
    fn fields_of_all_types(
        &mut self,
        cursor: &Cursor,
        fields: Vec<NormalField>,
    ) -> Result<Vec<NormalField>, PlanError> {
        let is_here = |field: &NormalField| field.on.is_some() && self.is_local(cursor, &field.name);
        let (here, mut left): (Vec<_>, Vec<_>) = fields.into_iter().partition(is_here);
        let Some(first) = here.first().filter(|_| !cursor.has_typename) else {
            left.extend(here);
            return Ok(left);
        };
        let name = Name::new_unchecked("__typename");
        let condition = here.iter().fold(Condition::never(), |or, field| or.or(&field.condition));
        let typename = NormalField {
            id: self.next_id,
            key: name.clone(),
            name,
            arguments: Vec::new(),
            on: None,
            condition,
            fields: Rc::default(),
            ..first.clone()
        };
        self.next_id += 1;
        if !self.remote_fields(cursor, vec![typename])?.is_empty() {
            left.extend(here);
            return Ok(left);
        }
        for field in here {
            left.extend(self.local_field(cursor, &field)?);
        }
        Ok(left)
    }

    /// Fields of an interface or union: directly where every possible type serves them, else type by type.
    fn abstract_fields(
        &mut self,
        cursor: &Cursor,
        fields: &[NormalField],
    ) -> Result<Vec<NormalField>, PlanError> {
        self.select_typename(cursor.set);
        let possible = self.graph.possible(cursor.subgraph, &cursor.ty);
        let mut by_type: IndexMap<Name, Vec<NormalField>> = IndexMap::new();
        for field in fields.iter().filter(|field| field.name != "__typename") {
            let asked = |ty: &&Name| field.on.as_ref().is_none_or(|on| on.contains(*ty));
            let mut open = Some(field.clone());
            if possible.iter().all(|ty| asked(&ty))
                && !field.tried.contains(&cursor.subgraph)
                && self.is_local_on_interface(cursor, &field.name)
            {
                let mut direct = cursor.clone();
                direct.has_typename = true;
                open = self.local_field(&direct, field)?;
            }
            for ty in possible.iter().filter(asked) {
                if let Some(open) = &open {
                    by_type.entry(ty.clone()).or_default().push(open.clone());
                }
            }
        }
        let mut left: Vec<NormalField> = Vec::new();
        for (ty, fields) in by_type {
            let inner = self.narrowed(cursor, &ty);
            for mut field in self.fields(&inner, &fields)? {
                field.on = Some(IndexSet::from([ty.clone()]));
                left.push(field);
            }
        }
        Ok(left)
    }

    /// The cursor for objects of one concrete type at an abstract position.
    pub(crate) fn narrowed(&mut self, cursor: &Cursor, ty: &Name) -> Cursor {
        let mut inner = cursor.clone();
        inner.set = self.selections.inline(cursor.set, ty);
        inner.path.push(PathElement::On(vec![ty.clone()]));
        inner.has_typename = true;
        inner.ty = ty.clone();
        inner.provides = Rc::new(provides::narrowed(&self.graph.supergraph, &cursor.provides, ty));
        inner
    }

    /// Whether the field can be selected on the interface itself.
    pub(crate) fn is_local_on_interface(&self, cursor: &Cursor, field: &Name) -> bool {
        let possible = self.graph.possible(cursor.subgraph, &cursor.ty);
        let serves = |ty: &Name| {
            self.graph.resolves(cursor.subgraph, ty, field) || provides::provided(&cursor.provides, field)
        };
        let info = self.graph.field(cursor.subgraph, &cursor.ty, field);
        info.is_some_and(|here| !here.is_external && !self.graph.is_moved(here))
            && possible.iter().all(serves)
    }

    /// Whether the cursor's subgraph resolves the field right here.
    pub(crate) fn is_local(&self, cursor: &Cursor, field: &Name) -> bool {
        let satisfied =
            cursor.satisfied.contains(field) && self.graph.serves(cursor.subgraph, &cursor.ty, field);
        let known = self.graph.field(cursor.subgraph, &cursor.ty, field).is_some();
        satisfied
            || self.graph.resolves(cursor.subgraph, &cursor.ty, field)
            || (known && provides::provided(&cursor.provides, field) && !self.is_contextual(cursor, field))
    }

    /// Selects a field here and plans what is below; gives back the part of it that cannot be reached below.
    pub(crate) fn local_field(
        &mut self,
        cursor: &Cursor,
        field: &NormalField,
    ) -> Result<Option<NormalField>, PlanError> {
        self.spend()?;
        if let Some(trace) = &mut self.trace {
            trace.serves(field, cursor.subgraph);
        }
        let call = cursor.call(&field.name, &field.arguments);
        let key = self.source(cursor, field, &call);
        let named = field.ty.inner_named_type();
        let composite = self.graph.is_composite(named);
        let guarded = field.condition.and(&cursor.guard);
        let below = self.selections.field(cursor.set, &key, &call, &guarded, composite);
        let Some((set, guard)) = below else { return Ok(None) };
        let mut inner = self.below(cursor, &field.name, &key, set, &field.condition);
        inner.guard = guard;
        if self.graph.is_abstract(named) {
            // The subgraph may know the position as one concrete type; the client's shape still looks at the name.
            self.select_typename(set);
        }
        let left = self.fields(&inner, &field.fields)?;
        if left.is_empty() {
            if self.selections.items(set).is_empty() {
                // The client asks for nothing but `__typename`, which still tells whether the object exists.
                self.select_typename(set);
            }
            return Ok(None);
        }
        let mut rest = NormalField { id: self.next_id, fields: Rc::new(left), ..field.clone() };
        self.next_id += 1;
        rest.tried.push(cursor.subgraph);
        Ok(Some(rest))
    }

    /// The cursor below a field of the cursor's object.
    pub(crate) fn below(
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
        let mut provided: Vec<FieldSet> = here.and_then(|here| here.provides.clone()).into_iter().collect();
        provided.extend(provides::below(&cursor.provides, name));
        Cursor {
            group: cursor.group,
            subgraph: cursor.subgraph,
            set,
            scope: self.scopes.below(cursor.scope, key),
            ty: ty.inner_named_type().clone(),
            path,
            condition: cursor.condition.and(condition),
            guard: Condition::always(),
            provides: Rc::new(provided),
            satisfied: Rc::default(),
            contextual: Rc::default(),
            above: self.graph.has_contexts.then(|| Rc::new(cursor.clone())),
            entered_from: None,
            has_typename: false,
        }
    }

    /// Selects `__typename`.
    pub(crate) fn select_typename(&mut self, set: SetId) {
        let name = Name::new_unchecked("__typename");
        let call = Call { name: name.clone(), arguments: Vec::new() };
        self.selections.field(set, &name, &call, &Condition::always(), false);
    }

    /// The internal key of a client field where the cursor's subgraph resolves it.
    fn source(&mut self, cursor: &Cursor, field: &NormalField, call: &Call) -> Name {
        let here = self.graph.field(cursor.subgraph, &cursor.ty, &field.name);
        let local = here.map_or_else(|| field.ty.clone(), |here| here.ty.clone());
        self.scopes.source(cursor.scope, field, call, (cursor.subgraph, &local, &cursor.ty))
    }

    /// Lets a group run also under this condition.
    pub(crate) fn widen(&mut self, group: usize, condition: &Condition) {
        let widened = self.groups[group].condition.or(condition);
        self.groups[group].condition = widened;
    }

    /// Of some groups those that no other of them implies, and all that are done once these are.
    pub(crate) fn tips(&self, groups: &BTreeSet<usize>) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let mut tips = BTreeSet::new();
        let mut done = BTreeSet::new();
        // A group only waits for older ones, so the youngest can imply the others.
        for group in groups.iter().rev().copied().filter(|group| *group < self.groups.len()) {
            if done.insert(group) {
                tips.insert(group);
                done.extend(self.groups[group].before.iter().copied());
            }
        }
        (tips, done)
    }

    /// Adds a group that waits for these others.
    pub(crate) fn add_group(
        &mut self,
        kind: OperationType,
        subgraph: SubgraphId,
        path: Vec<PathElement>,
        deps: &BTreeSet<usize>,
    ) -> usize {
        let set = self.selections.add();
        let (deps, before) = self.tips(deps);
        self.groups.push(Group {
            subgraph,
            kind,
            path,
            deps,
            before,
            set,
            condition: Condition::never(),
            representations: Vec::new(),
            contexts: Vec::new(),
            is_entity: false,
        });
        self.groups.len() - 1
    }
}

/// How many lists are around a type.
pub(crate) fn list_depth(ty: &Type) -> usize {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => 0,
        Type::List(inner) | Type::NonNullList(inner) => 1 + list_depth(inner),
    }
}
