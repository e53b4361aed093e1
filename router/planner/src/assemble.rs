//! Groups → plan: operation texts, dependencies by position, the client's shape.

use crate::join::Joined;
use crate::normalize::NormalField;
use crate::plan::{
    Condition, ContextValue, Fetch, FetchId, Plan, Representation, Shape, ShapeField, ShapeKind, VariableTest,
};
use crate::postpone;
use crate::root::is_meta;
use crate::search::Search;
use crate::selection::{Call, Item, ScopeId, SetId};
use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Value};
use apollo_compiler::executable::Operation;
use apollo_compiler::schema::ExtendedType;
use indexmap::{IndexMap, IndexSet};
use std::fmt::Write;

/// In how many ways a leaf may be asked for before it is sent always.
const LEAF_ALTERNATIVES_MAX: usize = 4;

/// The same for a field with a selection, which every way repeats.
const COMPOSITE_ALTERNATIVES_MAX: usize = 2;

/// Turns what the search found into the plan.
pub(crate) fn assemble(mut search: Search<'_>, operation: &Operation, fields: &[NormalField]) -> Plan {
    let live = live(&mut search);
    let mut fetches = joined(&search, operation, &live, &[]);
    let put_off: Vec<(usize, usize)> = fetches.1.put_off();
    if !put_off.is_empty() {
        fetches = joined(&search, operation, &live, &in_groups(&fetches.0, &put_off));
    }
    let fetches = fetches.1;
    let root = operation.selection_set.ty.clone();
    let shape = shape(&search, Some(ScopeId(0)), &root, fields);
    let labels = search.graph.labels.active().clone();
    Plan { operation: operation.operation_type, labels, fetches: fetches.fetches, shape }
}

/// By group: the position of its fetch.
type Positions = IndexMap<usize, usize>;

/// The fetches for groups; of the pairs of groups the first is not fetched by itself but at its place by the second's fetch.
fn joined(
    search: &Search<'_>,
    operation: &Operation,
    live: &[usize],
    put_off: &[(usize, usize)],
) -> (Positions, Joined) {
    let mut position = Positions::new();
    let mut fetches = Joined::default();
    for group in live.iter().filter(|group| !put_off.iter().any(|(early, _)| early == *group)) {
        let before = search.groups[*group].before.iter().filter_map(|dep| position.get(dep));
        let (depends_on, before) = fetches.tips(before.copied().collect());
        let fetch = fetch(search, operation, *group, fetches.next_id(), depends_on);
        position.insert(*group, fetches.add(fetch, before));
    }
    for (early, late) in put_off {
        fetches.add_place(position[late], search.groups[*early].path.clone());
    }
    (position, fetches)
}

/// Pairs of fetches as pairs of groups: all that made up the first, and one of the second's.
fn in_groups(positions: &Positions, pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let groups_of =
        |fetch: usize| positions.iter().filter(move |(_, at)| **at == fetch).map(|(group, _)| *group);
    let pair = |(early, late): &(usize, usize)| {
        let late = groups_of(*late).next().expect("a fetch is made of groups");
        groups_of(*early).map(move |early| (early, late)).collect::<Vec<_>>()
    };
    pairs.iter().flat_map(pair).collect()
}

/// The groups that ask for something, each after those it depends on: a group only ever waits for older ones.
fn live(search: &mut Search<'_>) -> Vec<usize> {
    for group in 0..search.groups.len() {
        let set = search.groups[group].set;
        search.selections.prune(set);
    }
    let asks = |group: &usize| {
        let group = &search.groups[*group];
        !search.selections.items(group.set).is_empty() && !group.condition.is_never()
    };
    let live = (0..search.groups.len()).filter(asks).collect();
    postpone::postpone(search, live)
}

