//! A signing key, its states and their times.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chassis::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey};
use primitives::SigningKeyId;

use crate::session::ACCESS_TOKEN_LIFETIME;

/// How long a key signs before the next one takes over.
pub(crate) const SIGNS_FOR: TimeDelta = TimeDelta::days(30);

/// How much longer than its last token a retiring key is published: skew, and verifiers that remember.
const GRACE: TimeDelta = TimeDelta::minutes(10);

/// Bytes of base64 in one line of PEM.
const PEM_LINE: usize = 64;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Published, not signing yet.
    Next,
    /// Signing.
    Current,
    /// No longer signing; its last tokens are still about.
    Retiring,
    /// Over. Its private half is erased.
    Retired,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Next => "NEXT",
            Self::Current => "CURRENT",
            Self::Retiring => "RETIRING",
            Self::Retired => "RETIRED",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        [Self::Next, Self::Current, Self::Retiring, Self::Retired]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A key pair with its place in life.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(crate) id: SigningKeyId,
    pub(crate) status: Status,
    pub(crate) private_pem: String,
    pub(crate) public: Jwk,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) activated_at: Option<DateTime<Utc>>,
    pub(crate) retires_at: Option<DateTime<Utc>>,
}

impl SigningKey {
    /// A fresh key. Takes a while: never on an async thread.
    pub(crate) fn generate(status: Status, now: DateTime<Utc>) -> Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(Error::internal)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(Error::internal)?;
        let private_pem = pem(der.as_ref());
        let id = SigningKeyId::at(now);
        let encoding = EncodingKey::from_rsa_pem(private_pem.as_bytes()).map_err(Error::internal)?;
        let mut public = Jwk::from_encoding_key(&encoding, Algorithm::RS256).map_err(Error::internal)?;
        public.common.key_id = Some(id.to_string());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        let activated_at = (status == Status::Current).then_some(now);
        Ok(Self { id, status, private_pem, public, created_at: now, activated_at, retires_at: None })
    }

    /// The name under which tokens refer to it.
    pub(crate) fn kid(&self) -> String {
        self.id.to_string()
    }

    /// The private half, ready to sign.
    pub(crate) fn encoding(&self) -> Result<EncodingKey> {
        EncodingKey::from_rsa_pem(self.private_pem.as_bytes()).map_err(Error::internal)
    }

    /// Whether it has signed long enough.
    pub(crate) fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.activated_at.is_some_and(|since| now - since >= SIGNS_FOR)
    }

    /// Begins to sign.
    pub(crate) fn activate(&mut self, now: DateTime<Utc>) {
        self.status = Status::Current;
        self.activated_at = Some(now);
    }

    /// Stops signing; it is published until its last tokens have ended.
    pub(crate) fn begin_to_retire(&mut self, now: DateTime<Utc>) {
        self.status = Status::Retiring;
        self.retires_at = Some(now + ACCESS_TOKEN_LIFETIME + GRACE);
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

fn pem(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in STANDARD.encode(der).as_bytes().chunks(PEM_LINE) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_signs_and_its_public_half_verifies() {
        let key = SigningKey::generate(Status::Current, DateTime::UNIX_EPOCH).unwrap();
        let signature =
            jsonwebtoken::crypto::sign(b"tea", &key.encoding().unwrap(), Algorithm::RS256).unwrap();
        let public = jsonwebtoken::DecodingKey::from_jwk(&key.public).unwrap();
        assert!(jsonwebtoken::crypto::verify(&signature, b"tea", &public, Algorithm::RS256).unwrap());
        assert!(!jsonwebtoken::crypto::verify(&signature, b"coffee", &public, Algorithm::RS256).unwrap());
        let published = serde_json::to_string(&key.public).unwrap();
        assert!(published.contains(&key.kid()) && !published.contains("\"d\""), "{published}");
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }

    #[test]
    fn a_key_signs_thirty_days_and_outlives_its_last_token() {
        let start = DateTime::UNIX_EPOCH;
        let mut key = SigningKey::generate(Status::Current, start).unwrap();
        assert!(!key.is_due(start + SIGNS_FOR - TimeDelta::seconds(1)));
        assert!(key.is_due(start + SIGNS_FOR));
        key.begin_to_retire(start + SIGNS_FOR);
        assert!(key.retires_at.unwrap() > start + SIGNS_FOR + ACCESS_TOKEN_LIFETIME + TimeDelta::minutes(1));
    }
}
