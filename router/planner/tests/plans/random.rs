//! Random operations over every graph: each gets a sound plan, the same one each time.
//!
//! The choices are read off a list of bytes, so that proptest shrinks what fails to the smallest operation.

use crate::planner_of;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{ExecutableDocument, Schema};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use router_planner::{Planner, verify};
use std::fmt::Write;
use std::sync::LazyLock;

const GRAPHS: &[&str] = &[
    "abstract.graphql",
    "carmen.graphql",
    "keys.graphql",
    "overrides.graphql",
    "provides.graphql",
    "requires.graphql",
    "stand_in.graphql",
];

static PLANNERS: LazyLock<Vec<Planner>> =
    LazyLock::new(|| GRAPHS.iter().map(|graph| planner_of(graph)).collect());

const DEPTH_MAX: usize = 6;

/// Writes an operation, choice by choice.
struct Writer<'a> {
    schema: &'a Schema,
    choices: std::slice::Iter<'a, u8>,
    text: String,
    fields: usize,
}

impl Writer<'_> {
    /// The next choice out of `count`; always the first once the bytes are used up.
    fn choose(&mut self, count: usize) -> usize {
        self.choices.next().map_or(0, |byte| usize::from(*byte) % count.max(1))
    }

    fn selection(&mut self, ty: &str, depth: usize) {
        self.text.push_str("{ ");
        let count = 1 + self.choose(4);
        for _ in 0..count {
            self.one(ty, depth);
        }
        self.text.push_str("} ");
    }

    fn one(&mut self, ty: &str, depth: usize) {
        let schema = self.schema;
        let conditions = schema.types.get(ty).map(|ty| narrower(schema, ty)).unwrap_or_default();
        let fragment = self.choose(4) == 3 && depth < DEPTH_MAX;
        if fragment && !conditions.is_empty() {
            let at = self.choose(conditions.len());
            let _ = write!(self.text, "... on {} ", conditions[at]);
            self.directive();
            return self.selection(&conditions[at], depth + 1);
        }
        let fields: Vec<&FieldDefinition> = match schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => object.fields.values().map(|f| f.as_ref()).collect(),
            Some(ExtendedType::Interface(interface)) => {
                interface.fields.values().map(|f| f.as_ref()).collect()
            }
            _ => Vec::new(),
        };
        let leaf_only = depth >= DEPTH_MAX || self.fields > 60;
        let is_leaf = |field: &&FieldDefinition| {
            !matches!(
                schema.types.get(field.ty.inner_named_type()),
                Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
            )
        };
        let usable: Vec<&FieldDefinition> =
            fields.into_iter().filter(|field| !leaf_only || is_leaf(field)).collect();
        if usable.is_empty() || self.choose(10) == 9 {
            self.text.push_str("__typename ");
            return;
        }
        let field = usable[self.choose(usable.len())];
        self.field(field, is_leaf(&field), depth);
    }

    fn field(&mut self, field: &FieldDefinition, is_leaf: bool, depth: usize) {
        self.fields += 1;
        match self.choose(6) {
            // A name that shadows a key or a required field.
            4 => {
                let names = ["id", "weight", "sku", "title", "_p1_id"];
                let name = names[self.choose(names.len())];
                let _ = write!(self.text, "{name}: ");
            }
            5 => {
                let _ = write!(self.text, "f{}: ", self.fields);
            }
            _ => {}
        }
        let _ = write!(self.text, "{} ", field.name);
        self.arguments(field);
        self.directive();
        if !is_leaf {
            self.selection(field.ty.inner_named_type(), depth + 1);
        }
    }

    fn arguments(&mut self, field: &FieldDefinition) {
        let mut given = Vec::new();
        for argument in &field.arguments {
            if argument.is_required() || self.choose(2) == 1 {
                let value = match argument.ty.inner_named_type().as_str() {
                    "Int" => ["1", "2"][self.choose(2)],
                    _ => ["\"EUR\"", "\"THB\""][self.choose(2)],
                };
                given.push(format!("{}: {value}", argument.name));
            }
        }
        if !given.is_empty() {
            let _ = write!(self.text, "({}) ", given.join(", "));
        }
    }

    fn directive(&mut self) {
        match self.choose(12) {
            9 => self.text.push_str("@include(if: $x) "),
            10 => self.text.push_str("@skip(if: $y) "),
            11 => self.text.push_str("@include(if: $x) @skip(if: $z) "),
            _ => {}
        }
    }
}

