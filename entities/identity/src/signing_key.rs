//! A key pair that access tokens are signed with.

use primitives::SigningKeyId;
use sea_orm::entity::prelude::*;

/// One row of `signing_key`. `private_key` is PKCS#8 in PEM, and empty once the key is retired; `public_key` is the
/// JSON Web Key that verifiers get.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SigningKeyId,
    #[sea_orm(unique)]
    pub kid: String,
    pub status: String,
    pub private_key: String,
    pub public_key: Json,
    pub created_at: DateTimeUtc,
    pub activated_at: Option<DateTimeUtc>,
    pub retires_at: Option<DateTimeUtc>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The private key stays out: debug output ends in logs.
        f.debug_struct("Model").field("kid", &self.kid).field("status", &self.status).finish_non_exhaustive()
    }
}

/// Nothing hangs on a key.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
