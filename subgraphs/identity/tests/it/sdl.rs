//! The schema as the router composes it.

use chassis::testkit::check_sdl;

use crate::house::House;

#[tokio::test]
async fn the_committed_schema_is_the_running_one() {
    check_sdl(env!("CARGO_MANIFEST_DIR"), &House::open().await.identity);
}

#[tokio::test]
async fn everything_in_the_schema_is_described() {
    let house = House::open().await;
    let query = "{ __schema { types { name description fields { name description args { name description } }
        enumValues { name description } } } }";
    let answer =
        chassis::testkit::data(house.kit.ask(&house.identity, &crate::house::anonymous(), query).await);
    let mut silent = Vec::new();
    for kind in answer["__schema"]["types"].as_array().unwrap() {
        let name = kind["name"].as_str().unwrap();
        // The language's own types and federation's are not ours to describe.
        if name.starts_with('_') || ["ID", "String", "Int", "Boolean"].contains(&name) {
            continue;
        }
        let described =
            |thing: &serde_json::Value| thing["description"].as_str().is_some_and(|text| !text.is_empty());
        if !described(kind) {
            silent.push(name.to_owned());
        }
        for field in kind["fields"].as_array().into_iter().flatten() {
            let field_name = field["name"].as_str().unwrap();
            if field_name.starts_with('_') {
                continue;
            }
            if !described(field) {
                silent.push(format!("{name}.{field_name}"));
            }
            for argument in
                field["args"].as_array().into_iter().flatten().filter(|argument| !described(argument))
            {
                silent.push(format!("{name}.{field_name}({})", argument["name"]));
            }
        }
    }
    assert!(silent.is_empty(), "without description: {silent:?}");
}
