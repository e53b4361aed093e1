//! Random queries over every graph. The seed is in the message of a failure, so each can be had again.

use crate::answer::differences;
use crate::graphs::ALL;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{ExecutableDocument, Name, Schema};
use router_planner::Planner;
use std::fmt::Write;

/// How many queries are tried per graph; `PLANNER_QUERIES` asks for more.
fn queries() -> u64 {
    std::env::var("PLANNER_QUERIES").map_or(60, |number| number.parse().expect("PLANNER_QUERIES is a number"))
}

/// A small generator of our own: the same numbers on every machine and in every version.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).expect("less than the number of sides")
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }
}

struct Writer<'a> {
    schema: &'a Schema,
    dice: Dice,
    text: String,
}

impl Writer<'_> {
    fn selection(&mut self, ty: &Name, depth: usize) {
        self.text.push_str("{ ");
        let mut is_empty = true;
        for _ in 0..=self.dice.roll(4) {
            is_empty &= !self.one(ty, depth);
        }
        if is_empty {
            self.text.push_str("__typename ");
        }
        self.text.push_str("} ");
    }

    fn one(&mut self, ty: &Name, depth: usize) -> bool {
        let narrower = self.narrower(ty);
        if !narrower.is_empty() && self.dice.one_in(2) {
            let on = narrower[self.dice.roll(narrower.len())].clone();
            let _ = write!(self.text, "... on {on} ");
            self.condition();
            self.selection(&on, depth);
            return true;
        }
        let fields = self.fields(ty);
        if fields.is_empty() || self.dice.one_in(9) {
            self.text.push_str("__typename ");
            return true;
        }
        let field = fields[self.dice.roll(fields.len())].clone();
        let below = field.ty.inner_named_type().clone();
        let is_composite = self.schema.types.get(&below).is_some_and(|ty| {
            matches!(ty, ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
        });
        if is_composite && depth == 0 {
            return false;
        }
        if self.dice.one_in(5) {
            let alias = ["a", "b", "id", "name"][self.dice.roll(4)];
            let _ = write!(self.text, "{alias}: ");
        }
        self.text.push_str(&field.name);
        self.arguments(&field);
        self.text.push(' ');
        self.condition();
        if is_composite {
            self.selection(&below, depth - 1);
        }
        true
    }

    fn condition(&mut self) {
        if self.dice.one_in(7) {
            let word = ["include", "skip"][self.dice.roll(2)];
            let value = ["$yes", "$no", "true", "$yes"][self.dice.roll(4)];
            let _ = write!(self.text, "@{word}(if: {value}) ");
        }
    }

    fn arguments(&mut self, field: &FieldDefinition) {
        let mut given = Vec::new();
        for argument in &field.arguments {
            if argument.is_required() || self.dice.one_in(2) {
                let value = match argument.ty.inner_named_type().as_str() {
                    "Int" => ["1", "2"][self.dice.roll(2)],
                    "Boolean" => ["true", "$yes"][self.dice.roll(2)],
                    _ => ["\"x\"", "\"{ y\""][self.dice.roll(2)],
                };
                given.push(format!("{}: {value}", argument.name));
            }
        }
        if !given.is_empty() {
            let _ = write!(self.text, "({})", given.join(", "));
        }
    }

    fn fields(&self, ty: &Name) -> Vec<FieldDefinition> {
        match self.schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => {
                object.fields.values().map(|field| FieldDefinition::clone(field)).collect()
            }
            Some(ExtendedType::Interface(interface)) => {
                interface.fields.values().map(|field| FieldDefinition::clone(field)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Types that a fragment can name below an abstract type.
    fn narrower(&self, ty: &Name) -> Vec<Name> {
        match self.schema.types.get(ty) {
            Some(ExtendedType::Union(union)) => {
                union.members.iter().map(|member| member.name.clone()).collect()
            }
            Some(ExtendedType::Interface(_)) => {
                let implementers = self.schema.implementers_map();
                let found = implementers
                    .get(ty)
                    .map(|found| found.objects.iter().chain(&found.interfaces).cloned().collect::<Vec<_>>());
                let mut found = found.unwrap_or_default();
                found.sort();
                found
            }
            _ => Vec::new(),
        }
    }
}

/// A random query; not every one is valid, since aliases may clash.
fn query(schema: &Schema, seed: u64) -> String {
    let mut writer = Writer { schema, dice: Dice(seed), text: String::new() };
    writer.dice.roll(2);
    let root = schema.schema_definition.query.as_ref().expect("a graph has queries").name.clone();
    writer.selection(&root, 4);
    let variables: Vec<&str> =
        ["$yes", "$no"].into_iter().filter(|variable| writer.text.contains(variable)).collect();
    if variables.is_empty() {
        return writer.text;
    }
    let declared: Vec<String> = variables.iter().map(|variable| format!("{variable}: Boolean!")).collect();
    format!("query Random({}) {}", declared.join(", "), writer.text)
}

#[test]
fn every_random_operation_gets_the_answer_that_it_asks_for() {
    for (name, supergraph) in ALL.iter() {
        let planner = Planner::new(supergraph.clone());
        let mut planned = 0;
        for seed in 0..queries() {
            let query = query(&supergraph.api, seed * 7919 + 1);
            let Ok(document) =
                ExecutableDocument::parse_and_validate(&supergraph.api, &query, "random.graphql")
            else {
                continue;
            };
            planned += 1;
            let case = format!("graph {name}, seed {seed}: {query}");
            // The planner panics over a plan that its verifier refuses; the case must be named then, too.
            let outcome = std::panic::catch_unwind(|| planner.plan(&document, None));
            let first = outcome.unwrap_or_else(|_| panic!("{case}"));
            let first = first.unwrap_or_else(|error| panic!("{case}\n{error}"));
            let differences = differences(supergraph, &document, &first.shape);
            assert!(differences.is_empty(), "{case}\n{differences:#?}\n{first}");
            let second = planner.plan(&document, None).expect("it was planned before");
            assert_eq!(first.to_string(), second.to_string(), "planned twice, {case}");
        }
        assert!(planned > queries() / 3, "only {planned} operations over {name} were valid");
    }
}
