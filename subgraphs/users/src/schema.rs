//! The roots, merged from the aggregates. Nothing else.

use async_graphql::MergedObject;

use crate::assignment::graphql::AssignmentMutation;
use crate::delegation::graphql::{DelegationMutation, DelegationQuery};
use crate::department::graphql::{DepartmentMutation, DepartmentQuery};
use crate::property::graphql::{PropertyMutation, PropertyQuery};
use crate::user::graphql::{UserMutation, UserQuery};

chassis::backoffice!("usersAuditEntries");

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(UserQuery, DepartmentQuery, PropertyQuery, DelegationQuery, BackofficeQuery);

/// What can be changed.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(
    UserMutation,
    DepartmentMutation,
    PropertyMutation,
    AssignmentMutation,
    DelegationMutation,
);
