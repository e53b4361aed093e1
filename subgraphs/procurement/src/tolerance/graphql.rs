//! Tolerances in GraphQL.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Refusal, Result, UserError, caller, outcome};
use primitives::{CategoryId, Decimal, ProductId};

use super::model::Scope;
use super::service;
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
}

impl From<(Scope, model::Tolerance)> for Tolerance {
    fn from((scope, said): (Scope, model::Tolerance)) -> Self {
        let (product, category) = match scope {
            Scope::Product(id) => (Some(id.into()), None),
            Scope::Category(id) => (None, Some(id.into())),
            Scope::Tenant => (None, None),
        };
        Self { product, category, price_percent: said.price, quantity_percent: said.quantity }
    }
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
    /// What was said about tolerances, the widest first, at most 1,000. Where nothing is said, five per cent hold.
    async fn tolerances(&self, ctx: &Context<'_>) -> Result<Vec<Tolerance>> {
        let all = service::list(ctx.data_unchecked::<Buying>(), caller(ctx)?).await?;
        Ok(all.into_iter().map(Tolerance::from).collect())
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
        let set = async { service::set(app, caller(ctx)?, (input.scope()?, said), key).await };
        let (tolerance, user_errors) = outcome(set.await)?;
        Ok(TolerancePayload { tolerance: tolerance.map(Tolerance::from), user_errors })
    }
}
