//! Lists inside lists: what vendors and places have, each read in one statement for all of them.

use chassis::testkit::NestedList;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn lists_of_several_parents_cost_what_those_of_one_cost() {
    let house = House::open().await;
    let clerk = house.accountant("9000");
    let (mut vendors, mut places) = (Vec::new(), Vec::new());
    for round in 0..3 {
        let (vendor, place) = (house.vendor_in("ACTIVE"), house.place_in("THB"));
        for quantity in ["10", "20"] {
            let mut line = house.line(&house.product("30"), (quantity, "kg"));
            line["deliverTo"] = place.as_str().into();
            line["unitPrice"] = "30".into();
            let (_, ids) = house.approved(json!([line])).await;
            let order = house.sent_as(json!({ "lineId": ids[0], "vendorId": vendor })).await;
            let mut invoice = house.invoice(&format!("A-{round}-{quantity}"), &order, (quantity, "30"));
            invoice["vendorId"] = vendor.as_str().into();
            house.recorded(&clerk, invoice).await;
        }
        vendors.push(vendor);
        places.push(place);
    }
    let node = "number lines { id }";
    for (parents, parent, field, filter) in [
        (&vendors, "Vendor", "purchaseOrders", ""),
        (&vendors, "Vendor", "purchaseOrders", "openOnly: true"),
        (&vendors, "Vendor", "openInvoices", ""),
        (&places, "Location", "inboundDeliveries", ""),
    ] {
        let list = NestedList { parent, field, filter, node };
        house.kit.insist_lists_are_read_together((&house.subgraph, &clerk), list, parents).await;
    }
}
