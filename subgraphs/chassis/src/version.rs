//! Whether somebody who sets a thing has seen it as it is.

use crate::error::{Error, Result};

/// Compares the version of what is `found`, where it is there, with the one that was seen last; nobody saw what was not there.
///
/// # Errors
/// `Conflict` when it is there and was not seen so; `NotFound` of the `noun`, at `field`, when it is there no longer.
pub fn check_seen(found: Option<i32>, seen: Option<i32>, (noun, field): (&'static str, &str)) -> Result<()> {
    match (found, seen) {
        (Some(version), Some(seen)) if version == seen => Ok(()),
        (None, None) => Ok(()),
        (Some(version), _) => Err(Error::conflict(version)),
        (None, Some(_)) => Err(Error::not_found_at(noun, field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_seen_is_replaced() {
        let check = |found, seen| check_seen(found, seen, ("rule", "id"));
        assert!(check(None, None).is_ok() && check(Some(2), Some(2)).is_ok());
        for (found, seen) in [(Some(2), Some(1)), (Some(2), None)] {
            let Err(Error::Conflict(stale)) = check(found, seen) else { panic!("{found:?} {seen:?}") };
            assert_eq!(stale.current_version, 2);
        }
        assert!(matches!(check(None, Some(1)), Err(Error::NotFound(_))));
    }
}
