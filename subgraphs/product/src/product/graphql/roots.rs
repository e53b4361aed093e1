//! The root fields about products: translate in, call, translate out.

use async_graphql::{Context, ID, Object};
use chassis::{Connection, Criteria, PageArgs, Result, caller, outcome};
use primitives::ProductId;

use super::input::{CreateProductInput, ProductTransitionInput, UpdateProductInput};
use super::narrow::{ProductFilter, ProductSort};
use super::{ByCode, ById, Product, ProductPayload};
use crate::Catalogue;
use crate::product::draft::normal_code;
use crate::product::filter::read_search;
use crate::product::service;

/// Questions about products.
#[derive(Debug, Default)]
pub(crate) struct ProductQuery;

#[Object]
impl ProductQuery {
    /// The tenant's products.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<ProductFilter>,
        #[graphql(
            desc = "Words that must all occur in code, name or local name; a whole barcode finds its product."
        )]
        search: Option<String>,
        #[graphql(desc = "What the list is sorted by.", default)] sort: ProductSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Product>> {
        let caller = caller(ctx)?;
        let criteria = Criteria::read(filter, search.as_deref().map(read_search))?;
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Catalogue>();
        Ok(service::list_products(app, caller, &criteria, sort.into(), page).await?.map(Product))
    }

    /// The product with this id; null when the tenant has none.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which product.")] id: ProductId,
    ) -> Result<Option<Product>> {
        Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Product))
    }

    /// The product with this code, whatever its case; null when the tenant has none.
    async fn product_by_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The house's own short code.")] code: String,
    ) -> Result<Option<Product>> {
        Ok(ctx.data_unchecked::<ByCode>().load(normal_code(&code)).await?.map(Product))
    }

    #[graphql(entity)]
    async fn find_product_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Product>> {
        // What is no id names nothing: a bad representation must not spoil the others of its call.
        match id.parse() {
            Ok(id) => Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Product)),
            Err(_) => Ok(None),
        }
    }

    #[graphql(entity)]
    async fn find_product_by_code(&self, ctx: &Context<'_>, code: String) -> Result<Option<Product>> {
        Ok(ctx.data_unchecked::<ByCode>().load(normal_code(&code)).await?.map(Product))
    }
}

/// Changes of products.
#[derive(Debug, Default)]
pub(crate) struct ProductMutation;

#[Object]
impl ProductMutation {
    /// Describes a new product, in DRAFT.
    async fn create_product(&self, ctx: &Context<'_>, input: CreateProductInput) -> Result<ProductPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        let key = input.idempotency_key.clone();
        let created = service::create_product(app, caller(ctx)?, &input.into(), key.as_deref()).await;
        outcome(created).map(ProductPayload::from)
    }

    /// Changes a product's description.
    async fn update_product(&self, ctx: &Context<'_>, input: UpdateProductInput) -> Result<ProductPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        let (id, version) = (input.id, input.expected_version);
        let updated = service::update_product(app, caller(ctx)?, id, version, &input.into()).await;
        outcome(updated).map(ProductPayload::from)
    }

    /// Puts a product into use. It needs a category, and a way from each purchase and recipe unit to its base unit.
    async fn activate_product(
        &self,
        ctx: &Context<'_>,
        input: ProductTransitionInput,
    ) -> Result<ProductPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        outcome(service::activate_product(app, caller(ctx)?, &input.into()).await).map(ProductPayload::from)
    }

    /// Takes an active product out of use for the time being.
    async fn deactivate_product(
        &self,
        ctx: &Context<'_>,
        input: ProductTransitionInput,
    ) -> Result<ProductPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        outcome(service::deactivate_product(app, caller(ctx)?, &input.into()).await).map(ProductPayload::from)
    }

    /// Removes a product that was never in use.
    async fn delete_product(
        &self,
        ctx: &Context<'_>,
        input: ProductTransitionInput,
    ) -> Result<ProductPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        outcome(service::delete_product(app, caller(ctx)?, &input.into()).await).map(ProductPayload::from)
    }

    /// Takes a product out of use for good.
    async fn discontinue_product(
        &self,
        ctx: &Context<'_>,
        input: ProductTransitionInput,
    ) -> Result<ProductPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        outcome(service::discontinue_product(app, caller(ctx)?, &input.into()).await)
            .map(ProductPayload::from)
    }
}
