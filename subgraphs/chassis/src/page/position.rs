//! Lists of a document's parts, which have places.

use async_graphql::Enum;

use super::{Order, check_values};
use crate::error::{Refusals, Result};

/// In which order to list the parts of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum PositionSort {
    /// As they stand in it.
    #[default]
    PositionAsc,
    /// From its end.
    PositionDesc,
}

impl PositionSort {
    /// Which way the places run.
    pub fn order(self) -> Order {
        match self {
            Self::PositionAsc => Order::Ascending,
            Self::PositionDesc => Order::Descending,
        }
    }
}

/// Checks the values of an argument that a list of parts is narrowed by.
///
/// # Errors
/// `Refused` at `field` when there are too many.
pub fn check_argument<T>(values: Option<&Vec<T>>, field: &str) -> Result<()> {
    let mut refusals = Refusals::new();
    check_values(values, field, &mut refusals);
    refusals.into_result()
}
