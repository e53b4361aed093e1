//! What is left of receipts, in the API.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Object};
use chassis::{Result, caller};
use primitives::{CurrencyCode, DateTime, InventoryItemId, Money, Quantity, Unit};

use super::priced;
use crate::costing;

/// What is left of an item's receipts, shared by everybody who asks in one query.
#[derive(Clone, Debug, Default)]
pub(crate) struct LayersOfItem(Arc<Vec<costing::CostLayer>>);

impl LayersOfItem {
    pub(super) fn shown(&self, unit: Unit, currency: CurrencyCode) -> Vec<CostLayer> {
        self.0.iter().map(|layer| CostLayer { layer: layer.clone(), unit, currency }).collect()
    }
}

/// Groups the layers that were loaded for several items.
pub(crate) fn by_item(
    layers: Vec<(InventoryItemId, costing::CostLayer)>,
) -> HashMap<InventoryItemId, LayersOfItem> {
    let mut grouped: HashMap<InventoryItemId, Vec<costing::CostLayer>> = HashMap::new();
    for (item, layer) in layers {
        grouped.entry(item).or_default().push(layer);
    }
    grouped.into_iter().map(|(item, layers)| (item, LayersOfItem(Arc::new(layers)))).collect()
}

/// What is left of one receipt at a FIFO item.
#[derive(Clone, Debug)]
pub(crate) struct CostLayer {
    layer: costing::CostLayer,
    unit: Unit,
    currency: CurrencyCode,
}

/// What is left of one receipt, with the cost it came at (FIFO).
#[Object]
impl CostLayer {
    /// When its units first came into the house.
    async fn received_at(&self) -> DateTime {
        self.layer.received_at.into()
    }

    /// How many units opened the layer.
    async fn quantity_in(&self) -> Quantity {
        Quantity::new(self.layer.quantity_in, self.unit)
    }

    /// How many are left.
    async fn quantity_left(&self) -> Quantity {
        Quantity::new(self.layer.quantity_left, self.unit)
    }

    /// What one unit cost, to five places; null without prices:view.
    async fn unit_cost(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(priced(caller(ctx)?, Money::new(self.layer.unit_cost, self.currency)))
    }

    /// What the units left are worth; null without prices:view.
    async fn value_left(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(priced(caller(ctx)?, Money::new(self.layer.value_left, self.currency)))
    }
}
