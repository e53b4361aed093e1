//! What partners follow.

mod delivery;
mod low_stock;
mod stock;

pub(crate) use delivery::{Arrived, DeliveryFilter, DeliveryNews, DeliveryView, LotNews, Matter};
pub(crate) use low_stock::{Edge, LowFilter, LowMatter, LowNews, LowStockView, Threshold};
pub(crate) use stock::{StockFilter, StockView};
