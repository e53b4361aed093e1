//! Row to product and back. A row that cannot be read is a fault of ours, never the caller's.

use chassis::{Error, Result};
use entities_product::{product, product_barcode, unit_conversion};
use primitives::{Audit, ProductId, TenantId, Unit};
use sea_orm::ActiveValue::Set;

use crate::conversion::model::Conversion;
use crate::product::Barcode;
use crate::product::draft::{Facts, Traits};
use crate::product::model::Product;

pub(super) fn to_product(row: product::Model) -> Result<Product> {
    let units = |codes| serde_json::from_value::<Vec<Unit>>(codes).map_err(Error::internal);
    Ok(Product {
        id: row.id,
        status: row.status.parse().map_err(|error: String| Error::internal(error))?,
        was_active: row.was_active,
        facts: Facts {
            code: row.code,
            name: row.name,
            local_name: row.local_name,
            description: row.description,
            category_id: row.category_id,
            base_unit: row
                .base_unit
                .parse()
                .map_err(|unknown: primitives::UnknownUnit| Error::internal(unknown))?,
            purchase_units: units(row.purchase_units)?,
            recipe_units: units(row.recipe_units)?,
            density: row.density,
            shelf_life_days: row.shelf_life_days,
            traits: Traits {
                is_lot_tracked: row.is_lot_tracked,
                is_expiry_tracked: row.is_expiry_tracked,
                is_purchasable: row.is_purchasable,
                is_stocked: row.is_stocked,
                is_used_in_recipe: row.is_used_in_recipe,
                is_sold: row.is_sold,
            },
        },
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

pub(super) fn from_product(tenant: TenantId, product: &Product) -> product::ActiveModel {
    let facts = &product.facts;
    let codes = |units: &[Unit]| units.iter().map(|unit| unit.code()).collect::<Vec<_>>().into();
    product::ActiveModel {
        id: Set(product.id),
        tenant_id: Set(tenant),
        code: Set(facts.code.clone()),
        name: Set(facts.name.clone()),
        local_name: Set(facts.local_name.clone()),
        name_key: Set(facts.name.to_lowercase()),
        search_text: Set(search_text(facts)),
        description: Set(facts.description.clone()),
        status: Set(product.status.code().to_owned()),
        was_active: Set(product.was_active),
        category_id: Set(facts.category_id),
        base_unit: Set(facts.base_unit.code().to_owned()),
        purchase_units: Set(codes(&facts.purchase_units)),
        recipe_units: Set(codes(&facts.recipe_units)),
        density: Set(facts.density),
        shelf_life_days: Set(facts.shelf_life_days),
        is_lot_tracked: Set(facts.traits.is_lot_tracked),
        is_expiry_tracked: Set(facts.traits.is_expiry_tracked),
        is_purchasable: Set(facts.traits.is_purchasable),
        is_stocked: Set(facts.traits.is_stocked),
        is_used_in_recipe: Set(facts.traits.is_used_in_recipe),
        is_sold: Set(facts.traits.is_sold),
        created_at: Set(product.audit.created_at),
        created_by: Set(product.audit.created_by),
        updated_at: Set(product.audit.updated_at),
        updated_by: Set(product.audit.updated_by),
        version: Set(product.version),
    }
}

/// What a search looks through, in lower case: SQLite folds ASCII only, and names are Thai and French too.
fn search_text(facts: &Facts) -> String {
    let local_name = facts.local_name.as_deref().unwrap_or_default();
    format!("{} {} {local_name}", facts.code, facts.name).to_lowercase()
}

pub(super) fn from_barcodes(
    tenant: TenantId,
    id: ProductId,
    barcodes: &[Barcode],
) -> Vec<product_barcode::ActiveModel> {
    (0..)
        .zip(barcodes)
        .map(|(position, barcode)| product_barcode::ActiveModel {
            tenant_id: Set(tenant),
            gtin: Set(barcode.gtin()),
            code: Set(barcode.to_string()),
            product_id: Set(id),
            position: Set(position),
        })
        .collect()
}

pub(super) fn to_conversion(row: &unit_conversion::Model) -> Result<Conversion> {
    let unit = |code: &str| code.parse::<Unit>().map_err(Error::internal);
    Ok(Conversion {
        id: row.id,
        from: unit(&row.from_unit)?,
        to: unit(&row.to_unit)?,
        from_quantity: row.from_quantity,
        to_quantity: row.to_quantity,
    })
}

pub(super) fn from_conversions(
    tenant: TenantId,
    id: ProductId,
    conversions: &[Conversion],
) -> Vec<unit_conversion::ActiveModel> {
    (0..)
        .zip(conversions)
        .map(|(position, conversion)| {
            let (low, high) = conversion.pair();
            unit_conversion::ActiveModel {
                id: Set(conversion.id),
                tenant_id: Set(tenant),
                product_id: Set(id),
                from_unit: Set(conversion.from.code().to_owned()),
                to_unit: Set(conversion.to.code().to_owned()),
                from_quantity: Set(conversion.from_quantity),
                to_quantity: Set(conversion.to_quantity),
                low_unit: Set(low.code().to_owned()),
                high_unit: Set(high.code().to_owned()),
                position: Set(position),
            }
        })
        .collect()
}
