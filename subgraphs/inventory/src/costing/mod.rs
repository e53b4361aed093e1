//! What stock is worth: moving average and FIFO.
//!
//! Invariants, tested as properties: values lie on the currency's minor unit; an empty item is worth nothing; under
//! FIFO the open layers add up to the balance and its value; what a transfer takes out is what it brings in; units
//! issued below zero are revalued by the receipt that settles them, and the difference is booked as variance; what goes
//! back leaves at what it cost when it came, and a vendor's credit lowers what is still held by its share.
//! This module owns no rows: layers are stored with their item by `posting::store`.

mod model;
mod origin;
#[cfg(test)]
mod properties;

pub(crate) use model::{CostLayer, CostMethod, Holding, Slice, TooLarge, line_value, per_unit};
