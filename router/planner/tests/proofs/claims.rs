//! What particular plans cost.

use crate::cost;
use crate::graphs::named;
use apollo_compiler::ExecutableDocument;
use router_planner::Planner;

fn costs(graph: &str, query: &str) -> String {
    let supergraph = named(graph);
    let document = ExecutableDocument::parse_and_validate(&supergraph.api, query, "query.graphql")
        .unwrap_or_else(|error| panic!("{query}: {}", error.errors));
    let plan =
        Planner::new(supergraph).plan(&document, None).unwrap_or_else(|error| panic!("{query}: {error}"));
    cost(&plan)
}

#[test]
fn the_first_page_of_the_catalogue_takes_three_fetches() {
    let query = "{ products(first: 20) { nodes { name category { name }
        bestOffer(quantity: \"10\") { vendor { name } unitPrice { amount currency } }
        stock { location { name } onHand { value unit { code } } available { value } } } } }";
    assert_eq!(costs("platform", query), "2 in a row: inventory 1, product 1, vendor 1");
}

#[test]
fn an_event_is_completed_by_one_fetch_per_subgraph() {
    let query = "subscription { stockChanged { cursor item { product { name bestOffer { vendor { name } } } onHand { value } } } }";
    assert_eq!(costs("platform", query), "2 in a row: inventory 1, product 1, vendor 1");
}

#[test]
fn a_mutation_waits_for_what_the_one_before_it_needs() {
    let query = "mutation { a: createProduct(name: \"a\") { stock { value { amount } } } b: createProduct(name: \"b\") { id } }";
    assert_eq!(costs("platform", query), "3 in a row: inventory 1, product 2");
}

#[test]
fn mutations_of_one_subgraph_in_a_row_are_one_request() {
    let query = "mutation { a: createProduct(name: \"a\") { id } b: createProduct(name: \"b\") { id } approve(product: 1) { vendor { name } } }";
    assert_eq!(costs("platform", query), "2 in a row: product 1, vendor 1");
}

#[test]
fn root_fields_of_several_subgraphs_are_asked_side_by_side() {
    assert_eq!(
        costs(
            "platform",
            "{ a: product(id: 1) { name } b: product(id: 2) { name } vendors { name } locations { name } }"
        ),
        "1 in a row: inventory 1, product 1, vendor 1"
    );
}

#[test]
fn a_key_is_translated_by_a_third_subgraph() {
    assert_eq!(
        costs("key chains", "{ goods { shelf { row } } }"),
        "3 in a row: registry 1, shop 1, warehouse 1"
    );
}

#[test]
fn what_a_stub_knows_is_not_asked_for_elsewhere() {
    assert_eq!(costs("key chains", "{ picked { sku } }"), "1 in a row: stub 1");
    assert_eq!(costs("key chains", "{ picked { title } }"), "2 in a row: shop 1, stub 1");
}

#[test]
fn a_nested_key_costs_one_hop() {
    assert_eq!(costs("nested keys", "{ rooms { view cleaned } }"), "2 in a row: booking 1, housekeeping 1");
}

#[test]
fn requirements_of_fields_side_by_side_share_one_fetch() {
    let query = "{ items { estimate carrier { label } } }";
    assert_eq!(costs("requirements", query), "3 in a row: catalogue 1, shipping 1, weights 1");
}

#[test]
fn a_chain_of_requirements_is_followed_to_its_end() {
    let query = "{ audited { report } }";
    assert_eq!(costs("requirements", query), "5 in a row: audit 2, shipping 1, tax 2, weights 1");
}

#[test]
fn one_field_with_two_arguments_needs_two_fetches() {
    let query = "{ items { customs duty } }";
    assert_eq!(costs("requirements", query), "3 in a row: catalogue 1, shipping 2, weights 1");
}

#[test]
fn what_is_provided_is_not_fetched_again_on_its_path_only() {
    assert_eq!(
        costs("provisions", "{ bestReview { author { name address { city } } } }"),
        "1 in a row: reviews 1"
    );
    assert_eq!(costs("provisions", "{ reviews { author { name } } }"), "2 in a row: authors 1, reviews 1");
    assert_eq!(costs("provisions", "{ reviews { subject { title } } }"), "1 in a row: reviews 1");
    assert_eq!(costs("provisions", "{ found { ... on Author { name } } }"), "1 in a row: reviews 1");
}

#[test]
fn members_of_one_interface_share_an_entity_fetch() {
    let query = "{ feed { title ... on Video { views } ... on Image { views } } }";
    assert_eq!(costs("abstract types", query), "2 in a row: feed 1, stats 1");
}

#[test]
fn a_stand_in_is_asked_for_the_concrete_type_only_when_it_matters() {
    assert_eq!(costs("stand-ins", "{ active { id lastSeen } }"), "1 in a row: activity 1");
    assert_eq!(
        costs("stand-ins", "{ active { __typename lastSeen } }"),
        "2 in a row: accounts 1, activity 1"
    );
    assert_eq!(
        costs("stand-ins", "{ active { ... on Admin { level } } }"),
        "3 in a row: accounts 1, activity 1, rights 1"
    );
    assert_eq!(costs("stand-ins", "{ accounts { email lastSeen } }"), "2 in a row: accounts 1, activity 1");
}

#[test]
fn values_without_a_key_are_completed_through_what_is_above_them() {
    assert_eq!(costs("values", "{ config { one two mode } }"), "1 in a row: one 1, two 1");
    assert_eq!(costs("values", "{ things { dims { width height unit } } }"), "2 in a row: one 1, two 1");
}

#[test]
fn fields_that_moved_are_asked_for_where_they_are_now() {
    assert_eq!(costs("overrides", "{ bills { amount } }"), "2 in a row: new 1, old 1");
    assert_eq!(costs("overrides", "{ bills { rounded } }"), "3 in a row: new 1, old 1, vault 1");
    assert_eq!(costs("overrides", "{ bills { secret { word level } } }"), "2 in a row: old 1, vault 1");
}

#[test]
fn introspection_needs_no_fetch() {
    assert_eq!(costs("platform", "{ __typename __schema { queryType { name } } }"), "0 in a row: ");
}

#[test]
fn a_part_that_only_another_subgraph_has_is_found_below_a_list() {
    assert_eq!(costs("values", "{ things { dims { height } } }"), "2 in a row: one 1, two 1");
}

#[test]
fn a_requirement_of_one_type_is_not_asked_for_on_another() {
    let query = "{ account { balance ... on Guest { invoice } } }";
    assert_eq!(costs("stand-ins", query), "2 in a row: accounts 1, billing 2");
    assert_eq!(costs("stand-ins", "{ account { balance invoice } }"), "2 in a row: accounts 1, billing 1");
}

#[test]
fn values_within_values_are_completed_from_the_root() {
    assert_eq!(
        costs("values", "{ config { nested { deep { __typename x y } } } }"),
        "1 in a row: one 1, two 1"
    );
}
