//! Unit ratios in GraphQL.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, caller, outcome};
use primitives::{Decimal, ProductId, UnitConversionId};

use super::model::{Conversion, ConversionDraft};
use super::service::{self, NewConversion, Question};
use crate::Catalogue;
use crate::product::graphql::{ProductPayload, load_measured};
use crate::unit::graphql::{Quantity, Unit};

/// A ratio between two units that holds for one product: "1 case = 12 bottle".
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct UnitConversion {
    /// Identity.
    id: UnitConversionId,
    /// The unit on the left.
    from: Unit,
    /// The unit on the right.
    to: Unit,
    /// How many on the left.
    from_qty: Decimal,
    /// How many on the right.
    to_qty: Decimal,
}

impl From<Conversion> for UnitConversion {
    fn from(conversion: Conversion) -> Self {
        Self {
            id: conversion.id,
            from: conversion.from.into(),
            to: conversion.to.into(),
            from_qty: conversion.from_quantity,
            to_qty: conversion.to_quantity,
        }
    }
}

/// A ratio between two units: `fromQty` of `from` are `toQty` of `to`.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UnitConversionInput {
    /// Code of the unit on the left, `case`.
    from: String,
    /// Code of the unit on the right, `bottle`.
    to: String,
    /// How many on the left; more than 0.
    from_qty: Decimal,
    /// How many on the right; more than 0.
    to_qty: Decimal,
}

impl From<UnitConversionInput> for ConversionDraft {
    fn from(input: UnitConversionInput) -> Self {
        Self { from: input.from, to: input.to, from_quantity: input.from_qty, to_quantity: input.to_qty }
    }
}

/// A ratio to add to a product.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AddConversionInput {
    /// Which product.
    product_id: ProductId,
    /// The product's version as last seen.
    expected_version: i32,
    /// Code of the unit on the left, `case`.
    from: String,
    /// Code of the unit on the right, `bottle`.
    to: String,
    /// How many on the left; more than 0.
    from_qty: Decimal,
    /// How many on the right; more than 0.
    to_qty: Decimal,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<AddConversionInput> for NewConversion {
    fn from(input: AddConversionInput) -> Self {
        Self {
            product: input.product_id,
            expected_version: input.expected_version,
            ratio: ConversionDraft {
                from: input.from,
                to: input.to,
                from_quantity: input.from_qty,
                to_quantity: input.to_qty,
            },
            idempotency_key: input.idempotency_key,
        }
    }
}

/// A ratio to remove from a product.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RemoveConversionInput {
    /// Which product.
    product_id: ProductId,
    /// The product's version as last seen.
    expected_version: i32,
    /// Code of one of the two units.
    from: String,
    /// Code of the other.
    to: String,
}

/// Questions about ratios.
#[derive(Debug, Default)]
pub(crate) struct ConversionQuery;

#[Object]
impl ConversionQuery {
    /// A quantity of a product in another unit: the product's own ratios first, then the standard table, then its
    /// density between mass and volume. Null when there is no such product; UNIT_CONVERSION_MISSING when no way leads
    /// from one unit to the other.
    async fn convert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which product.")] product_id: ProductId,
        #[graphql(desc = "How many of the unit given.")] quantity: Decimal,
        #[graphql(desc = "Code of the unit given.")] from: String,
        #[graphql(desc = "Code of the unit wanted.")] to: String,
    ) -> Result<Option<Quantity>> {
        let question = Question::read(quantity, &from, &to)?;
        let Some((product, packaging)) = load_measured(ctx, product_id).await? else { return Ok(None) };
        let answer = question.answer(&product, &packaging).map_err(|refused| refused.at("to"))?;
        Ok(Some(answer.into()))
    }

    /// The same as `convert`, but null instead of an error where no way leads from one unit to the other: for whoever
    /// asks for many at once and decides alone what that means.
    async fn try_convert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which product.")] product_id: ProductId,
        #[graphql(desc = "How many of the unit given.")] quantity: Decimal,
        #[graphql(desc = "Code of the unit given.")] from: String,
        #[graphql(desc = "Code of the unit wanted.")] to: String,
    ) -> Result<Option<Quantity>> {
        let question = Question::read(quantity, &from, &to)?;
        let Some((product, packaging)) = load_measured(ctx, product_id).await? else { return Ok(None) };
        // Nothing is the answer here: whoever asks decides what the lack of a way means.
        Ok(question.answer(&product, &packaging).ok().map(Quantity::from))
    }
}

/// Changes of ratios.
#[derive(Debug, Default)]
pub(crate) struct ConversionMutation;

#[Object]
impl ConversionMutation {
    /// Adds one of a product's own unit ratios. A ratio that contradicts the others, the standard or the density is
    /// refused with what was expected in `meta.expected`.
    async fn add_conversion(&self, ctx: &Context<'_>, input: AddConversionInput) -> Result<ProductPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        let added = service::add_conversion(app, caller(ctx)?, &input.into()).await;
        outcome(added).map(ProductPayload::from)
    }

    /// Removes a product's ratio between two units, unless the active product needs it.
    async fn remove_conversion(
        &self,
        ctx: &Context<'_>,
        input: RemoveConversionInput,
    ) -> Result<ProductPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        let product = (input.product_id, input.expected_version);
        let removed = service::remove_conversion(app, caller(ctx)?, product, (&input.from, &input.to)).await;
        outcome(removed).map(ProductPayload::from)
    }
}
