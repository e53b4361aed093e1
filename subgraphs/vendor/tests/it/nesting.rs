//! Lists inside lists: what vendors, price lists, contracts and campaigns have, each read in one statement for all of them.

use chassis::testkit::NestedList;
use serde_json::{Value, json};

use crate::house::House;

/// Of each type three, each with two or three entries in every one of its lists.
struct Parents {
    vendors: Vec<String>,
    price_lists: Vec<String>,
    contracts: Vec<String>,
    campaigns: Vec<String>,
}

async fn parents(house: &House) -> Parents {
    let products: Vec<String> = (0..3).map(|_| house.product()).collect();
    let lines = |price: &str| {
        let line = |id| json!({ "productId": id, "unit": "kg", "price": price });
        json!(products.iter().map(line).collect::<Vec<Value>>())
    };
    let (mut vendors, mut price_lists, mut contracts, mut campaigns) = (vec![], vec![], vec![], vec![]);
    for code in ["FISH", "MEAT", "VEG"] {
        let vendor = house.reachable(code).await;
        for product in &products {
            house.mutate("setVendorProduct", json!({ "vendorId": vendor, "productId": product })).await;
        }
        house.submitted(&vendor, ("2026-07-01", "2026-07-31"), lines("10")).await;
        price_lists.push(house.submitted(&vendor, ("2026-08-01", "2026-08-31"), lines("11")).await);
        contracts.push(house.agreed(&vendor, lines("9")).await);
        let draft = json!({ "vendorId": vendor, "validFrom": "2027-01-01", "validTo": "2027-12-31", "lines": lines("8") });
        house.mutate("createContract", draft).await;
        vendors.push(vendor);
    }
    for name in ["Spring", "Summer", "Autumn"] {
        let asked: Vec<Value> = products.iter().map(|id| json!({ "productId": id, "unit": "kg" })).collect();
        let input = json!({ "name": name, "startsAt": "2026-07-01T09:00:00Z", "endsAt": "2026-08-01T09:00:00Z",
            "validFrom": "2026-09-01", "validTo": "2026-12-31", "lines": asked });
        let created = house.mutate("createCampaign", input).await;
        let id = created["campaign"]["id"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned();
        let guests: Vec<Value> = vendors.iter().map(|id| json!({ "vendorId": id })).collect();
        let guests = json!({ "id": id, "expectedVersion": 1, "vendors": guests });
        let invited = house.mutate("inviteVendors", guests).await;
        assert_eq!(invited["userErrors"], json!([]), "{invited}");
        campaigns.push(id);
    }
    Parents { vendors, price_lists, contracts, campaigns }
}

#[tokio::test]
async fn lists_of_several_parents_cost_what_those_of_one_cost() {
    let house = House::open().await;
    let Parents { vendors, price_lists, contracts, campaigns } = parents(&house).await;
    let line = "product { id } price { amount }";
    for (parents, parent, field, filter, node) in [
        (&contracts, "Contract", "lines", "", line),
        (&price_lists, "PriceList", "lines", "", line),
        (&campaigns, "Campaign", "lines", "", "product { id } quantity"),
        (&campaigns, "Campaign", "invitations", "", "id vendor { code }"),
        (&campaigns, "Campaign", "invitations", "status: [PENDING, OPENED]", "id"),
        (&vendors, "Vendor", "products", "", "id product { id }"),
        (&vendors, "Vendor", "priceLists", "", "number vendor { code }"),
        (&vendors, "Vendor", "priceLists", "status: [SUBMITTED]", "number lines { nodes { unit { code } } }"),
        (&vendors, "Vendor", "contracts", "", "number lines { totalCount }"),
        (&vendors, "Vendor", "contracts", "status: [ACTIVE, DRAFT]", "number"),
    ] {
        let list = NestedList { parent, field, filter, node };
        let whose = (&house.subgraph, &house.buyer);
        house.kit.insist_lists_are_read_together(whose, list, parents).await;
    }
}
