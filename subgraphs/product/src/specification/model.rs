//! A wording and its place among the others. Pure.

use chassis::{Code, Refusal, Refusals};
use primitives::{Act, ProductId, SpecificationId, UserId};
use serde::{Deserialize, Serialize};

/// Characters of a wording.
const MAX_WORDING: usize = 10_000;
/// Revisions of one product.
const MAX_REVISIONS: i32 = 1_000;

/// A wording of what a product has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specification {
    /// Identity.
    pub id: SpecificationId,
    /// Of which product.
    pub product_id: ProductId,
    /// Counts the wordings of the product, from 1.
    pub revision: i32,
    /// The wording.
    pub wording: String,
    /// When it was written.
    pub written_at: chrono::DateTime<chrono::Utc>,
    /// By whom.
    pub written_by: Option<UserId>,
}

impl Specification {
    /// The wording that follows `current`, or everything that is wrong with it.
    pub fn write(
        id: SpecificationId,
        product_id: ProductId,
        (current, wording): (Option<&Self>, &str),
        act: Act,
    ) -> Result<Self, Refusals> {
        let mut refusals = Refusals::new();
        let wording = wording.trim();
        refusals.check((1..=MAX_WORDING).contains(&wording.chars().count()), || {
            Refusal::invalid("text", format!("a specification has 1 to {MAX_WORDING} characters"))
        });
        refusals.check(current.is_none_or(|current| current.wording != wording), || {
            Refusal::duplicate("text", "this is what the specification says already")
        });
        let revision = current.map_or(1, |current| current.revision + 1);
        refusals.check(revision <= MAX_REVISIONS, || {
            Refusal::new(Code::LimitExceeded, "text", format!("at most {MAX_REVISIONS} revisions"))
        });
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let wording = wording.to_owned();
        Ok(Self { id, product_id, revision, wording, written_at: act.at, written_by: act.by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wording_follows_the_one_before_and_says_something_new() {
        let act = Act { at: chrono::DateTime::UNIX_EPOCH, by: None };
        let product = ProductId::generate();
        let write = |current: Option<&Specification>, text: &str| {
            Specification::write(SpecificationId::generate(), product, (current, text), act)
        };
        let first = write(None, " skin on, 160 to 180 g ").unwrap();
        assert_eq!((first.revision, first.wording.as_str()), (1, "skin on, 160 to 180 g"));
        assert_eq!(write(Some(&first), "skinless").unwrap().revision, 2);
        for (text, code) in [("", Code::ValidationError), ("skin on, 160 to 180 g", Code::Duplicate)] {
            assert_eq!(write(Some(&first), text).unwrap_err().first().unwrap().code, code);
        }
        assert!(write(None, &"x".repeat(MAX_WORDING + 1)).is_err());
    }
}
