//! What a location is and which of its settings may change when. Pure.

use std::str::FromStr;

use chassis::{Code, Refusal};
use chrono::{DateTime, Utc};
use primitives::{CurrencyCode, LocationId, PropertyId, StockCountId, UserId};
use serde::Serialize;

use crate::costing::CostMethod;

/// What a location is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum LocationKind {
    /// A store that holds stock: main store, cold room.
    Inventory,
    /// Consumes what it receives at once and never holds a balance: a banquet, an office.
    Direct,
    /// Holds stock that still belongs to the vendor.
    Consignment,
    /// Holds stock on its way between two places.
    Transit,
    /// A kitchen or bar that holds stock to work with.
    Production,
}

impl LocationKind {
    /// The word stored in tables.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Inventory => "INVENTORY",
            Self::Direct => "DIRECT",
            Self::Consignment => "CONSIGNMENT",
            Self::Transit => "TRANSIT",
            Self::Production => "PRODUCTION",
        }
    }
}

impl FromStr for LocationKind {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "INVENTORY" => Ok(Self::Inventory),
            "DIRECT" => Ok(Self::Direct),
            "CONSIGNMENT" => Ok(Self::Consignment),
            "TRANSIT" => Ok(Self::Transit),
            "PRODUCTION" => Ok(Self::Production),
            other => Err(format!("unknown location type {other}")),
        }
    }
}

/// A place that holds stock, or through which stock is expensed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// Identity.
    pub(crate) id: LocationId,
    /// Short name on lists and labels; unique in the tenant.
    pub(crate) code: String,
    /// What people call it.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) kind: LocationKind,
    /// The currency its stock is valued in; fixed once and for all.
    pub(crate) currency: CurrencyCode,
    /// Whether issues may go below zero.
    pub(crate) allow_negative: bool,
    /// How its items are valued; `None` means moving average.
    pub(crate) cost_method: Option<CostMethod>,
    /// The hotel or restaurant it belongs to.
    pub(crate) property: Option<PropertyId>,
    /// The count that lets nothing else post here.
    pub(crate) locked_by: Option<StockCountId>,
    /// Counts the changes.
    pub(crate) version: i32,
    /// When it was created.
    pub(crate) created_at: DateTime<Utc>,
    /// Who created it.
    pub(crate) created_by: UserId,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// Who last changed it.
    pub(crate) updated_by: UserId,
}

/// What a new location needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewLocation {
    /// Short name, unique in the tenant.
    pub(crate) code: String,
    /// What people call it.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) kind: LocationKind,
    /// The currency its stock is valued in.
    pub(crate) currency: CurrencyCode,
    /// Whether issues may go below zero.
    pub(crate) allow_negative: bool,
    /// How its items are valued.
    pub(crate) cost_method: Option<CostMethod>,
    /// The hotel or restaurant it belongs to.
    pub(crate) property: Option<PropertyId>,
}

/// What may change at a location; `None` leaves a setting as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LocationChanges {
    /// New short name.
    pub(crate) code: Option<String>,
    /// New name.
    pub(crate) name: Option<String>,
    /// New rule for issues below zero.
    pub(crate) allow_negative: Option<bool>,
    /// New valuation.
    pub(crate) cost_method: Option<CostMethod>,
    /// The hotel or restaurant it belongs to from now on.
    pub(crate) property: Option<PropertyId>,
}

/// Which locations to list; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct LocationFilter {
    /// With these ids.
    pub(crate) ids: Vec<LocationId>,
    /// Of one of these properties.
    pub(crate) properties: Vec<PropertyId>,
    /// Of these types.
    pub(crate) kinds: Vec<LocationKind>,
    /// With this text in code or name, whatever its case.
    pub(crate) search: Option<String>,
}

/// What the stock at a location looks like, as far as its settings depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StockSituation {
    /// Some item holds stock or owes some.
    pub(crate) holds_stock: bool,
    /// Some item is below zero, or has more reserved than on hand.
    pub(crate) overdrawn: bool,
}

/// Why a location cannot be created or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LocationRefused {
    /// The code is empty, too long or has odd characters.
    #[error("a location code has 1 to 32 letters, digits, dots, dashes or underscores")]
    BadCode,
    /// The name is empty or too long.
    #[error("a location name has 1 to 200 characters")]
    BadName,
    /// Another location of the tenant has this code.
    #[error("another location already has the code {0}")]
    CodeTaken(String),
    /// A direct location holds nothing, so nothing can go below zero there.
    #[error("a direct location holds no balance, so it cannot go below zero")]
    DirectCannotGoNegative,
    /// Valuation is frozen while there is stock to value.
    #[error("the cost method cannot change while the location holds stock")]
    CostMethodFrozen,
    /// Some item is below zero right now.
    #[error("stock below zero must be settled before it is forbidden")]
    StillOverdrawn,
}

impl Location {
    /// How items here are valued.
    pub(crate) fn effective_cost_method(&self) -> CostMethod {
        self.cost_method.unwrap_or(CostMethod::MovingAverage)
    }

    /// Whether a balance may stay here.
    pub(crate) fn holds_balance(&self) -> bool {
        self.kind != LocationKind::Direct
    }

    /// Whether its items have to behave differently than under `other` settings.
    pub(crate) fn behaves_unlike(&self, other: &Self) -> bool {
        (self.allow_negative, self.effective_cost_method())
            != (other.allow_negative, other.effective_cost_method())
    }

