//! The tables of sagas and their steps.

use sea_orm::entity::prelude::*;

/// A saga.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "saga")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) kind: String,
    pub(crate) subject_id: Uuid,
    /// The version of the document with which it began.
    pub(crate) begun_version: i32,
    /// The version of the document since which it is undone.
    pub(crate) undone_version: Option<i32>,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) started_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
    pub(crate) finished_at: Option<DateTimeUtc>,
    pub(crate) version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The steps.
pub(crate) mod step {
    use sea_orm::entity::prelude::*;

    /// A step of a saga.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "saga_step")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) saga_id: Uuid,
        /// 0, 1, 2 … within the saga.
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) position: i32,
        pub(crate) tenant_id: Uuid,
        pub(crate) name: String,
        pub(crate) undo: Option<String>,
        pub(crate) status: String,
        pub(crate) attempts: i32,
        pub(crate) error: Option<String>,
        pub(crate) started_at: Option<DateTimeUtc>,
        pub(crate) finished_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
