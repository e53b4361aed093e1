//! Tolerances in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Nested, PageArgs, Refusal, Refusals, Result, UserError, caller, outcome,
};
use primitives::{CategoryId, Decimal, ProductId};

use super::model::{Said, Scope};
use super::service;
use super::store::{SortedBy, ToleranceCriterion};
use crate::Buying;
use crate::foreign::{Category, Product};
use crate::purchase_order::model;

/// How far deliveries and invoices may differ from what was ordered, in per cent.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Tolerance {
    /// For which product; null for more than one.
    product: Option<Product>,
    /// For which category; null for a product, or for everything that nothing else is said for.
    category: Option<Category>,
    /// How much an invoice's price may differ.
    price_percent: Decimal,
    /// How much more may come, and be invoiced.
    quantity_percent: Decimal,
    /// Counts the changes; send it back as `expectedVersion`.
    version: i32,
}

impl From<Said> for Tolerance {
    fn from(said: Said) -> Self {
        let (product, category) = match said.scope {
            Scope::Product(id) => (Some(id.into()), None),
            Scope::Category(id) => (None, Some(id.into())),
            Scope::Tenant => (None, None),
        };
        let model::Tolerance { price, quantity } = said.tolerance;
        Self { product, category, price_percent: price, quantity_percent: quantity, version: said.version }
    }
}

/// What a list of tolerances is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ToleranceFilter {
    /// All of these hold, too.
    and: Option<Vec<ToleranceFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<ToleranceFilter>>,
    /// This does not hold.
    not: Option<Box<ToleranceFilter>>,
    /// For one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// For one of these categories.
    category_ids: Option<Vec<CategoryId>>,
}

impl Filter for ToleranceFilter {
    type Criterion = ToleranceCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<ToleranceCriterion>> {
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        check_values(self.category_ids.as_ref(), &format!("{at}.categoryIds"), refusals);
        let (products, categories) = (self.product_ids, self.category_ids);
        vec![Criteria::Is(ToleranceCriterion { products, categories })]
    }
}

/// What a list of tolerances is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "SortedBy")]
pub(crate) enum ToleranceSort {
    /// The widest first: for everything, for categories, for products.
    #[default]
    ScopeDesc,
    /// The narrowest first.
    ScopeAsc,
    /// With the widest tolerance of prices first.
    PricePercentDesc,
    /// With the widest tolerance of quantities first.
    QuantityPercentDesc,
}

/// What holds for orders that are made from now on.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetToleranceInput {
    /// For one product.
    product_id: Option<ProductId>,
    /// For a category of products; for everything that nothing else is said for without product and category.
    category_id: Option<CategoryId>,
    /// How much an invoice's price may differ: 0 to 100.
    price_percent: Decimal,
    /// How much more may come, and be invoiced: 0 to 100.
    quantity_percent: Decimal,
    /// Its version as last seen; null for a new one.
    expected_version: Option<i32>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl SetToleranceInput {
    fn scope(&self) -> Result<Scope> {
        match (self.product_id, self.category_id) {
            (Some(product), None) => Ok(Scope::Product(product)),
            (None, Some(category)) => Ok(Scope::Category(category)),
            (None, None) => Ok(Scope::Tenant),
            (Some(_), Some(_)) => {
                Err(Refusal::invalid("categoryId", "name a product or a category, not both").into())
            }
        }
    }
}

/// The outcome of a change to a tolerance.
#[derive(Debug, SimpleObject)]
pub(crate) struct TolerancePayload {
    /// The tolerance as it is now; null when the change was refused.
    tolerance: Option<Tolerance>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// Questions about tolerances.
#[derive(Debug, Default)]
pub(crate) struct ToleranceQuery;

#[Object]
impl ToleranceQuery {
    /// What was said about tolerances. Where nothing is said, five per cent hold.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn tolerances(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<ToleranceFilter>,
        #[graphql(desc = "In which order.", default)] sort: ToleranceSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Tolerance>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Buying>();
        Ok(service::list(app, caller(ctx)?, &criteria, sort.into(), page).await?.map(Tolerance::from))
    }
}

/// Changes of tolerances.
#[derive(Debug, Default)]
pub(crate) struct ToleranceMutation;

#[Object]
impl ToleranceMutation {
    /// Says how far deliveries and invoices may differ from orders that are made from now on: for a product, for a category,
    /// or for everything else.
    async fn set_tolerance(&self, ctx: &Context<'_>, input: SetToleranceInput) -> Result<TolerancePayload> {
        let app = ctx.data_unchecked::<Buying>();
        let said = model::Tolerance { price: input.price_percent, quantity: input.quantity_percent };
        let key = input.idempotency_key.as_deref();
        let set = async {
            service::set(app, caller(ctx)?, (input.scope()?, said, input.expected_version), key).await
        };
        let (tolerance, user_errors) = outcome(set.await)?;
        Ok(TolerancePayload { tolerance: tolerance.map(Tolerance::from), user_errors })
    }
}
