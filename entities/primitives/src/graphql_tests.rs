//! The values as a schema shows, reads and refuses them.

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, Variables};
use futures::executor::block_on;

use super::{Cursor, UnitStub};
use crate::{CurrencyCode, Date, DateTime, Decimal, Money, ProductId, Quantity};

struct Query;

#[Object]
impl Query {
    async fn decimal(&self, value: Decimal) -> Decimal {
        value
    }

    async fn money(&self, amount: Decimal, currency: CurrencyCode) -> Money {
        Money::new(amount, currency)
    }

    async fn quantity(&self) -> Quantity {
        Quantity::new(Decimal::from_whole(3), "kg".parse().expect("kg is a unit"))
    }

    async fn day(&self, day: Date) -> Date {
        day
    }

    async fn instant(&self, instant: DateTime) -> DateTime {
        instant
    }

    async fn cursor(&self, cursor: Cursor) -> Cursor {
        cursor
    }

    async fn product(&self, id: ProductId) -> ProductId {
        id
    }

    async fn unit(&self) -> UnitStub {
        UnitStub { code: "kg".to_owned() }
    }
}

fn schema() -> Schema<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query, EmptyMutation, EmptySubscription).enable_federation().finish()
}

fn ask(query: &str) -> String {
    let response = block_on(schema().execute(query));
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    response.data.to_string()
}

fn code_of_refusal(query: &str) -> Option<String> {
    let response = block_on(schema().execute(query));
    let extensions =
        response.errors.first().unwrap_or_else(|| panic!("{query} was accepted")).extensions.as_ref();
    extensions.and_then(|extensions| extensions.get("code")).map(ToString::to_string)
}

#[test]
fn decimals_and_money_print_exactly() {
    assert_eq!(ask("{ decimal(value: \"-0.50000\") }"), r#"{decimal: "-0.5"}"#);
    assert_eq!(
        ask("{ money(amount: \"50\", currency: \"THB\") { amount currency } }"),
        r#"{money: {amount: "50.00", currency: "THB"}}"#
    );
    assert_eq!(
        ask("{ money(amount: \"0.12345\", currency: \"JPY\") { amount } }"),
        r#"{money: {amount: "0.12345"}}"#
    );
    assert_eq!(
        ask("{ quantity { value unit { code } } unit { code } }"),
        r#"{quantity: {value: "3", unit: {code: "kg"}}, unit: {code: "kg"}}"#
    );
}

#[test]
fn days_instants_cursors_and_ids_read_back() {
    assert_eq!(ask("{ day(day: \"2026-07-01\") }"), r#"{day: "2026-07-01"}"#);
    assert_eq!(
        ask("{ instant(instant: \"2026-07-01T07:00:00+07:00\") }"),
        r#"{instant: "2026-07-01T00:00:00Z"}"#
    );
    assert_eq!(ask("{ cursor(cursor: \"abc\") }"), r#"{cursor: "abc"}"#);
    let id = ProductId::generate();
    assert_eq!(ask(&format!("{{ product(id: \"{id}\") }}")), format!("{{product: \"{id}\"}}"));
}

#[test]
fn bad_values_are_validation_errors() {
    for query in [
        "{ decimal(value: 1) }",
        "{ decimal(value: 0.5) }",
        "{ decimal(value: \"0.000001\") }",
        "{ decimal(value: \"1e5\") }",
        "{ decimal(value: \"NaN\") }",
        "{ decimal(value: \"٥\") }",
        "{ money(amount: \"1\", currency: \"thb\") { amount } }",
        "{ day(day: \"2026-02-30\") }",
        "{ instant(instant: \"yesterday\") }",
        "{ cursor(cursor: 1) }",
        "{ product(id: \"1\") }",
        "{ product(id: 1) }",
    ] {
        assert_eq!(code_of_refusal(query).as_deref(), Some("\"VALIDATION_ERROR\""), "{query}");
    }
}

#[test]
fn a_float_in_a_variable_is_refused_too() {
    let request = async_graphql::Request::new("query($value: Decimal!) { decimal(value: $value) }")
        .variables(Variables::from_json(serde_json::json!({ "value": 0.1 })));
    let response = block_on(schema().execute(request));
    assert_eq!(response.errors.len(), 1);
}

#[test]
fn value_types_are_shareable_and_the_unit_is_only_named() {
    let sdl = schema().sdl_with_options(async_graphql::SDLExportOptions::new().federation());
    for line in [
        "type Money @shareable {",
        "type Quantity @shareable {",
        "type Unit @key(fields: \"code\", resolvable: false) {",
        "scalar Decimal",
        "\tproduct(id: ID!): ID!",
        "\tamount: Decimal!",
    ] {
        assert!(sdl.lines().any(|found| found == line), "{line} is missing in {sdl}");
    }
}
