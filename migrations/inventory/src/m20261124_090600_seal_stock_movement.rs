//! The ledger is append-only: a correction is another movement, never an edit. The database refuses the rest.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

/// Adds triggers that refuse UPDATE and DELETE on `stock_movement`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const SQLITE_UP: [&str; 2] = [
    "CREATE TRIGGER stock_movement_no_update BEFORE UPDATE ON stock_movement \
     BEGIN SELECT RAISE(ABORT, 'the stock ledger is append-only'); END",
    "CREATE TRIGGER stock_movement_no_delete BEFORE DELETE ON stock_movement \
     BEGIN SELECT RAISE(ABORT, 'the stock ledger is append-only'); END",
];

const SQLITE_DOWN: [&str; 2] =
    ["DROP TRIGGER stock_movement_no_update", "DROP TRIGGER stock_movement_no_delete"];

const POSTGRES_UP: [&str; 2] = [
    "CREATE FUNCTION refuse_stock_ledger_change() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'the stock ledger is append-only'; END $$",
    "CREATE TRIGGER stock_movement_sealed BEFORE UPDATE OR DELETE ON stock_movement \
     FOR EACH ROW EXECUTE FUNCTION refuse_stock_ledger_change()",
];

const POSTGRES_DOWN: [&str; 2] =
    ["DROP TRIGGER stock_movement_sealed ON stock_movement", "DROP FUNCTION refuse_stock_ledger_change()"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &SQLITE_UP, &POSTGRES_UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &SQLITE_DOWN, &POSTGRES_DOWN).await
    }
}