fn fetch(
    search: &Search<'_>,
    operation: &Operation,
    group: usize,
    id: FetchId,
    depends_on: Vec<FetchId>,
) -> Fetch {
    let group = &search.groups[group];
    let mut variables = IndexSet::new();
    let mut text = String::new();
    let implied = implied(&group.condition);
    let mut printer = Printer { search, runs: &group.condition, implied, variables: &mut variables };
    printer.print(group.set, &mut text);
    let representations = free_variable(operation);
    let declared = operation.variables.iter().filter(|variable| variables.contains(&variable.name));
    let mut declarations: Vec<String> = Vec::new();
    if group.is_entity {
        declarations.push(format!("${representations}: [_Any!]!"));
    }
    let mut forwarded = Vec::new();
    for variable in declared {
        let mut declaration = format!("${}: {}", variable.name, variable.ty);
        if let Some(default) = &variable.default_value {
            let _ = write!(declaration, " = {}", default.serialize().no_indent());
        }
        declarations.push(declaration);
        forwarded.push(variable.name.clone());
    }
    let used = group.contexts.iter().filter(|context| variables.contains(&context.variable));
    let contexts: Vec<ContextValue> = used.cloned().collect();
    declarations.extend(contexts.iter().map(|context| format!("${}: {}", context.variable, context.ty)));
    let service = search.graph.supergraph.subgraph(group.subgraph).name.clone();
    let mut head = group.kind.name().to_owned();
    if let Some(name) = &operation.name {
        let _ = write!(head, " {name}__{}__{}", identifier(&service), id.0);
    }
    if !declarations.is_empty() {
        let _ = write!(head, "({})", declarations.join(", "));
    }
    let body = if group.is_entity {
        format!("{head} {{ _entities(representations: ${representations}) {{ {text} }} }}")
    } else if group.kind == OperationType::Query && head == "query" {
        format!("{{ {text} }}")
    } else {
        format!("{head} {{ {text} }}")
    };
    Fetch {
        id,
        subgraph: group.subgraph,
        service,
        kind: group.kind,
        path: group.path.clone(),
        also_at: Vec::new(),
        depends_on,
        condition: group.condition.clone(),
        representation: group
            .is_entity
            .then(|| Representation { variable: representations, types: group.representations.clone() }),
        contexts,
        operation: body,
        selection: text,
        variables: forwarded,
    }
}

/// The variable for representations, under a name that the client does not use.
fn free_variable(operation: &Operation) -> Name {
    let mut name = "representations".to_owned();
    while operation.variables.iter().any(|variable| variable.name == name.as_str()) {
        name.insert(0, '_');
    }
    Name::new_unchecked(&name)
}

/// A name usable inside an operation name.
fn identifier(service: &str) -> String {
    service.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// The tests that hold whenever a fetch runs; its operation need not repeat them.
fn implied(condition: &Condition) -> Vec<VariableTest> {
    let Some((first, rest)) = condition.any.split_first() else { return Vec::new() };
    first.iter().filter(|test| rest.iter().all(|all| all.contains(test))).cloned().collect()
}

/// Prints selection sets on one line and notes the variables they use.
struct Printer<'a> {
    search: &'a Search<'a>,
    /// When the fetch runs at all.
    runs: &'a Condition,
    implied: Vec<VariableTest>,
    variables: &'a mut IndexSet<Name>,
}

impl Printer<'_> {
    fn print(&mut self, set: SetId, out: &mut String) {
        for (index, item) in self.search.selections.items(set).iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            match item {
                Item::Inline { on, set } => {
                    let _ = write!(out, "... on {on} {{ ");
                    self.print(*set, out);
                    out.push_str(" }");
                }
                Item::Field { key, call, condition, set } => {
                    for (at, tests) in self.alternatives(condition, set.is_some()).iter().enumerate() {
                        if at > 0 {
                            out.push(' ');
                        }
                        self.field((key, call), tests, *set, out);
                    }
                }
            }
        }
    }

    /// When a field is sent along: one entry per way in which it is asked for, an empty one for always. The conditions of the
    /// fetch itself are not repeated. A field with too many ways is always sent; the shape leaves it out.
    fn alternatives(&self, condition: &Condition, is_composite: bool) -> Vec<Vec<VariableTest>> {
        let holds = |all: &Vec<VariableTest>| {
            condition.any.iter().any(|asked| asked.iter().all(|test| all.contains(test)))
        };
        if self.runs.any.iter().all(holds) {
            return vec![Vec::new()];
        }
        let open = |all: &Vec<VariableTest>| -> Vec<VariableTest> {
            all.iter().filter(|test| !self.implied.contains(test)).cloned().collect()
        };
        let alternatives: Vec<Vec<VariableTest>> = condition.any.iter().map(open).collect();
        let most = if is_composite { COMPOSITE_ALTERNATIVES_MAX } else { LEAF_ALTERNATIVES_MAX };
        if alternatives.iter().any(Vec::is_empty) || alternatives.len() > most {
            return vec![Vec::new()];
        }
        alternatives
    }

    /// Prints a field that is sent when all of these tests hold: one `@include` and one `@skip` on the field itself, the others
    /// on fragments around it.
    fn field(
        &mut self,
        (key, call): (&Name, &Call),
        tests: &[VariableTest],
        set: Option<SetId>,
        out: &mut String,
    ) {
        let mut own: Vec<&VariableTest> = Vec::new();
        let mut around = 0;
        for test in tests {
            self.variables.insert(test.variable.clone());
            if own.iter().all(|other| other.expected != test.expected) {
                own.push(test);
            } else {
                let _ = write!(out, "... {} {{ ", directive(test));
                around += 1;
            }
        }
        if *key != call.name {
            let _ = write!(out, "{key}: ");
        }
        self.call(call, out);
        for test in own {
            let _ = write!(out, " {}", directive(test));
        }
        if let Some(set) = set {
            out.push_str(" { ");
            self.print(set, out);
            out.push_str(" }");
        }
        out.push_str(&" }".repeat(around));
    }

    fn call(&mut self, call: &Call, out: &mut String) {
        out.push_str(&call.name);
        for (index, argument) in call.arguments.iter().enumerate() {
            let open = if index == 0 { "(" } else { ", " };
            let value = argument.value.serialize().no_indent();
            let _ = write!(out, "{open}{}: {value}", argument.name);
            variables_in(&argument.value, self.variables);
        }
        if !call.arguments.is_empty() {
            out.push(')');
        }
    }
}

