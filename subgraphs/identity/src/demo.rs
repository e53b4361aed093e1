//! The demo tenants and who signs in to them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::{Environment, Result};
use chrono::{DateTime, Utc};
use primitives::{TenantId, UserId};
use uuid::Uuid;

use crate::account::model::{Account, Attempts, Status};
use crate::account::password::Passwords;
use crate::role::model::SEEDED;
use crate::{account, role};

/// Andaman Hotels, the tenant of most demo data.
pub const ANDAMAN: TenantId = TenantId::from_uuid(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001));

/// Lanna Resorts, which must never see Andaman's data.
pub const LANNA: TenantId = TenantId::from_uuid(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002));

/// Random bytes of a generated password.
const PASSWORD_BYTES: usize = 12;

/// A demo account.
#[derive(Clone, Copy, Debug)]
pub struct DemoAccount {
    /// The name to sign in with, which is also the mail address.
    pub username: &'static str,
    /// The name others see.
    pub display_name: &'static str,
    /// The account's id.
    pub user: UserId,
    /// The account's tenant.
    pub tenant: TenantId,
    /// The key of its role.
    pub role: &'static str,
}

const fn user(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0100 + number))
}

/// All demo accounts.
pub const ACCOUNTS: [DemoAccount; 6] = [
    DemoAccount {
        username: "admin@andaman.example",
        display_name: "Anong Admin",
        user: user(1),
        tenant: ANDAMAN,
        role: "ADMIN",
    },
    DemoAccount {
        username: "buyer@andaman.example",
        display_name: "Boon Buyer",
        user: user(2),
        tenant: ANDAMAN,
        role: "BUYER",
    },
    DemoAccount {
        username: "store@andaman.example",
        display_name: "Somchai Store",
        user: user(3),
        tenant: ANDAMAN,
        role: "STORE",
    },
    DemoAccount {
        username: "chef@andaman.example",
        display_name: "Chai Chef",
        user: user(4),
        tenant: ANDAMAN,
        role: "CHEF",
    },
    DemoAccount {
        username: "partner@andaman.example",
        display_name: "Pim Partner",
        user: user(5),
        tenant: ANDAMAN,
        role: "PARTNER",
    },
    DemoAccount {
        username: "admin@lanna.example",
        display_name: "Lamai Admin",
        user: user(6),
        tenant: LANNA,
        role: "ADMIN",
    },
];

/// Makes the demo accounts that are missing, all with `password`. True when there was anything to make; accounts that
/// were there keep their own password.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn seed(env: &Environment, password: &str) -> Result<bool> {
    let missing = missing(env).await?;
    if missing.is_empty() {
        return Ok(false);
    }
    let hash = Passwords::new().hash(password).await?;
    let now = env.clock.now();
    let (missing, hash) = (&missing, &hash);
    env.db
        .write(|tx| async move {
            for tenant in [ANDAMAN, LANNA] {
                for seeded in &SEEDED {
                    let role = role::store::ensure(&tx, tenant, seeded, now).await?;
                    let holders =
                        missing.iter().filter(|demo| demo.tenant == tenant && demo.role == seeded.key);
                    for demo in holders {
                        account::store::insert(&tx, &demo.account(hash, now), now).await?;
                        role::store::grant(&tx, tenant, demo.user, role).await?;
                    }
                }
            }
            Ok(())
        })
        .await?;
    Ok(true)
}

/// Whether all demo accounts are there.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn is_seeded(env: &Environment) -> Result<bool> {
    Ok(missing(env).await?.is_empty())
}

/// A random password for [`seed`].
pub fn generate_password() -> String {
    let bytes: [u8; PASSWORD_BYTES] = rand::random();
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn missing(env: &Environment) -> Result<Vec<DemoAccount>> {
    let ids = || ACCOUNTS.iter().map(|demo| demo.user).collect();
    let mut known = account::store::by_ids(env.db.read(), ANDAMAN, ids()).await?;
    known.extend(account::store::by_ids(env.db.read(), LANNA, ids()).await?);
    Ok(ACCOUNTS.into_iter().filter(|demo| !known.contains_key(&demo.user)).collect())
}

impl DemoAccount {
    fn account(&self, password_hash: &str, now: DateTime<Utc>) -> Account {
        Account {
            id: self.user,
            tenant: self.tenant,
            username: self.username.to_owned(),
            email: self.username.to_owned(),
            display_name: self.display_name.to_owned(),
            password_hash: password_hash.to_owned(),
            status: Status::Active,
            attempts: Attempts::default(),
            version: 1,
            created_at: now,
        }
    }
}
