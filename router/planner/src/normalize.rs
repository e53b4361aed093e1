//! Operation → normal form: fragments inlined by type, `@skip` and `@include` collected, equal response keys merged.
//!
//! The normal form is what the search works on and what the client's [`Shape`](crate::Shape) is built from. For each concrete
//! type at most one entry per response key applies; where fragments make them differ, entries carry the types they are for.

use crate::PlanError;
use crate::plan::{Condition, VariableTest};
use apollo_compiler::ast::{Argument, Type, Value};
use apollo_compiler::executable::{Directive, ExecutableDocument, Field, Selection, SelectionSet};
use apollo_compiler::{Name, Node};
use indexmap::{IndexMap, IndexSet};
use router_schema::{SubgraphId, Supergraph};
use std::collections::HashMap;
use std::rc::Rc;

/// The most fields a normal form may have after fragments are inlined.
const FIELDS_MAX: usize = 100_000;

/// The deepest selection that is planned.
const DEPTH_MAX: usize = 200;

/// One field of the normal form.
#[derive(Clone, Debug)]
pub(crate) struct NormalField {
    /// Identifies the field with what is asked for below it within one planning run.
    pub(crate) id: u32,
    /// The client's field that it comes from; what is left over of a field keeps its origin.
    pub(crate) origin: u32,
    /// The subgraphs that gave what they can of it at its place.
    pub(crate) tried: Vec<SubgraphId>,
    /// The client's response key.
    pub(crate) key: Name,
    /// The field's name in the schema.
    pub(crate) name: Name,
    /// Its arguments as written.
    pub(crate) arguments: Vec<Node<Argument>>,
    /// Its type as the client sees it.
    pub(crate) ty: Type,
    /// The concrete types it is asked for; `None` for all that are possible here.
    pub(crate) on: Option<IndexSet<Name>>,
    /// When it is asked for.
    pub(crate) condition: Condition,
    /// Where the answer has it, when that depends on what the variables leave of the operation: one turn for each place, in
    /// order. Empty for most fields: then its origin is its place.
    pub(crate) turns: Vec<Turn>,
    /// What is asked for below.
    pub(crate) fields: Rc<Vec<NormalField>>,
}

/// A place where a field comes first among its equals.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// The field's number there.
    pub(crate) origin: u32,
    /// When it is there that the field comes first.
    pub(crate) condition: Condition,
}

/// Whether two argument lists are equal whatever their order.
pub(crate) fn same_arguments(left: &[Node<Argument>], right: &[Node<Argument>]) -> bool {
    left.len() == right.len()
        && left.iter().all(|argument| {
            right.iter().any(|other| other.name == argument.name && other.value == argument.value)
        })
}

/// Brings a selection into normal form.
pub(crate) fn normalize(
    supergraph: &Supergraph,
    document: &ExecutableDocument,
    selection: &SelectionSet,
) -> Result<Vec<NormalField>, PlanError> {
    let mut normalizer = Normalizer { supergraph, document, fields: 0, possible: HashMap::new() };
    let scope = Scope { ty: selection.ty.clone(), on: None, condition: Condition::always() };
    let mut collected = Vec::new();
    normalizer.collect(selection, &scope, 0, &mut collected)?;
    normalizer.merge(&selection.ty, collected)
}

struct Normalizer<'a> {
    supergraph: &'a Supergraph,
    document: &'a ExecutableDocument,
    /// How many fields were seen; also numbers them.
    fields: usize,
    possible: HashMap<Name, Rc<IndexSet<Name>>>,
}

struct Scope {
    /// The type of the enclosing field, whose possible types `on` narrows.
    ty: Name,
    on: Option<IndexSet<Name>>,
    condition: Condition,
}

