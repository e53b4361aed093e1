//! The only table of the pantry, and its history.

use sea_orm::entity::prelude::*;
use sea_orm_migration::prelude::{
    ColumnDef, DbErr, MigrationName, MigrationTrait, MigratorTrait, SchemaManager, Table, async_trait,
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jar")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) name: String,
    pub(crate) weight: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Debug)]
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(CreateJar)]
    }
}

struct CreateJar;

impl MigrationName for CreateJar {
    fn name(&self) -> &'static str {
        "m20261124_070000_create_jar"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateJar {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("jar")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("tenant_id").uuid().not_null())
            .col(ColumnDef::new("name").string().not_null())
            .col(ColumnDef::new("weight").big_integer());
        manager.create_table(table).await
    }
}
