//! Graphs that are large, deep or circular end in reasonable time and never in a panic.

use router_composition::{Code, Severity, SubgraphSource, compose};
use std::fmt::Write;

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@key\", \"@shareable\", \"@external\", \"@requires\"])\n";

fn source(name: &str, sdl: &str) -> SubgraphSource {
    SubgraphSource { name: name.to_owned(), url: String::new(), sdl: format!("{LINK}{sdl}") }
}

#[test]
fn keys_that_need_each_other_come_to_an_end() {
    let composition = compose(&[
        source("a", "type T { u: U @shareable } type U { t: T @shareable } type Query { t: T }"),
        source(
            "b",
            "type T @key(fields: \"u { t { b } }\") { u: U @shareable b: Int } type U { t: T @shareable }",
        ),
        source(
            "c",
            "type U @key(fields: \"t { u { c } }\") { t: T @shareable c: Int } type T { u: U @shareable }",
        ),
    ]);
    let unreachable =
        composition.diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::SatisfiabilityError);
    let coordinates: Vec<_> = unreachable.filter_map(|diagnostic| diagnostic.coordinate.as_deref()).collect();
    assert_eq!(coordinates, ["T.b", "U.c"]);
}

#[test]
fn a_large_graph_of_entities_composes() {
    let sources: Vec<_> = (0..12)
        .map(|graph| {
            let mut sdl = String::new();
            for ty in 0..40 {
                let next = (ty + graph + 1) % 40;
                writeln!(
                    sdl,
                    "type T{ty} @key(fields: \"id\") {{ id: ID! f{graph}: Int next{graph}: T{next} }}"
                )
                .expect("a string can be written to");
            }
            write!(sdl, "type Query {{ q{graph}: T{graph} }}").expect("a string can be written to");
            source(&format!("s{graph:02}"), &sdl)
        })
        .collect();
    let composition = compose(&sources);
    assert!(composition.diagnostics.is_empty(), "{}", composition.diagnostics[0]);
    let supergraph = composition.supergraph.expect("it composes");
    assert_eq!(supergraph.types["T0"].fields.len(), 1 + 2 * 12);
}

#[test]
fn broken_text_is_reported_whatever_it_is() {
    let whole = "type A @key(fields: \"id b { c }\") { id: ID! b: B } type B @shareable { c: Int } type Query { a: A }";
    for end in 0..whole.len() {
        let composition = compose(&[source("a", &whole[..end]), source("b", "type Query { x: Int }")]);
        let has_error =
            composition.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        assert_eq!(composition.supergraph_sdl.is_none(), has_error, "{}", &whole[..end]);
    }
}

#[test]
fn deep_nesting_is_refused_not_overflowed() {
    let deep = format!("type Query {{ a: {}Int{} }}", "[".repeat(50_000), "]".repeat(50_000));
    assert!(compose(&[source("a", &deep)]).has_errors());
    let key = format!(
        "type A @key(fields: \"{}id{}\") {{ id: ID! a: A }} type Query {{ a: A }}",
        "a {".repeat(5_000),
        "}".repeat(5_000)
    );
    assert!(compose(&[source("a", &key)]).has_errors());
}
