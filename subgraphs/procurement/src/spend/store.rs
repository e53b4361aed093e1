//! Reckoning from rows; every statement starts at the tenant.

use std::collections::HashMap;

use chassis::{Error, Result};
use primitives::{CurrencyCode, Date, Decimal, ProductId, PurchaseOrderId, TenantId, Unit, VendorId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult, Statement, Value};
use uuid::Uuid;

use super::model::{GroupBy, Key, Narrowing, Purchase, Spent};

/// What came last of one product.
const PURCHASES: i64 = 24;

/// What was accepted of deliveries, and less what vendors owe: one row per line.
const MOVED: &str = "SELECT n.tenant_id, n.vendor_id, r.department_id, r.property_id, l.category_id, \
    n.received_on, n.id AS note_id, g.base_amount AS amount FROM \"goods_received_note_line\" g \
    JOIN \"goods_received_note\" n ON n.id = g.note_id JOIN \"purchase_order_line\" l ON l.id = g.order_line_id \
    JOIN \"purchase_request\" r ON r.id = l.request_id WHERE n.tenant_id = $1 AND n.status = 'COMMITTED' \
    UNION ALL SELECT c.tenant_id, c.vendor_id, r.department_id, r.property_id, l.category_id, \
    n.received_on, NULL AS note_id, -k.base_amount AS amount FROM \"credit_note_line\" k \
    JOIN \"credit_note\" c ON c.id = k.credit_note_id JOIN \"goods_received_note\" n ON n.id = c.note_id \
    JOIN \"purchase_order_line\" l ON l.id = k.order_line_id JOIN \"purchase_request\" r ON r.id = l.request_id \
    WHERE c.tenant_id = $1 AND c.status IN ('POSTED', 'APPLIED')";

/// The conditions of a statement with their values; the tenant is the first.
struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn new(tenant: TenantId, by: &Narrowing) -> Self {
        let mut all = Self { text: String::new(), values: vec![tenant.as_uuid().into()] };
        all.one_of("vendor_id", by.vendors.iter().flatten().map(|id| id.as_uuid()), by.vendors.is_some());
        let departments = by.departments.iter().flatten().map(|id| id.as_uuid());
        all.one_of("department_id", departments, by.departments.is_some());
        let categories = by.categories.iter().flatten().map(|id| id.as_uuid());
        all.one_of("category_id", categories, by.categories.is_some());
        let properties = by.properties.iter().flatten().map(|id| id.as_uuid());
        all.one_of("property_id", properties, by.properties.is_some());
        for (sign, day) in [(">=", by.from), ("<=", by.to)] {
            if let Some(day) = day {
                let place = all.place(day.get().into());
                all.text.push_str(&format!(" AND m.received_on {sign} {place}"));
            }
        }
        all
    }

    fn place(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn one_of(&mut self, column: &str, ids: impl Iterator<Item = Uuid>, is_given: bool) {
        if is_given {
            let places: Vec<String> = ids.map(|id| self.place(id.into())).collect();
            let list = if places.is_empty() { "NULL".to_owned() } else { places.join(", ") };
            self.text.push_str(&format!(" AND m.{column} IN ({list})"));
        }
    }
}

/// How much was spent, by group: the largest first, months in their order.
pub(crate) async fn spent(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (group, by, first): (GroupBy, &Narrowing, i32),
) -> Result<Vec<Spent>> {
    let backend = db.get_database_backend();
    let key = match (group, backend) {
        (GroupBy::Vendor, _) => "m.vendor_id",
        (GroupBy::Department, _) => "m.department_id",
        (GroupBy::Category, _) => "m.category_id",
        (GroupBy::Property, _) => "m.property_id",
        (GroupBy::Month, DbBackend::Postgres) => "to_char(m.received_on, 'YYYY-MM')",
        (GroupBy::Month, _) => "substr(m.received_on, 1, 7)",
    };
    let order = if group == GroupBy::Month { "1 ASC" } else { "2 DESC, 1 ASC" };
    let conditions = Conditions::new(tenant, by);
    let statement = format!(
        "SELECT {key} AS key, CAST(SUM(m.amount) AS BIGINT) AS total, COUNT(DISTINCT m.note_id) AS deliveries \
         FROM ({MOVED}) m WHERE m.tenant_id = $1{} GROUP BY 1 ORDER BY {order} LIMIT {first}",
        conditions.text
    );
    let rows =
        db.query_all_raw(Statement::from_sql_and_values(backend, statement, conditions.values)).await?;
    rows.iter().map(|row| to_spent(group, row)).collect()
}

fn to_spent(group: GroupBy, row: &QueryResult) -> Result<Spent> {
    let id = |row: &QueryResult| row.try_get::<Option<Uuid>>("", "key");
    let key = match group {
        GroupBy::Vendor => id(row)?.map(|id| Key::Vendor(id.into())),
        GroupBy::Department => id(row)?.map(|id| Key::Department(id.into())),
        GroupBy::Category => id(row)?.map(|id| Key::Category(id.into())),
        GroupBy::Property => id(row)?.map(|id| Key::Property(id.into())),
        GroupBy::Month => {
            let month: String = row.try_get("", "key")?;
            let first = format!("{month}-01").parse::<Date>();
            Some(Key::Month(first.map_err(|_| Error::internal("a day lies in a month"))?))
        }
    };
    Ok(Spent {
        key: key.unwrap_or(Key::None),
        total: Decimal::from_raw(row.try_get("", "total")?),
        deliveries: row.try_get("", "deliveries")?,
    })
}

#[derive(Debug, FromQueryResult)]
struct PurchaseRow {
    product_id: ProductId,
    vendor_id: VendorId,
    order_id: PurchaseOrderId,
    received_on: Date,
    unit: Unit,
    accepted_quantity: Decimal,
    unit_price: Decimal,
    currency: CurrencyCode,
    factor: Decimal,
}

/// The latest purchases of products, latest first, in one statement.
pub(crate) async fn purchases(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    products: Vec<ProductId>,
) -> Result<HashMap<ProductId, Vec<Purchase>>> {
    let mut values: Vec<Value> = vec![tenant.as_uuid().into()];
    values.extend(products.iter().map(|id| Value::from(id.as_uuid())));
    let places: Vec<String> = (2..=values.len()).map(|place| format!("${place}")).collect();
    let statement = format!(
        "SELECT * FROM (SELECT g.product_id, n.vendor_id, n.order_id, n.received_on, l.unit, g.accepted_quantity, \
         l.unit_price, n.currency, l.factor, ROW_NUMBER() OVER (PARTITION BY g.product_id \
         ORDER BY n.received_on DESC, n.committed_at DESC, g.id DESC) AS place FROM \"goods_received_note_line\" g \
         JOIN \"goods_received_note\" n ON n.id = g.note_id JOIN \"purchase_order_line\" l ON l.id = g.order_line_id \
         WHERE g.tenant_id = $1 AND n.status = 'COMMITTED' AND g.accepted_quantity > 0 \
         AND g.product_id IN ({})) p WHERE p.place <= {PURCHASES} ORDER BY p.product_id, p.place",
        places.join(", ")
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), statement, values);
    let mut found: HashMap<ProductId, Vec<Purchase>> = HashMap::new();
    for row in PurchaseRow::find_by_statement(statement).all(db).await? {
        found.entry(row.product_id).or_default().push(Purchase {
            product: row.product_id,
            vendor: row.vendor_id,
            order: row.order_id,
            on: row.received_on,
            unit: row.unit,
            quantity: row.accepted_quantity,
            unit_price: row.unit_price,
            currency: row.currency,
            factor: row.factor,
        });
    }
    Ok(found)
}
