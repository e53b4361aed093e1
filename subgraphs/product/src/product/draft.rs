//! The description of a product as it is sent, and how it is read: every field checked, every fault collected.

use chassis::{Code, Refusal, Refusals};
use primitives::{CategoryId, Decimal, Unit, UnitConversionId};
use serde::{Deserialize, Serialize};

use super::Barcode;
use super::model::{Neighbours, Packaging};
use crate::attribute::model::{AttributeDraft, read_attributes};
use crate::conversion::model::{ConversionDraft, read_conversions};

/// Units a product may be bought or used in: more would not fit a screen.
pub const MAX_UNITS: usize = 12;
/// Barcodes of one product: packs and promotions of it carry their own.
pub const MAX_BARCODES: usize = 20;
/// Characters of a code.
pub const MAX_CODE: usize = 32;
/// Characters of a name.
pub const MAX_NAME: usize = 200;
/// Characters of a description.
pub const MAX_DESCRIPTION: usize = 2_000;
/// Ten years: beyond it a date is no shelf life.
pub const MAX_SHELF_LIFE_DAYS: i32 = 3_650;

/// What happens with a product. Booleans a person ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// Received by lot.
    pub is_lot_tracked: bool,
    /// Received with an expiry date.
    pub is_expiry_tracked: bool,
    /// May be ordered from vendors.
    pub is_purchasable: bool,
    /// Kept in stores.
    pub is_stocked: bool,
    /// May stand in recipes.
    pub is_used_in_recipe: bool,
    /// Sold as it is.
    pub is_sold: bool,
}

impl Default for Traits {
    /// What most products are: bought, stored and cooked.
    fn default() -> Self {
        Self {
            is_lot_tracked: false,
            is_expiry_tracked: false,
            is_purchasable: true,
            is_stocked: true,
            is_used_in_recipe: true,
            is_sold: false,
        }
    }
}

/// A description as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProductDraft {
    /// The house's own short code.
    pub code: String,
    /// The name.
    pub name: String,
    /// The name in the language of the place.
    pub local_name: Option<String>,
    /// Anything worth knowing.
    pub description: Option<String>,
    /// Where it is sorted.
    pub category_id: Option<CategoryId>,
    /// Code of the unit stock is counted in.
    pub base_unit: String,
    /// Codes of the units it is bought in.
    pub purchase_units: Vec<String>,
    /// Codes of the units recipes use.
    pub recipe_units: Vec<String>,
    /// Its barcodes.
    pub barcodes: Vec<String>,
    /// Its own unit ratios.
    pub conversions: Vec<ConversionDraft>,
    /// Grams in a millilitre.
    pub density: Option<Decimal>,
    /// Days it keeps after delivery.
    pub shelf_life_days: Option<i32>,
    /// What happens with it.
    pub traits: Traits,
    /// What else is written down about it.
    pub attributes: Vec<AttributeDraft>,
}

/// A description that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The house's own short code, in capitals.
    pub code: String,
    /// The name.
    pub name: String,
    /// The name in the language of the place.
    pub local_name: Option<String>,
    /// Anything worth knowing.
    pub description: Option<String>,
    /// Where it is sorted; a draft may leave it open.
    pub category_id: Option<CategoryId>,
    /// The unit stock is counted in.
    pub base_unit: Unit,
    /// The units it is bought in.
    pub purchase_units: Vec<Unit>,
    /// The units recipes use.
    pub recipe_units: Vec<Unit>,
    /// Grams in a millilitre.
    pub density: Option<Decimal>,
    /// Days it keeps after delivery.
    pub shelf_life_days: Option<i32>,
    /// What happens with it.
    pub traits: Traits,
}

/// What reading a description gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The description.
    pub facts: Facts,
    /// Labels and ratios.
    pub packaging: Packaging,
}

impl ProductDraft {
    /// Reads every field, in the order of the input, and collects what is wrong.
    pub fn read(&self, neighbours: &Neighbours) -> Result<Reading, Refusals> {
        let mut refusals = Refusals::new();
        let code = refusals.take(read_code(&self.code));
        refusals.check(!neighbours.has_code, || {
            Refusal::duplicate(
                "code",
                format!("another product already has the code {}", normal_code(&self.code)),
            )
        });
        let name = refusals.take(read_text("name", &self.name, MAX_NAME));
        let local_name = refusals.take(read_optional("localName", self.local_name.as_deref(), MAX_NAME));
        let description = refusals.take(read_description(self.description.as_deref()));
        let has_category = self.category_id.is_none() || neighbours.has_category;
        refusals.check(has_category, || Refusal::new(Code::NotFound, "categoryId", "category not found"));
        let base_unit = refusals.take(read_unit("baseUnit", &self.base_unit));
        let purchase_units = refusals.take(read_units("purchaseUnits", &self.purchase_units));
        let recipe_units = refusals.take(read_units("recipeUnits", &self.recipe_units));
        let barcodes = refusals.take(read_barcodes(&self.barcodes, &neighbours.taken_gtins));
        let conversions =
            refusals.take(read_conversions(&self.conversions, self.density, UnitConversionId::generate));
        let has_density =
            self.density.is_none_or(|density| density.is_positive() && density < Decimal::from_whole(100));
        refusals
            .check(has_density, || Refusal::invalid("density", "density must be more than 0 and below 100"));
        let keeps = self.shelf_life_days.is_none_or(|days| (1..=MAX_SHELF_LIFE_DAYS).contains(&days));
        refusals.check(keeps, || {
            Refusal::invalid("shelfLifeDays", format!("shelf life must be 1 to {MAX_SHELF_LIFE_DAYS} days"))
        });
        let attributes = refusals.take(read_attributes(&self.attributes, &neighbours.definitions));
        let complete = || {
            let facts = Facts {
                code: code?,
                name: name?,
                local_name: local_name?,
                description: description?,
                category_id: self.category_id,
                base_unit: base_unit?,
                purchase_units: purchase_units?,
                recipe_units: recipe_units?,
                density: self.density,
                shelf_life_days: self.shelf_life_days,
                traits: self.traits,
            };
            let packaging =
                Packaging { barcodes: barcodes?, conversions: conversions?, attributes: attributes? };
            Some(Reading { facts, packaging })
        };
        match complete() {
            Some(reading) if refusals.is_empty() => Ok(reading),
            _ => Err(refusals),
        }
    }

