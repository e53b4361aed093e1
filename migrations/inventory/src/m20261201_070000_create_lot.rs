//! Lots: what came together, until when it is good, where it lies and what moved it.
//!
//! `inventory_item.is_kept_by_lots` repeats the product's switch, frozen while there is stock; `on_hold` is what lies in lots that
//! may not be used.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::dialect::run;

/// Creates `lot`, `lot_balance` and `movement_lot`; adds what items and known products say about lots.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const ITEM_COLUMNS: [&str; 2] = [
    "ALTER TABLE inventory_item ADD COLUMN is_kept_by_lots BOOLEAN NOT NULL DEFAULT FALSE \
     CONSTRAINT inventory_item_lots_never_owe CHECK (NOT is_kept_by_lots OR on_hand >= 0)",
    "ALTER TABLE inventory_item ADD COLUMN on_hold BIGINT NOT NULL DEFAULT 0 \
     CONSTRAINT inventory_item_on_hold_covered CHECK (on_hold >= 0 AND (on_hold = 0 OR on_hold <= on_hand))",
];

const SEAL_SQLITE: [&str; 2] = [
    "CREATE TRIGGER movement_lot_no_update BEFORE UPDATE ON movement_lot \
     BEGIN SELECT RAISE(ABORT, 'the stock ledger is append-only'); END",
    "CREATE TRIGGER movement_lot_no_delete BEFORE DELETE ON movement_lot \
     BEGIN SELECT RAISE(ABORT, 'the stock ledger is append-only'); END",
];

const SEAL_POSTGRES: [&str; 1] =
    ["CREATE TRIGGER movement_lot_sealed BEFORE UPDATE OR DELETE ON movement_lot \
     FOR EACH ROW EXECUTE FUNCTION refuse_stock_ledger_change()"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [lot(), balance(), moved()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        for column in known_of_products() {
            manager.alter_table(Table::alter().table("product_ref").add_column(column).take()).await?;
        }
        run(manager, &ITEM_COLUMNS, &ITEM_COLUMNS).await?;
        run(manager, &SEAL_SQLITE, &SEAL_POSTGRES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["on_hold", "is_kept_by_lots"] {
            let alter = Table::alter().table("inventory_item").drop_column(column).take();
            manager.alter_table(alter).await?;
        }
        for column in ["category_id", "is_expiry_tracked", "is_lot_tracked"] {
            manager.alter_table(Table::alter().table("product_ref").drop_column(column).take()).await?;
        }
        for table in ["movement_lot", "lot_balance", "lot"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

/// Null means that nobody has asked yet.
fn known_of_products() -> [ColumnDef; 3] {
    [boolean_null("is_lot_tracked"), boolean_null("is_expiry_tracked"), uuid_null("category_id")]
}

fn lot() -> TableCreateStatement {
    Table::create()
        .table("lot")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("product_id"))
        .col(string_len("number", 64))
        .col(date_null("expiry"))
        .col(string_len("status", 16))
        .col(text_null("reason"))
        .col(integer_null("told_days"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid("updated_by"))
        .check(("lot_status_known", Expr::cust("\"status\" IN ('OK', 'QUARANTINE', 'RECALLED', 'EXPIRED')")))
        .check(("lot_expired_has_expiry", Expr::cust("\"status\" <> 'EXPIRED' OR \"expiry\" IS NOT NULL")))
        .take()
}

fn balance() -> TableCreateStatement {
    Table::create()
        .table("lot_balance")
        .col(uuid("item_id"))
        .col(uuid("lot_id"))
        .col(uuid("tenant_id"))
        .col(big_integer("on_hand"))
        .primary_key(Index::create().col("item_id").col("lot_id"))
        .check(("lot_balance_not_negative", Expr::cust("\"on_hand\" >= 0")))
        .foreign_key(
            ForeignKey::create()
                .name("lot_balance_item")
                .from("lot_balance", "item_id")
                .to("inventory_item", "id"),
        )
        .foreign_key(
            ForeignKey::create().name("lot_balance_lot").from("lot_balance", "lot_id").to("lot", "id"),
        )
        .take()
}

fn moved() -> TableCreateStatement {
    Table::create()
        .table("movement_lot")
        .col(uuid("movement_id"))
        .col(uuid("lot_id"))
        .col(uuid("tenant_id"))
        .col(uuid("item_id"))
        .col(big_integer("quantity"))
        .primary_key(Index::create().col("movement_id").col("lot_id"))
        .check(("movement_lot_moves", Expr::cust("\"quantity\" <> 0")))
        .foreign_key(
            ForeignKey::create()
                .name("movement_lot_movement")
                .from("movement_lot", "movement_id")
                .to("stock_movement", "id"),
        )
        .foreign_key(
            ForeignKey::create().name("movement_lot_lot").from("movement_lot", "lot_id").to("lot", "id"),
        )
        .take()
}

fn indexes() -> [IndexCreateStatement; 5] {
    let number = Index::create()
        .name("lot_tenant_product_number")
        .table("lot")
        .col("tenant_id")
        .col("product_id")
        .col("number")
        .unique()
        .take();
    let by_expiry = Index::create()
        .name("lot_tenant_expiry")
        .table("lot")
        .col("tenant_id")
        .col("expiry")
        .col("id")
        .take();
    let due = Index::create()
        .name("lot_usable_by_expiry")
        .table("lot")
        .col("expiry")
        .cond_where(Expr::cust("\"status\" = 'OK' AND \"expiry\" IS NOT NULL"))
        .take();
    let held = Index::create()
        .name("lot_balance_by_lot")
        .table("lot_balance")
        .col("lot_id")
        .cond_where(Expr::cust("\"on_hand\" > 0"))
        .take();
    let moved = Index::create().name("movement_lot_by_lot").table("movement_lot").col("lot_id").take();
    [number, by_expiry, due, held, moved]
}
