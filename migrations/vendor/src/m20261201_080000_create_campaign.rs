//! Campaigns: what vendors are asked for, who was asked, and what they answered.
//!
//! Of a token only its hash is kept; whoever reads the table can open nothing.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `campaign`, `campaign_line`, `invitation` and `invitation_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(campaign(manager)).await?;
        let number = crate::index("campaign_number", "campaign", &["tenant_id", "number"]).unique().take();
        manager.create_index(number).await?;
        let over = crate::index("campaign_over", "campaign", &["status", "ends_at"]);
        manager.create_index(over).await?;
        manager.create_table(campaign_line()).await?;
        let product = crate::index("campaign_line_product", "campaign_line", &["campaign_id", "product_id"]);
        manager.create_index(product.clone().unique().take()).await?;
        manager.create_table(invitation()).await?;
        let vendor = crate::index("invitation_vendor", "invitation", &["campaign_id", "vendor_id"]);
        manager.create_index(vendor.clone().unique().take()).await?;
        let token = crate::index("invitation_token", "invitation", &["token_hash"]).unique().take();
        manager.create_index(token).await?;
        manager.create_table(invitation_line()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["invitation_line", "invitation", "campaign_line", "campaign"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn campaign(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("campaign")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "number"))
        .col(text("name"))
        .col(timestamp_with_time_zone("starts_at"))
        .col(timestamp_with_time_zone("ends_at"))
        .col(date("valid_from"))
        .col(date("valid_to"))
        .col(string_len("status", 16))
        .col(text_null("status_reason"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "campaign_status_known",
            Expr::cust("\"status\" IN ('DRAFT', 'ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED')"),
        ))
        .check(("campaign_window", Expr::cust("\"valid_to\" >= \"valid_from\"")))
        .take()
}

fn campaign_line() -> TableCreateStatement {
    Table::create()
        .table("campaign_line")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("campaign_id"))
        .col(integer("position"))
        .col(uuid("product_id"))
        .col(text("code"))
        .col(text("name"))
        .col(string_len("unit", 16))
        .col(string_len("base_unit", 16))
        .col(big_integer("factor"))
        .col(big_integer_null("quantity"))
        .check(("campaign_line_factor_positive", Expr::cust("\"factor\" > 0")))
        .foreign_key(
            ForeignKey::create()
                .name("campaign_line_campaign")
                .from("campaign_line", "campaign_id")
                .to("campaign", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn invitation() -> TableCreateStatement {
    Table::create()
        .table("invitation")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("campaign_id"))
        .col(uuid("vendor_id"))
        .col(integer("position"))
        .col(text_null("email"))
        .col(string_len("status", 16))
        .col(text_null("status_reason"))
        .col(binary_null("token_hash"))
        .col(timestamp_with_time_zone_null("opened_at"))
        .col(timestamp_with_time_zone_null("submitted_at"))
        .col(uuid_null("price_list_id"))
        .col(text_null("closing_note"))
        .col(timestamp_with_time_zone("counted_from"))
        .col(integer("counted"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "invitation_status_known",
            Expr::cust(
                "\"status\" IN ('PENDING', 'OPENED', 'IN_PROGRESS', 'SUBMITTED', 'APPROVED', 'REJECTED', 'EXPIRED', \
                 'REVOKED')",
            ),
        ))
        .check((
            "invitation_approved_has_list",
            Expr::cust("(\"status\" = 'APPROVED') = (\"price_list_id\" IS NOT NULL)"),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("invitation_campaign")
                .from("invitation", "campaign_id")
                .to("campaign", "id"),
        )
        .foreign_key(
            ForeignKey::create().name("invitation_vendor").from("invitation", "vendor_id").to("vendor", "id"),
        )
        .take()
}

fn invitation_line() -> TableCreateStatement {
    Table::create()
        .table("invitation_line")
        .col(uuid("invitation_id"))
        .col(integer("position"))
        .col(uuid("tenant_id"))
        .col(uuid("product_id"))
        .col(big_integer("minimum_quantity"))
        .col(big_integer("price"))
        .col(integer_null("lead_time_days"))
        .primary_key(Index::create().col("invitation_id").col("position"))
        .foreign_key(
            ForeignKey::create()
                .name("invitation_line_invitation")
                .from("invitation_line", "invitation_id")
                .to("invitation", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
