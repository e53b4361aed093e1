//! Every form of the join spec is read into the same model.

use router_schema::{Supergraph, SupergraphError};

#[track_caller]
fn parsed(sdl: &str) -> Supergraph {
    match Supergraph::parse(sdl) {
        Ok(supergraph) => supergraph,
        Err(error) => panic!("{error}"),
    }
}

macro_rules! supergraph {
    ($name:literal) => {
        parsed(include_str!(concat!("supergraphs/", $name, ".graphql")))
    };
}

#[test]
fn v0_1_completes_value_types_and_key_fields() {
    let supergraph = supergraph!("v0_1_core");
    insta::assert_snapshot!("v0_1_core", supergraph);
    insta::assert_snapshot!("v0_1_core_api", supergraph.api_sdl());
}

#[test]
fn v0_2_reads_renamed_root_and_renamed_inaccessible() {
    let supergraph = supergraph!("v0_2_link");
    insta::assert_snapshot!("v0_2_link", supergraph);
    insta::assert_snapshot!("v0_2_link_api", supergraph.api_sdl());
}

#[test]
fn v0_3_reads_interface_objects_partial_unions_and_overrides() {
    let supergraph = supergraph!("v0_3_interfaces");
    insta::assert_snapshot!("v0_3_interfaces", supergraph);
    insta::assert_snapshot!("v0_3_interfaces_api", supergraph.api_sdl());
}

#[test]
fn v0_4_reads_labels_and_leaves_directives_of_subgraphs_aside() {
    let supergraph = supergraph!("v0_4_labels");
    insta::assert_snapshot!("v0_4_labels", supergraph);
    insta::assert_snapshot!("v0_4_labels_api", supergraph.api_sdl());
}

#[test]
fn v0_5_reads_override_labels() {
    let supergraph = supergraph!("v0_5_labels");
    insta::assert_snapshot!("v0_5_labels", supergraph);
    insta::assert_snapshot!("v0_5_labels_api", supergraph.api_sdl());
}

