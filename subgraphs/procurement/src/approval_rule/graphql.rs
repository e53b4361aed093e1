//! The rules in GraphQL.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{Decimal, Money};

use super::{model, service};
use crate::{Buying, house};

/// From which amount on a level has to approve purchase requests.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ApprovalRule {
    /// Which level, from 1; it decides after the one before.
    level: i32,
    /// From how much on, included.
    from_amount: Money,
    /// In how many hours it has to decide, from when its turn comes; then it is overdue.
    decide_within_hours: i32,
    /// Counts the changes of all levels together, 0 where they were never set; send it back as `expectedVersion`.
    version: i32,
}

fn levels(set: model::RuleSet) -> Vec<ApprovalRule> {
    let level = |rule: model::Rule| ApprovalRule {
        level: rule.level,
        from_amount: Money::new(rule.from, house::CURRENCY),
        decide_within_hours: rule.decide_within_hours,
        version: set.version,
    };
    set.rules.into_iter().map(level).collect()
}

/// Who has to approve from now on. Requests that were handed in before keep their levels.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetApprovalRulesInput {
    /// From which amount on each level has to approve, lowest first, in the house's currency: the first is 0; at most five.
    from_amounts: Vec<Decimal>,
    /// In how many hours each level has to decide, from when its turn comes: 1 to 1,440.
    #[graphql(default_with = "model::DECIDE_WITHIN_HOURS")]
    decide_within_hours: i32,
    /// The version of the rules as last seen: 0 where they were never set.
    expected_version: i32,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// The outcome of a change to the rules.
#[derive(Debug, SimpleObject)]
pub(crate) struct ApprovalRulesPayload {
    /// The rules as they are now; null when the change was refused.
    approval_rules: Option<Vec<ApprovalRule>>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// Questions about rules.
#[derive(Debug, Default)]
pub(crate) struct ApprovalRuleQuery;

#[Object]
impl ApprovalRuleQuery {
    /// From which amounts on which levels have to approve purchase requests, lowest first.
    async fn approval_rules(&self, ctx: &Context<'_>) -> Result<Vec<ApprovalRule>> {
        service::list_rules(ctx.data_unchecked::<Buying>(), caller(ctx)?).await.map(levels)
    }
}

/// Changes of rules.
#[derive(Debug, Default)]
pub(crate) struct ApprovalRuleMutation;

#[Object]
impl ApprovalRuleMutation {
    /// Says from which amounts on which levels have to approve purchase requests.
    async fn set_approval_rules(
        &self,
        ctx: &Context<'_>,
        input: SetApprovalRulesInput,
    ) -> Result<ApprovalRulesPayload> {
        let app = ctx.data_unchecked::<Buying>();
        let key = input.idempotency_key.as_deref();
        let wanted = (input.from_amounts.as_slice(), input.decide_within_hours, input.expected_version);
        let (set, user_errors) = outcome(service::set_rules(app, caller(ctx)?, wanted, key).await)?;
        Ok(ApprovalRulesPayload { approval_rules: set.map(levels), user_errors })
    }
}
