//! Passwords: Argon2id, off the async threads, a few at a time, and as slow for nobody as for somebody.

use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chassis::{Error, Result};
use tokio::sync::Semaphore;

/// The longest password that is looked at; hashing time must not be for sale.
const PASSWORD_BYTES_MAX: usize = 1_024;

/// Hashes computed at once. Each takes 19 MiB and a core for some 20 ms; more would slow down everything else.
const HASHES_AT_ONCE: usize = 4;

/// What an unknown account's password is compared with, so that the answer takes as long as for a known one.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash_now("nobody has this password").ok());

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub(crate) struct Passwords(Arc<Semaphore>);

impl Passwords {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(HASHES_AT_ONCE)))
    }

    /// The hash of `password` with a fresh salt, in PHC format.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.off_thread(move || hash_now(&password)).await?
    }

    /// Whether `password` belongs to `hash`. Without a hash the same work is done and the answer is no.
    pub(crate) async fn is_right(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let is_known = hash.is_some();
        let too_long = password.len() > PASSWORD_BYTES_MAX;
        let password = if too_long { String::new() } else { password.to_owned() };
        let hash = hash.map(str::to_owned);
        let matches = self
            .off_thread(move || {
                // Looked at in either case, so that whoever comes first pays for making it.
                let nobody = NOBODY.as_deref();
                let hash = hash.as_deref().or(nobody).unwrap_or_default();
                PasswordHash::new(hash)
                    .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(matches && is_known && !too_long)
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _permit = self.0.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

/// Argon2id with its default parameters, 19 MiB and two passes: the first recommendation of the OWASP cheat sheet.
fn hash_now(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.map_err(|error| Error::internal(error.to_string()))?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.is_right("correct horse", Some(&hash)).await.unwrap());
        assert!(!passwords.is_right("wrong horse", Some(&hash)).await.unwrap());
        assert_ne!(hash, passwords.hash("correct horse").await.unwrap());
    }

    /// Equal work is equal time; a clock in a test would only measure what else this machine does.
    #[test]
    fn comparing_with_nobody_is_as_much_work_as_with_somebody() {
        let work = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            (hash.algorithm.to_string(), hash.version, hash.params.to_string())
        };
        assert_eq!(work(NOBODY.as_deref().unwrap()), work(&hash_now("somebody").unwrap()));
    }

    #[tokio::test]
    async fn nobody_has_a_password() {
        let passwords = Passwords::new();
        assert!(!passwords.is_right("nobody has this password", None).await.unwrap());
        assert!(!passwords.is_right("x", Some("not a hash")).await.unwrap());
        let hash = passwords.hash(&"x".repeat(1_025)).await.unwrap();
        assert!(!passwords.is_right(&"x".repeat(1_025), Some(&hash)).await.unwrap());
    }
}
