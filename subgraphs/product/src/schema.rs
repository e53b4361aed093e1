//! The roots, merged from the aggregates. Nothing else.

use async_graphql::MergedObject;

use crate::attribute::graphql::{AttributeMutation, AttributeQuery};
use crate::category::graphql::{CategoryMutation, CategoryQuery};
use crate::conversion::graphql::{ConversionMutation, ConversionQuery};
use crate::import::graphql::{ImportMutation, ImportQuery};
use crate::product::graphql::{ProductMutation, ProductQuery};
use crate::specification::graphql::SpecificationMutation;
use crate::unit::graphql::UnitQuery;

chassis::backoffice!("productAuditEntries");

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(
    ProductQuery,
    CategoryQuery,
    UnitQuery,
    ConversionQuery,
    AttributeQuery,
    ImportQuery,
    BackofficeQuery,
);

/// What can be changed.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(
    ProductMutation,
    CategoryMutation,
    ConversionMutation,
    AttributeMutation,
    SpecificationMutation,
    ImportMutation,
);
