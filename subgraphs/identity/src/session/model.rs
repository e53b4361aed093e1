//! Sessions and refresh tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{SessionId, TenantId, UserId};
use sha2::{Digest, Sha256};

/// How long an access token lives. Removed permissions and ended sessions take effect within this time.
pub const ACCESS_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// How long a session can be continued without signing in again.
pub const SESSION_LIFETIME: TimeDelta = TimeDelta::days(14);

/// Random bytes of a refresh token: 256 bits.
const TOKEN_BYTES: usize = 32;

/// The longest name of a device that is kept.
pub(crate) const DEVICE_CHARS_MAX: usize = 120;

/// One sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) tenant: TenantId,
    pub(crate) account: UserId,
    pub(crate) device: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_seen_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

/// Why a session ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RevokedBecause {
    /// Its user signed out.
    SignedOut,
    /// A used refresh token came back.
    Reuse,
    /// Its user does not work here any more.
    Left,
}

impl Session {
    /// A session of `account` that starts now.
    pub(crate) fn begin(
        tenant: TenantId,
        account: UserId,
        device: Option<String>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id: SessionId::at(now),
            tenant,
            account,
            device,
            created_at: now,
            last_seen_at: now,
            expires_at: now + SESSION_LIFETIME,
            revoked_at: None,
        }
    }

    /// Whether it can be continued.
    pub(crate) fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

impl RevokedBecause {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "SIGNED_OUT",
            Self::Reuse => "REUSE",
            Self::Left => "LEFT",
        }
    }
}

/// A refresh token in the clear: shown once, never stored.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken(String);

impl RefreshToken {
    /// A fresh one.
    pub(crate) fn generate() -> Self {
        let bytes: [u8; TOKEN_BYTES] = rand::random();
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What a client sent.
    pub(crate) fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The form in which it is stored. A plain hash is enough for a random secret of this length.
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// The token itself, for its owner.
    pub(crate) fn reveal(self) -> String {
        self.0
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refresh_tokens_are_long_distinct_and_hidden() {
        let (one, other) = (RefreshToken::generate(), RefreshToken::generate());
        assert_ne!(one, other);
        assert_eq!(one.clone().reveal().len(), 43);
        assert_eq!(one.hash(), RefreshToken::presented(&one.clone().reveal()).hash());
        assert_eq!(format!("{one:?}"), "RefreshToken(…)");
    }

    #[test]
    fn a_session_ends_by_time_or_revocation() {
        let now = DateTime::UNIX_EPOCH;
        let (tenant, user) = (TenantId::generate(), UserId::generate());
        let session = Session::begin(tenant, user, None, now);
        assert!(session.is_alive(now + SESSION_LIFETIME - TimeDelta::seconds(1)));
        assert!(!session.is_alive(now + SESSION_LIFETIME));
        assert!(!Session { revoked_at: Some(now), ..session }.is_alive(now));
    }
}