#[test]
fn the_join_spec_may_be_renamed() {
    let plain = include_str!("supergraphs/v0_3_interfaces.graphql");
    let renamed = plain.replace("join__", "j__").replace(r#"join/v0.3", for"#, r#"join/v0.3", as: "j", for"#);
    assert_eq!(parsed(&renamed).to_string(), parsed(plain).to_string());
    assert_eq!(parsed(&renamed).api_sdl(), parsed(plain).api_sdl());
}

#[test]
fn a_plain_schema_is_no_supergraph() {
    let refused = Supergraph::parse("type Query { a: Int }").unwrap_err();
    assert!(matches!(refused, SupergraphError::NotASupergraph { .. }), "{refused}");
}

#[test]
fn a_syntax_error_has_its_place() {
    let SupergraphError::Invalid(faults) = Supergraph::parse("type Query {\n  a: }").unwrap_err() else {
        panic!("expected a syntax error");
    };
    assert_eq!(faults[0].position.map(|position| position.line), Some(2));
}

#[test]
fn a_newer_join_spec_is_refused() {
    let newer = include_str!("supergraphs/v0_5_labels.graphql").replace("join/v0.5", "join/v0.6");
    let refused = Supergraph::parse(&newer).unwrap_err();
    assert_eq!(refused, SupergraphError::UnsupportedJoinVersion { version: "v0.6".to_owned() });
}

#[test]
fn an_unknown_security_feature_is_refused() {
    let secured = include_str!("supergraphs/v0_3_interfaces.graphql")
        .replace(r#"import: ["@audited"])"#, r#"import: ["@audited"], for: SECURITY)"#);
    let refused = Supergraph::parse(&secured).unwrap_err();
    assert!(matches!(refused, SupergraphError::UnsupportedFeature { .. }), "{refused}");
}

#[test]
fn a_join_directive_with_a_bad_field_set_names_its_field_and_place() {
    let broken = include_str!("supergraphs/v0_2_link.graphql")
        .replace(r#"requires: "floor""#, r#"requires: "floor {""#);
    let SupergraphError::Join { coordinate, fault } = Supergraph::parse(&broken).unwrap_err() else {
        panic!("expected a refused join directive");
    };
    assert_eq!(coordinate, "Room.guests");
    assert!(fault.position.is_some());
}

#[test]
fn a_field_set_that_selects_nothing_of_an_object_or_something_of_a_leaf_is_refused() {
    let supergraph = |key: &str, requires: &str, provides: &str, selection: &str| {
        format!(
            r#"schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
              @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY) {{ query: Query }}
            directive @link(url: String, as: String, for: link__Purpose, import: [String]) repeatable on SCHEMA
            directive @context(name: String!) repeatable on OBJECT
            directive @join__graph(name: String!, url: String!) on ENUM_VALUE
            directive @join__type(graph: join__Graph!, key: String) repeatable on OBJECT
            directive @join__field(graph: join__Graph, requires: String, provides: String, external: Boolean,
              contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION
            input join__ContextArgument {{ name: String!, type: String!, context: String!, selection: String! }}
            enum link__Purpose {{ SECURITY EXECUTION }}
            enum join__Graph {{ A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }}
            type Query @join__type(graph: A) @context(name: "a__house") {{
              hotel: Hotel @join__field(graph: A, provides: "{provides}")
              name: String
              owner: Owner
            }}
            type Hotel @join__type(graph: A, key: "id") @join__type(graph: B, key: "{key}") {{
              id: ID!
              owner: Owner @join__field(graph: A) @join__field(graph: B, external: true)
              bill: String @join__field(graph: B, requires: "{requires}", contextArguments:
                [{{ context: "a__house", name: "of", type: "String", selection: "{selection}" }}])
            }}
            type Owner @join__type(graph: A) @join__type(graph: B) {{ name: String }}"#
        )
    };
    let whole = supergraph("owner { name }", "owner { name }", "owner { name }", "{ name }");
    Supergraph::parse(&whole).unwrap();
    for (broken, coordinate, message) in [
        (
            supergraph("owner", "owner { name }", "owner { name }", "{ name }"),
            "Hotel",
            "key: Hotel.owner is a Owner, and nothing is selected of it",
        ),
        (
            supergraph("owner { name }", "id { name }", "owner { name }", "{ name }"),
            "Hotel.bill",
            "requires: Hotel.id is a ID, of which nothing can be selected",
        ),
        (
            supergraph("owner { name }", "owner { name }", "... on Hotel { owner }", "{ name }"),
            "Query.hotel",
            "provides: Hotel.owner is a Owner, and nothing is selected of it",
        ),
        (
            supergraph("owner { name }", "owner { name }", "owner { name }", "{ owner }"),
            "Hotel.bill",
            "contextArguments, of: Query.owner is a Owner, and nothing is selected of it",
        ),
    ] {
        let refused = Supergraph::parse(&broken).unwrap_err();
        let SupergraphError::Join { coordinate: at, fault } = &refused else { panic!("{refused}") };
        assert_eq!((at.as_str(), fault.message.as_str()), (coordinate, message));
        assert!(fault.position.is_some());
    }
}

#[test]
fn a_field_is_in_a_subgraph_what_it_can_be_in_the_graph() {
    let whole = include_str!("supergraphs/v0_2_link.graphql");
    for (ty, message) in [
        ("Nothing", "there is no type Nothing"),
        ("[Int!]", "[Int!] can be no Int"),
        ("Room", "Room can be no Int"),
    ] {
        let typed = whole.replace(r#"graph: ROOMS, type: "Int!""#, &format!(r#"graph: ROOMS, type: "{ty}""#));
        let refused = Supergraph::parse(&typed).unwrap_err();
        let SupergraphError::Join { fault, .. } = &refused else { panic!("{refused}") };
        assert!(fault.message.starts_with(message) && fault.position.is_some(), "{refused}");
    }
}

#[test]
fn a_field_is_in_a_subgraph_that_has_its_type() {
    let broken = include_str!("supergraphs/v0_2_link.graphql")
        .replace("  volts: Int\n", "  volts: Int @join__field(graph: GUESTS)\n");
    let refused = Supergraph::parse(&broken).unwrap_err();
    let SupergraphError::Join { coordinate, fault } = &refused else { panic!("{refused}") };
    assert_eq!(coordinate, "Wiring.volts");
    assert_eq!(fault.message, "no @join__type says that this subgraph has the type");
}

#[test]
fn an_unknown_subgraph_is_refused() {
    let broken = include_str!("supergraphs/v0_2_link.graphql")
        .replace("@join__type(graph: GUESTS)", "@join__type(graph: GHOSTS)");
    let refused = Supergraph::parse(&broken).unwrap_err();
    assert!(refused.to_string().contains("there is no subgraph GHOSTS"), "{refused}");
}

#[test]
fn who_implements_is_in_a_subgraph_that_has_the_interface() {
    let whole = include_str!("supergraphs/v0_3_interfaces.graphql");
    // In RATINGS, one of the two is not there and the other would find an object.
    let broken = whole.replace("@join__implements(graph: FILMS", "@join__implements(graph: RATINGS");
    let refused = Supergraph::parse(&broken).unwrap_err();
    assert!(refused.to_string().contains("no @join__type says that this subgraph"), "{refused}");
    let last = whole.rfind("@join__implements(graph: FILMS").unwrap();
    let (before, after) = whole.split_at(last);
    let broken = format!("{before}{}", after.replacen("FILMS", "RATINGS", 1));
    let refused = Supergraph::parse(&broken).unwrap_err();
    assert!(refused.to_string().contains("Media is no interface in this subgraph"), "{refused}");
}

#[test]
fn a_truncated_supergraph_is_refused_without_a_panic() {
    for whole in [
        include_str!("supergraphs/v0_1_core.graphql"),
        include_str!("supergraphs/v0_3_interfaces.graphql"),
        include_str!("supergraphs/v0_5_labels.graphql"),
    ] {
        let root = whole.find("type Query").expect("each has a query root");
        for end in (0..root).step_by(23) {
            assert!(Supergraph::parse(&whole[..end]).is_err(), "{}", &whole[..end]);
        }
    }
}
