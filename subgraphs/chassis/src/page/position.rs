//! Lists of a document's parts, which have places.

use async_graphql::Enum;

use super::Order;

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
