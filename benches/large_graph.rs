//! A graph of 300 subgraphs with 20 entity types each: what composing, preparing and planning take, beside what merely reading
//! the same texts takes. `cargo bench -p carmen-benches --bench large_graph`.

#![expect(clippy::print_stdout, reason = "a benchmark's result is its output")]

use carmen_benches::Measured;
use router_composition::{SubgraphSource, compose};
use router_planner::Planner;
use router_schema::Supergraph;
use router_schema::apollo_compiler::ast::Document;
use router_schema::apollo_compiler::schema::ExtendedType;
use router_schema::apollo_compiler::{ExecutableDocument, Schema};
use std::fmt::Write;
use std::sync::Arc;

const SUBGRAPHS: usize = 300;

/// Types that a subgraph defines, and as many that it extends.
const OWN_TYPES: usize = 10;

const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\"])\n";

fn main() {
    let sources: Vec<SubgraphSource> = (0..SUBGRAPHS).map(source).collect();
    let read = Measured::of(5, || {
        sources
            .iter()
            .map(|source| Document::parse(&source.sdl, "s.graphql").is_ok())
            .filter(|ok| *ok)
            .count()
    });
    println!("{}", read.baseline_line("parse the subgraphs' SDL"));
    let composition = compose(&sources);
    assert!(!composition.has_errors(), "{}", composition.diagnostics[0]);
    let sdl = composition.supergraph_sdl.expect("it composes");
    println!("{}", Measured::of(3, || compose(&sources)).line("compose", ("parsing", read)));

    let parse = Measured::of(5, || Document::parse(&sdl, "supergraph.graphql").is_ok());
    println!("{}", parse.baseline_line("parse the supergraph"));
    println!(
        "{}",
        Measured::of(5, || Supergraph::parse(&sdl).is_ok()).line("read the supergraph", ("parsing", parse))
    );
    let supergraph = Arc::new(Supergraph::parse(&sdl).expect("it was composed"));
    let prepare = Measured::of(5, || Planner::new(supergraph.clone()));
    println!("{}", prepare.line("prepare the planner", ("parsing", parse)));

    let planner = Planner::new(supergraph.clone());
    for (depth, width) in [(1, 1), (3, 2), (5, 2), (4, 4), (5, 4)] {
        let mut operation = String::from("{ t7 ");
        select(&supergraph.api, "T7x0", depth, width, &mut operation);
        operation.push('}');
        plan(&planner, &operation, &format!("depth {depth}, width {width}"));
    }
}

fn plan(planner: &Planner, operation: &str, name: &str) {
    let api = &planner.supergraph().api;
    let read = || ExecutableDocument::parse_and_validate(api, operation, "o.graphql").expect("it is valid");
    let document = read();
    let plan = planner.plan(&document, None).expect("it has a plan");
    let fields = operation.matches(char::is_whitespace).count();
    let name = format!("{name}: {fields} words, {} fetches", plan.fetches.len());
    let baseline = Measured::of(20, read);
    println!("{}", baseline.baseline_line(&format!("validate {name}")));
    println!(
        "{}",
        Measured::of(20, || planner.plan(&document, None))
            .line(&format!("plan {name}"), ("validating", baseline))
    );
}

/// A subgraph: ten entities of its own, and fields on ten of other subgraphs that lead back to its own.
fn source(graph: usize) -> SubgraphSource {
    let mut sdl = String::from(LINK);
    let mut line = |text: std::fmt::Arguments<'_>| {
        writeln!(sdl, "{text}").expect("a string can be written to");
    };
    line(format_args!("type Query {{ t{graph}: T{graph}x0 }}"));
    for own in 0..OWN_TYPES {
        let (next, other) = ((own + 1) % OWN_TYPES, extended(graph, own));
        line(format_args!(
            "type T{graph}x{own} @key(fields: \"id\") {{ id: ID! name: String size: Int next: T{graph}x{next} other: {other} }}"
        ));
        line(format_args!(
            "type {other} @key(fields: \"id\") {{ id: ID! x{graph}: Int to{graph}: T{graph}x{own} }}"
        ));
    }
    SubgraphSource { name: format!("s{graph:03}"), url: format!("http://s{graph}.example/graphql"), sdl }
}

/// A type of another subgraph, never the same twice.
fn extended(graph: usize, own: usize) -> String {
    let other = (graph * 7 + own * 13 + 1) % SUBGRAPHS;
    let other = if other == graph { (other + 1) % SUBGRAPHS } else { other };
    format!("T{other}x{own}")
}

/// The leaves of a type, and `width` of its objects down to `depth`.
fn select(api: &Schema, ty: &str, depth: usize, width: usize, text: &mut String) {
    text.push_str("{ ");
    let Some(ExtendedType::Object(object)) = api.types.get(ty) else {
        unreachable!("the graph has objects only")
    };
    let mut objects = 0;
    for field in object.fields.values() {
        let inner = field.ty.inner_named_type();
        if api.types.get(inner).is_some_and(ExtendedType::is_object) {
            if depth > 0 && objects < width {
                objects += 1;
                write!(text, "{} ", field.name).expect("a string can be written to");
                select(api, inner, depth - 1, width, text);
            }
        } else {
            write!(text, "{} ", field.name).expect("a string can be written to");
        }
    }
    text.push_str("} ");
}
