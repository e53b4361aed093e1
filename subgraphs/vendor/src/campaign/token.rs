//! What opens an invitation. Pure.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Random bytes of a token: nobody guesses 256 bits.
const BYTES: usize = 32;

/// A token as the vendor has it. It is told once and kept nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// What is kept of a token. The token is random, so a plain hash gives nothing away.
pub type TokenHash = Vec<u8>;

impl Token {
    /// A new one.
    pub fn generate() -> Self {
        let bytes: [u8; BYTES] = rand::random();
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The text to hand to the vendor.
    pub fn reveal(self) -> String {
        self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        hash(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

/// What would be kept of a text if it were a token.
pub fn hash(text: &str) -> TokenHash {
    Sha256::digest(text.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_random_and_shows_nowhere() {
        let (one, other) = (Token::generate(), Token::generate());
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "Token(…)");
        let (kept, text) = (one.hash(), one.reveal());
        assert_eq!(URL_SAFE_NO_PAD.decode(&text).unwrap().len() * 8, 256);
        assert_eq!(hash(&text), kept);
        assert_ne!(kept, text.as_bytes());
    }
}