fn directive(test: &VariableTest) -> String {
    format!("@{}(if: ${})", if test.expected { "include" } else { "skip" }, test.variable)
}

fn variables_in(value: &Value, variables: &mut IndexSet<Name>) {
    match value {
        Value::Variable(name) => {
            variables.insert(name.clone());
        }
        Value::List(items) => items.iter().for_each(|item| variables_in(item, variables)),
        Value::Object(fields) => fields.iter().for_each(|(_, value)| variables_in(value, variables)),
        _ => {}
    }
}

/// The client's answer, from the normal form, for objects of type `ty` at a place of the merged data.
fn shape(search: &Search<'_>, scope: Option<ScopeId>, ty: &Name, fields: &[NormalField]) -> Shape {
    let mut turned: Vec<(u32, ShapeField)> = Vec::new();
    for field in fields {
        let mut shaped = Vec::new();
        let sources = scope.map_or(&[][..], |scope| search.scopes.sources(scope, field));
        match sources {
            _ if is_meta(field) => shaped.push(shape_field(search, scope, (ty, field), &field.name)),
            [] => shaped.push(shape_field(search, scope, (ty, field), &field.key)),
            [(source, _)] => shaped.push(shape_field(search, scope, (ty, field), source)),
            several => {
                for (index, (source, _)) in several.iter().enumerate() {
                    let on = types_of(search, (ty, field), several, index);
                    if !on.is_empty() {
                        let one = shape_field(search, scope, (ty, field), source);
                        shaped.push(ShapeField { on: Some(on), ..one });
                    }
                }
            }
        }
        for one in shaped {
            if field.turns.is_empty() {
                turned.push((field.origin, one));
                continue;
            }
            for turn in &field.turns {
                turned.push((turn.origin, ShapeField { condition: turn.condition.clone(), ..one.clone() }));
            }
        }
    }
    turned.sort_by_key(|(place, _)| *place);
    Shape { fields: turned.into_iter().map(|(_, field)| field).collect() }
}

/// The types whose objects have a field under one of its several keys. The key that was selected on an interface is for all
/// types that no other key is for.
fn types_of(
    search: &Search<'_>,
    (ty, field): (&Name, &NormalField),
    sources: &[(Name, IndexSet<Name>)],
    index: usize,
) -> Vec<Name> {
    let schema = &search.graph.supergraph.schema;
    let own = &sources[index].1;
    if own.iter().all(|ty| schema.get_object(ty).is_some()) {
        let asked = |ty: &&Name| field.on.as_ref().is_none_or(|on| on.contains(*ty));
        return own.iter().filter(asked).cloned().collect();
    }
    let others = sources.iter().enumerate().filter(|(at, _)| *at != index);
    let taken: IndexSet<&Name> = others.flat_map(|(_, (_, types))| types).collect();
    let all = field.on.clone().unwrap_or_else(|| search.graph.supergraph.possible_types(ty));
    all.into_iter().filter(|ty| !taken.contains(ty)).collect()
}

fn shape_field(
    search: &Search<'_>,
    scope: Option<ScopeId>,
    (ty, field): (&Name, &NormalField),
    source: &Name,
) -> ShapeField {
    let supergraph = &search.graph.supergraph;
    let named = field.ty.inner_named_type();
    let kind = if field.name == "__typename" {
        ShapeKind::Typename(supergraph.schema.get_object(ty).map(|_| ty.clone()))
    } else if is_meta(field) {
        ShapeKind::Introspection
    } else if search.graph.is_composite(named) {
        let below = scope.and_then(|scope| search.scopes.known_below(scope, source));
        ShapeKind::Object(shape(search, below, named, &field.fields))
    } else {
        match supergraph.api.types.get(named) {
            Some(ExtendedType::Enum(values)) => ShapeKind::Enum(values.values.keys().cloned().collect()),
            _ => ShapeKind::Scalar,
        }
    };
    ShapeField {
        response_key: field.key.clone(),
        source: source.clone(),
        ty: field.ty.clone(),
        on: field.on.as_ref().map(|on| on.iter().cloned().collect()),
        condition: field.condition.clone(),
        kind,
    }
}
