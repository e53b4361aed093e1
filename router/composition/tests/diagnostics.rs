//! What a diagnostic looks like to a person and to a program.

use insta::assert_snapshot;
use router_composition::{Code, Composition, Severity, SubgraphSource, compose};
use std::collections::BTreeSet;

fn source(name: &str, sdl: &str) -> SubgraphSource {
    SubgraphSource { name: name.to_owned(), url: String::new(), sdl: sdl.to_owned() }
}

fn composed(sources: &[(&str, &str)]) -> Composition {
    let sources: Vec<_> = sources.iter().map(|(name, sdl)| source(name, sdl)).collect();
    compose(&sources)
}

fn codes(composition: &Composition) -> Vec<Code> {
    composition.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn a_diagnostic_shows_its_line_and_a_way_out() {
    let composition = composed(&[("stock", "type Query {\n  level: Int @shareable\n}\n")]);
    assert_snapshot!(composition.diagnostics[0], @r#"
    error[INVALID_GRAPHQL]: cannot find directive `@shareable` in this document
     --> stock:2:14
      |
    2 |   level: Int @shareable
      |              ^^^^^^^^^^
      = help: link federation 2: extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", …])
    "#);
}

#[test]
fn columns_count_characters_not_bytes() {
    let composition = composed(&[("stock", "type Query { level(in: String = \"ราคา\"): Int @shareable }")]);
    assert_eq!(composition.diagnostics[0].column, Some(46));
}

#[test]
fn a_diagnostic_is_json_for_programs() {
    let composition = composed(&[("stock", "type Query {\n  level: Int @shareable\n}\n")]);
    let json = serde_json::to_string_pretty(&composition.diagnostics[0]).unwrap();
    assert_snapshot!(json, @r#"
    {
      "code": "INVALID_GRAPHQL",
      "severity": "error",
      "subgraph": "stock",
      "coordinate": null,
      "line": 2,
      "column": 14,
      "message": "cannot find directive `@shareable` in this document",
      "hint": "link federation 2: extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\", …])"
    }
    "#);
}

#[test]
fn subgraphs_need_names_of_their_own() {
    let query = "type Query { a: Int }";
    for sources in
        [[("a", query), ("a", query)], [("a", query), (" ", query)], [("a", query), ("__proto__", query)]]
    {
        let composition = composed(&sources);
        assert!(codes(&composition).contains(&Code::InvalidSubgraphName), "{sources:?}");
        assert_eq!(composition.supergraph_sdl, None);
    }
}

#[test]
fn names_become_distinct_enum_values() {
    let sdls = ["a-b", "a_b", "A.b", "1st", "__x", "ü"];
    let sources: Vec<_> = sdls
        .iter()
        .enumerate()
        .map(|(index, name)| source(name, &format!("type Query {{ f{index}: Int }}")))
        .collect();
    let composition = compose(&sources);
    let supergraph = composition.supergraph.expect("the names compose");
    let graphs: BTreeSet<_> =
        supergraph.subgraphs.iter().map(|subgraph| subgraph.graph.to_string()).collect();
    assert_eq!(graphs.len(), sdls.len(), "{graphs:?}");
    let names: BTreeSet<_> = supergraph.subgraphs.iter().map(|subgraph| subgraph.name.as_str()).collect();
    assert_eq!(names, sdls.into_iter().collect());
}

#[test]
fn quotes_in_names_and_urls_survive_the_supergraph() {
    let source = SubgraphSource {
        name: "the \"stock\"".to_owned(),
        url: "http://stock/\"quoted\"\\".to_owned(),
        sdl: "type Query { a: Int }".to_owned(),
    };
    let supergraph = compose(std::slice::from_ref(&source)).supergraph.expect("it composes");
    assert_eq!(supergraph.subgraphs[0].name, source.name);
    assert_eq!(supergraph.subgraphs[0].url, source.url);
}

#[test]
fn no_subgraph_at_all_is_no_graph() {
    let composition = compose(&[]);
    assert_eq!(codes(&composition), [Code::NoQueries]);
    assert_eq!(composition.diagnostics[0].severity, Severity::Error);
}

#[test]
fn codes_are_unique_and_explained() {
    let texts: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(texts.len(), Code::ALL.len());
    for code in Code::ALL {
        assert!(code.explanation().ends_with('.'), "{code}: {}", code.explanation());
    }
}
