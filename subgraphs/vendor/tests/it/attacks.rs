//! What people and machines do to a service that nobody planned for: at the same time, with somebody else's ids, at the edge
//! of what can be written.

use futures::future::{join, join_all};
use serde_json::{Value, json};

use crate::house::{House, andaman, lanna};

#[tokio::test]
async fn of_overlapping_lists_approved_together_one_comes_into_force_every_time() {
    let house = House::open().await;
    let product = house.product();
    for round in 0..24 {
        let vendor = house.vendor(&format!("V{round}")).await;
        let lines = json!([{ "productId": product, "unit": "kg", "price": "10" }]);
        let mut ids = Vec::new();
        for window in
            [("2026-07-01", "2026-07-31"), ("2026-07-31", "2026-08-31"), ("2026-06-01", "2026-12-31")]
        {
            ids.push(house.submitted(&vendor, window, lines.clone()).await);
        }
        let approve =
            |id: &String| house.mutate("approvePriceList", json!({ "id": id, "expectedVersion": 2 }));
        let answers = join_all(ids.iter().map(approve)).await;
        let approved = answers.iter().filter(|answer| answer["priceList"]["status"] == "ACTIVE").count();
        assert_eq!(approved, 1, "round {round}: {answers:?}");
        let refused = answers.iter().flat_map(House::refusals);
        assert!(refused.clone().count() == 2, "round {round}");
        for refusal in refused {
            assert_eq!(refusal, ("DUPLICATE".to_owned(), "validFrom".to_owned()), "round {round}");
        }
    }
    house.prove().await;
}

#[tokio::test]
async fn tenants_interleaved_on_the_same_connections_see_only_their_own() {
    let house = House::open().await;
    let product = house.product();
    let other = house.kit.caller(lanna(), &["*"]);
    let lines = json!([{ "productId": product, "unit": "kg", "price": "10" }]);
    let mine = house.vendor("SHARED").await;
    house.active(&mine, lines.clone()).await;
    house.agreed(&mine, json!([{ "productId": product, "unit": "kg", "price": "9" }])).await;
    let created = json!({ "code": "SHARED", "name": "Theirs", "currency": "THB" });
    let theirs =
        house.mutate_as(&other, "createVendor", created).await["data"]["createVendor"]["vendor"]["id"]
            .clone();
    let query = "query($ids: [ID!]!, $keys: [_Any!]!) { vendors { nodes { id } } contracts { totalCount }
        priceLists { totalCount } comparePrices(productIds: $ids) { prices { vendor { id } } }
        _entities(representations: $keys) { ... on Vendor { id } } }";
    let keys = json!([{ "__typename": "Vendor", "id": mine }, { "__typename": "Vendor", "id": theirs }]);
    let variables = json!({ "ids": [product], "keys": keys });
    let asked = (0..60).map(|turn| {
        let (caller, is_mine) = if turn % 2 == 0 { (&house.buyer, true) } else { (&other, false) };
        let answer = house.ask_as(caller, query, variables.clone());
        async move { (is_mine, answer.await) }
    });
    for (is_mine, answer) in join_all(asked).await {
        let data = &answer["data"];
        let own = if is_mine { json!(mine) } else { theirs.clone() };
        assert_eq!(data["vendors"]["nodes"], json!([{ "id": own }]), "{answer}");
        let counts = ["contracts", "priceLists"].map(|lists| data[lists]["totalCount"].as_i64());
        assert_eq!(counts, [Some(i64::from(is_mine)); 2]);
        let prices = data["comparePrices"][0]["prices"].as_array().unwrap();
        assert_eq!(prices.len(), if is_mine { 2 } else { 0 });
        let place = usize::from(!is_mine);
        assert_eq!((&data["_entities"][place]["id"], &data["_entities"][1 - place]), (&own, &Value::Null));
    }
}

#[tokio::test]
async fn a_token_revoked_while_it_is_used_does_one_thing_or_the_other() {
    for _ in 0..20 {
        let house = House::open().await;
        let (product, vendor) = (house.product(), house.reachable("FISH").await);
        let input = json!({ "name": "Autumn", "startsAt": "2026-07-01T00:00:00Z", "endsAt": "2026-07-15T00:00:00Z",
            "validFrom": "2026-08-01", "validTo": "2026-12-31", "lines": [{ "productId": product, "unit": "kg" }] });
        let id = house.mutate("createCampaign", input).await["campaign"]["id"].clone();
        let guests = json!([{ "vendorId": vendor }]);
        house.mutate("inviteVendors", json!({ "id": id, "expectedVersion": 1, "vendors": guests })).await;
        let launched = house.mutate("launchCampaign", json!({ "id": id, "expectedVersion": 2 })).await;
        let token = &launched["tokens"][0];
        let submit = "mutation($input: PortalSubmitInput!) { portalSubmit(input: $input) { invitation { status } userErrors { code } } }";
        let answer = json!({ "input": { "token": token["token"], "lines": [{ "productId": product, "price": "5" }] } });
        let revoke =
            json!({ "id": token["invitationId"], "expectedVersion": 2, "reason": "asked the wrong vendor" });
        let (submitted, revoked) =
            join(house.stranger(submit, answer), house.mutate("revokeInvitation", revoke)).await;
        let submitted = &submitted["data"]["portalSubmit"];
        let outcome =
            (submitted["userErrors"][0]["code"].as_str(), revoked["userErrors"][0]["code"].as_str());
        let is_one = matches!(outcome, (None, Some("CONFLICT")) | (Some("TOKEN_EXPIRED"), None));
        assert!(is_one, "{submitted} {revoked}");
        house.prove().await;
    }
}

