//! Budgets in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Loader, Nested, Order, PageArgs, Refusals, RequestScope, Result, UserError,
    caller, outcome,
};
use primitives::{BudgetId, CategoryId, Date, DateTime, Decimal, DepartmentId, Money, PurchaseRequestLineId};

use super::model;
use super::service::{self, Wanted};
use super::store::{BudgetCriterion, SortedBy};
use crate::foreign::{Category, Department, User};
use crate::purchase_request::graphql::money;
use crate::{Buying, house};

/// Budgets by line of a request.
type OfLine = Loader<PurchaseRequestLineId, model::Budget>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Buying, scope: &RequestScope, data: &mut async_graphql::Data) {
    let buying = app.clone();
    data.insert::<OfLine>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::of_request_lines(&buying, &caller, ids).await }
    }));
}

/// The budget that a line of a request takes something of.
pub(crate) async fn of_line(ctx: &Context<'_>, line: PurchaseRequestLineId) -> Result<Option<Budget>> {
    Ok(ctx.data_unchecked::<OfLine>().load(line).await?.map(Budget))
}

/// A budget as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Budget(model::Budget);

impl Budget {
    fn amount_of(&self, ctx: &Context<'_>, amount: Decimal) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(amount, house::CURRENCY)))
    }
}

/// What a department may spend in a month, in the house's currency.
#[Object]
impl Budget {
    /// Identity.
    async fn id(&self) -> BudgetId {
        self.0.id
    }

    /// Of which department.
    async fn department(&self) -> Department {
        self.0.owner.department.into()
    }

    /// For which category of products; all that have no budget of their own where null.
    async fn category(&self) -> Option<Category> {
        self.0.category.map(Category::from)
    }

    /// The first day of the month.
    async fn month(&self) -> Date {
        self.0.owner.month
    }

    /// How much may be spent. Null without the permission to see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.amount_of(ctx, self.0.amount)
    }

    /// How much is requested and not on order. Null without the permission to see prices.
    async fn soft(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.amount_of(ctx, self.0.soft)
    }

    /// How much is on order, or here and not invoiced. Null without the permission to see prices.
    async fn hard(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.amount_of(ctx, self.0.hard)
    }

    /// How much was invoiced and approved. Null without the permission to see prices.
    async fn actual(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.amount_of(ctx, self.0.actual)
    }

    /// What may still be ordered; negative where invoices came to more. Null without the permission to see prices.
    async fn available(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.amount_of(ctx, self.0.available())
    }

    /// When its amount was set last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who set it.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes of its amount; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// What a list of budgets is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct BudgetFilter {
    /// All of these hold, too.
    and: Option<Vec<BudgetFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<BudgetFilter>>,
    /// This does not hold.
    not: Option<Box<BudgetFilter>>,
    /// Of one of these departments.
    department_ids: Option<Vec<DepartmentId>>,
    /// For one of these categories.
    category_ids: Option<Vec<CategoryId>>,
    /// For the month of this day or a later one.
    month_from: Option<Date>,
    /// For the month of this day or an earlier one.
    month_to: Option<Date>,
}

/// What a list of budgets is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum BudgetSort {
    /// Latest month first.
    #[default]
    MonthDesc,
    /// Earliest month first.
    MonthAsc,
    /// Largest first.
    AmountDesc,
}

impl Filter for BudgetFilter {
    type Criterion = BudgetCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<BudgetCriterion>> {
        check_values(self.department_ids.as_ref(), &format!("{at}.departmentIds"), refusals);
        check_values(self.category_ids.as_ref(), &format!("{at}.categoryIds"), refusals);
        vec![Criteria::Is(BudgetCriterion {
            departments: self.department_ids,
            categories: self.category_ids,
            month_from: self.month_from,
            month_to: self.month_to,
        })]
    }
}

/// Questions about budgets.
#[derive(Debug, Default)]
pub(crate) struct BudgetQuery;

#[Object]
impl BudgetQuery {
    /// What the tenant's departments may spend.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn budgets(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<BudgetFilter>,
        #[graphql(desc = "The order; latest month first unless told.")] sort: Option<BudgetSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Budget>> {
        let criteria = Criteria::read(filter, None)?;
        let sort = match sort.unwrap_or_default() {
            BudgetSort::MonthDesc => (SortedBy::Month, Order::Descending),
            BudgetSort::MonthAsc => (SortedBy::Month, Order::Ascending),
            BudgetSort::AmountDesc => (SortedBy::Amount, Order::Descending),
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Buying>();
        Ok(service::list(app, caller(ctx)?, &criteria, sort, page).await?.map(Budget))
    }
}

/// The outcome of a change to a budget.
#[derive(Debug, SimpleObject)]
pub(crate) struct BudgetPayload {
    /// The budget as it is now; null when the change was refused.
    budget: Option<Budget>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// What a department may spend in a month.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetBudgetInput {
    /// Which department.
    department_id: DepartmentId,
    /// On which category of products; on all that have no budget of their own unless told.
    category_id: Option<CategoryId>,
    /// A day of the month.
    month: Date,
    /// How much, in the house's currency: not less than is on order or was invoiced.
    amount: Decimal,
    /// Its version as last seen; null for a new one.
    expected_version: Option<i32>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Changes of budgets.
#[derive(Debug, Default)]
pub(crate) struct BudgetMutation;

#[Object]
impl BudgetMutation {
    /// Sets what a department may spend in a month. What is requested and ordered from then on counts; orders beyond it are
    /// refused.
    async fn set_budget(&self, ctx: &Context<'_>, input: SetBudgetInput) -> Result<BudgetPayload> {
        let wanted = Wanted {
            department: input.department_id,
            category: input.category_id,
            month: input.month,
            amount: input.amount,
            expected_version: input.expected_version,
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Buying>();
        let (budget, user_errors) = outcome(service::set(app, caller(ctx)?, &wanted).await)?;
        Ok(BudgetPayload { budget: budget.map(Budget), user_errors })
    }
}
