//! The table of entries.

use sea_orm::entity::prelude::*;

/// One entry.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    /// 1, 2, 3 … within the tenant, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
    pub(crate) at: DateTimeUtc,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) operation: String,
    /// JSON text, since the hash is over these very bytes.
    pub(crate) input: String,
    pub(crate) address: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) outcome: String,
    /// Separated by commas.
    pub(crate) codes: String,
    /// A JSON list of ids.
    pub(crate) subjects: String,
    pub(crate) hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Which entries are about which record.
pub(crate) mod subject {
    use sea_orm::entity::prelude::*;

    /// One record of one entry.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_subject")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) subject_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(crate) seq: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
