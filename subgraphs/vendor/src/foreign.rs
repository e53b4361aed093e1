//! What other services own and this one only points at: people, and products, which it extends with their offers.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use chassis::{Result, caller};
use primitives::{Date, Decimal, ProductId, PropertyId, UserId};

use crate::offer::graphql::{BestOffer, OFFERS_DEFAULT, Offer, Question, listed, rank};
use crate::vendor::graphql::Vendor;

/// A person. The identity service describes it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(unresolvable = "id")]
pub(crate) struct User {
    /// Identity.
    pub(crate) id: UserId,
}

impl From<UserId> for User {
    fn from(id: UserId) -> Self {
        Self { id }
    }
}

/// A house. The users service describes it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(unresolvable = "id")]
pub(crate) struct Property {
    /// Identity.
    pub(crate) id: PropertyId,
}

/// A product, described by the product service. This service knows who sells it and for how much.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Product {
    /// Identity of the product.
    pub(crate) id: ProductId,
}

#[ComplexObject]
impl Product {
    /// What vendors offer it for, best first: each vendor once per unit it prices. Without a quantity: for one unit. There is
    /// no cursor: the order is computed for the question, and the first ones are what matters.
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much is wanted.")] quantity: Option<Decimal>,
        #[graphql(desc = "In which unit; the product's base unit when left out.")] unit: Option<String>,
        #[graphql(desc = "On which day; today when left out.")] date: Option<Date>,
        #[graphql(desc = "On behalf of which house: its own preference stands in place of the tenant's.")]
        property_id: Option<PropertyId>,
        #[graphql(desc = "How many: 1 to 50.", default_with = "OFFERS_DEFAULT")] first: i32,
    ) -> Result<Option<Vec<Offer>>> {
        let quantity = quantity.unwrap_or(Decimal::ONE);
        let question = Question { quantity, unit, date, property: property_id };
        listed(rank(ctx, self.id, question).await?, first).map(Some)
    }

    /// The offer to take, why, and who came next; null when nobody offers the product.
    async fn best_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much is wanted.")] quantity: Decimal,
        #[graphql(desc = "In which unit; the product's base unit when left out.")] unit: Option<String>,
        #[graphql(desc = "On which day; today when left out.")] date: Option<Date>,
        #[graphql(desc = "On behalf of which house: its own preference stands in place of the tenant's.")]
        property_id: Option<PropertyId>,
    ) -> Result<Option<BestOffer>> {
        let ranked = rank(ctx, self.id, Question { quantity, unit, date, property: property_id }).await?;
        Ok(BestOffer::of(ranked))
    }

    /// The vendor that is preferred for it, where one is.
    async fn preferred_vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        crate::vendor::graphql::load_preferred(ctx, self.id).await
    }
}

/// References to what this service extends.
#[derive(Debug, Default)]
pub(crate) struct ForeignQuery;

#[Object]
impl ForeignQuery {
    #[graphql(entity)]
    async fn find_product_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Product>> {
        // Whose product it is cannot be known here; without offers in the caller's tenant there is nothing to see.
        caller(ctx)?;
        Ok(id.parse().ok().map(|id| Product { id }))
    }
}
