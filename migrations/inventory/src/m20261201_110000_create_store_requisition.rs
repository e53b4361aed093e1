//! What kitchens, bars and departments ask of a store: asked for, approved and issued, line by line.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `store_requisition` and `store_requisition_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(requisition()).await?;
        manager.create_table(line()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["store_requisition_line", "store_requisition"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn requisition() -> TableCreateStatement {
    let statuses = "\"status\" IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'PARTIALLY_ISSUED', 'ISSUED', 'CLOSED', \
                    'CANCELLED')";
    let mut table = Table::create();
    table
        .table("store_requisition")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(string_len_null("number", 32))
        .col(uuid("from_location_id"))
        .col(uuid("to_location_id"))
        .col(date_null("needed_on"))
        .col(string_len("status", 24))
        .col(text_null("note"))
        .col(text_null("reason"));
    for step in [
        ("submitted_at", "submitted_by"),
        ("approved_at", "approved_by"),
        ("issued_at", "issued_by"),
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
        .check(("store_requisition_status_known", Expr::cust(statuses)))
        .check(("store_requisition_two_places", Expr::cust("\"from_location_id\" <> \"to_location_id\"")))
        .check((
            "store_requisition_numbered",
            Expr::cust("\"status\" IN ('DRAFT', 'CANCELLED') OR \"number\" IS NOT NULL"),
        ))
        .take()
}

fn line() -> TableCreateStatement {
    let within = "\"requested\" > 0 AND \"approved\" BETWEEN 0 AND \"requested\" AND \"issued\" BETWEEN 0 AND \
                  \"approved\"";
    Table::create()
        .table("store_requisition_line")
        .col(uuid("requisition_id"))
        .col(uuid("product_id"))
        .col(uuid("tenant_id"))
        .col(integer("position"))
        .col(string_len("base_unit", 16))
        .col(big_integer("requested"))
        .col(big_integer("approved"))
        .col(big_integer("issued"))
        .col(uuid_null("reservation_id"))
        .primary_key(Index::create().col("requisition_id").col("product_id"))
        .check(("store_requisition_line_within", Expr::cust(within)))
        .foreign_key(
            ForeignKey::create()
                .name("store_requisition_line_requisition")
                .from("store_requisition_line", "requisition_id")
                .to("store_requisition", "id"),
        )
        .take()
}

fn indexes() -> [IndexCreateStatement; 3] {
    let number = Index::create()
        .name("store_requisition_tenant_number")
        .table("store_requisition")
        .col("tenant_id")
        .col("number")
        .unique()
        .take();
    let newest = Index::create()
        .name("store_requisition_tenant_created_at")
        .table("store_requisition")
        .col("tenant_id")
        .col("created_at")
        .col("id")
        .take();
    let sheet = Index::create()
        .name("store_requisition_line_position")
        .table("store_requisition_line")
        .col("requisition_id")
        .col("position")
        .unique()
        .take();
    [number, newest, sheet]
}
