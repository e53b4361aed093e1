//! Campaigns: how the house asks, how vendors answer without signing in, and what becomes of it.

use std::time::Duration;

use serde_json::{Value, json};
use subgraph_vendor::Purchasing;
use subgraph_vendor::campaign::closing::complete_over;

use crate::house::{House, andaman, lanna};

const LOOK: &str = "query($token: String!) { portalInvitation(token: $token) { campaignNumber vendorName status currency
    lines { productId code name unit { code } quantity previousPrice { amount } } prices { productId price { amount } } } }";

/// A campaign that asks two vendors for one product, launched; with the vendors' tokens.
pub(crate) struct Asked {
    pub(crate) house: House,
    pub(crate) id: String,
    product: String,
    pub(crate) vendors: [String; 2],
    tokens: [String; 2],
}

impl Asked {
    pub(crate) async fn open() -> Self {
        let house = House::open().await;
        let product = house.product();
        let vendors = [house.reachable("FISH").await, house.reachable("MEAT").await];
        let input = json!({ "name": "Autumn", "startsAt": "2026-07-01T00:00:00Z", "endsAt": "2026-07-15T00:00:00Z",
            "validFrom": "2026-08-01", "validTo": "2026-12-31",
            "lines": [{ "productId": product, "unit": "case", "quantity": "40" }] });
        let created = house.mutate("createCampaign", input).await;
        assert_eq!(created["userErrors"], json!([]), "{created}");
        let id = created["campaign"]["id"].as_str().unwrap().to_owned();
        let guests =
            json!([{ "vendorId": vendors[0] }, { "vendorId": vendors[1], "email": "sales@meat.example" }]);
        let invited =
            house.mutate("inviteVendors", json!({ "id": id, "expectedVersion": 1, "vendors": guests })).await;
        assert_eq!((&invited["userErrors"], &invited["tokens"]), (&json!([]), &json!([])), "{invited}");
        let launched = house.mutate("launchCampaign", json!({ "id": id, "expectedVersion": 2 })).await;
        assert_eq!(launched["campaign"]["status"], "ACTIVE", "{launched}");
        let token = |at: usize| launched["tokens"][at]["token"].as_str().unwrap().to_owned();
        let tokens = [token(0), token(1)];
        Self { house, id, product, vendors, tokens }
    }

    /// What a vendor is answered, without anybody being signed in.
    async fn portal(&self, query: &str, variables: Value) -> Value {
        self.house.stranger(query, variables).await
    }

    async fn look(&self, vendor: usize) -> Value {
        self.portal(LOOK, json!({ "token": self.tokens[vendor] })).await
    }

    pub(crate) async fn submit(&self, vendor: usize, price: &str) -> Value {
        let lines = json!([{ "productId": self.product, "price": price }]);
        self.answer("portalSubmit", json!({ "token": self.tokens[vendor], "lines": lines })).await
    }

    async fn answer(&self, mutation: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ invitation {{ status prices {{ price {{ amount }} }} }} \
             userErrors {{ code field meta }} }} }}"
        );
        let mut answer = self.portal(&query, json!({ "input": input })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"][mutation].take()
    }

    /// The invitations as the house sees them.
    async fn invitations(&self) -> Value {
        let query = "query($id: ID!) { campaign(id: $id) { status version invitations { nodes {
            id status version closingNote prices { price { amount currency } } priceList { id number status } } } } }";
        self.house.data(query, json!({ "id": self.id })).await["campaign"].take()
    }

    pub(crate) async fn invitation(&self, vendor: usize) -> Value {
        self.invitations().await["invitations"]["nodes"][vendor].take()
    }

    pub(crate) async fn decide(&self, mutation: &str, vendor: usize) -> Value {
        let seen = self.invitation(vendor).await;
        let input = json!({ "id": seen["id"], "expectedVersion": seen["version"], "reason": "not what we asked for" });
        self.house.mutate(mutation, input).await
    }

    pub(crate) async fn step(&self, mutation: &str) -> Value {
        let version = self.invitations().await["version"].clone();
        let input = json!({ "id": self.id, "expectedVersion": version, "reason": "nobody wants to sell" });
        self.house.mutate(mutation, input).await
    }
}

