//! The house: properties, departments, and who works where.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `property`, `department` and `assignment`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(property(manager)).await?;
        manager.create_table(department(manager)).await?;
        for table in ["property", "department"] {
            manager.create_index(crate::index(table, &["code"]).unique().take()).await?;
        }
        for column in ["parent_id", "head_id"] {
            manager.create_index(crate::index("department", &[column])).await?;
        }
        manager.create_table(assignment()).await?;
        let place = crate::index("assignment", &["user_id", "property_id", "department_id"]).unique().take();
        manager.create_index(place).await?;
        manager.create_index(crate::index("assignment", &["department_id", "user_id"])).await?;
        manager.create_index(crate::index("assignment", &["property_id", "user_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["assignment", "department", "property"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn property(manager: &SchemaManager<'_>) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("property")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "code"))
        .col(text("name"))
        .col(string_len("currency", 3))
        .col(text("time_zone"))
        .col(integer("fiscal_year_start"))
        .check(("property_month", Expr::cust("\"fiscal_year_start\" BETWEEN 1 AND 12")));
    crate::audited(&mut table)
}

fn department(manager: &SchemaManager<'_>) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("department")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid_null("parent_id"))
        .col(crate::sorted_text(manager, "code"))
        .col(text("name"))
        .col(uuid_null("head_id"))
        .col(text_null("cost_centre"))
        .check(("department_own_parent", Expr::cust("\"parent_id\" IS NULL OR \"parent_id\" <> \"id\"")));
    crate::audited(&mut table)
}

fn assignment() -> TableCreateStatement {
    Table::create()
        .table("assignment")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("user_id"))
        .col(uuid("property_id"))
        .col(uuid("department_id"))
        .col(json_binary("location_ids"))
        .col(text("role"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .take()
}
