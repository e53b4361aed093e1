//! The API as a whole: its SDL is committed, and everything in it is described.

use chassis::testkit::{check_sdl, data};
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn the_committed_schema_is_the_one_that_runs() {
    let house = House::open().await;
    check_sdl(env!("CARGO_MANIFEST_DIR"), &house.subgraph);
}

#[tokio::test]
async fn products_are_keyed_by_id_and_by_code() {
    let house = House::open().await;
    let sdl = house.subgraph.sdl();
    assert!(sdl.contains("type Product @key(fields: \"id\") @key(fields: \"code\")"), "{sdl}");
    assert!(sdl.contains("type Category @key(fields: \"id\")"));
    assert!(sdl.contains("type Unit @key(fields: \"code\")"));
    assert!(sdl.contains("type Quantity @shareable"));
}

#[tokio::test]
async fn every_type_field_argument_and_value_has_a_description() {
    let house = House::open().await;
    let query = "{ __schema { types { name kind description
        fields { name description args { name description } }
        inputFields { name description } enumValues { name description } } } }";
    let schema = data(house.ask(query, json!(null)).await);
    let mut bare = Vec::new();
    for kind in schema["__schema"]["types"].as_array().unwrap() {
        let name = kind["name"].as_str().unwrap();
        let is_ours =
            !name.starts_with('_') && !["String", "Int", "Float", "Boolean", "ID", "JSON"].contains(&name);
        if is_ours && kind["description"].is_null() {
            bare.push(name.to_owned());
        }
        if name.starts_with('_') {
            continue;
        }
        for list in ["fields", "inputFields", "enumValues"] {
            for part in kind[list].as_array().into_iter().flatten() {
                let part_name = part["name"].as_str().unwrap();
                if part["description"].is_null() && !part_name.starts_with('_') {
                    bare.push(format!("{name}.{part_name}"));
                }
                let args = part["args"].as_array().into_iter().flatten();
                // A mutation's single `input` is described by its type.
                let args = args.filter(|arg| arg["name"] != "input" && !part_name.starts_with('_'));
                bare.extend(
                    args.filter(|arg| arg["description"].is_null())
                        .map(|arg| format!("{name}.{part_name}({})", arg["name"].as_str().unwrap())),
                );
            }
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}
