//! Stock on its way from one location to another: what was asked for, shipped, received and lost.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `stock_transfer` and `stock_transfer_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(transfer()).await?;
        manager.create_table(line()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["stock_transfer_line", "stock_transfer"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn transfer() -> TableCreateStatement {
    let statuses = "\"status\" IN ('DRAFT', 'APPROVED', 'SHIPPED', 'PARTIALLY_RECEIVED', 'RECEIVED', 'CLOSED', \
                    'CANCELLED')";
    let mut table = Table::create();
    table
        .table("stock_transfer")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(string_len("number", 32))
        .col(uuid("from_location_id"))
        .col(uuid("via_location_id"))
        .col(uuid("to_location_id"))
        .col(string_len("status", 24))
        .col(text_null("note"))
        .col(text_null("reason"));
    for step in [
        ("approved_at", "approved_by"),
        ("shipped_at", "shipped_by"),
        ("received_at", "received_by"),
        ("closed_at", "closed_by"),
    ] {
        table.col(timestamp_with_time_zone_null(step.0)).col(uuid_null(step.1));
    }
    table
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid("updated_by"))
        .check(("stock_transfer_status_known", Expr::cust(statuses)))
        .check((
            "stock_transfer_three_places",
            Expr::cust(
                "\"from_location_id\" <> \"to_location_id\" AND \"via_location_id\" <> \"from_location_id\" \
                 AND \"via_location_id\" <> \"to_location_id\"",
            ),
        ))
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("stock_transfer_line")
        .col(uuid("transfer_id"))
        .col(uuid("product_id"))
        .col(uuid("tenant_id"))
        .col(integer("position"))
        .col(string_len("base_unit", 16))
        .col(big_integer("requested"))
        .col(big_integer("shipped"))
        .col(big_integer("received"))
        .col(big_integer("lost"))
        .primary_key(Index::create().col("transfer_id").col("product_id"))
        .check(("stock_transfer_line_shipped", Expr::cust("\"shipped\" BETWEEN 0 AND \"requested\"")))
        .check((
            "stock_transfer_line_arrived",
            Expr::cust("\"received\" >= 0 AND \"lost\" >= 0 AND \"received\" + \"lost\" <= \"shipped\""),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("stock_transfer_line_transfer")
                .from("stock_transfer_line", "transfer_id")
                .to("stock_transfer", "id"),
        )
        .take()
}

fn indexes() -> [IndexCreateStatement; 4] {
    let number = Index::create()
        .name("stock_transfer_tenant_number")
        .table("stock_transfer")
        .col("tenant_id")
        .col("number")
        .unique()
        .take();
    let newest = Index::create()
        .name("stock_transfer_tenant_created_at")
        .table("stock_transfer")
        .col("tenant_id")
        .col("created_at")
        .col("id")
        .take();
    // Few transfers are on their way at a time: what comes in is summed over these alone.
    let on_the_way = Index::create()
        .name("stock_transfer_on_the_way")
        .table("stock_transfer")
        .col("tenant_id")
        .col("to_location_id")
        .cond_where(Expr::cust("\"status\" IN ('SHIPPED', 'PARTIALLY_RECEIVED')"))
        .take();
    let sheet = Index::create()
        .name("stock_transfer_line_position")
        .table("stock_transfer_line")
        .col("transfer_id")
        .col("position")
        .unique()
        .take();
    [number, newest, on_the_way, sheet]
}
