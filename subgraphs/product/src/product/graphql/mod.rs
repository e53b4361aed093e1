//! Products in GraphQL: the type here, what is sent in `input`, what lists are narrowed by in `narrow`, the root fields
//! in `roots`.

mod input;
mod narrow;
mod roots;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::{Connection, Loader, PageArgs, Refusal, RequestScope, Result, UserError};
use primitives::{DateTime, Decimal, ProductId};

use super::Barcode;
use super::model::{self, Packaging};
use super::{service, store};
use crate::attribute::graphql::{self as attribute, ProductAttribute};
use crate::category::graphql::{self as category, Category};
use crate::conversion::graphql::UnitConversion;
use crate::conversion::model::Conversion;
use crate::foreign::User;
use crate::specification::graphql::{self as specification, Specification, SpecificationSort};
use crate::unit::graphql::Unit;
use crate::{Catalogue, permission};

pub(crate) use roots::{ProductMutation, ProductQuery};

/// Products by id.
type ById = Loader<ProductId, model::Product>;
/// Products by code.
type ByCode = Loader<String, model::Product>;
/// Barcodes by product.
type Barcodes = Loader<ProductId, Vec<Barcode>>;
/// Unit ratios by product.
type Conversions = Loader<ProductId, Vec<Conversion>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Catalogue, scope: &RequestScope, data: &mut async_graphql::Data) {
    let catalogue = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let catalogue = catalogue.clone();
        async move { service::find_by_ids(&catalogue, &caller, ids).await }
    }));
    let catalogue = app.clone();
    data.insert::<ByCode>(scope.loader(move |caller, codes| {
        let catalogue = catalogue.clone();
        async move { service::find_by_codes(&catalogue, &caller, codes).await }
    }));
    let catalogue = app.clone();
    data.insert::<Barcodes>(scope.loader(move |caller, ids| {
        let catalogue = catalogue.clone();
        async move {
            caller.require(permission::VIEW)?;
            store::list_barcodes_by_ids(catalogue.db.read(), caller.tenant, ids).await
        }
    }));
    let catalogue = app.clone();
    data.insert::<Conversions>(scope.loader(move |caller, ids| {
        let catalogue = catalogue.clone();
        async move {
            caller.require(permission::VIEW)?;
            store::list_conversions_by_ids(catalogue.db.read(), caller.tenant, ids).await
        }
    }));
}

/// The product with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: ProductId) -> Result<Option<Product>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Product))
}

/// The product with an id and its unit ratios, batched with everything else the request asks.
pub(crate) async fn load_measured(
    ctx: &Context<'_>,
    id: ProductId,
) -> Result<Option<(model::Product, Packaging)>> {
    let Some(product) = ctx.data_unchecked::<ById>().load(id).await? else { return Ok(None) };
    let conversions = ctx.data_unchecked::<Conversions>().load(id).await?.unwrap_or_default();
    Ok(Some((product, Packaging { conversions, ..Packaging::default() })))
}

/// Where a product stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::ProductStatus")]
pub(crate) enum ProductStatus {
    /// Being described; nobody may order it yet.
    Draft,
    /// In use.
    Active,
    /// Not in use for the time being.
    Inactive,
    /// Gone for good.
    Discontinued,
}

/// A product as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Product(model::Product);

/// What is bought, stocked, used in recipes and sold.
#[Object]
impl Product {
    /// Identity.
    async fn id(&self) -> ProductId {
        self.0.id
    }

    /// The house's own short code, in capitals; unique in the tenant.
    async fn code(&self) -> &str {
        &self.0.facts.code
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.facts.name
    }

    /// The name in the language of the place.
    async fn local_name(&self) -> Option<&str> {
        self.0.facts.local_name.as_deref()
    }

    /// Anything worth knowing.
    async fn description(&self) -> Option<&str> {
        self.0.facts.description.as_deref()
    }

    /// Where it stands in its life.
    async fn status(&self) -> ProductStatus {
        self.0.status.into()
    }

