//! What is sent to describe, change and move products.

use async_graphql::{InputObject, MaybeUndefined};
use primitives::{CategoryId, Decimal, ProductId};

use crate::attribute::graphql::ProductAttributeInput;
use crate::attribute::model::AttributeDraft;
use crate::conversion::graphql::UnitConversionInput;
use crate::conversion::model::ConversionDraft;
use crate::product::draft::{ProductDraft, Traits};
use crate::product::patch::{ProductPatch, TraitsPatch};
use crate::product::service::Transition;

/// A new product. It starts as a DRAFT, which may be incomplete.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateProductInput {
    /// The house's own short code: letters A to Z, digits and - _ . / , at most 32; unique in the tenant.
    code: String,
    /// The name, at most 200 characters.
    name: String,
    /// The name in the language of the place.
    local_name: Option<String>,
    /// Anything worth knowing, at most 2,000 characters.
    description: Option<String>,
    /// Where it is sorted; needed to become active.
    category_id: Option<CategoryId>,
    /// Code of the unit stock and prices count in, `kg`.
    base_unit: String,
    /// Codes of the units it is bought in.
    #[graphql(default)]
    purchase_units: Vec<String>,
    /// Codes of the units recipes use.
    #[graphql(default)]
    recipe_units: Vec<String>,
    /// Its barcodes: EAN-8, UPC-A or EAN-13 with the right check digit, unique in the tenant.
    #[graphql(default)]
    barcodes: Vec<String>,
    /// Its own unit ratios, at most 20.
    #[graphql(default)]
    conversions: Vec<UnitConversionInput>,
    /// Grams in a millilitre: more than 0 and below 100.
    density: Option<Decimal>,
    /// Days it keeps after delivery: 1 to 3,650.
    shelf_life_days: Option<i32>,
    /// Whether it is received by lot.
    #[graphql(default = false)]
    lot_tracked: bool,
    /// Whether it is received with an expiry date.
    #[graphql(default = false)]
    expiry_tracked: bool,
    /// Whether it may be ordered from vendors.
    #[graphql(default = true)]
    is_purchasable: bool,
    /// Whether it is kept in stores.
    #[graphql(default = true)]
    is_stocked: bool,
    /// Whether it may stand in recipes.
    #[graphql(default = true)]
    is_used_in_recipe: bool,
    /// Whether it is sold as it is.
    #[graphql(default = false)]
    is_sold: bool,
    /// What else is written down about it, by the tenant's own definitions.
    #[graphql(default)]
    attributes: Vec<ProductAttributeInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreateProductInput> for ProductDraft {
    fn from(input: CreateProductInput) -> Self {
        Self {
            code: input.code,
            name: input.name,
            local_name: input.local_name,
            description: input.description,
            category_id: input.category_id,
            base_unit: input.base_unit,
            purchase_units: input.purchase_units,
            recipe_units: input.recipe_units,
            barcodes: input.barcodes,
            conversions: drafts(input.conversions),
            density: input.density,
            shelf_life_days: input.shelf_life_days,
            traits: Traits {
                is_lot_tracked: input.lot_tracked,
                is_expiry_tracked: input.expiry_tracked,
                is_purchasable: input.is_purchasable,
                is_stocked: input.is_stocked,
                is_used_in_recipe: input.is_used_in_recipe,
                is_sold: input.is_sold,
            },
            attributes: input.attributes.into_iter().map(AttributeDraft::from).collect(),
        }
    }
}

/// A change to a product's description. What is left out stays; lists are replaced as a whole.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateProductInput {
    /// Which product.
    pub(super) id: ProductId,
    /// Its version as last seen.
    pub(super) expected_version: i32,
    /// The house's own short code.
    code: Option<String>,
    /// The name.
    name: Option<String>,
    /// The name in the language of the place; null clears it.
    local_name: MaybeUndefined<String>,
    /// Anything worth knowing; null clears it.
    description: MaybeUndefined<String>,
    /// Where it is sorted; null clears it, which an active product does not allow.
    category_id: MaybeUndefined<CategoryId>,
    /// Code of the unit stock and prices count in; fixed once the product was active.
    base_unit: Option<String>,
    /// Codes of the units it is bought in.
    purchase_units: Option<Vec<String>>,
    /// Codes of the units recipes use.
    recipe_units: Option<Vec<String>>,
    /// Its barcodes.
    barcodes: Option<Vec<String>>,
    /// Its own unit ratios.
    conversions: Option<Vec<UnitConversionInput>>,
    /// Grams in a millilitre; null clears it.
    density: MaybeUndefined<Decimal>,
    /// Days it keeps after delivery; null clears it.
    shelf_life_days: MaybeUndefined<i32>,
    /// Whether it is received by lot.
    lot_tracked: Option<bool>,
    /// Whether it is received with an expiry date.
    expiry_tracked: Option<bool>,
    /// Whether it may be ordered from vendors.
    is_purchasable: Option<bool>,
    /// Whether it is kept in stores.
    is_stocked: Option<bool>,
    /// Whether it may stand in recipes.
    is_used_in_recipe: Option<bool>,
    /// Whether it is sold as it is.
    is_sold: Option<bool>,
    /// What else is written down about it.
    attributes: Option<Vec<ProductAttributeInput>>,
}

impl From<UpdateProductInput> for ProductPatch {
    fn from(input: UpdateProductInput) -> Self {
        Self {
            code: input.code,
            name: input.name,
            local_name: mentioned(input.local_name),
            description: mentioned(input.description),
            category_id: mentioned(input.category_id),
            base_unit: input.base_unit,
            purchase_units: input.purchase_units,
            recipe_units: input.recipe_units,
            barcodes: input.barcodes,
            conversions: input.conversions.map(drafts),
            density: mentioned(input.density),
            shelf_life_days: mentioned(input.shelf_life_days),
            traits: TraitsPatch {
                is_lot_tracked: input.lot_tracked,
                is_expiry_tracked: input.expiry_tracked,
                is_purchasable: input.is_purchasable,
                is_stocked: input.is_stocked,
                is_used_in_recipe: input.is_used_in_recipe,
                is_sold: input.is_sold,
            },
            attributes: input
                .attributes
                .map(|attributes| attributes.into_iter().map(AttributeDraft::from).collect()),
        }
    }
}

/// Which product to put into use or take out of it.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ProductTransitionInput {
    /// Which product.
    id: ProductId,
    /// Its version as last seen; left out, the product's state alone decides.
    expected_version: Option<i32>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<ProductTransitionInput> for Transition {
    fn from(input: ProductTransitionInput) -> Self {
        Self {
            id: input.id,
            expected_version: input.expected_version,
            idempotency_key: input.idempotency_key,
        }
    }
}

fn drafts(inputs: Vec<UnitConversionInput>) -> Vec<ConversionDraft> {
    inputs.into_iter().map(ConversionDraft::from).collect()
}

/// Left out, cleared, or set.
fn mentioned<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
