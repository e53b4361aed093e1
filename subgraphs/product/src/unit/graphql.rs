//! `Unit` and `Quantity` in GraphQL. No statement is ever needed: the catalogue is code.

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::{Result, caller};
use primitives::{Decimal, Dimension};

/// What a unit measures. Units of different dimensions meet only through a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Dimension")]
pub(crate) enum UnitDimension {
    /// Weight.
    Mass,
    /// Space.
    Volume,
    /// Pieces and packs.
    Count,
    /// Length.
    Length,
    /// Time.
    Time,
}

/// A unit the trade measures or counts in.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct Unit {
    /// The short form it is known by, `kg`.
    code: &'static str,
    /// The English name, `kilogram`.
    name: &'static str,
    /// What it measures.
    dimension: UnitDimension,
    /// Decimal places a quantity may have: 0 for what is counted.
    decimal_places: u32,
    /// Whether its size depends on the product, as that of a case does.
    is_pack: bool,
}

impl From<primitives::Unit> for Unit {
    fn from(unit: primitives::Unit) -> Self {
        Self {
            code: unit.code(),
            name: unit.name(),
            dimension: unit.dimension().into(),
            decimal_places: unit.decimal_places(),
            is_pack: unit.is_pack(),
        }
    }
}

/// How much of something, in a unit.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(shareable)]
pub(crate) struct Quantity {
    /// How many units.
    value: Decimal,
    /// Of which unit.
    unit: Unit,
}

impl From<primitives::Quantity> for Quantity {
    fn from(quantity: primitives::Quantity) -> Self {
        Self { value: quantity.value, unit: quantity.unit.into() }
    }
}

/// Questions about units.
#[derive(Debug, Default)]
pub(crate) struct UnitQuery;

#[Object]
impl UnitQuery {
    /// The units of the catalogue, by dimension and then by size. The list is closed and short.
    async fn units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only units of this dimension.")] dimension: Option<UnitDimension>,
    ) -> Result<Vec<Unit>> {
        caller(ctx)?;
        let is_asked =
            |unit: &primitives::Unit| dimension.is_none_or(|dimension| unit.dimension() == dimension.into());
        Ok(primitives::Unit::all().filter(is_asked).map(Unit::from).collect())
    }

    #[graphql(entity)]
    async fn find_unit_by_code(&self, ctx: &Context<'_>, code: String) -> Result<Option<Unit>> {
        caller(ctx)?;
        Ok(primitives::Unit::from_code(&code).map(Unit::from))
    }
}
