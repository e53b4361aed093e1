//! Where a subscriber stands, and how patient a feed is. Pure.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use primitives::TenantId;

/// A place in a tenant's stream of events: everything up to `seq` has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Whose stream.
    pub(crate) tenant: TenantId,
    /// The last event seen.
    pub(crate) seq: i64,
}

/// The cursor is not one of this tenant's feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one of this feed")]
pub(crate) struct BadCursor;

/// Says which kind of cursor it is, and which layout.
const MARK: &str = "stock1";

impl Position {
    /// The position as clients carry it.
    pub(crate) fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{MARK}:{}:{}", self.tenant, self.seq))
    }

    /// Reads a cursor back. Another tenant's cursor is as unreadable as any other text.
    pub(crate) fn decode(cursor: &str, tenant: TenantId) -> Result<Self, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| BadCursor)?;
        let mut parts = text.split(':');
        let (Some(MARK), Some(owner), Some(seq), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadCursor);
        };
        let seq: i64 = seq.parse().map_err(|_| BadCursor)?;
        if owner.parse() != Ok(tenant) || seq < 0 {
            return Err(BadCursor);
        }
        Ok(Self { tenant, seq })
    }
}

/// How patient the feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedSettings {
    /// A message with the latest cursor goes out at least this often.
    pub heartbeat: Duration,
    /// Messages a slow reader may lag behind.
    pub buffer: usize,
    /// How long the buffer may stay full before the feed ends.
    pub grace: Duration,
    /// How often it is asked whether the caller's token is still valid; renewals are seen at once.
    pub recheck: Duration,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(15),
            buffer: 256,
            grace: Duration::from_secs(30),
            recheck: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(n: u128) -> TenantId {
        TenantId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_cursor_reads_back_for_its_own_tenant_only() {
        let position = Position { tenant: tenant(1), seq: 4_711 };
        assert_eq!(Position::decode(&position.encode(), tenant(1)), Ok(position));
        assert_eq!(Position::decode(&position.encode(), tenant(2)), Err(BadCursor));
        for garbage in ["", "!", "c3RvY2sx", "4711"] {
            assert_eq!(Position::decode(garbage, tenant(1)), Err(BadCursor));
        }
    }
}