    /// Where it is sorted; a draft may leave it open.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        match self.0.facts.category_id {
            Some(id) => category::load(ctx, id).await,
            None => Ok(None),
        }
    }

    /// The unit stock and prices count in; fixed once the product was active.
    async fn base_unit(&self) -> Unit {
        self.0.facts.base_unit.into()
    }

    /// The units it is bought in.
    async fn purchase_units(&self) -> Vec<Unit> {
        self.0.facts.purchase_units.iter().copied().map(Unit::from).collect()
    }

    /// The units recipes use.
    async fn recipe_units(&self) -> Vec<Unit> {
        self.0.facts.recipe_units.iter().copied().map(Unit::from).collect()
    }

    /// Its barcodes: EAN-8, UPC-A or EAN-13.
    async fn barcodes(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let barcodes = ctx.data_unchecked::<Barcodes>().load(self.0.id).await?;
        Ok(barcodes.unwrap_or_default().iter().map(ToString::to_string).collect())
    }

    /// Its own unit ratios: what is in its case, what its bottle holds.
    async fn conversions(&self, ctx: &Context<'_>) -> Result<Vec<UnitConversion>> {
        let conversions = ctx.data_unchecked::<Conversions>().load(self.0.id).await?;
        Ok(conversions.unwrap_or_default().into_iter().map(UnitConversion::from).collect())
    }

    /// How many base units one of this unit is, to five decimal places; null when no way leads there.
    async fn factor_to_base(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the unit, `case`.")] unit: String,
    ) -> Result<Option<Decimal>> {
        let unit: primitives::Unit = unit
            .parse()
            .map_err(|unknown: primitives::UnknownUnit| Refusal::invalid("unit", unknown.to_string()))?;
        let conversions = ctx.data_unchecked::<Conversions>().load(self.0.id).await?.unwrap_or_default();
        Ok(self.0.factor_to_base(&Packaging { conversions, ..Packaging::default() }, unit))
    }

    /// Grams in a millilitre, where that makes sense: leads from mass to volume.
    async fn density(&self) -> Option<Decimal> {
        self.0.facts.density
    }

    /// Days it keeps after delivery.
    async fn shelf_life_days(&self) -> Option<i32> {
        self.0.facts.shelf_life_days
    }

    /// Whether it is received by lot.
    async fn lot_tracked(&self) -> bool {
        self.0.facts.traits.is_lot_tracked
    }

    /// Whether it is received with an expiry date.
    async fn expiry_tracked(&self) -> bool {
        self.0.facts.traits.is_expiry_tracked
    }

    /// Whether it may be ordered from vendors.
    async fn is_purchasable(&self) -> bool {
        self.0.facts.traits.is_purchasable
    }

    /// Whether it is kept in stores.
    async fn is_stocked(&self) -> bool {
        self.0.facts.traits.is_stocked
    }

    /// Whether it may stand in recipes.
    async fn is_used_in_recipe(&self) -> bool {
        self.0.facts.traits.is_used_in_recipe
    }

    /// Whether it is sold as it is.
    async fn is_sold(&self) -> bool {
        self.0.facts.traits.is_sold
    }

    /// What else is written down about it, by the tenant's own definitions.
    async fn attributes(&self, ctx: &Context<'_>) -> Result<Vec<ProductAttribute>> {
        attribute::load(ctx, self.0.id).await
    }

    /// What it has to be, as it was worded last.
    async fn specification(&self, ctx: &Context<'_>) -> Result<Option<Specification>> {
        specification::load(ctx, self.0.id).await
    }

    /// Every wording of what it has to be.
    async fn specifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which order.", default)] sort: SpecificationSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Specification>> {
        specification::list(ctx, self.0.id, sort, PageArgs::new(first, after, last, before)).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it; null when the platform did.
    async fn created_by(&self) -> Option<User> {
        self.0.audit.created_by.map(User::from)
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last; null when the platform did.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// The outcome of a change to a product.
#[derive(Debug, SimpleObject)]
pub(crate) struct ProductPayload {
    /// The product as it is now; null when the change was refused.
    product: Option<Product>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Product>, Vec<UserError>)> for ProductPayload {
    fn from((product, user_errors): (Option<model::Product>, Vec<UserError>)) -> Self {
        Self { product: product.map(Product), user_errors }
    }
}
