//! People. Mail address and sign-in name are unique in the tenant, whatever their case.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `user`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(user(manager)).await?;
        manager.create_index(crate::index("user", &["email_key"]).unique().take()).await?;
        manager.create_index(crate::index("user", &["username_key"]).unique().take()).await?;
        for column in ["name_key", "created_at", "manager_id"] {
            manager.create_index(crate::index("user", &[column, "id"])).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("user").take()).await
    }
}

fn user(manager: &SchemaManager<'_>) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("user")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(text("username"))
        .col(text("username_key"))
        .col(text("email"))
        .col(text("email_key"))
        .col(text("display_name"))
        .col(crate::sorted_text(manager, "name_key"))
        .col(text("search_text"))
        .col(string_len("locale", 16))
        .col(text("time_zone"))
        .col(string_len("status", 16))
        .col(text_null("employee_no"))
        .col(uuid_null("manager_id"))
        .col(big_integer_null("limit_amount"))
        .col(string_len_null("limit_currency", 3))
        .col(string_len("date_format", 8))
        .col(uuid_null("default_property_id"))
        .col(boolean("wants_digest"))
        .check(("user_status_known", Expr::cust("\"status\" IN ('ACTIVE', 'INACTIVE')")))
        .check(("user_limit_whole", Expr::cust("(\"limit_amount\" IS NULL) = (\"limit_currency\" IS NULL)")))
        .check(("user_own_manager", Expr::cust("\"manager_id\" IS NULL OR \"manager_id\" <> \"id\"")));
    crate::audited(&mut table)
}