#[tokio::test]
async fn amounts_at_the_edge_are_exact_or_refused() {
    let house = House::open().await;
    let (vendor, product) = (house.vendor("FISH").await, house.product());
    let write = async |price: Value| {
        let lines = json!([{ "productId": product, "unit": "kg", "price": price }]);
        let input =
            json!({ "vendorId": vendor, "validFrom": "2026-07-01", "validTo": "2026-07-31", "lines": lines });
        house.mutate_as(&house.buyer, "createPriceList", input).await
    };
    for odd in [
        json!("1e5"),
        json!("1.000001"),
        json!("NaN"),
        json!("٣"),
        json!(""),
        json!("1,5"),
        json!(1.5),
        json!(" 1"),
        json!("+1"),
    ] {
        let answer = write(odd.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "VALIDATION_ERROR", "{odd}: {answer}");
    }
    for far in ["1000000000", "-0.00001", "90000000000000"] {
        let payload = write(json!(far)).await["data"]["createPriceList"].take();
        assert_eq!(
            House::refusals(&payload),
            [("VALIDATION_ERROR".to_owned(), "lines.0.price".to_owned())],
            "{far}"
        );
    }
    for (price, quantity, total) in [
        ("0.00001", "999999999.99999", "10000.00"),
        ("999999999.99999", "0.00001", "10000.00"),
        ("-0", "1", "0.00"),
        ("0.00001", "0.00001", "0.00"),
    ] {
        let seller = house.vendor(&format!("E{}", total.len() + price.len() * 10)).await;
        let item = house.product();
        let lines = json!([{ "productId": item, "unit": "kg", "price": price, "minQuantity": "0.00001" }]);
        house.active(&seller, lines).await;
        let query = "query($ids: [ID!]!, $quantity: Decimal) { comparePrices(productIds: $ids, quantity: $quantity) { prices { total { amount } whyNot } } }";
        let found = house.data(query, json!({ "ids": [item], "quantity": quantity })).await;
        assert_eq!(
            found["comparePrices"][0]["prices"],
            json!([{ "total": { "amount": total }, "whyNot": null }]),
            "{price} × {quantity}"
        );
    }
    // What cannot be written is said of the price, and spoils no other.
    let (dear, item) = (house.vendor("DEAR").await, house.product());
    let lines = json!([{ "productId": item, "unit": "kg", "price": "999999999.99999" }]);
    house.active(&dear, lines).await;
    let query = "query($ids: [ID!]!, $quantity: Decimal) { comparePrices(productIds: $ids, quantity: $quantity) { prices { total { amount } whyNot } } }";
    let found = house.data(query, json!({ "ids": [item], "quantity": "999999999.99999" })).await;
    assert_eq!(found["comparePrices"][0]["prices"], json!([{ "total": null, "whyNot": "OUT_OF_RANGE" }]));
}

#[tokio::test]
async fn representations_of_anybody_and_anything_answer_in_their_place() {
    let house = House::open().await;
    let mine = house.vendor("MINE").await;
    let foreign = primitives::VendorId::generate();
    let keys = json!([
        { "__typename": "Vendor", "id": foreign }, { "__typename": "Vendor", "id": "nonsense" }, { "__typename": "Vendor", "id": mine },
        { "__typename": "PriceList", "id": mine }, { "__typename": "Contract", "id": mine }, { "__typename": "Campaign", "id": mine },
    ]);
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Vendor { id } ... on PriceList { id }
        ... on Contract { id } ... on Campaign { id } } }";
    let found = house.data(query, json!({ "keys": keys })).await;
    assert_eq!(found["_entities"], json!([null, null, { "id": mine }, null, null, null]));
    let nobody = house.kit.caller(andaman(), &["vendors:view"]);
    let answer = house.ask_as(&nobody, query, json!({ "keys": keys })).await;
    assert_eq!(chassis::testkit::first_code(&answer), "FORBIDDEN", "{answer}");
}