    /// The numbers (14 digits) of the barcodes that are well-formed, to be looked up among the neighbours.
    pub fn gtins(&self) -> Vec<String> {
        self.barcodes.iter().filter_map(|code| code.parse::<Barcode>().ok()).map(|code| code.gtin()).collect()
    }
}

/// A code as it is kept: trimmed, in capitals, so that `be-001` and `BE-001` are one.
pub fn normal_code(code: &str) -> String {
    code.trim().to_uppercase()
}

fn read_code(code: &str) -> Result<String, Refusal> {
    let code = normal_code(code);
    if code.is_empty() {
        return Err(Refusal::invalid("code", "code must not be empty"));
    }
    if code.len() > MAX_CODE {
        return Err(Refusal::invalid("code", format!("code must have at most {MAX_CODE} characters")));
    }
    let is_plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
    if is_plain {
        Ok(code)
    } else {
        Err(Refusal::invalid("code", "code may have letters A to Z, digits and - _ . / only"))
    }
}

/// A line of text that must be there: trimmed, bounded, without control characters.
pub(crate) fn read_text(field: &str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid(field, format!("{field} must not be empty")));
    }
    if text.chars().count() > most {
        return Err(Refusal::invalid(field, format!("{field} must have at most {most} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, format!("{field} must not have control characters")));
    }
    Ok(text.to_owned())
}

/// A line of text that may be missing; blank is missing.
pub(crate) fn read_optional(field: &str, text: Option<&str>, most: usize) -> Result<Option<String>, Refusal> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => read_text(field, text, most).map(Some),
    }
}

/// A description may run over several lines.
fn read_description(text: Option<&str>) -> Result<Option<String>, Refusal> {
    let as_one_line = text.map(|text| text.replace(['\n', '\r', '\t'], " "));
    read_optional("description", as_one_line.as_deref(), MAX_DESCRIPTION)?;
    Ok(text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned))
}

fn read_unit(field: &str, code: &str) -> Result<Unit, Refusal> {
    code.parse().map_err(|unknown: primitives::UnknownUnit| Refusal::invalid(field, unknown.to_string()))
}

fn read_units(field: &str, codes: &[String]) -> Result<Vec<Unit>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(codes.len() <= MAX_UNITS, || {
        Refusal::new(Code::LimitExceeded, field, format!("at most {MAX_UNITS} units"))
    });
    let mut units = Vec::new();
    for (index, code) in codes.iter().enumerate() {
        let at = format!("{field}.{index}");
        if let Some(unit) = refusals.take(read_unit(&at, code)) {
            refusals
                .check(!units.contains(&unit), || Refusal::duplicate(&at, format!("{unit} is listed twice")));
            units.push(unit);
        }
    }
    if refusals.is_empty() { Ok(units) } else { Err(refusals) }
}

fn read_barcodes(codes: &[String], taken: &[String]) -> Result<Vec<Barcode>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(codes.len() <= MAX_BARCODES, || {
        Refusal::new(Code::LimitExceeded, "barcodes", format!("at most {MAX_BARCODES} barcodes per product"))
    });
    let mut barcodes: Vec<Barcode> = Vec::new();
    for (index, code) in codes.iter().enumerate() {
        let at = format!("barcodes.{index}");
        let read = code.parse::<Barcode>().map_err(|refused| Refusal::invalid(&at, refused.to_string()));
        let Some(barcode) = refusals.take(read) else { continue };
        let gtin = barcode.gtin();
        refusals.check(barcodes.iter().all(|other| other.gtin() != gtin), || {
            Refusal::duplicate(&at, format!("{barcode} is listed twice"))
        });
        refusals.check(!taken.contains(&gtin), || {
            Refusal::duplicate(&at, format!("another product already has the barcode {barcode}"))
        });
        barcodes.push(barcode);
    }
    if refusals.is_empty() { Ok(barcodes) } else { Err(refusals) }
}
