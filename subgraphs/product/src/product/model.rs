//! The product and what may happen to it. Pure: no rows, no clock, no request.

use std::str::FromStr;

use chassis::{Code, Refusal, Refusals};
use primitives::{Act, Audit, Decimal, ProductId, Unit, UnitConversionId};
use serde::{Deserialize, Serialize};

use super::Barcode;
use super::draft::{Facts, ProductDraft, Reading};
use crate::attribute::model::{Attribute, AttributeDefinition, AttributeDraft, missing};
use crate::conversion::model::{Conversion, ConversionDraft, MAX_CONVERSIONS, Ratios, read_conversion};

/// Where a product stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProductStatus {
    /// Being described; nobody may order it yet.
    Draft,
    /// In use.
    Active,
    /// Not in use for the time being.
    Inactive,
    /// Gone for good.
    Discontinued,
}

impl ProductStatus {
    /// The word stored in tables and sent in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Discontinued => "DISCONTINUED",
        }
    }

    /// Whether the machine has this arrow.
    fn leads_to(self, next: Self) -> bool {
        use ProductStatus::{Active, Discontinued, Draft, Inactive};
        matches!(
            (self, next),
            (Draft | Inactive, Active) | (Active, Inactive) | (Draft | Active | Inactive, Discontinued)
        )
    }
}

impl FromStr for ProductStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "DRAFT" => Ok(Self::Draft),
            "ACTIVE" => Ok(Self::Active),
            "INACTIVE" => Ok(Self::Inactive),
            "DISCONTINUED" => Ok(Self::Discontinued),
            other => Err(format!("unknown product status {other}")),
        }
    }
}

/// A product without its packaging, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Identity.
    pub id: ProductId,
    /// Where it stands.
    pub status: ProductStatus,
    /// Whether it has ever been in use, which fixes its base unit.
    pub was_active: bool,
    /// What is known about it.
    pub facts: Facts,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

/// How a product is labelled, packed and further described: read only when somebody asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packaging {
    /// Its barcodes, in the order they were given.
    pub barcodes: Vec<Barcode>,
    /// Its own unit ratios, in the order they were given.
    pub conversions: Vec<Conversion>,
    /// What else is written down about it.
    pub attributes: Vec<Attribute>,
}

/// What the rest of the tenant's catalogue says about a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// Whether the category named exists.
    pub has_category: bool,
    /// Whether another product has the code.
    pub has_code: bool,
    /// Numbers (14 digits) that other products carry.
    pub taken_gtins: Vec<String>,
    /// What the tenant wants to know about its products.
    pub definitions: Vec<AttributeDefinition>,
}

impl Packaging {
    /// Ratios that say what they said before keep their identity; so a description that is sent again changes nothing.
    pub fn keep_identities(&mut self, before: &Self) {
        for conversion in &mut self.conversions {
            let same = before
                .conversions
                .iter()
                .find(|old| Conversion { id: conversion.id, ..**old } == *conversion);
            if let Some(same) = same {
                conversion.id = same.id;
            }
        }
    }
}

impl Product {
    /// A new product in DRAFT, or everything that is wrong with its description.
    pub fn register(
        id: ProductId,
        draft: &ProductDraft,
        neighbours: &Neighbours,
        act: Act,
    ) -> Result<(Self, Packaging), Refusals> {
        let Reading { facts, packaging } = draft.read(neighbours)?;
        let product = Self {
            id,
            status: ProductStatus::Draft,
            was_active: false,
            facts,
            audit: Audit::new(act),
            version: 1,
        };
        Ok((product, packaging))
    }

    /// Replaces the description. An active product stays complete; a base unit that was in use stays what it was.
    pub fn describe(
        &mut self,
        draft: &ProductDraft,
        neighbours: &Neighbours,
        act: Act,
    ) -> Result<Packaging, Refusals> {
        self.require_changeable()?;
        let mut refusals = Refusals::new();
        let reading = refusals.take(draft.read(neighbours));
        if let Some(reading) = &reading {
            let keeps_base_unit = !self.was_active || reading.facts.base_unit == self.facts.base_unit;
            refusals.check(keeps_base_unit, || {
                invalid_state("baseUnit", self.status, "counted in another base unit")
                    .with("baseUnit", self.facts.base_unit.code())
            });
            if self.status == ProductStatus::Active {
                refusals.extend(missing_for_use(&reading.facts, &reading.packaging));
                refusals.extend(missing(&neighbours.definitions, &reading.packaging.attributes));
            }
        }
        match reading {
            Some(Reading { facts, packaging }) if refusals.is_empty() => {
                self.facts = facts;
                self.touch(act);
                Ok(packaging)
            }
            _ => Err(refusals),
        }
    }

    /// Puts the product into use, when everything that use needs is there.
    pub fn activate(
        &mut self,
        packaging: &Packaging,
        definitions: &[AttributeDefinition],
        act: Act,
    ) -> Result<(), Refusals> {
        self.require_arrow(ProductStatus::Active)?;
        let mut lacking = missing_for_use(&self.facts, packaging);
        lacking.extend(missing(definitions, &packaging.attributes));
        if !lacking.is_empty() {
            return Err(lacking.into());
        }
        self.was_active = true;
        self.enter(ProductStatus::Active, act);
        Ok(())
    }

    /// Takes the product out of use for the time being.
    pub fn deactivate(&mut self, act: Act) -> Result<(), Refusals> {
        self.require_arrow(ProductStatus::Inactive)?;
        self.enter(ProductStatus::Inactive, act);
        Ok(())
    }

