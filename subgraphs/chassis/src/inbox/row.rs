//! The table of dead letters.

use sea_orm::entity::prelude::*;

/// An event that could not be acted on.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "dead_letter")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) consumer: String,
    pub(crate) source: String,
    pub(crate) event_id: Uuid,
    pub(crate) event: Json,
    pub(crate) error: String,
    pub(crate) attempts: i32,
    pub(crate) failed_at: DateTimeUtc,
    pub(crate) replayed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
