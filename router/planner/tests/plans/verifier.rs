//! The verifier finds what is wrong: sound plans that are spoilt in one way each.

use crate::{graph_sdl, planner_of};
use apollo_compiler::{ExecutableDocument, Name};
use router_planner::{Condition, Plan, Planner, VariableTest, verify};
use router_schema::Supergraph;
use std::sync::Arc;

fn plan(planner: &Planner, query: &str) -> Plan {
    let document = ExecutableDocument::parse_and_validate(&planner.supergraph().api, query, "q.graphql")
        .expect("the query is valid");
    planner.plan(&document, None).expect("there is a plan")
}

fn sound(graph: &str, query: &str) -> (Planner, Plan) {
    let planner = planner_of(graph);
    let plan = plan(&planner, query);
    assert_eq!(verify(planner.supergraph(), &plan), Vec::<String>::new());
    (planner, plan)
}

#[track_caller]
fn finds(graph: &str, query: &str, spoil: impl FnOnce(&mut Plan), finding: &str) {
    let (planner, mut plan) = sound(graph, query);
    spoil(&mut plan);
    let findings = verify(planner.supergraph(), &plan);
    assert!(findings.iter().any(|found| found.contains(finding)), "{findings:#?}");
}

const ITEM: &str = "{ item { name colour } }";
const BOX: &str = "{ box { price(currency: \"USD\") euros } }";

#[test]
fn a_dependency_that_is_missing() {
    finds("keys.graphql", ITEM, |plan| plan.fetches[3].depends_on.clear(), "which nothing before it brings");
}

#[test]
fn a_dependency_on_what_comes_later() {
    finds("keys.graphql", ITEM, |plan| plan.fetches.swap(1, 3), "does not come before it");
}

#[test]
fn an_operation_that_does_not_parse() {
    finds("keys.graphql", ITEM, |plan| plan.fetches[0].operation.push('{'), "does not parse");
}

#[test]
fn a_field_that_another_subgraph_has() {
    let spoil = |plan: &mut Plan| {
        plan.fetches[0].operation = plan.fetches[0].operation.replace("name", "weight");
    };
    finds("keys.graphql", ITEM, spoil, "Item.weight is not there");
}

#[test]
fn a_leaf_that_nobody_brings() {
    let spoil = |plan: &mut Plan| {
        plan.fetches[0].operation = plan.fetches[0].operation.replace("name", "");
    };
    finds("keys.graphql", ITEM, spoil, "nothing brings .item.name for Item");
}

#[test]
fn a_representation_without_its_key() {
    let spoil = |plan: &mut Plan| {
        let representation = plan.fetches[1].representation.as_mut().expect("an entity fetch");
        representation.types[0].keys.clear();
    };
    finds("keys.graphql", ITEM, spoil, "without one of its keys");
}

#[test]
fn a_requirement_that_is_not_sent() {
    let spoil = |plan: &mut Plan| {
        let representation = plan.fetches[1].representation.as_mut().expect("an entity fetch");
        representation.types[0].requires.clear();
    };
    finds("requires.graphql", BOX, spoil, "Box.euros requires what is not sent");
}

#[test]
fn a_requirement_of_one_type_that_is_not_sent() {
    let spoil = |plan: &mut Plan| {
        let representation = plan.fetches[1].representation.as_mut().expect("an entity fetch");
        let stamp = representation.types[0].requires.iter_mut().find(|field| field.name == "stamp");
        stamp.expect("the stamp is sent").fields.retain(|field| field.name != "pages");
    };
    finds("requires.graphql", "{ box { label } }", spoil, "Box.label requires what is not sent");
}

/// A stamp is a paper in `c` only, which never gives one: there is nothing to send of papers.
#[test]
fn a_requirement_of_a_type_that_is_never_there_needs_nothing_sent() {
    let everywhere = "type Paper implements Stamp\n  @join__implements(graph: A, interface: \"Stamp\")";
    let sdl = graph_sdl("requires.graphql");
    assert!(sdl.contains(everywhere), "the graph has papers");
    let sdl = sdl.replace(everywhere, "type Paper implements Stamp");
    let supergraph = Supergraph::parse(&sdl).expect("a supergraph");
    let planner = Planner::new(Arc::new(supergraph));
    let plan = plan(&planner, "{ box { label } }");
    assert!(!plan.to_string().contains("pages"), "{plan}");
    assert_eq!(verify(planner.supergraph(), &plan), Vec::<String>::new());
}

#[test]
fn a_key_with_two_meanings() {
    let spoil = |plan: &mut Plan| {
        plan.fetches[0].operation = plan.fetches[0].operation.replace("_p1_price", "price");
    };
    finds("requires.graphql", BOX, spoil, "`price` is both");
}

#[test]
fn an_external_field_beside_its_provided_path() {
    let spoil = |plan: &mut Plan| {
        plan.fetches[0].operation = plan.fetches[0].operation.replace("given", "plain");
    };
    finds("provides.graphql", "{ given { title } }", spoil, "Book.title belongs to another subgraph");
}

#[test]
fn a_field_that_has_moved() {
    let spoil = |plan: &mut Plan| {
        plan.fetches[0].operation = plan.fetches[0].operation.replace("id", "id total");
    };
    finds("overrides.graphql", "{ bill { id date } }", spoil, "Bill.total has moved");
}

#[test]
fn a_fetch_that_runs_too_seldom() {
    let spoil = |plan: &mut Plan| {
        let test = VariableTest { variable: Name::new_unchecked("x"), expected: true };
        plan.fetches[3].condition = Condition::test(test);
    };
    finds("keys.graphql", ITEM, spoil, "nothing brings .item.colour for Item");
}

#[test]
fn a_mutation_that_does_not_wait() {
    let query = "mutation { createProduct(name: \"x\") { product { name } } receive(product: \"1\", quantity: \"1\") { stock { onHand { value } } } }";
    finds("carmen.graphql", query, |plan| plan.fetches[1].depends_on.clear(), "does not wait");
}

#[test]
fn a_name_that_is_only_the_stand_ins() {
    let spoil = |plan: &mut Plan| plan.fetches.truncate(1);
    finds("stand_in.graphql", "{ top { __typename stars } }", spoil, "nothing brings .top.__typename");
}

#[test]
fn a_variable_that_is_not_declared() {
    let query = "query Q($n: Int) { products(first: $n) { totalCount } }";
    finds("carmen.graphql", query, |plan| plan.fetches[0].variables.clear(), "declares");
}
