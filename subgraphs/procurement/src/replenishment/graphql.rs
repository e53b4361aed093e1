//! Replenishment rules in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, PageArgs, Refusals, Result, UserError, caller, outcome};
use primitives::{DepartmentId, LocationId, UserId};

use super::service::Wanted;
use super::store::{RuleCriterion, SortedBy};
use super::{model, service};
use crate::Buying;
use crate::foreign::{Department, Location, User};

/// Who buys for a store that runs low.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReplenishmentRule {
    /// Which store.
    location: Location,
    /// For which department is bought.
    department: Department,
    /// Whose the drafts are.
    requested_by: User,
    /// Counts the changes; send it back as `expectedVersion`.
    version: i32,
}

impl From<model::Rule> for ReplenishmentRule {
    fn from(rule: model::Rule) -> Self {
        Self {
            location: rule.location.into(),
            department: rule.department.into(),
            requested_by: rule.requested_by.into(),
            version: rule.version,
        }
    }
}

/// What a list of rules is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ReplenishmentRuleFilter {
    /// All of these hold, too.
    and: Option<Vec<ReplenishmentRuleFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<ReplenishmentRuleFilter>>,
    /// This does not hold.
    not: Option<Box<ReplenishmentRuleFilter>>,
    /// For one of these stores.
    location_ids: Option<Vec<LocationId>>,
    /// For one of these departments.
    department_ids: Option<Vec<DepartmentId>>,
    /// With drafts of one of these people.
    requested_by_ids: Option<Vec<UserId>>,
}

impl Filter for ReplenishmentRuleFilter {
    type Criterion = RuleCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<RuleCriterion>> {
        check_values(self.location_ids.as_ref(), &format!("{at}.locationIds"), refusals);
        check_values(self.department_ids.as_ref(), &format!("{at}.departmentIds"), refusals);
        check_values(self.requested_by_ids.as_ref(), &format!("{at}.requestedByIds"), refusals);
        vec![Criteria::Is(RuleCriterion {
            locations: self.location_ids,
            departments: self.department_ids,
            requesters: self.requested_by_ids,
        })]
    }
}

/// What a list of rules is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "SortedBy")]
pub(crate) enum ReplenishmentRuleSort {
    /// By store.
    #[default]
    LocationAsc,
    /// Latest change first.
    UpdatedAtDesc,
}

/// Who buys for a store from now on.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetReplenishmentRuleInput {
    /// Which store.
    location_id: LocationId,
    /// For which department is bought.
    department_id: DepartmentId,
    /// Whose the drafts are; the caller's unless told.
    requested_by_id: Option<UserId>,
    /// The rule's version as last seen; null for a new one.
    expected_version: Option<i32>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// The store for which nobody buys any more when it runs low.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RemoveReplenishmentRuleInput {
    /// Which store.
    location_id: LocationId,
    /// The rule's version as last seen.
    expected_version: i32,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// The outcome of a change to a rule.
#[derive(Debug, SimpleObject)]
pub(crate) struct ReplenishmentRulePayload {
    /// The rule as it is now; null when the change was refused.
    replenishment_rule: Option<ReplenishmentRule>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// The outcome of taking a rule away.
#[derive(Debug, SimpleObject)]
pub(crate) struct RemoveReplenishmentRulePayload {
    /// The store that had it; null when that was refused.
    location: Option<Location>,
    /// Why it was refused. Empty on success.
    user_errors: Vec<UserError>,
}

/// Questions about replenishment.
#[derive(Debug, Default)]
pub(crate) struct ReplenishmentQuery;

#[Object]
impl ReplenishmentQuery {
    /// Who buys for which stores when they run low.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn replenishment_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which rules to list.")] filter: Option<ReplenishmentRuleFilter>,
        #[graphql(desc = "In which order.", default)] sort: ReplenishmentRuleSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<ReplenishmentRule>> {
        let app = ctx.data_unchecked::<Buying>();
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        let rules = service::list(app, caller(ctx)?, &criteria, sort.into(), page).await?;
        Ok(rules.map(ReplenishmentRule::from))
    }
}

/// Changes of replenishment.
#[derive(Debug, Default)]
pub(crate) struct ReplenishmentMutation;

#[Object]
impl ReplenishmentMutation {
    /// Says who buys for a store when it runs low: what is suggested then becomes a line of that person's draft. Another rule of the
    /// store is replaced.
    async fn set_replenishment_rule(
        &self,
        ctx: &Context<'_>,
        input: SetReplenishmentRuleInput,
    ) -> Result<ReplenishmentRulePayload> {
        let app = ctx.data_unchecked::<Buying>();
        let wanted = Wanted {
            location: input.location_id,
            department: input.department_id,
            requested_by: input.requested_by_id,
            seen: input.expected_version,
        };
        let set = service::set(app, caller(ctx)?, wanted, input.idempotency_key.as_deref()).await;
        let (rule, user_errors) = outcome(set)?;
        Ok(ReplenishmentRulePayload { replenishment_rule: rule.map(ReplenishmentRule::from), user_errors })
    }

    /// Takes a store's rule away. Drafts that were made by it stay.
    async fn remove_replenishment_rule(
        &self,
        ctx: &Context<'_>,
        input: RemoveReplenishmentRuleInput,
    ) -> Result<RemoveReplenishmentRulePayload> {
        let app = ctx.data_unchecked::<Buying>();
        let key = input.idempotency_key.as_deref();
        let seen = (input.location_id, input.expected_version);
        let (location, user_errors) = outcome(service::remove(app, caller(ctx)?, seen, key).await)?;
        Ok(RemoveReplenishmentRulePayload { location: location.map(Location::from), user_errors })
    }
}
