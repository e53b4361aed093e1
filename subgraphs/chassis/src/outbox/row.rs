//! The tables behind the outbox: the events, and one counter row per tenant.

use sea_orm::entity::prelude::*;

/// One published event.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
    #[sea_orm(unique)]
    pub(crate) event_id: Uuid,
    pub(crate) kind: String,
    pub(crate) version: i32,
    pub(crate) aggregate_id: Uuid,
    pub(crate) aggregate_version: i32,
    pub(crate) occurred_at: DateTimeUtc,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) causation_id: Option<Uuid>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) traceparent: Option<String>,
    pub(crate) payload: Json,
    /// By the system's clock, where `occurred_at` is whatever the event tells of.
    pub(crate) written_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The last sequence each tenant has used.
pub(crate) mod counter {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox_counter")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) tenant_id: Uuid,
        pub(crate) seq: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
