//! The links, directives and types of the specs that a supergraph uses.

use crate::ingest::Subgraph;
use crate::merge::Composed;
use apollo_compiler::ast::{Argument, Definition, Directive, Document, Value};
use apollo_compiler::{Name, Node};
use router_schema::apollo_compiler;
use std::collections::{BTreeMap, BTreeSet};

/// The join and link specs.
const JOIN: &str = r#"
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
scalar join__DirectiveArguments
scalar join__FieldSet
scalar join__FieldValue
scalar link__Import
enum link__Purpose {
  "`SECURITY` features provide metadata necessary to securely resolve fields."
  SECURITY
  "`EXECUTION` features provide metadata necessary for operation execution."
  EXECUTION
}
"#;

/// A spec that is linked only when an element uses its directive.
struct Spec {
    directive: &'static str,
    url: &'static str,
    import: Option<&'static str>,
    purpose: Option<&'static str>,
    sdl: &'static str,
}

const SPECS: &[Spec] = &[
    Spec {
        directive: "tag",
        url: "https://specs.apollo.dev/tag/v0.3",
        import: None,
        purpose: None,
        sdl: "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA",
    },
    Spec {
        directive: "inaccessible",
        url: "https://specs.apollo.dev/inaccessible/v0.2",
        import: None,
        purpose: Some("SECURITY"),
        sdl: "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION",
    },
    Spec {
        directive: "authenticated",
        url: "https://specs.apollo.dev/authenticated/v0.1",
        import: None,
        purpose: Some("SECURITY"),
        sdl: "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
    },
    Spec {
        directive: "requiresScopes",
        url: "https://specs.apollo.dev/requiresScopes/v0.1",
        import: None,
        purpose: Some("SECURITY"),
        sdl: "scalar requiresScopes__Scope\ndirective @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
    },
    Spec {
        directive: "policy",
        url: "https://specs.apollo.dev/policy/v0.1",
        import: None,
        purpose: Some("SECURITY"),
        sdl: "scalar policy__Policy\ndirective @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
    },
    Spec {
        directive: "cost",
        url: "https://specs.apollo.dev/cost/v0.1",
        import: None,
        purpose: None,
        sdl: "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
    },
    Spec {
        directive: "listSize",
        url: "https://specs.apollo.dev/cost/v0.1",
        import: Some("@listSize"),
        purpose: None,
        sdl: "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    },
    Spec {
        directive: "context",
        url: "https://specs.apollo.dev/context/v0.1",
        import: None,
        purpose: Some("SECURITY"),
        sdl: "scalar context__ContextFieldValue\ndirective @context(name: String!) repeatable on INTERFACE | OBJECT | UNION\ndirective @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION",
    },
    Spec {
        directive: "oneOf",
        url: "",
        import: None,
        purpose: None,
        sdl: "directive @oneOf on INPUT_OBJECT",
    },
];

/// The `@link`s of the supergraph's schema definition.
pub(super) fn links(used: &BTreeSet<String>, composed: &[Composed]) -> Vec<Directive> {
    let mut links = vec![
        link("https://specs.apollo.dev/link/v1.0", None, Vec::new()),
        link("https://specs.apollo.dev/join/v0.5", Some("EXECUTION"), Vec::new()),
    ];
    let mut linked: BTreeSet<&str> = BTreeSet::new();
    for spec in SPECS.iter().filter(|spec| !spec.url.is_empty() && used.contains(spec.directive)) {
        if linked.insert(spec.url) {
            let same = SPECS.iter().filter(|other| other.url == spec.url && used.contains(other.directive));
            let imports: Vec<_> = same.filter_map(|other| other.import).collect();
            let imports = imports.iter().map(|import| text(import)).collect();
            links.push(link(spec.url, spec.purpose, imports));
        }
    }
    links.extend(composed_links(composed));
    links
}

/// A link for each spec of composed directives, at the newest version that brings one of them.
fn composed_links(composed: &[Composed]) -> Vec<Directive> {
    let mut specs: BTreeMap<&str, Vec<&Composed>> = BTreeMap::new();
    for one in composed {
        specs.entry(&one.identity).or_default().push(one);
    }
    let import = |one: &&Composed| {
        let (name, alias) = (format!("@{}", one.spec_name), format!("@{}", one.definition.name));
        if name == alias {
            return text(&name);
        }
        let entry = |key: &str, value: &str| (Name::new_unchecked(key), Node::new(text(value)));
        Value::Object(vec![entry("name", &name), entry("as", &alias)])
    };
    let newest = |all: &[&Composed]| all.iter().map(|one| one.url.clone()).max_by_key(|url| version_of(url));
    specs
        .values()
        .filter_map(|all| Some(link(&newest(all)?, None, all.iter().map(import).collect())))
        .collect()
}

/// The version at the end of a spec's URL, to compare by.
fn version_of(url: &str) -> Vec<u32> {
    let version = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    version.trim_start_matches('v').split('.').filter_map(|number| number.parse().ok()).collect()
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// The definitions that the specs need, and the enum of the subgraphs.
pub(super) fn definitions(subgraphs: &[Subgraph], used: &BTreeSet<String>) -> Vec<Definition> {
    let mut sdl = JOIN.to_owned();
    for spec in SPECS.iter().filter(|spec| used.contains(spec.directive)) {
        sdl.push_str(spec.sdl);
        sdl.push('\n');
    }
    sdl.push_str("enum join__Graph {\n");
    for subgraph in subgraphs {
        let quoted = |raw: &str| text(raw).serialize().no_indent().to_string();
        let (name, url) = (quoted(&subgraph.name), quoted(&subgraph.url));
        sdl.push_str(&format!("{} @join__graph(name: {name}, url: {url})\n", subgraph.graph));
    }
    sdl.push_str("}\n");
    let document = Document::parse(sdl, "machinery.graphql").expect("our own definitions are valid");
    let mut definitions = document.definitions;
    definitions.sort_by_key(|definition| {
        let is_type = !matches!(definition, Definition::DirectiveDefinition(_));
        (is_type, definition.name().map(ToString::to_string))
    });
    definitions
}

fn link(url: &str, purpose: Option<&'static str>, imports: Vec<Value>) -> Directive {
    let argument = |name: &'static str, value| {
        Node::new(Argument { name: Name::new_static(name).expect("a literal name"), value: Node::new(value) })
    };
    let mut arguments = vec![argument("url", Value::String(url.to_owned()))];
    if !imports.is_empty() {
        let imports = imports.into_iter().map(Node::new).collect();
        arguments.push(argument("import", Value::List(imports)));
    }
    if let Some(purpose) = purpose {
        let purpose = Name::new_static(purpose).expect("a literal name");
        arguments.push(argument("for", Value::Enum(purpose)));
    }
    Directive { name: apollo_compiler::name!("link"), arguments }
}
