//! Progressive `@override`: which labels are active for a request.
//!
//! `percent(25)` and labels with a share draw lots: the same for a caller each time where a claim says who that is, anew for
//! each request otherwise. Other labels follow a claim. A label that nobody configured is not active: the field stays where
//! it was.

use crate::auth::Identity;
use crate::config::{LabelRule, Overrides};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Whether `label` is active for a request.
pub(crate) fn is_active(label: &str, identity: Option<&Identity>, settings: &Overrides) -> bool {
    if let Some(share) = share_of(label) {
        return is_drawn(label, share, identity, settings);
    }
    match settings.labels.get(label) {
        Some(LabelRule { percent: Some(share), .. }) => is_drawn(label, *share, identity, settings),
        Some(LabelRule { claim: Some(claim), equals: Some(wanted), .. }) => {
            identity.is_some_and(|identity| identity.values(claim).any(|value| value == wanted))
        }
        _ => false,
    }
}

/// The share in `percent(25.5)`.
fn share_of(label: &str) -> Option<f64> {
    label.strip_prefix("percent(")?.strip_suffix(')')?.trim().parse().ok()
}

fn is_drawn(label: &str, share: f64, identity: Option<&Identity>, settings: &Overrides) -> bool {
    let claim = settings.stable_by.as_deref();
    let caller = claim.zip(identity).and_then(|(claim, identity)| identity.values(claim).next());
    let lot = match caller {
        // With the label in it, different labels draw different callers.
        Some(caller) => {
            Sha256::new().chain_update(label).chain_update([0]).chain_update(caller).finalize().to_vec()
        }
        None => Sha256::digest(Uuid::now_v7().as_bytes()).to_vec(),
    };
    f64::from(u32::from_be_bytes([lot[0], lot[1], lot[2], lot[3]]))
        < share / 100.0 * (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn identity(sub: &str) -> Identity {
        let claims = json!({ "exp": 1, "sub": sub, "groups": ["beta"] });
        Identity::new(claims.as_object().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_caller_draws_the_same_lot_every_time_and_shares_come_out_right() {
        let settings = Overrides { stable_by: Some("sub".to_owned()), ..Overrides::default() };
        let drawn = |label: &str| {
            let callers = (0..2_000).map(|number| identity(&number.to_string()));
            callers.filter(|caller| is_active(label, Some(caller), &settings)).count()
        };
        let first = drawn("percent(25)");
        assert!((400..600).contains(&first), "{first} of 2000");
        assert_eq!(drawn("percent(25)"), first);
        assert_eq!((drawn("percent(0)"), drawn("percent(100)")), (0, 2_000));
    }

    #[test]
    fn without_a_caller_each_request_draws_anew() {
        let settings = Overrides::default();
        let drawn = (0..2_000).filter(|_| is_active("percent(50)", None, &settings)).count();
        assert!((850..1_150).contains(&drawn), "{drawn} of 2000");
    }

    #[test]
    fn a_named_label_follows_its_rule_and_an_unknown_one_stays_off() {
        let rule = |claim: &str, wanted: &str| LabelRule {
            claim: Some(claim.to_owned()),
            equals: Some(wanted.to_owned()),
            percent: None,
        };
        let all = LabelRule { percent: Some(100.0), claim: None, equals: None };
        let labels = [("beta".to_owned(), rule("groups", "beta")), ("all".to_owned(), all)];
        let settings = Overrides { labels: labels.into(), stable_by: None };
        assert!(is_active("beta", Some(&identity("a")), &settings));
        assert!(!is_active("beta", None, &settings));
        assert!(is_active("all", None, &settings));
        assert!(!is_active("unknown", Some(&identity("a")), &settings));
    }
}
