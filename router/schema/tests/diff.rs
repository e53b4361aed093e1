//! Every kind of change, from the two schemas that show it.

use router_schema::apollo_compiler::Schema;
use router_schema::diff::{ChangeKind, Impact, changes};
use std::collections::BTreeSet;

const OLD: &str = r#"
directive @lost on QUERY
directive @kept(gone: Int, narrowed: Int, widened: Int!, other: Int = 1) repeatable on QUERY | FIELD
directive @grows on QUERY
interface Named { name: String }
type Query {
  gone: Int
  weaker: Int!
  stronger: [Int]
  other: Int
  arguments(gone: Int, narrowed: Int, widened: Int!, other: Int = 1, demanded: Int! = 1): Int
  plain: Int
  old: Int @deprecated
  product: Product
  kind: Kind
  found: Found
  named: Named
}
type Product implements Named { name: String }
type Gone { a: Int }
type Turned { a: Int }
type Other { a: Int }
union Found = Product | Other
enum Kind { GONE KEPT }
input Filter { gone: Int narrowed: Int widened: Int! other: Int = 1 }
input One { a: Int b: Int }
input Many @oneOf { a: Int b: Int }
"#;

const NEW: &str = r#"
directive @kept(narrowed: Int!, widened: Int, other: Int = 2, required: Int!, optional: Int) on QUERY
directive @grows repeatable on QUERY | FIELD
directive @new on QUERY
interface Named { name: String }
interface Priced { price: Int }
type Query {
  weaker: Int
  stronger: [Int!]!
  other: String
  arguments(narrowed: Int!, widened: Int, other: Int = 2, required: Int!, optional: Int, demanded: Int!): Int
  plain: Int @deprecated(reason: "use other")
  "It is back."
  old: Int
  new: Int
  product: Product
  kind: Kind
  found: Found
  named: Named
}
type Product implements Priced { name: String price: Int }
type New implements Named { name: String }
interface Turned { a: Int }
type Other { a: Int }
union Found = Other | New
enum Kind { KEPT NEW }
input Filter { narrowed: Int! widened: Int other: Int = 2 required: Int! optional: Int }
input One @oneOf { a: Int b: Int }
input Many { a: Int b: Int }
"#;

fn schema(sdl: &str) -> Schema {
    Schema::parse(sdl, "schema.graphql").unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_change_is_found_and_judged() {
    let changes = changes(&schema(OLD), &schema(NEW));
    let lines: Vec<_> = changes.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("every_change", lines.join("\n"));
    let shown: BTreeSet<_> = changes.iter().map(|change| change.kind).collect();
    let missing: Vec<_> = ChangeKind::ALL.iter().filter(|kind| !shown.contains(kind)).collect();
    assert!(missing.is_empty(), "{missing:?} is shown by nothing");
}

#[test]
fn a_schema_does_not_differ_from_itself() {
    assert_eq!(changes(&schema(NEW), &schema(NEW)), []);
}

#[test]
fn what_is_added_one_way_is_removed_the_other_way() {
    let (there, back) = (changes(&schema(OLD), &schema(NEW)), changes(&schema(NEW), &schema(OLD)));
    let count = |changes: &[router_schema::diff::Change], kind| {
        changes.iter().filter(|change| change.kind == kind).count()
    };
    for (added, removed) in [
        (ChangeKind::TypeAdded, ChangeKind::TypeRemoved),
        (ChangeKind::TypeAddedToUnion, ChangeKind::TypeRemovedFromUnion),
        (ChangeKind::ValueAddedToEnum, ChangeKind::ValueRemovedFromEnum),
        (ChangeKind::DirectiveAdded, ChangeKind::DirectiveRemoved),
    ] {
        assert_eq!(count(&there, added), count(&back, removed), "{added}");
        assert_eq!(count(&there, removed), count(&back, added), "{removed}");
    }
}

#[test]
fn the_worst_comes_first() {
    let found = changes(&schema(OLD), &schema(NEW));
    assert!(found.is_sorted_by_key(|change| change.impact));
    assert_eq!(found.first().map(|change| change.impact), Some(Impact::Breaking));
    assert_eq!(found.last().map(|change| change.impact), Some(Impact::Safe));
}