fn code(answer: &Value) -> &str {
    chassis::testkit::first_code(answer)
}

#[tokio::test]
async fn a_campaign_says_everything_that_is_wrong_with_it() {
    let house = House::open().await;
    let product = house.product();
    let input = json!({ "name": " ", "startsAt": "2026-07-15T00:00:00Z", "endsAt": "2026-07-01T00:00:00Z",
        "validFrom": "2026-08-01", "validTo": "2026-07-31", "lines": [
            { "productId": product, "unit": "kg" },
            { "productId": product, "unit": "smoot", "quantity": "0" },
            { "productId": primitives::ProductId::generate(), "unit": "tray" } ] });
    let refused = house.mutate("createCampaign", input).await;
    let found = House::refusals(&refused);
    let found: Vec<(&str, &str)> = found.iter().map(|(code, path)| (code.as_str(), path.as_str())).collect();
    let expected = [
        ("VALIDATION_ERROR", "name"),
        ("VALIDATION_ERROR", "endsAt"),
        ("VALIDATION_ERROR", "endsAt"),
        ("VALIDATION_ERROR", "validTo"),
        ("DUPLICATE", "lines.1.productId"),
        ("VALIDATION_ERROR", "lines.1.unit"),
        ("VALIDATION_ERROR", "lines.1.quantity"),
        ("NOT_FOUND", "lines.2.productId"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn nobody_is_invited_twice_and_a_launch_needs_an_address_for_each() {
    let house = House::open().await;
    let (product, silent, loud) =
        (house.product(), house.vendor("SILENT").await, house.reachable("LOUD").await);
    let input = json!({ "name": "Autumn", "startsAt": "2026-07-01T00:00:00Z", "endsAt": "2026-07-15T00:00:00Z",
        "validFrom": "2026-08-01", "validTo": "2026-12-31", "lines": [{ "productId": product, "unit": "kg" }] });
    let id = house.mutate("createCampaign", input).await["campaign"]["id"].clone();
    let lonely = house.mutate("launchCampaign", json!({ "id": id, "expectedVersion": 1 })).await;
    assert_eq!(House::refusals(&lonely), [("VALIDATION_ERROR".to_owned(), "invitations".to_owned())]);
    let guests = json!([{ "vendorId": loud }, { "vendorId": silent }, { "vendorId": silent, "email": "nobody" },
        { "vendorId": primitives::VendorId::generate() }]);
    let refused =
        house.mutate("inviteVendors", json!({ "id": id, "expectedVersion": 1, "vendors": guests })).await;
    let found = House::refusals(&refused);
    let found: Vec<(&str, &str)> = found.iter().map(|(code, path)| (code.as_str(), path.as_str())).collect();
    let expected = [
        ("DUPLICATE", "vendors.2.vendorId"),
        ("VALIDATION_ERROR", "vendors.2.email"),
        ("NOT_FOUND", "vendors.3.vendorId"),
    ];
    assert_eq!(found, expected);
    let guests = json!([{ "vendorId": loud }, { "vendorId": silent }]);
    house.mutate("inviteVendors", json!({ "id": id, "expectedVersion": 1, "vendors": guests })).await;
    let refused = house.mutate("launchCampaign", json!({ "id": id, "expectedVersion": 2 })).await;
    assert_eq!(
        House::refusals(&refused),
        [("VALIDATION_ERROR".to_owned(), "invitations.1.email".to_owned())]
    );
    let seen = house.data("query($id: ID!) { campaign(id: $id) { status } }", json!({ "id": id })).await;
    assert_eq!(seen["campaign"]["status"], "DRAFT");
}

#[tokio::test]
async fn a_vendor_answers_without_signing_in_and_sees_nothing_else() {
    let asked = Asked::open().await;
    let kilo = json!([{ "productId": asked.product, "unit": "kg", "price": "10" }]);
    asked.house.active(&asked.vendors[0], kilo).await;
    let seen = asked.look(0).await;
    let expected = json!({ "campaignNumber": "CP-2026-001", "vendorName": "Vendor FISH", "status": "OPENED", "currency": "THB",
        "lines": [{ "productId": asked.product, "code": "P1", "name": "Product 1", "unit": { "code": "case" },
            "quantity": "40", "previousPrice": { "amount": "120.00" } }], "prices": [] });
    assert_eq!(seen["data"]["portalInvitation"], expected, "{seen}");
    assert_eq!(asked.invitation(0).await["status"], "OPENED");
    assert_eq!(asked.invitation(1).await["status"], "PENDING");
    let stranger = primitives::ProductId::generate();
    let lines =
        json!([{ "productId": asked.product, "price": "118" }, { "productId": stranger, "price": "1" }]);
    let refused = asked.answer("portalSave", json!({ "token": asked.tokens[0], "lines": lines })).await;
    assert_eq!(House::refusals(&refused), [("VALIDATION_ERROR".to_owned(), "lines.1.productId".to_owned())]);
    let rising = json!([{ "productId": asked.product, "price": "118" },
        { "productId": asked.product, "price": "119", "minQuantity": "10" }]);
    let refused = asked.answer("portalSave", json!({ "token": asked.tokens[0], "lines": rising })).await;
    assert_eq!(House::refusals(&refused), [("VALIDATION_ERROR".to_owned(), "lines.1.price".to_owned())]);
    let lines = json!([{ "productId": asked.product, "price": "118" }]);
    let saved = asked.answer("portalSave", json!({ "token": asked.tokens[0], "lines": lines })).await;
    assert_eq!(saved["invitation"]["status"], "IN_PROGRESS");
    // Until it is handed in, the house does not see what the vendor writes down; nor does the other vendor ever.
    assert_eq!(asked.invitation(0).await["prices"], json!([]));
    assert_eq!(asked.look(1).await["data"]["portalInvitation"]["prices"], json!([]));
    let input = json!({ "token": asked.tokens[0], "idempotencyKey": "k1" });
    let submitted = asked.answer("portalSubmit", input.clone()).await;
    assert_eq!(submitted["invitation"]["status"], "SUBMITTED", "{submitted}");
    assert_eq!(asked.answer("portalSubmit", input).await, submitted);
    let again = asked.answer("portalSubmit", json!({ "token": asked.tokens[0] })).await;
    assert_eq!(House::refusals(&again)[0].0, "INVALID_STATE");
    let prices = asked.invitation(0).await["prices"].take();
    assert_eq!(prices, json!([{ "price": { "amount": "118.00", "currency": "THB" } }]));
    let empty = asked.answer("portalSubmit", json!({ "token": asked.tokens[1], "lines": [] })).await;
    assert_eq!(House::refusals(&empty), [("VALIDATION_ERROR".to_owned(), "lines".to_owned())]);
    // The token opens the invitation, and no field of the house.
    for query in
        ["{ vendors { totalCount } }", "{ campaigns { totalCount } }", "{ priceLists { totalCount } }"]
    {
        assert_eq!(code(&asked.portal(query, json!({})).await), "UNAUTHENTICATED", "{query}");
    }
    let id = asked.invitation(1).await["id"].take();
    let by_id = asked
        .portal("query($id: String!) { portalInvitation(token: $id) { status } }", json!({ "id": id }))
        .await;
    assert_eq!(code(&by_id), "NOT_FOUND", "{by_id}");
}

#[tokio::test]
async fn a_token_is_kept_nowhere_and_its_requests_are_counted() {
    let asked = Asked::open().await;
    let events = asked.house.told("").await;
    assert!(events.iter().all(|(_, payload)| !payload.to_string().contains(&asked.tokens[0])));
    for _ in 0..60 {
        assert!(asked.look(0).await.get("errors").is_none());
    }
    let refused = asked.look(0).await;
    assert_eq!(code(&refused), "RATE_LIMITED", "{refused}");
    let limited = asked.answer("portalSave", json!({ "token": asked.tokens[0], "lines": [] })).await;
    assert_eq!(House::refusals(&limited), [("RATE_LIMITED".to_owned(), "token".to_owned())]);
    // Another vendor's requests are its own.
    assert!(asked.look(1).await.get("errors").is_none());
    asked.house.kit.clock().advance(Duration::from_secs(60));
    assert!(asked.look(0).await.get("errors").is_none());
}

#[tokio::test]
async fn a_launch_that_is_repeated_shows_its_tokens_once() {
    let house = House::open().await;
    let (product, vendor) = (house.product(), house.reachable("FISH").await);
    let input = json!({ "name": "Autumn", "startsAt": "2026-07-01T00:00:00Z", "endsAt": "2026-07-15T00:00:00Z",
        "validFrom": "2026-08-01", "validTo": "2026-12-31", "lines": [{ "productId": product, "unit": "kg" }] });
    let id = house.mutate("createCampaign", input).await["campaign"]["id"].clone();
    let guests = json!([{ "vendorId": vendor }]);
    house.mutate("inviteVendors", json!({ "id": id, "expectedVersion": 1, "vendors": guests })).await;
    let launch = json!({ "id": id, "expectedVersion": 2, "idempotencyKey": "k1" });
    let first = house.mutate("launchCampaign", launch.clone()).await;
    assert_eq!(first["tokens"].as_array().unwrap().len(), 1);
    let again = house.mutate("launchCampaign", launch).await;
    assert_eq!((&again["campaign"], &again["tokens"]), (&first["campaign"], &json!([])));
}

#[tokio::test]
async fn a_revoked_or_replaced_token_opens_nothing_from_that_moment_on() {
    let asked = Asked::open().await;
    assert!(asked.look(0).await.get("errors").is_none());
    let revoked = asked.decide("revokeInvitation", 0).await;
    assert_eq!(revoked["invitation"]["status"], "REVOKED", "{revoked}");
    assert_eq!(code(&asked.look(0).await), "TOKEN_EXPIRED");
    let refused = asked.submit(0, "118").await;
    assert_eq!(House::refusals(&refused), [("TOKEN_EXPIRED".to_owned(), "token".to_owned())]);
    assert_eq!(House::refusals(&asked.decide("renewInvitation", 0).await)[0].0, "INVALID_STATE");
    let renewed = asked.decide("renewInvitation", 1).await;
    let token = renewed["token"].as_str().unwrap();
    assert_ne!(token, asked.tokens[1]);
    assert_eq!(code(&asked.look(1).await), "NOT_FOUND");
    assert!(asked.portal(LOOK, json!({ "token": token })).await.get("errors").is_none());
}

#[tokio::test]
async fn a_paused_campaign_is_looked_at_and_not_answered() {
    let asked = Asked::open().await;
    assert_eq!(asked.step("pauseCampaign").await["campaign"]["status"], "PAUSED");
    assert!(asked.look(0).await.get("errors").is_none());
    let refused = asked.submit(0, "118").await;
    assert_eq!(
        (House::refusals(&refused)[0].0.as_str(), &refused["userErrors"][0]["meta"]["from"]),
        ("INVALID_STATE", &json!("PAUSED"))
    );
    assert_eq!(asked.step("resumeCampaign").await["campaign"]["status"], "ACTIVE");
    assert_eq!(asked.submit(0, "118").await["invitation"]["status"], "SUBMITTED");
}

#[tokio::test]
async fn tokens_end_with_the_campaign_which_completes_by_itself() {
    let asked = Asked::open().await;
    asked.submit(0, "118").await;
    let app = Purchasing::new(&asked.house.kit.environment());
    let end = "2026-07-15T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - app.clock.now();
    app.clock.advance(end.to_std().unwrap() - Duration::from_secs(1));
    assert!(asked.look(1).await.get("errors").is_none());
    assert_eq!(complete_over(&app).await.unwrap(), 0);
    app.clock.advance(Duration::from_secs(1));
    // Nobody has to have looked: the clock alone decides.
    assert_eq!(code(&asked.look(1).await), "TOKEN_EXPIRED");
    assert_eq!(complete_over(&app).await.unwrap(), 1);
    assert_eq!(complete_over(&app).await.unwrap(), 0);
    let reader = asked.house.kit.caller(andaman(), &["*"]);
    let query = "query($id: ID!) { campaign(id: $id) { status invitations { nodes { status } } } }";
    let seen = asked.house.ask_as(&reader, query, json!({ "id": asked.id })).await["data"]["campaign"].take();
    let expected = json!({ "status": "COMPLETED", "invitations": { "nodes": [{ "status": "SUBMITTED" }, { "status": "EXPIRED" }] } });
    assert_eq!(seen, expected);
    assert_eq!(code(&asked.look(0).await), "TOKEN_EXPIRED");
}

#[tokio::test]
async fn approved_answers_come_into_force_when_the_campaign_closes() {
    let asked = Asked::open().await;
    let house = &asked.house;
    let lines = json!([{ "productId": asked.product, "unit": "case", "price": "130" }]);
    // One list runs into the new one's days, one lies within them.
    let running = house.submitted(&asked.vendors[0], ("2026-06-01", "2026-09-30"), lines.clone()).await;
    let within = house.submitted(&asked.vendors[0], ("2026-10-01", "2026-10-31"), lines).await;
    for list in [&running, &within] {
        house.mutate("approvePriceList", json!({ "id": list, "expectedVersion": 2 })).await;
    }
    asked.submit(0, "118").await;
    asked.submit(1, "117").await;
    let approved = asked.decide("approveSubmission", 0).await;
    assert_eq!(approved["invitation"]["status"], "APPROVED", "{approved}");
    assert_eq!(asked.decide("rejectSubmission", 1).await["invitation"]["status"], "REJECTED");
    assert_eq!(asked.invitation(0).await["priceList"]["status"], "SUBMITTED");
    assert_eq!(asked.step("completeCampaign").await["campaign"]["status"], "COMPLETED");
    let query = "query($new: ID!, $running: ID!, $within: ID!) { new: priceList(id: $new) { status validFrom }
        running: priceList(id: $running) { status validTo statusReason } within: priceList(id: $within) { status } }";
    let new = asked.invitation(0).await["priceList"]["id"].take();
    let expected = json!({ "new": { "status": "ACTIVE", "validFrom": "2026-08-01" },
        "running": { "status": "ACTIVE", "validTo": "2026-07-31", "statusReason": "ends early: PL-2026-003 follows" },
        "within": { "status": "SUPERSEDED" } });
    house.eventually(query, json!({ "new": new, "running": running, "within": within }), expected).await;
    let told: Vec<String> = house.told("campaign.").await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["campaign.launched", "campaign.closed"]);
    house.prove().await;
}

#[tokio::test]
async fn an_answer_approved_after_the_end_comes_into_force_at_once() {
    let asked = Asked::open().await;
    asked.submit(0, "118").await;
    asked.submit(1, "117").await;
    asked.step("completeCampaign").await;
    asked.decide("approveSubmission", 0).await;
    assert_eq!(asked.invitation(0).await["priceList"]["status"], "ACTIVE");
    // Who cannot be bought from any more gets no list: the answer is refused and stays as it is.
    let archived =
        asked.house.mutate("archiveVendor", json!({ "id": asked.vendors[1], "expectedVersion": 2 })).await;
    assert_eq!(archived["vendor"]["status"], "ARCHIVED");
    let refused = asked.decide("approveSubmission", 1).await;
    assert_eq!(House::refusals(&refused), [("INVALID_STATE".to_owned(), "vendorId".to_owned())]);
    assert_eq!(asked.invitation(1).await["status"], "SUBMITTED");
    asked.house.prove().await;
}

#[tokio::test]
async fn a_list_that_cannot_come_into_force_says_why_and_holds_up_no_other() {
    let asked = Asked::open().await;
    for vendor in [0, 1] {
        asked.submit(vendor, "118").await;
        asked.decide("approveSubmission", vendor).await;
    }
    asked.house.mutate("archiveVendor", json!({ "id": asked.vendors[0], "expectedVersion": 2 })).await;
    asked.step("completeCampaign").await;
    let query = "query($id: ID!) { campaign(id: $id) { invitations { nodes { closingNote priceList { status } } } } }";
    let expected = json!({ "campaign": { "invitations": { "nodes": [
        { "closingNote": "a record that is ARCHIVED cannot become ACTIVE", "priceList": { "status": "SUBMITTED" } },
        { "closingNote": null, "priceList": { "status": "ACTIVE" } },
    ] } } });
    asked.house.eventually(query, json!({ "id": asked.id }), expected).await;
}

#[tokio::test]
async fn a_cancelled_campaign_takes_its_invitations_back() {
    let asked = Asked::open().await;
    asked.submit(0, "118").await;
    assert_eq!(asked.step("cancelCampaign").await["campaign"]["status"], "CANCELLED");
    for vendor in [0, 1] {
        assert_eq!(asked.invitation(vendor).await["status"], "REVOKED");
        assert_eq!(code(&asked.look(vendor).await), "TOKEN_EXPIRED");
    }
    asked.house.prove().await;
}

#[tokio::test]
async fn campaigns_are_listed_by_whom_and_what_they_ask_and_for_their_tenant_only() {
    let asked = Asked::open().await;
    let query = "query($where: CampaignFilter) { campaigns(where: $where, sort: ENDS_AT_ASC) { totalCount nodes { number
        lines { nodes { product { id } unit { code } } } } } }";
    let other = primitives::ProductId::generate();
    for (filter, count) in [
        (json!({ "productId": asked.product, "status": ["ACTIVE"] }), 1),
        (json!({ "vendorId": asked.vendors[1] }), 1),
        (json!({ "productId": other }), 0),
        (json!({ "not": { "vendorId": asked.vendors[1] } }), 0),
    ] {
        let found = asked.house.data(query, json!({ "where": filter })).await;
        assert_eq!(found["campaigns"]["totalCount"], count, "{filter}");
    }
    let foreign = asked.house.kit.caller(lanna(), &["*"]);
    let invitation = asked.invitation(0).await["id"].take();
    let query = "query($id: ID!, $invitation: ID!, $keys: [_Any!]!) { campaign(id: $id) { id } campaigns { totalCount }
        invitation(id: $invitation) { id } _entities(representations: $keys) { ... on Campaign { number } } }";
    let keys = json!([{ "__typename": "Campaign", "id": asked.id }]);
    let variables = json!({ "id": asked.id, "invitation": invitation, "keys": keys });
    let hidden = asked.house.ask_as(&foreign, query, variables).await;
    let nothing = json!({ "campaign": null, "campaigns": { "totalCount": 0 }, "invitation": null, "_entities": [null] });
    assert_eq!(hidden["data"], nothing, "{hidden}");
    let input = json!({ "id": invitation, "expectedVersion": 2, "reason": "we want it for ourselves" });
    let refused = asked.house.mutate_as(&foreign, "revokeInvitation", input).await;
    assert_eq!(refused["data"]["revokeInvitation"]["userErrors"][0]["code"], "NOT_FOUND");
    // Statements do not grow with the number of invitations.
    let statements = asked.house.kit.db().statements();
    statements.start();
    asked.invitations().await;
    assert_eq!(
        ["invitation", "campaign", "invitation_line"].map(|table| statements.count_on(table)),
        [1, 1, 0]
    );
    statements.stop();
}
