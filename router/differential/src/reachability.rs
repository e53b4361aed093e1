//! Composition proves that every field can be reached; the planner finds the way. Neither believes the other: every field is
//! asked for on short paths, and one that the proof lets through must have a plan, while one that it refuses must have none.

use router_composition::{Code, Composition, Contract, Severity, SubgraphSource, compose, compose_unproven};
use router_planner::{PlanError, Planner};
use router_schema::Supergraph;
use router_schema::apollo_compiler::ast::{FieldDefinition, InputValueDefinition, OperationType, Type};
use router_schema::apollo_compiler::schema::ExtendedType;
use router_schema::apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How often the fields of one graph are asked for; far more than any of ours has.
const QUESTIONS_MAX: usize = 20_000;

/// How proof and planner see one graph.
#[derive(Clone, Debug, Default)]
pub struct Reachability {
    /// Whether the proof says that every field can be reached; `None` for a graph that does not get that far.
    pub is_proven: Option<bool>,
    /// The queries that were planned.
    pub queries: usize,
    /// Where they do not agree.
    pub differences: Vec<String>,
}

/// Composes the subgraphs with and without the proof, and asks the planner for every field.
#[must_use]
pub fn reachability(sources: &[SubgraphSource]) -> Reachability {
    let mut found = Reachability::default();
    let Some(supergraph) = compose_unproven(sources, &Contract::default()).supergraph else { return found };
    let proof = Proof::of(&compose(sources));
    found.is_proven = Some(proof.refused.is_empty());
    let supergraph = Arc::new(supergraph);
    let planner = Planner::new(supergraph.clone());
    for question in questions(&supergraph) {
        found.queries += 1;
        let is_refused = question.fields.iter().any(|field| proof.refused.contains(field));
        match plan(&planner, &question.text()) {
            Ok(()) => {}
            // What lies behind a refused field may have a plan or not: nobody gets there.
            Err(PlanError::Unreachable(_)) if is_refused => {}
            Err(error) => found.differences.push(format!("proven, but {}: {error}", question.text())),
        }
    }
    for path in &proof.paths {
        found.queries += 1;
        let query = Path::parse(&supergraph, path).text();
        match plan(&planner, &query) {
            Err(PlanError::Unreachable(_)) => {}
            Err(error) => found.differences.push(format!("{query}: {error}")),
            // A shared field may be asked of a subgraph that never returns the type: then nothing is asked of it. The proof
            // does not count on that.
            Ok(()) if query.contains("... on") => {}
            Ok(()) => found.differences.push(format!("refused, but {query} has a plan")),
        }
    }
    found
}

/// What the proof has to say.
#[derive(Debug, Default)]
struct Proof {
    /// The coordinates that cannot be reached.
    refused: BTreeSet<String>,
    /// For each a path on which it cannot, as the diagnostic has it.
    paths: Vec<String>,
}

impl Proof {
    fn of(composition: &Composition) -> Self {
        let mut proof = Self::default();
        let is_refusal =
            |code: Code, severity: Severity| code == Code::SatisfiabilityError && severity == Severity::Error;
        for diagnostic in &composition.diagnostics {
            if is_refusal(diagnostic.code, diagnostic.severity) {
                proof.refused.extend(diagnostic.coordinate.clone());
                proof.paths.extend(diagnostic.message.split('`').nth(1).map(str::to_owned));
            }
        }
        proof
    }
}

/// Plans a query; a planner that panics has found its own plan unsound.
fn plan(planner: &Planner, query: &str) -> Result<(), PlanError> {
    let api = &planner.supergraph().api;
    let document = ExecutableDocument::parse_and_validate(api, query, "query.graphql")
        .unwrap_or_else(|invalid| panic!("{query}: {}", invalid.errors));
    let planned = catch_unwind(AssertUnwindSafe(|| planner.plan(&document, None)));
    planned.unwrap_or(Err(PlanError::TooComplex("the plan is not sound"))).map(drop)
}

/// A way from a root to a field.
#[derive(Clone, Debug)]
struct Path {
    operation: OperationType,
    /// Fields with their arguments, and `... on T`.
    steps: Vec<String>,
    /// Whether the last field needs a selection.
    is_composite: bool,
    /// The coordinates and types on the way, for an interface also the coordinates of its implementations.
    fields: BTreeSet<String>,
}

impl Path {
    fn new(operation: OperationType) -> Self {
        Self { operation, steps: Vec::new(), is_composite: false, fields: BTreeSet::new() }
    }

    fn text(&self) -> String {
        let mut text = format!("{} {{ {}", self.operation, self.steps.join(" { "));
        text.push_str(if self.is_composite { " { __typename }" } else { "" });
        text + &" }".repeat(self.steps.len())
    }

