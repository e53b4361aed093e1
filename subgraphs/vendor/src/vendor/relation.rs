//! How a vendor stands to one product, apart from its price. Pure.

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{Decimal, ProductId, Unit, VendorId, VendorProductId};
use serde::{Deserialize, Serialize};

use crate::product_ref::model::Packs;

/// Characters of a vendor's article number.
const MAX_SKU: usize = 64;

/// A vendor's relation to one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorProduct {
    /// Identity.
    pub id: VendorProductId,
    /// The vendor.
    pub vendor_id: VendorId,
    /// The product.
    pub product_id: ProductId,
    /// The vendor's own article number.
    pub vendor_sku: Option<String>,
    /// Whether it is the one to take among equals.
    pub is_preferred: bool,
    /// Whether it must not be bought from this vendor.
    pub is_blocked: bool,
    /// What it is ordered in, where that was said.
    pub pack: Option<Pack>,
    /// When it was said last.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes, from 1.
    pub version: i32,
}

/// A unit that a product is ordered in, with what one of it held when that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pack {
    /// The unit.
    pub unit: Unit,
    /// The product's base unit.
    pub base_unit: Unit,
    /// Base units in one of it.
    pub factor: Decimal,
}

/// How a vendor stands to a product, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// The vendor's own article number.
    pub vendor_sku: Option<String>,
    /// Whether it becomes the preferred one; another one stops being it.
    pub is_preferred: bool,
    /// Whether it must not be bought there.
    pub is_blocked: bool,
    /// The code of the unit that is ordered.
    pub unit: Option<String>,
}

impl VendorProduct {
    /// The relation of a vendor to a product of which nothing was said yet.
    pub fn none((vendor_id, product_id): (VendorId, ProductId), now: DateTime<Utc>) -> Self {
        Self {
            id: VendorProductId::at(now),
            vendor_id,
            product_id,
            vendor_sku: None,
            is_preferred: false,
            is_blocked: false,
            pack: None,
            updated_at: now,
            version: 0,
        }
    }

    /// Takes these terms over, or says everything that is wrong with them. Without `packs` there is no such product.
    pub fn agree(
        &mut self,
        terms: &Terms,
        packs: Option<&Packs>,
        now: DateTime<Utc>,
    ) -> Result<(), Refusals> {
        let mut refusals = Refusals::new();
        refusals.check(packs.is_some(), || Refusal::new(Code::NotFound, "productId", "product not found"));
        let sku = terms.vendor_sku.as_deref().map(str::trim).filter(|sku| !sku.is_empty());
        refusals.check(sku.is_none_or(|sku| sku.chars().count() <= MAX_SKU), || {
            Refusal::invalid("vendorSku", format!("an article number has at most {MAX_SKU} characters"))
        });
        refusals.check(!(terms.is_preferred && terms.is_blocked), || {
            let message = "a vendor that is blocked for a product cannot be preferred for it";
            Refusal::invalid("isBlocked", message)
        });
        let pack = terms.unit.as_deref().map(|unit| pack(unit, packs)).transpose();
        let pack = refusals.take(pack).flatten().flatten();
        if !refusals.is_empty() {
            return Err(refusals);
        }
        self.vendor_sku = sku.map(str::to_owned);
        self.is_preferred = terms.is_preferred;
        self.is_blocked = terms.is_blocked;
        self.pack = pack;
        self.updated_at = now;
        self.version += 1;
        Ok(())
    }
}

/// What one of a unit holds; nothing for a product that does not exist, which is refused elsewhere.
fn pack(code: &str, packs: Option<&Packs>) -> Result<Option<Pack>, Refusal> {
    let unit = Unit::from_code(code);
    let unit = unit.ok_or_else(|| Refusal::invalid("unit", format!("there is no unit `{code}`")))?;
    let Some(packs) = packs else { return Ok(None) };
    let base_unit = packs.base_unit;
    let factor = packs.factor(unit).ok_or_else(|| {
        let message = format!("nothing says how many {} one {code} holds", base_unit.code());
        Refusal::new(Code::UnitConversionMissing, "unit", message)
    })?;
    Ok(Some(Pack { unit, base_unit, factor }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_say_everything_that_is_wrong_with_them() {
        let (kg, case) = (Unit::from_code("kg").unwrap(), Unit::from_code("case").unwrap());
        let factors = [(kg, Decimal::ONE), (case, Decimal::from_whole(12))].into();
        let packs = Packs { code: "P".to_owned(), name: "P".to_owned(), base_unit: kg, factors };
        let now = "2026-07-01T08:00:00Z".parse().unwrap();
        let mut relation = VendorProduct::none((VendorId::generate(), ProductId::generate()), now);
        let terms = |unit: &str, is_blocked: bool| Terms {
            vendor_sku: Some(" 4711 ".to_owned()),
            is_preferred: true,
            is_blocked,
            unit: Some(unit.to_owned()),
        };
        let before = relation.clone();
        let refused = relation.agree(&terms("smoot", true), None, now).unwrap_err();
        let fields: Vec<String> = refused.as_slice().iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["productId", "isBlocked", "unit"]);
        let refused = relation.agree(&terms("tray", false), Some(&packs), now).unwrap_err();
        assert_eq!(refused.first().unwrap().code, Code::UnitConversionMissing);
        assert_eq!(relation, before);
        relation.agree(&terms("case", false), Some(&packs), now).unwrap();
        assert_eq!((relation.vendor_sku.as_deref(), relation.version), (Some("4711"), 1));
        assert_eq!(relation.pack.unwrap().factor, Decimal::from_whole(12));
    }
}
