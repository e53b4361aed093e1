//! How a plan came about, for people.

use super::planner_of;
use apollo_compiler::ExecutableDocument;
use router_planner::PlanOptions;

#[test]
fn the_stages_show_options_and_choice() {
    let planner = planner_of("overrides.graphql");
    let query = "query($a: Boolean!) { bill { id ... @include(if: $a) { where: place } } }";
    let document = ExecutableDocument::parse_and_validate(&planner.supergraph().api, query, "query.graphql");
    let document = document.unwrap_or_else(|invalid| panic!("{}", invalid.errors));
    let stages =
        planner.stages(&document, None, &PlanOptions::active(["percent(25)"])).expect("there is a plan");
    assert_eq!(stages.normal, "bill\n  id\n  where: place Include(if: $a)\n");
    assert_eq!(
        stages.options,
        "bill at the root:\n  old: 1 hops, 1 more fetches\nbill.where from old:\n  new as Bill: 1 hops, 0 more fetches\n"
    );
    assert_eq!(stages.tree, "bill  <- old\n  id  <- old\n  where: place Include(if: $a)  <- new\n");
    assert_eq!(stages.dag, "0 old\n1 new at bill after 0 Include(if: $a)\n");
    let plain =
        planner.plan_with(&document, None, &PlanOptions::active(["percent(25)"])).expect("there is a plan");
    assert_eq!(stages.plan.to_string(), plain.to_string());
}