    /// The path with a field of an object or interface.
    fn to(&self, supergraph: &Supergraph, ty: &Name, field: &FieldDefinition) -> Self {
        let mut longer = self.clone();
        longer.steps.push(asked(&supergraph.api, field));
        let types = supergraph.possible_types(ty);
        longer.fields.extend(types.iter().chain([ty]).map(|ty| format!("{ty}.{}", field.name)));
        // Whose concrete type nobody tells is refused as a whole.
        longer.fields.insert(field.ty.inner_named_type().to_string());
        longer.is_composite =
            supergraph.api.types.get(field.ty.inner_named_type()).is_some_and(|ty| !ty.is_leaf());
        longer
    }

    fn on(&self, ty: &Name) -> Self {
        let mut longer = self.clone();
        longer.steps.push(format!("... on {ty}"));
        longer
    }

    /// Reads the path of a diagnostic, `{ a { ... on T { b } } }`.
    fn parse(supergraph: &Supergraph, path: &str) -> Self {
        let (keyword, selections) = path.split_once('{').expect("a path begins with a brace");
        let operation = match keyword.trim() {
            "mutation" => OperationType::Mutation,
            "subscription" => OperationType::Subscription,
            _ => OperationType::Query,
        };
        let mut ty = supergraph.root(operation).expect("a path begins at a root").clone();
        let mut read = Self::new(operation);
        for step in selections.split(['{', '}']).map(str::trim).filter(|step| !step.is_empty()) {
            if let Some(on) = step.strip_prefix("... on ") {
                ty = Name::new(on).expect("a type has a name");
                read = read.on(&ty);
            } else if step == "__typename" {
                read.steps.push(step.to_owned());
                read.is_composite = false;
            } else {
                let field = supergraph.api.type_field(&ty, step).expect("a path goes along fields");
                read = read.to(supergraph, &ty, field);
                ty = field.ty.inner_named_type().clone();
            }
        }
        read
    }
}

/// The field with a value for each argument that must have one.
fn asked(schema: &Schema, field: &FieldDefinition) -> String {
    let given = given(schema, &field.arguments);
    if given.is_empty() { field.name.to_string() } else { format!("{}({given})", field.name) }
}

fn given(schema: &Schema, inputs: &[Node<InputValueDefinition>]) -> String {
    let required = inputs.iter().filter(|input| input.is_required());
    let given = required.map(|input| format!("{}: {}", input.name, some_value(schema, &input.ty)));
    given.collect::<Vec<_>>().join(", ")
}

/// A value that the type allows.
fn some_value(schema: &Schema, ty: &Type) -> String {
    match schema.types.get(ty.inner_named_type()) {
        Some(ExtendedType::InputObject(input)) => {
            let fields: Vec<_> = input.fields.values().map(|field| field.node.clone()).collect();
            format!("{{ {} }}", given(schema, &fields))
        }
        Some(ExtendedType::Enum(values)) => {
            values.values.keys().next().map(ToString::to_string).unwrap_or_default()
        }
        _ => match ty.inner_named_type().as_str() {
            "Int" | "Float" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            _ => "\"1\"".to_owned(),
        },
    }
}

/// Every field of the API schema, by each field that leads to its type, on the shortest path to that one.
fn questions(supergraph: &Supergraph) -> Vec<Path> {
    let mut asked = Vec::new();
    let mut shortest: BTreeMap<Name, Path> = BTreeMap::new();
    let mut open: Vec<(Name, Path)> = Vec::new();
    for (operation, root) in supergraph.api.schema_definition.iter_root_operations() {
        open.push((root.name.clone(), Path::new(operation)));
    }
    while !open.is_empty() && asked.len() < QUESTIONS_MAX {
        let mut next = Vec::new();
        for (ty, path) in std::mem::take(&mut open) {
            let is_first = !shortest.contains_key(&ty);
            shortest.entry(ty.clone()).or_insert_with(|| path.clone());
            for (ty, path) in at(supergraph, &ty, &path) {
                for field in fields(supergraph, &ty) {
                    let longer = path.to(supergraph, &ty, &field);
                    if longer.is_composite && is_first {
                        next.push((field.ty.inner_named_type().clone(), longer.clone()));
                    }
                    asked.push(longer);
                }
            }
        }
        open = next;
    }
    asked
}

/// The type itself and, when it is abstract, what its values may turn out to be.
fn at(supergraph: &Supergraph, ty: &Name, path: &Path) -> Vec<(Name, Path)> {
    let is_abstract = supergraph.api.get_object(ty).is_none();
    let types = if is_abstract { supergraph.possible_types(ty) } else { Default::default() };
    let visible = types.into_iter().filter(|ty| supergraph.api.types.contains_key(ty));
    let narrowed = visible.map(|ty| (ty.clone(), path.on(&ty)));
    std::iter::once((ty.clone(), path.clone())).chain(narrowed).collect()
}

fn fields(supergraph: &Supergraph, ty: &Name) -> Vec<FieldDefinition> {
    match supergraph.api.types.get(ty) {
        Some(ExtendedType::Object(object)) => {
            object.fields.values().map(|field| FieldDefinition::clone(field)).collect()
        }
        Some(ExtendedType::Interface(of)) => {
            of.fields.values().map(|field| FieldDefinition::clone(field)).collect()
        }
        _ => Vec::new(),
    }
}
