//! An issuer of tokens with fresh keys.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use router_gateway::auth::KeySet;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const AUTH: &str = "auth: { issuers: [{ issuer: the-issuer, audience: carmen }] }";

static RSA: LazyLock<(EncodingKey, Vec<u8>)> = LazyLock::new(rsa);

/// A fresh key and its public half in DER.
fn rsa() -> (EncodingKey, Vec<u8>) {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("keys can be made");
    let private: Pkcs8V1Der = pair.as_der().expect("a key has a form");
    let public: PublicKeyX509Der = pair.public_key().as_der().expect("a key has a form");
    let private = pem("PRIVATE KEY", private.as_ref());
    let key = EncodingKey::from_rsa_pem(private.as_bytes()).expect("it is an RSA key");
    (key, public.as_ref().to_vec())
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("Base64 is ASCII"));
    let lines: Vec<&str> = lines.collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Signs what a test asks for, valid or not.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) key: EncodingKey,
    public: Vec<u8>,
    algorithm: Algorithm,
    kid: &'static str,
}

impl Signer {
    /// The usual issuer; its key is shared by all tests.
    pub(crate) fn usual() -> Self {
        Self { key: RSA.0.clone(), public: RSA.1.clone(), algorithm: Algorithm::RS256, kid: "rsa-1" }
    }

    /// Somebody else under the same key id.
    pub(crate) fn impostor() -> Self {
        let (key, public) = rsa();
        Self { key, public, ..Self::usual() }
    }

    /// An issuer with an elliptic key.
    pub(crate) fn elliptic() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("keys can be made");
        let der = pair.to_pkcs8v1().expect("a key has a form");
        Self {
            key: EncodingKey::from_ec_der(der.as_ref()),
            public: Vec::new(),
            algorithm: Algorithm::ES256,
            kid: "ec-1",
        }
    }

    pub(crate) fn with_kid(self, kid: &'static str) -> Self {
        Self { kid, ..self }
    }

    /// The public half in the forms in which an attacker would try it as a shared secret.
    pub(crate) fn public_forms(&self) -> [Vec<u8>; 3] {
        let pem = pem("PUBLIC KEY", &self.public);
        [pem.clone().into_bytes(), pem.trim_end().as_bytes().to_vec(), self.public.clone()]
    }

    pub(crate) fn key_set(&self) -> JwkSet {
        let mut key =
            Jwk::from_encoding_key(&self.key, self.algorithm).expect("a key pair has a public half");
        key.common.key_id = Some(self.kid.to_owned());
        JwkSet { keys: vec![key] }
    }

    pub(crate) fn keys(&self) -> KeySet {
        let keys = KeySet::in_process();
        keys.replace(&self.key_set());
        keys
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(self.algorithm, Some(self.kid), claims)
    }

    pub(crate) fn sign_as(&self, algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = kid.map(str::to_owned);
        jsonwebtoken::encode(&header, claims, &self.key).expect("claims can be signed")
    }
}

/// Claims that are right in every respect.
pub(crate) fn claims() -> Value {
    json!({ "iss": "the-issuer", "aud": "carmen", "sub": "somebody", "exp": now() + 300 })
}

/// Right claims but one.
pub(crate) fn claims_but(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs()
}

/// A token put together by hand, with any header and no or any signature.
pub(crate) fn by_hand(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode(signature))
}