    /// Takes the product out of use for good.
    pub fn discontinue(&mut self, act: Act) -> Result<(), Refusals> {
        self.require_arrow(ProductStatus::Discontinued)?;
        self.enter(ProductStatus::Discontinued, act);
        Ok(())
    }

    /// Adds one of the product's own unit ratios. Fields are named as in the ratio's own input.
    pub fn add_conversion(
        &mut self,
        packaging: &mut Packaging,
        draft: &ConversionDraft,
        act: Act,
    ) -> Result<(), Refusals> {
        self.require_changeable()?;
        if packaging.conversions.len() >= MAX_CONVERSIONS {
            let message = format!("at most {MAX_CONVERSIONS} conversions per product");
            return Err(Refusal::new(Code::LimitExceeded, "", message).into());
        }
        let conversion = read_conversion(draft, &self.ratios(packaging), UnitConversionId::generate)?;
        packaging.conversions.push(conversion);
        self.touch(act);
        Ok(())
    }

    /// Removes the ratio between two units, unless the product in use needs it.
    pub fn remove_conversion(
        &mut self,
        packaging: &mut Packaging,
        from: Unit,
        to: Unit,
        act: Act,
    ) -> Result<(), Refusals> {
        self.require_changeable()?;
        let is_meant = |conversion: &Conversion| {
            (conversion.from, conversion.to) == (from, to) || (conversion.from, conversion.to) == (to, from)
        };
        let position = packaging.conversions.iter().position(is_meant).ok_or_else(|| {
            Refusal::new(Code::NotFound, "from", format!("the product has no ratio between {from} and {to}"))
        })?;
        packaging.conversions.remove(position);
        if self.status == ProductStatus::Active {
            let missing = missing_for_use(&self.facts, packaging);
            if !missing.is_empty() {
                return Err(missing.into());
            }
        }
        self.touch(act);
        Ok(())
    }

    /// Notes that something about the product changed.
    pub fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }

    /// How many base units one `unit` is, to five places; nothing when no way leads there.
    pub fn factor_to_base(&self, packaging: &Packaging, unit: Unit) -> Option<Decimal> {
        self.ratios(packaging).between(unit, self.facts.base_unit)?.apply(Decimal::ONE)
    }

    /// Everything known about the product's units.
    pub fn ratios<'a>(&self, packaging: &'a Packaging) -> Ratios<'a> {
        Ratios { conversions: &packaging.conversions, density: self.facts.density }
    }

    /// The description as somebody would have sent it, for a change to be laid over.
    pub fn to_draft(&self, packaging: &Packaging) -> ProductDraft {
        let facts = &self.facts;
        let codes = |units: &[Unit]| units.iter().map(|unit| unit.code().to_owned()).collect();
        ProductDraft {
            code: facts.code.clone(),
            name: facts.name.clone(),
            local_name: facts.local_name.clone(),
            description: facts.description.clone(),
            category_id: facts.category_id,
            base_unit: facts.base_unit.code().to_owned(),
            purchase_units: codes(&facts.purchase_units),
            recipe_units: codes(&facts.recipe_units),
            barcodes: packaging.barcodes.iter().map(ToString::to_string).collect(),
            conversions: packaging.conversions.iter().map(ConversionDraft::from).collect(),
            density: facts.density,
            shelf_life_days: facts.shelf_life_days,
            traits: facts.traits,
            attributes: packaging.attributes.iter().map(AttributeDraft::from).collect(),
        }
    }

    /// What was in use once is never removed: documents point at it.
    pub fn require_never_used(&self) -> Result<(), Refusals> {
        if self.was_active {
            return Err(invalid_state("", self.status, "removed: it was in use").into());
        }
        Ok(())
    }

    fn require_changeable(&self) -> Result<(), Refusals> {
        if self.status == ProductStatus::Discontinued {
            return Err(invalid_state("", self.status, "changed").into());
        }
        Ok(())
    }

    fn require_arrow(&self, next: ProductStatus) -> Result<(), Refusals> {
        if self.status.leads_to(next) {
            Ok(())
        } else {
            Err(Refusal::invalid_state(self.status.code(), next.code()).into())
        }
    }

    fn enter(&mut self, status: ProductStatus, act: Act) {
        self.status = status;
        self.touch(act);
    }
}

/// What a product lacks to be used, each at its field.
fn missing_for_use(facts: &Facts, packaging: &Packaging) -> Vec<Refusal> {
    let mut missing = Vec::new();
    if facts.category_id.is_none() {
        missing.push(Refusal::invalid("categoryId", "an active product needs a category"));
    }
    let ratios = Ratios { conversions: &packaging.conversions, density: facts.density };
    for (field, units) in [("purchaseUnits", &facts.purchase_units), ("recipeUnits", &facts.recipe_units)] {
        for (index, unit) in units.iter().enumerate() {
            if ratios.between(*unit, facts.base_unit).is_none() {
                let message = format!("{unit} cannot be converted into the base unit {}", facts.base_unit);
                missing.push(
                    Refusal::new(Code::UnitConversionMissing, &format!("{field}.{index}"), message)
                        .with("from", unit.code())
                        .with("to", facts.base_unit.code()),
                );
            }
        }
    }
    missing
}

fn invalid_state(field: &str, status: ProductStatus, what: &str) -> Refusal {
    Refusal::new(Code::InvalidState, field, format!("a product that is {} cannot be {what}", status.code()))
        .with("from", status.code())
        .with("to", status.code())
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
