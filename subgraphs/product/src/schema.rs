//! The roots, merged from the aggregates. Nothing else.

use async_graphql::MergedObject;

use crate::category::graphql::{CategoryMutation, CategoryQuery};
use crate::conversion::graphql::{ConversionMutation, ConversionQuery};
use crate::product::graphql::{ProductMutation, ProductQuery};
use crate::unit::graphql::UnitQuery;

chassis::backoffice!("productAuditEntries");

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(ProductQuery, CategoryQuery, UnitQuery, ConversionQuery, BackofficeQuery);

/// What can be changed.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(ProductMutation, CategoryMutation, ConversionMutation);
