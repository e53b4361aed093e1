//! The roots, merged from the aggregates. Nothing else.

use async_graphql::MergedObject;

use crate::approval_rule::graphql::{ApprovalRuleMutation, ApprovalRuleQuery};
use crate::purchase_request::graphql::{DecisionMutation, PurchaseRequestMutation, PurchaseRequestQuery};

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(PurchaseRequestQuery, ApprovalRuleQuery);

/// What can be changed.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(PurchaseRequestMutation, DecisionMutation, ApprovalRuleMutation);
