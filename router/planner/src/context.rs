//! Arguments from contexts (`@fromContext`): the nearest object above that sets the context gives the value. It is brought into the
//! merged data like a requirement, and sent as a variable of the fetch that enters the subgraph.

use crate::PlanError;
use crate::graph::{Graph, Need};
use crate::jump;
use crate::normalize::NormalField;
use crate::plan::{ContextSource, ContextValue};
use crate::search::{Cursor, Search};
use apollo_compiler::ast::{Argument, Value};
use apollo_compiler::executable::Operation;
use apollo_compiler::{Name, Node};
use indexmap::{IndexMap, IndexSet};
use router_schema::{ContextArgument, FieldSet, SubgraphId};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The variables for values from contexts: what is read in the same way goes by one name.
#[derive(Debug)]
pub(crate) struct ContextVariables {
    prefix: String,
    known: IndexSet<(String, String, String)>,
}

impl ContextVariables {
    /// Names that the client's variables do not have.
    pub(crate) fn new(operation: &Operation) -> Self {
        let mut prefix = "context".to_owned();
        while operation.variables.iter().any(|variable| variable.name.starts_with(&prefix)) {
            prefix.insert(0, '_');
        }
        Self { prefix, known: IndexSet::new() }
    }

    fn of(&mut self, argument: &ContextArgument) -> Name {
        let (selection, ty) = (argument.selection.to_string(), argument.ty.to_string());
        let (at, _) = self.known.insert_full((argument.context.clone(), selection, ty));
        // A context's name starts with its subgraph's, which need not be a name of GraphQL.
        let context = argument.context.rsplit("__").next().unwrap_or_default();
        let letters: String = context.chars().filter(char::is_ascii_alphanumeric).collect();
        Name::new_unchecked(&format!("{}{at}_{letters}", self.prefix))
    }
}

impl Search<'_> {
    /// Makes sure that the values of arguments from contexts are in the merged data; how to read them, and the groups that
    /// bring them.
    pub(crate) fn ensure_contexts(
        &mut self,
        cursor: &Cursor,
        arguments: &[ContextArgument],
    ) -> Result<(Vec<ContextValue>, BTreeSet<usize>), PlanError> {
        let mut values = Vec::new();
        let mut deps = BTreeSet::new();
        for argument in arguments {
            let mut sources = Vec::new();
            for (setter, types) in self.setters(cursor, &argument.context) {
                let mut at = Cursor::clone(&self.best_place(&setter, &argument.selection));
                at.condition = cursor.condition.clone();
                let is_object = self.graph.is_object_in(at.subgraph, &at.ty);
                let ensured = if is_object {
                    self.ensure(&at, &argument.selection)
                } else {
                    let types = types.clone().unwrap_or_else(|| self.types_at(&setter));
                    self.ensure_on(&at, &types, &argument.selection)
                };
                if matches!(ensured, Err(PlanError::Unreachable(_))) {
                    // Another way to the object may lead to where it can.
                    self.unable.insert((at.subgraph, at.ty.clone()));
                }
                let (value, more) = ensured?;
                deps.insert(at.group);
                deps.extend(more);
                sources.push(ContextSource { at: setter.path.len(), on: types, value });
            }
            let variable = self.context_variables.of(argument);
            values.push(ContextValue { variable, ty: argument.ty.clone(), sources });
        }
        Ok((values, deps))
    }

    /// Among the places where the object is known, one whose subgraph has the value, else the one that is there first.
    fn best_place(&mut self, setter: &Rc<Cursor>, selection: &FieldSet) -> Rc<Cursor> {
        let mut best = Rc::clone(setter);
        let mut next = Some(Rc::clone(setter));
        while let Some(place) = next.filter(|place| place.ty == setter.ty) {
            if self.memo.obtains_here(self.graph, place.standing(), selection, 0) {
                return place;
            }
            best = Rc::clone(&place);
            next = place.entered_from.clone();
        }
        best
    }

    /// By field: the arguments that contexts give to the fields that need them.
    pub(crate) fn contextual(&mut self, need: &Need) -> IndexMap<Name, Vec<Node<Argument>>> {
        let mut arguments = Vec::new();
        for argument in &need.contexts {
            let value = Node::new(Value::Variable(self.context_variables.of(argument)));
            arguments.push(Node::new(Argument { name: argument.name.clone(), value }));
        }
        need.fields.iter().map(|field| (field.clone(), arguments.clone())).collect()
    }

    /// Whether objects above give all that a field takes from contexts in a subgraph.
    pub(crate) fn has_contexts(
        &self,
        cursor: &Cursor,
        (target, as_type): (SubgraphId, &Name),
        field: &Name,
    ) -> bool {
        self.graph.field(target, as_type, field).is_none_or(|here| {
            here.context_arguments.iter().all(|argument| !self.setters(cursor, &argument.context).is_empty())
        })
    }

    /// Whether the cursor's subgraph takes an argument of the field from a context.
    pub(crate) fn is_contextual(&self, cursor: &Cursor, field: &Name) -> bool {
        let here = self.graph.field(cursor.subgraph, &cursor.ty, field);
        here.is_some_and(|here| !here.context_arguments.is_empty())
    }

    /// The objects above that may set a context, from the nearest on up to one that does in any case; with the types that set it,
    /// where not all do.
    fn setters(&self, cursor: &Cursor, context: &str) -> Vec<(Rc<Cursor>, Option<Vec<Name>>)> {
        let mut setters = Vec::new();
        let mut above = cursor.above.clone();
        while let Some(ancestor) = above {
            let all = self.types_at(&ancestor);
            let sets = |ty: &&Name| self.graph.supergraph.contexts_of(ty).contains(context);
            let setting: Vec<Name> = all.iter().filter(sets).cloned().collect();
            above = ancestor.above.clone();
            if setting.len() == all.len() {
                setters.push((ancestor, None));
                break;
            }
            if !setting.is_empty() {
                setters.push((ancestor, Some(setting)));
            }
        }
        setters
    }

    /// The concrete types that the cursor's object can have.
    fn types_at(&self, cursor: &Cursor) -> Vec<Name> {
        if self.graph.is_interface_object(cursor.subgraph, &cursor.ty) {
            self.graph.supergraph.possible_types(&cursor.ty).into_iter().collect()
        } else if self.graph.is_object_in(cursor.subgraph, &cursor.ty) {
            vec![cursor.ty.clone()]
        } else {
            self.graph.possible(cursor.subgraph, &cursor.ty).iter().cloned().collect()
        }
    }
}

impl Graph {
    /// Whether something below a field may take an argument from a context, going by the names.
    pub(crate) fn takes_contexts(&self, field: &NormalField) -> bool {
        let takes = |inner: &NormalField| self.contextual.contains(&inner.name) || self.takes_contexts(inner);
        field.fields.iter().any(takes)
    }
}

/// Adds values that a request does not have yet.
pub(crate) fn unite(known: &mut Vec<ContextValue>, more: &[ContextValue]) {
    for value in more {
        let Some(same) = known.iter_mut().find(|other| other.variable == value.variable) else {
            known.push(value.clone());
            continue;
        };
        for source in &value.sources {
            match same.sources.iter_mut().find(|other| other.at == source.at && other.on == source.on) {
                Some(other) => jump::unite(&mut other.value, &source.value),
                None => same.sources.push(source.clone()),
            }
        }
    }
}