/// The types that a fragment can be on.
fn narrower(schema: &Schema, ty: &ExtendedType) -> Vec<String> {
    let objects = |is_member: &dyn Fn(&ExtendedType) -> bool| {
        schema.types.values().filter(|other| is_member(other)).map(|other| other.name().to_string()).collect()
    };
    match ty {
        ExtendedType::Interface(interface) => objects(&|other| match other {
            ExtendedType::Object(object) => object.implements_interfaces.contains(&interface.name),
            _ => false,
        }),
        ExtendedType::Union(union) => union.members.iter().map(ToString::to_string).collect(),
        ExtendedType::Object(object) => {
            object.implements_interfaces.iter().map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    }
}

/// The operation that the choices describe; nothing when two fields of one name do not go together.
fn operation(planner: &Planner, kind: usize, choices: &[u8]) -> Option<String> {
    let api = &planner.supergraph().api;
    let roots = [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")];
    let (word, root) = roots[kind % roots.len()];
    let (word, root) = if api.get_object(root).is_some() { (word, root) } else { roots[0] };
    let mut writer = Writer { schema: api, choices: choices.iter(), text: String::new(), fields: 0 };
    let _ = write!(writer.text, "{word} Q($x: Boolean!, $y: Boolean = true, $z: Boolean!) ");
    if root == "Subscription" {
        writer.text.push_str("{ stockChanged ");
        writer.selection("StockChange", 1);
        writer.text.push('}');
    } else {
        writer.selection(root, 0);
    }
    // Unused variables are an error of validation, not of planning.
    let mut text = writer.text;
    for (name, declaration) in
        [("$x)", "$x: Boolean!, "), ("$y)", "$y: Boolean = true, "), ("$z)", "$z: Boolean!")]
    {
        if !text.contains(&format!("if: {name}")) {
            text = text.replacen(declaration, "", 1);
        }
    }
    Some(text.replacen("Q() ", "Q ", 1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn every_operation_gets_a_sound_plan(
        graph in 0..GRAPHS.len(),
        kind in 0..4usize,
        choices in prop::collection::vec(any::<u8>(), 4..160),
    ) {
        let planner = &PLANNERS[graph];
        let Some(text) = operation(planner, kind, &choices) else { return Ok(()) };
        let Ok(document) = ExecutableDocument::parse_and_validate(&planner.supergraph().api, &text, "q.graphql")
        else {
            return Ok(());
        };
        // Debug builds panic on a plan that is not sound; the operation belongs into the message.
        let planned = std::panic::catch_unwind(|| planner.plan(&document, None));
        let plan = match planned {
            Ok(Ok(plan)) => plan,
            Ok(Err(error)) => {
                return Err(TestCaseError::fail(format!("{}: {error}\n{text}", GRAPHS[graph])));
            }
            Err(_) => return Err(TestCaseError::fail(format!("{}: a panic\n{text}", GRAPHS[graph]))),
        };
        let findings = verify(planner.supergraph(), &plan);
        prop_assert!(findings.is_empty(), "{}: {findings:#?}\n{text}\n{plan}", GRAPHS[graph]);
        let again = planner.plan(&document, None).expect("planned before");
        prop_assert_eq!(plan.to_string(), again.to_string());
    }
}

#[test]
fn most_random_operations_are_valid() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let choices = prop::collection::vec(any::<u8>(), 4..160);
    let mut valid = 0;
    for round in 0..200 {
        let bytes = choices.new_tree(&mut runner).expect("bytes").current();
        let planner = &PLANNERS[round % GRAPHS.len()];
        let text = operation(planner, 0, &bytes).unwrap_or_default();
        let parsed = ExecutableDocument::parse_and_validate(&planner.supergraph().api, &text, "q.graphql");
        valid += usize::from(parsed.is_ok());
    }
    assert!(valid > 100, "only {valid} of 200 were valid");
}
