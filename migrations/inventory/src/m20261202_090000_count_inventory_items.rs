//! How many balances there are at each location, kept as they are opened: counting them would read an index from end to end.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::dialect::run;

/// Creates `inventory_item_count`, counts what is there, and adds the triggers that keep it, so that no code can forget to.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const FILL: &str = "INSERT INTO inventory_item_count (tenant_id, location_id, items) \
     SELECT tenant_id, location_id, COUNT(*) FROM inventory_item GROUP BY tenant_id, location_id";

const SQLITE_UP: [&str; 3] = [
    FILL,
    "CREATE TRIGGER inventory_item_opened AFTER INSERT ON inventory_item BEGIN \
     INSERT INTO inventory_item_count (tenant_id, location_id, items) VALUES (NEW.tenant_id, NEW.location_id, 1) \
     ON CONFLICT (tenant_id, location_id) DO UPDATE SET items = items + 1; END",
    "CREATE TRIGGER inventory_item_gone AFTER DELETE ON inventory_item BEGIN \
     UPDATE inventory_item_count SET items = items - 1 \
     WHERE tenant_id = OLD.tenant_id AND location_id = OLD.location_id; END",
];

const SQLITE_DOWN: [&str; 2] = ["DROP TRIGGER inventory_item_opened", "DROP TRIGGER inventory_item_gone"];

// By statement, not by row: many balances are opened at once, and each location's counter is then locked and written once, in one order.
const POSTGRES_UP: [&str; 5] = [
    FILL,
    "CREATE FUNCTION count_opened_inventory_items() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO inventory_item_count AS counted (tenant_id, location_id, items) \
     SELECT tenant_id, location_id, COUNT(*) FROM opened GROUP BY tenant_id, location_id ORDER BY tenant_id, location_id \
     ON CONFLICT (tenant_id, location_id) DO UPDATE SET items = counted.items + EXCLUDED.items; \
     RETURN NULL; END $$",
    "CREATE TRIGGER inventory_item_opened AFTER INSERT ON inventory_item \
     REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION count_opened_inventory_items()",
    "CREATE FUNCTION count_gone_inventory_items() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     UPDATE inventory_item_count AS counted SET items = counted.items - fewer.items \
     FROM (SELECT tenant_id, location_id, COUNT(*) AS items FROM gone GROUP BY tenant_id, location_id) AS fewer \
     WHERE counted.tenant_id = fewer.tenant_id AND counted.location_id = fewer.location_id; \
     RETURN NULL; END $$",
    "CREATE TRIGGER inventory_item_gone AFTER DELETE ON inventory_item \
     REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_gone_inventory_items()",
];

const POSTGRES_DOWN: [&str; 4] = [
    "DROP TRIGGER inventory_item_opened ON inventory_item",
    "DROP TRIGGER inventory_item_gone ON inventory_item",
    "DROP FUNCTION count_opened_inventory_items",
    "DROP FUNCTION count_gone_inventory_items",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("inventory_item_count")
            .col(uuid("tenant_id"))
            .col(uuid("location_id"))
            .col(big_integer("items"))
            .primary_key(Index::create().col("tenant_id").col("location_id"))
            .take();
        manager.create_table(table).await?;
        run(manager, &SQLITE_UP, &POSTGRES_UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &SQLITE_DOWN, &POSTGRES_DOWN).await?;
        manager.drop_table(Table::drop().table("inventory_item_count").take()).await
    }
}
