//! The parts of a document, from either end and for single products.

use serde_json::{Value, json};

use crate::house::House;

/// The products of the lines that a document shows, asked for with `arguments`; as many are counted.
async fn products(house: &House, (field, id): (&str, &str), arguments: &str) -> Vec<Value> {
    let query = format!(
        "query($id: ID!) {{ {field}(id: $id) {{ lines{arguments} {{ totalCount nodes {{ product {{ id }} }} }} }} }}"
    );
    let lines = house.data(&query, json!({ "id": id })).await[field]["lines"].take();
    let nodes = lines["nodes"].as_array().unwrap();
    assert_eq!(lines["totalCount"], nodes.len());
    nodes.iter().map(|node| node["product"]["id"].clone()).collect()
}

#[tokio::test]
async fn lines_are_listed_from_either_end_and_for_single_products() {
    let house = House::open().await;
    let (vendor, rice, fish) = (house.vendor("A").await, house.product(), house.product());
    let priced = json!([
        { "productId": rice, "unit": "kg", "price": "10" },
        { "productId": fish, "unit": "kg", "price": "20" }
    ]);
    let list = house.active(&vendor, priced.clone()).await;
    let contract = house.agreed(&vendor, priced).await;
    let input = json!({ "name": "Autumn", "startsAt": "2026-07-01T00:00:00Z", "endsAt": "2026-07-15T00:00:00Z",
        "validFrom": "2026-08-01", "validTo": "2026-12-31", "lines": [
            { "productId": rice, "unit": "kg", "quantity": "40" },
            { "productId": fish, "unit": "kg", "quantity": "4" }
        ] });
    let campaign = house.mutate("createCampaign", input).await["campaign"]["id"].take();
    let campaign = campaign.as_str().unwrap();
    for document in [("priceList", list.as_str()), ("contract", contract.as_str()), ("campaign", campaign)] {
        let (first, last) = (json!(rice), json!(fish));
        for (arguments, expected) in [
            (String::new(), vec![first.clone(), last.clone()]),
            ("(sort: POSITION_DESC)".to_owned(), vec![last.clone(), first]),
            (format!("(productIds: [\"{fish}\"])"), vec![last]),
            (format!("(productIds: [\"{vendor}\"])"), vec![]),
        ] {
            assert_eq!(products(&house, document, &arguments).await, expected, "{document:?} {arguments}");
        }
    }
    let many = vec![rice; 501];
    let query =
        "query($id: ID!, $many: [ID!]) { priceList(id: $id) { lines(productIds: $many) { totalCount } } }";
    let refused = house.ask_as(&house.buyer, query, json!({ "id": list, "many": many })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "VALIDATION_ERROR", "{refused}");
}

#[tokio::test]
async fn invitations_are_listed_from_either_end() {
    let asked = crate::campaigns::Asked::open().await;
    for (sort, codes) in [("POSITION_ASC", ["FISH", "MEAT"]), ("POSITION_DESC", ["MEAT", "FISH"])] {
        let query = format!(
            "query($id: ID!) {{ campaign(id: $id) {{ invitations(sort: {sort}) {{ nodes {{ vendor {{ code }} }} }} }} }}"
        );
        let shown = asked.house.data(&query, json!({ "id": asked.id })).await;
        let expected = codes.map(|code| json!({ "vendor": { "code": code } }));
        assert_eq!(shown["campaign"]["invitations"]["nodes"], json!(expected));
    }
}
