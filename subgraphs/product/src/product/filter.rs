//! What a list of products is narrowed by, apart from how it is written in GraphQL and in SQL. Pure.

use chassis::{Criteria, Refusal};
use primitives::{CategoryId, ProductId, Unit};
use serde::Serialize;

use super::Barcode;
use super::draft::normal_code;
use super::model::ProductStatus;

/// Values of one `in`.
pub(crate) const MAX_VALUES: usize = 500;
/// Words of one search.
const MAX_WORDS: usize = 8;
/// Characters of one search.
const MAX_SEARCH: usize = 100;

/// A condition on products. Serialised, it tells a cursor which list it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Criterion {
    /// One of these ids.
    Id(Vec<ProductId>),
    /// A text field.
    Text(TextField, TextTest),
    /// One of these statuses.
    Status(Vec<ProductStatus>),
    /// In one of these categories or anywhere below.
    Category(Vec<CategoryId>),
    /// Counted in one of these units.
    BaseUnit(Vec<Unit>),
    /// Carrying one of these numbers (14 digits).
    Gtin(Vec<String>),
    /// A trait that is, or is not, there.
    Trait(Trait, bool),
    /// A word anywhere in code, name or local name.
    Word(String),
}

/// A text a list may be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum TextField {
    /// The code.
    Code,
    /// The name, whatever its case.
    Name,
}

/// How a text is tested. The values are in the field's compared form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum TextTest {
    /// It is one of these.
    In(Vec<String>),
    /// It has this somewhere.
    Contains(String),
    /// It begins with this.
    StartsWith(String),
}

/// A boolean a list may be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Trait {
    /// Received by lot.
    LotTracked,
    /// Received with an expiry date.
    ExpiryTracked,
    /// May be ordered.
    Purchasable,
    /// Kept in stores.
    Stocked,
    /// May stand in recipes.
    UsedInRecipe,
    /// Sold as it is.
    Sold,
}

impl TextField {
    /// A value in the form this field is compared in.
    pub(crate) fn compared(self, value: &str) -> String {
        match self {
            Self::Code => normal_code(value),
            Self::Name => value.trim().to_lowercase(),
        }
    }
}

/// A search as people type it: every word must be found; a whole barcode finds its product.
pub(crate) fn read_search(text: &str) -> Result<Criteria<Criterion>, Refusal> {
    if text.chars().count() > MAX_SEARCH {
        return Err(Refusal::invalid("search", format!("a search has at most {MAX_SEARCH} characters")));
    }
    let words: Vec<Criteria<Criterion>> =
        text.split_whitespace().map(|word| Criteria::Is(Criterion::Word(word.to_lowercase()))).collect();
    if words.len() > MAX_WORDS {
        return Err(Refusal::invalid("search", format!("a search has at most {MAX_WORDS} words")));
    }
    let by_words = Criteria::All(words);
    Ok(match text.trim().parse::<Barcode>() {
        Ok(barcode) => Criteria::Any(vec![by_words, Criteria::Is(Criterion::Gtin(vec![barcode.gtin()]))]),
        Err(_) => by_words,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_splits_into_words_whatever_their_case() {
        let word = |text: &str| Criteria::Is(Criterion::Word(text.to_owned()));
        assert_eq!(read_search("  Olive  OIL "), Ok(Criteria::All(vec![word("olive"), word("oil")])));
        assert_eq!(read_search(" "), Ok(Criteria::All(Vec::new())));
    }

    #[test]
    fn a_scanned_barcode_is_looked_up_as_one() {
        let Ok(Criteria::Any(ways)) = read_search("036000291452") else { panic!("no second way") };
        assert_eq!(ways[1], Criteria::Is(Criterion::Gtin(vec!["00036000291452".to_owned()])));
    }

    #[test]
    fn a_search_is_bounded() {
        assert!(read_search(&"a".repeat(101)).is_err());
        assert!(read_search("a b c d e f g h i").is_err());
        assert!(read_search("a b c d e f g h").is_ok());
    }
}