    /// The location with `changes` applied, or everything that forbids them.
    pub(crate) fn changed(
        &self,
        changes: &LocationChanges,
        stock: StockSituation,
    ) -> Result<Self, Vec<LocationRefused>> {
        let mut next = self.clone();
        let mut refused = Vec::new();
        if let Some(code) = &changes.code {
            next.code = code.trim().to_owned();
        }
        if let Some(name) = &changes.name {
            next.name = name.trim().to_owned();
        }
        if let Some(allow) = changes.allow_negative {
            next.allow_negative = allow;
        }
        if changes.cost_method.is_some() {
            next.cost_method = changes.cost_method;
        }
        next.property = changes.property.or(next.property);
        refused.extend(violations(&next.code, &next.name, next.kind, next.allow_negative));
        if next.effective_cost_method() != self.effective_cost_method() && stock.holds_stock {
            refused.push(LocationRefused::CostMethodFrozen);
        }
        if self.allow_negative && !next.allow_negative && stock.overdrawn {
            refused.push(LocationRefused::StillOverdrawn);
        }
        if refused.is_empty() { Ok(next) } else { Err(refused) }
    }
}

impl NewLocation {
    /// The same with surrounding spaces removed, or everything wrong with it.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<LocationRefused>> {
        self.code = self.code.trim().to_owned();
        self.name = self.name.trim().to_owned();
        let refused = violations(&self.code, &self.name, self.kind, self.allow_negative);
        if refused.is_empty() { Ok(self) } else { Err(refused) }
    }
}

impl NewLocation {
    /// The location it becomes.
    pub(crate) fn into_location(self, created_by: UserId, now: DateTime<Utc>) -> Location {
        Location {
            id: LocationId::at(now),
            code: self.code,
            name: self.name,
            kind: self.kind,
            currency: self.currency,
            allow_negative: self.allow_negative,
            cost_method: self.cost_method,
            property: self.property,
            locked_by: None,
            version: 1,
            created_at: now,
            created_by,
            updated_at: now,
            updated_by: created_by,
        }
    }
}

impl LocationRefused {
    /// The stable code of the refusal.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::BadCode | Self::BadName | Self::DirectCannotGoNegative => Code::ValidationError,
            Self::CodeTaken(_) => Code::Duplicate,
            Self::CostMethodFrozen | Self::StillOverdrawn => Code::InvalidState,
        }
    }

    /// The input field the refusal is about.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::BadCode | Self::CodeTaken(_) => "code",
            Self::BadName => "name",
            Self::DirectCannotGoNegative | Self::StillOverdrawn => "allowNegative",
            Self::CostMethodFrozen => "costMethod",
        }
    }
}

impl From<LocationRefused> for Refusal {
    fn from(refused: LocationRefused) -> Self {
        Self::new(refused.code(), refused.field(), refused.to_string())
    }
}

fn violations(code: &str, name: &str, kind: LocationKind, allow_negative: bool) -> Vec<LocationRefused> {
    let mut refused = Vec::new();
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if code.is_empty() || code.len() > 32 || !code.chars().all(letters) {
        refused.push(LocationRefused::BadCode);
    }
    if name.is_empty() || name.chars().count() > 200 {
        refused.push(LocationRefused::BadName);
    }
    if kind == LocationKind::Direct && allow_negative {
        refused.push(LocationRefused::DirectCannotGoNegative);
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Location {
        Location {
            id: LocationId::generate(),
            code: "MAIN".into(),
            name: "Main store".into(),
            kind: LocationKind::Inventory,
            currency: "THB".parse().unwrap(),
            allow_negative: true,
            cost_method: None,
            property: None,
            locked_by: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            created_by: UserId::generate(),
            updated_at: DateTime::UNIX_EPOCH,
            updated_by: UserId::generate(),
        }
    }

    #[test]
    fn the_cost_method_is_frozen_while_there_is_stock() {
        let changes = LocationChanges { cost_method: Some(CostMethod::Fifo), ..Default::default() };
        let stocked = StockSituation { holds_stock: true, overdrawn: false };
        assert_eq!(store().changed(&changes, stocked).unwrap_err(), [LocationRefused::CostMethodFrozen]);
        let emptied = store().changed(&changes, StockSituation::default()).unwrap();
        assert_eq!(emptied.effective_cost_method(), CostMethod::Fifo);
    }

    #[test]
    fn naming_the_method_already_in_use_is_no_change() {
        let changes = LocationChanges { cost_method: Some(CostMethod::MovingAverage), ..Default::default() };
        let stocked = StockSituation { holds_stock: true, overdrawn: false };
        assert!(store().changed(&changes, stocked).is_ok());
    }

    #[test]
    fn every_violation_is_told_at_once() {
        let changes = LocationChanges {
            code: Some("with space".into()),
            name: Some("  ".into()),
            allow_negative: Some(false),
            cost_method: Some(CostMethod::Fifo),
            property: None,
        };
        let overdrawn = StockSituation { holds_stock: true, overdrawn: true };
        let fields: Vec<_> =
            store().changed(&changes, overdrawn).unwrap_err().iter().map(LocationRefused::field).collect();
        assert_eq!(fields, ["code", "name", "costMethod", "allowNegative"]);
    }

    #[test]
    fn a_direct_location_cannot_go_negative() {
        let banquet = NewLocation {
            code: "BQT".into(),
            name: "Banquet".into(),
            kind: LocationKind::Direct,
            currency: "THB".parse().unwrap(),
            allow_negative: true,
            cost_method: None,
            property: None,
        };
        assert_eq!(banquet.checked().unwrap_err(), [LocationRefused::DirectCannotGoNegative]);
    }
}