impl Normalizer<'_> {
    fn collect(
        &mut self,
        selection: &SelectionSet,
        scope: &Scope,
        depth: usize,
        out: &mut Vec<NormalField>,
    ) -> Result<(), PlanError> {
        if depth > DEPTH_MAX {
            return Err(PlanError::TooComplex("the operation is nested too deeply"));
        }
        for selection in &selection.selections {
            match selection {
                Selection::Field(field) => {
                    if let Some(field) = self.field(field, scope, depth)? {
                        out.push(field);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.type_condition.as_ref();
                    if let Some(scope) = self.narrowed(scope, on, &inline.directives) {
                        self.collect(&inline.selection_set, &scope, depth + 1, out)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    let on = Some(&fragment.selection_set.ty);
                    if let Some(scope) = self.narrowed(scope, on, &spread.directives) {
                        self.collect(&fragment.selection_set, &scope, depth + 1, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &Field,
        scope: &Scope,
        depth: usize,
    ) -> Result<Option<NormalField>, PlanError> {
        let id = self.number(1)?;
        let condition = scope.condition.and(&condition_of(&field.directives));
        if condition.is_never() {
            return Ok(None);
        }
        let inner = Scope { ty: field.selection_set.ty.clone(), on: None, condition: Condition::always() };
        let mut fields = Vec::new();
        self.collect(&field.selection_set, &inner, depth + 1, &mut fields)?;
        Ok(Some(NormalField {
            id,
            origin: id,
            tried: Vec::new(),
            key: field.response_key().clone(),
            name: field.name.clone(),
            arguments: field.arguments.clone(),
            ty: field.definition.ty.clone(),
            on: scope.on.clone(),
            condition,
            turns: Vec::new(),
            fields: Rc::new(fields),
        }))
    }

    /// Counts `more` fields against the limit; the count serves as a number for the last of them.
    fn number(&mut self, more: usize) -> Result<u32, PlanError> {
        self.fields += more;
        if self.fields > FIELDS_MAX {
            return Err(PlanError::TooComplex("the operation has too many fields"));
        }
        Ok(u32::try_from(self.fields).expect("the limit is below 2^32"))
    }

    fn possible(&mut self, ty: &Name) -> Rc<IndexSet<Name>> {
        let supergraph = self.supergraph;
        let possible = self.possible.entry(ty.clone());
        Rc::clone(possible.or_insert_with(|| Rc::new(supergraph.possible_types(ty))))
    }

    /// The scope inside a fragment; `None` when it can never apply.
    fn narrowed<'d>(
        &mut self,
        scope: &Scope,
        on: Option<&Name>,
        directives: impl IntoIterator<Item = &'d Node<Directive>>,
    ) -> Option<Scope> {
        let condition = scope.condition.and(&condition_of(directives));
        if condition.is_never() {
            return None;
        }
        let narrowed = match on {
            None => scope.on.clone(),
            Some(on) if *on == scope.ty => scope.on.clone(),
            Some(on) => {
                let allowed = self.possible(on);
                let all = self.possible(&scope.ty);
                let before = scope.on.as_ref().unwrap_or(&all);
                let after: IndexSet<Name> =
                    before.iter().filter(|ty| allowed.contains(*ty)).cloned().collect();
                if after.is_empty() {
                    return None;
                }
                (after.len() < all.len()).then_some(after)
            }
        };
        Some(Scope { ty: scope.ty.clone(), on: narrowed, condition })
    }

    /// Merges what was collected for one object: one entry per response key and set of types.
    fn merge(&mut self, ty: &Name, collected: Vec<NormalField>) -> Result<Vec<NormalField>, PlanError> {
        let mut by_key: IndexMap<Name, Vec<NormalField>> = IndexMap::new();
        for field in collected {
            by_key.entry(field.key.clone()).or_default().push(field);
        }
        let mut merged = Vec::new();
        for entries in by_key.into_values() {
            let is_leaf = self.possible(entries[0].ty.inner_named_type()).is_empty();
            if is_leaf && entries[0].on.is_none() && entries[0].condition.is_always() {
                // A leaf that is asked for anyway is not asked for again by type.
                merged.push(entries[0].clone());
            } else if entries.iter().all(|entry| entry.on == entries[0].on) {
                merged.push(self.fuse(entries)?);
            } else {
                for (on, entries) in self.split(ty, &entries) {
                    let mut field = self.fuse(entries)?;
                    field.on = on;
                    merged.push(field);
                }
            }
        }
        // Numbered as they were met: every concrete type gets its keys in the order in which it asks for them.
        merged.sort_by_key(|field| field.origin);
        forget_needless_turns(&mut merged);
        Ok(merged)
    }

    /// Groups the possible types by which entries apply to them.
    fn split(
        &mut self,
        ty: &Name,
        entries: &[NormalField],
    ) -> Vec<(Option<IndexSet<Name>>, Vec<NormalField>)> {
        let all = self.possible(ty);
        let mut groups: IndexMap<Vec<usize>, IndexSet<Name>> = IndexMap::new();
        for concrete in all.iter() {
            let applying: Vec<usize> = entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.on.as_ref().is_none_or(|on| on.contains(concrete)))
                .map(|(index, _)| index)
                .collect();
            if !applying.is_empty() {
                groups.entry(applying).or_default().insert(concrete.clone());
            }
        }
        groups
            .into_iter()
            .map(|(applying, on)| {
                let entries = applying.into_iter().map(|index| entries[index].clone()).collect();
                ((on.len() < all.len()).then_some(on), entries)
            })
            .collect()
    }

    /// One field out of entries that apply together. The condition is their disjunction; what only some entries ask for
    /// below keeps its own entry's condition.
    fn fuse(&mut self, mut entries: Vec<NormalField>) -> Result<NormalField, PlanError> {
        let condition =
            entries.iter().skip(1).fold(entries[0].condition.clone(), |or, entry| or.or(&entry.condition));
        let turns = turns(&entries);
        let mut below = Vec::new();
        for entry in &mut entries {
            let own = (entry.condition != condition).then(|| entry.condition.clone());
            for mut field in Rc::unwrap_or_clone(std::mem::take(&mut entry.fields)) {
                if let Some(own) = &own {
                    field.condition = field.condition.and(own);
                }
                if !field.condition.is_never() {
                    below.push(field);
                }
            }
        }
        let mut field = entries.swap_remove(0);
        field.id = self.number(below.len() + 1)?;
        field.condition = condition;
        field.turns = turns;
        field.fields = Rc::new(self.merge(&field.ty.inner_named_type().clone(), below)?);
        Ok(field)
    }
}

/// Where no other field lies between them, all turns are the same place.
fn forget_needless_turns(fields: &mut [NormalField]) {
    let places: Vec<Vec<u32>> = fields
        .iter()
        .map(|field| {
            std::iter::once(field.origin).chain(field.turns.iter().map(|turn| turn.origin)).collect()
        })
        .collect();
    for (at, field) in fields.iter_mut().enumerate() {
        let (Some(first), Some(last)) = (field.turns.first(), field.turns.last()) else { continue };
        let between = |place: &u32| first.origin < *place && *place < last.origin;
        let others = places.iter().enumerate().filter(|(other, _)| *other != at);
        if !others.flat_map(|(_, places)| places).any(between) {
            field.turns = Vec::new();
        }
    }
}

/// When which of several equal fields is the first that is asked for. Nothing when the first always is, or when that is too
/// much to write down: then the first one's place is good enough.
fn turns(entries: &[NormalField]) -> Vec<Turn> {
    if entries.len() < 2 || entries[0].condition.is_always() {
        return Vec::new();
    }
    let mut turns = Vec::new();
    let mut none_before = Condition::always();
    for entry in entries {
        let condition = none_before.and(&entry.condition);
        let Some(negated) = entry.condition.negated() else { return Vec::new() };
        none_before = none_before.and(&negated);
        // A condition that grew too large says "always", which must not be taken at its word.
        if condition.is_always() || none_before.is_always() {
            return Vec::new();
        }
        if !condition.is_never() {
            turns.push(Turn { origin: entry.origin, condition });
        }
    }
    turns
}

/// What `@skip` and `@include` say together.
fn condition_of<'d>(directives: impl IntoIterator<Item = &'d Node<Directive>>) -> Condition {
    let mut condition = Condition::always();
    for directive in directives {
        let expected = match directive.name.as_str() {
            "include" => true,
            "skip" => false,
            _ => continue,
        };
        let Some(argument) = directive.arguments.iter().find(|argument| argument.name == "if") else {
            continue;
        };
        let test = match argument.value.as_ref() {
            Value::Boolean(value) if *value == expected => Condition::always(),
            Value::Boolean(_) => Condition::never(),
            Value::Variable(variable) => {
                Condition::test(VariableTest { variable: variable.clone(), expected })
            }
            _ => Condition::always(),
        };
        condition = condition.and(&test);
    }
    condition
}
