//! What one unit of a currency is worth in the tenant's base currency, from a day on.

use primitives::{Decimal, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `exchange_rate`. Code and day are plain here: SeaORM wants to make key parts from numbers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_rate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub valid_from: chrono::NaiveDate,
    pub rate: Decimal,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
