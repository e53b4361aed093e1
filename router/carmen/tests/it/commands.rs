//! What the commands say, good and bad.

use crate::process::{run, say};
use std::fs;

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    let help = say(folder.path(), &["--help"]);
    for command in
        ["dev", "router", "subgraph", "compose", "plan", "diff", "migrate", "seed", "token", "prove"]
    {
        assert!(help.contains(command), "{command} is missing from --help");
        let own = say(folder.path(), &[command, "--help"]);
        assert!(own.contains("Usage:") && own.len() > 200, "{command} --help: {own}");
    }
}

#[test]
fn a_data_folder_is_migrated_filled_and_proven() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    assert_eq!(say(data, &["migrate"]).lines().count(), 6);
    assert!(say(data, &["seed", "--size", "s"]).contains("password for all of them"));
    assert!(say(data, &["seed", "--size", "s"]).contains("were there already"));
    let proof = say(data, &["prove"]);
    assert!(proof.contains("every balance follows from the ledger"), "{proof}");
    assert!(proof.contains("nothing contradicts the rules"), "{proof}");
    assert!(proof.contains("everything agrees"), "{proof}");
    let token = say(data, &["token", "--user", "chef@andaman.example"]);
    assert_eq!(token.split('.').count(), 3, "{token}");
}

#[test]
fn demo_tokens_are_refused_in_production_and_for_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let production =
        run(data, &["token", "--user", "admin@andaman.example", "--issuer", "https://login.example"]);
    assert!(!production.status.success());
    assert!(String::from_utf8_lossy(&production.stderr).contains("production"));
    let stranger = run(data, &["token", "--user", "nobody@example"]);
    assert!(!stranger.status.success() && stranger.stdout.is_empty());
}

#[test]
fn events_travel_one_way() {
    let folder = tempfile::tempdir().unwrap();
    let both = [
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--redis-url",
        "redis://127.0.0.1/",
        "--amqp-url",
        "amqp://127.0.0.1/",
    ];
    let wrong = ["dev", "--listen", "127.0.0.1:0", "--amqp-url", "amqps://127.0.0.1/"];
    for (args, said) in [(&both[..], "CARMEN_REDIS_URL"), (&wrong[..], "the address of RabbitMQ")] {
        let refused = run(folder.path(), args);
        let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && errors.contains(said), "{errors}");
    }
}

#[test]
fn plans_are_printed_and_wrong_operations_explained() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let graph = concat!(env!("CARGO_MANIFEST_DIR"), "/../../supergraph.yaml");
    fs::write(data.join("good.graphql"), "{ products { nodes { name totalOnHand { value } } } }").unwrap();
    let plan = say(data, &["plan", "--supergraph", graph, "good.graphql"]);
    assert!(
        plan.starts_with("QueryPlan {") && plan.contains("Flatten(path: \"products.nodes.@\")"),
        "{plan}"
    );
    let stages = run(data, &["plan", "--supergraph", graph, "--stages", "--verify", "good.graphql"]);
    let said = String::from_utf8_lossy(&stages.stdout).into_owned();
    assert!(said.starts_with("# Normal operation\nproducts\n") && said.trim_end().ends_with(&plan), "{said}");
    assert!(String::from_utf8_lossy(&stages.stderr).contains("the plan is sound"));
    fs::write(data.join("bad.graphql"), "{ products { nope } }").unwrap();
    let bad = run(data, &["plan", "--supergraph", graph, "bad.graphql"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&bad.stderr).contains("nope"));
}

#[test]
fn a_wrong_key_names_the_nearest_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    fs::write(data.join("router.yaml"), "limits:\n  dept: 3\n").unwrap();
    fs::write(data.join("s.graphql"), "type Query { a: Int }").unwrap();
    let wrong = run(data, &["router", "--supergraph", "s.graphql", "--config", "router.yaml"]);
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("did you mean `depth`?"), "{said}");
}
