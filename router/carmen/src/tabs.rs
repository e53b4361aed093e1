//! The sample operations of the GraphiQL page, one per tab.

use router_gateway::Tab;

/// What the page shows to somebody who opens it for the first time.
pub(crate) fn tabs() -> Vec<Tab> {
    let tab = |title: &str, query: &str, variables: &str| Tab {
        title: title.to_owned(),
        query: query.trim_start().to_owned(),
        variables: variables.to_owned(),
    };
    vec![
        tab("Products", PRODUCTS, ""),
        tab("Best offer", BEST_OFFER, r#"{ "code": "BEEF-001", "quantity": "25" }"#),
        tab("Stock", STOCK, ""),
        tab("Receive", RECEIVE, ""),
        tab("Stock updates", STOCK_UPDATES, ""),
        tab("Sign in", SIGN_IN, r#"{ "username": "buyer@andaman.example", "password": "" }"#),
    ]
}

const PRODUCTS: &str = r#"
# One request to product, one entity fetch each to vendor and inventory: /explorer shows the plan.
query Products {
  products(first: 20) {
    nodes {
      name
      category { name }
      bestOffer(quantity: "10") {
        vendor { name }
        unitPrice { amount currency }
      }
      stock {
        location { name }
        onHand { value unit { code } }
        available { value }
      }
    }
  }
}
"#;

const BEST_OFFER: &str = r#"
# Why this vendor, and who came next.
query BestOffer($code: String!, $quantity: Decimal!) {
  productByCode(code: $code) {
    name
    baseUnit { code name }
    bestOffer(quantity: $quantity) {
      vendor { name rating }
      unitPrice { amount currency }
      total { amount currency }
      reason
      runnersUp { vendor { name } unitPrice { amount currency } leadTimeDays }
    }
    totalOnHand { value unit { code } }
  }
}
"#;

const STOCK: &str = r#"
# What lies where, what it is worth, and what it is called: the names come from another service.
query Stock {
  locations(first: 5) { nodes { id code name } }
  inventoryItems(first: 10) {
    totalCount
    nodes {
      location { name }
      product { name bestOffer(quantity: "1") { unitPrice { amount currency } } }
      onHand { value unit { code } }
      averageCost { amount currency }
      totalValue { amount currency }
    }
  }
}
"#;

const RECEIVE: &str = r#"
# Bad input says everything that is wrong with it at once, and changes nothing.
mutation Receive {
  receiveStock(input: {
    lines: [
      { productId: "00000000-0000-7000-8000-000000000000", locationId: "00000000-0000-7000-8000-000000000000",
        quantity: "-1", unit: "smoot", unitCost: "10.00" }
    ]
  }) {
    userErrors { code field message }
  }
}
"#;

const STOCK_UPDATES: &str = r#"
# Stays open: every movement of stock, with product and best offer from the other services. Keep the last cursor and
# send it back as `after`, and nothing is missed however long the connection was gone.
subscription StockUpdates {
  stockChanged {
    cursor
    heartbeat
    eventId
    item {
      product { name bestOffer(quantity: "1") { vendor { name } unitPrice { amount currency } } }
      location { name }
      onHand { value unit { code } }
      available { value }
    }
    change { type reason quantity { value } occurredAt }
  }
}
"#;

const SIGN_IN: &str = r#"
# The password was printed when the server was started for the first time.
mutation SignIn($username: String!, $password: String!) {
  login(username: $username, password: $password) {
    accessToken
    expiresAt
    userErrors { code message }
  }
}
"#;
