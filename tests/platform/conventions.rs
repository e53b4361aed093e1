//! What holds of the whole graph, as it is served: lists can be narrowed, sorted and paged, changes repeated and never made blindly.

use std::collections::{BTreeMap, BTreeSet};

use carmen_tests::Carmen;
use serde_json::{Value, json};

const SCHEMA: &str = "{ __schema { types { kind name inputFields { name } fields { name args { name type { ...T } } type { ...T } } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// Lists that are no connections: each is short by nature, and asked for as a whole.
const WHOLE: [(&str, &str); 6] = [
    ("Query.adjustmentLimits", "one per reason, of which there are a handful"),
    ("Query.approvalRules", "five levels at most, which are set together"),
    ("Query.comparePrices", "one answer for each product that is named, in that order"),
    ("Query.receivable", "the lines of one order, to be counted together"),
    ("Query.spend", "sums of groups, the largest first, as many as are asked for"),
    ("Query.units", "a closed list"),
];

const CARD: &str = "StockCard.entries";

/// Connections below an object that are narrowed where that object is asked for, and have no other order.
const NARROWED_ABOVE: [(&str, &str); 2] = [
    (CARD, "a card shows one item's ledger as it runs, with a balance behind each line"),
    ("StockValuation.items", "the valuation takes the filter; values of a day are worked out per page"),
];

/// Changes without an idempotency key: each has something else that makes a second one harmless.
const UNKEYED: [(&str, &str); 3] = [
    ("login", "begins a session of its own each time"),
    ("refresh", "its token works once"),
    ("logout", "ends what has not ended yet"),
];

/// Changes that need no version: they make something new, or act on what has no states to be mistaken in.
const UNSEEN: [&str; 12] = [
    "login",
    "refresh",
    "logout",
    "assignUser",
    "unassignUser",
    "bulkImport",
    "convertToPurchaseOrders",
    "defineAttribute",
    "delegate",
    "portalSave",
    "portalSubmit",
    "reverseMovement",
];

/// The graph as introspection tells it.
struct Graph {
    /// Fields by their coordinates, with the names of their arguments and the type they answer.
    fields: BTreeMap<String, Field>,
    inputs: BTreeMap<String, BTreeSet<String>>,
}

struct Field {
    arguments: BTreeMap<String, String>,
    named: String,
    is_list: bool,
}

impl Graph {
    async fn of(carmen: &Carmen) -> Self {
        let answer = carmen.sign_in("buyer").await.data(SCHEMA, json!({})).await;
        let (mut fields, mut inputs) = (BTreeMap::new(), BTreeMap::new());
        for kind in answer["__schema"]["types"].as_array().unwrap() {
            let name = kind["name"].as_str().unwrap();
            for field in kind["fields"].as_array().into_iter().flatten().filter(|_| !name.starts_with("__")) {
                let arguments = field["args"].as_array().unwrap().iter();
                let arguments =
                    arguments.map(|one| (text(&one["name"]), unwrapped(&one["type"]).0)).collect();
                let (named, is_list) = unwrapped(&field["type"]);
                fields.insert(
                    format!("{name}.{}", field["name"].as_str().unwrap()),
                    Field { arguments, named, is_list },
                );
            }
            let names = kind["inputFields"].as_array().into_iter().flatten().map(|one| text(&one["name"]));
            inputs.insert(name.to_owned(), names.collect());
        }
        Self { fields, inputs }
    }

    fn of_type(&self, parent: &str) -> impl Iterator<Item = (&str, &Field)> {
        let prefix = format!("{parent}.");
        self.fields.iter().filter_map(move |(at, field)| Some((at.strip_prefix(&prefix)?, field)))
    }

    /// Whether a mutation takes something: as an argument, or in its input.
    fn takes(&self, mutation: &Field, wanted: &str) -> bool {
        let mut inputs = mutation.arguments.values().filter_map(|named| self.inputs.get(named));
        mutation.arguments.contains_key(wanted) || inputs.any(|fields| fields.contains(wanted))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The name below all wrappers, and whether one of them is a list.
fn unwrapped(mut ty: &Value) -> (String, bool) {
    let mut is_list = false;
    while !ty["ofType"].is_null() {
        is_list |= ty["kind"] == "LIST";
        ty = &ty["ofType"];
    }
    (text(&ty["name"]), is_list)
}

fn names<'a>(exceptions: &[(&'a str, &'a str)]) -> BTreeSet<&'a str> {
    exceptions.iter().map(|(name, _)| *name).collect()
}

#[tokio::test]
async fn lists_take_filters_sorting_and_cursors() {
    let carmen = Carmen::start().await;
    let graph = Graph::of(&carmen).await;
    let (mut whole, mut unsorted, mut faults) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let sorted: BTreeSet<&str> = graph
        .of_type("Query")
        .filter(|(_, field)| field.arguments.contains_key("sort"))
        .map(|(_, field)| field.named.as_str())
        .collect();
    for (at, field) in &graph.fields {
        let is_root = at.starts_with("Query.");
        if !field.named.ends_with("Connection") {
            if is_root && field.is_list {
                whole.insert(at.as_str());
            }
            continue;
        }
        // A card takes its page where the card is asked for.
        let asked = if at == CARD { &graph.fields["Query.stockCard"] } else { field };
        let mut wanted = vec!["first", "after", "last", "before"];
        if is_root {
            wanted.extend(["where", "sort"]);
        } else if !field.arguments.contains_key("sort")
            && (at == CARD || !sorted.contains(field.named.as_str()))
        {
            // Others below an object can be had narrowed and sorted from the root.
            unsorted.insert(at.as_str());
        }
        wanted.retain(|name| !asked.arguments.contains_key(*name));
        if !wanted.is_empty() {
            faults.push(format!("{at} lacks {wanted:?}"));
        }
    }
    assert_eq!((faults, whole, unsorted), (Vec::new(), names(&WHOLE), names(&NARROWED_ABOVE)));
    carmen.stop().await;
}

#[tokio::test]
async fn changes_are_repeated_under_a_key_and_never_made_blindly() {
    let carmen = Carmen::start().await;
    let graph = Graph::of(&carmen).await;
    let (mut neither, mut unkeyed, mut unseen) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (name, mutation) in graph.of_type("Mutation") {
        let has_version =
            graph.takes(mutation, "expectedVersion") || graph.takes(mutation, "expectedRevision");
        let has_key = graph.takes(mutation, "idempotencyKey");
        if !has_key && !has_version {
            neither.insert(name);
        }
        if !has_key {
            unkeyed.insert(name);
        }
        if !has_version {
            unseen.insert(name);
        }
    }
    assert_eq!(neither, names(&UNKEYED), "neither a key nor a version");
    // What changes a record in place has its version: the same change twice is told apart by that.
    let updates = ["update", "move", "redefine", "remove", "set"];
    let unkeyed: Vec<_> = unkeyed.difference(&neither).filter(|name| !begins(name, &updates)).collect();
    assert_eq!(unkeyed, Vec::<&&str>::new(), "changes without a key that are no updates");
    // What is made new has no version yet.
    let makes = ["create", "receive", "record", "issue", "reserve", "transfer", "adjust", "plan", "replay"];
    let unseen: BTreeSet<&str> = unseen.into_iter().filter(|name| !begins(name, &makes)).collect();
    assert_eq!(unseen, BTreeSet::from(UNSEEN), "changes without a version");
    carmen.stop().await;
}

fn begins(name: &str, verbs: &[&str]) -> bool {
    verbs.iter().any(|verb| name.starts_with(verb))
}
