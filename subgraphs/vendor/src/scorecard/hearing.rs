//! What procurement says about orders and deliveries. That a delivery counts, or counts no more, is told: procurement waits for it.

use chassis::{Clock, Envelope, Error, Handlers, Result, Tx, house};
use primitives::{
    CurrencyCode, Date, Decimal, GoodsReceivedNoteId, ProductId, PurchaseOrderId, PurchaseOrderLineId,
    TenantId, VendorId,
};
use serde::Deserialize;
use serde_json::json;

use super::model::{Delivered, Expected, tally};
use super::store;
use crate::exchange_rate::model::BASE_CURRENCY;
use crate::offer;
use crate::offer::model::Wanted;
use crate::offer::store::View;

/// The service that orders and takes deliveries over.
const SOURCE: &str = "procurement";

/// An order as procurement tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    purchase_order_id: PurchaseOrderId,
    vendor_id: VendorId,
    delivery_date: Option<Date>,
    lines: Vec<OrderLine>,
}

/// A line of it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderLine {
    line_id: PurchaseOrderLineId,
    product_id: ProductId,
    ordered: Decimal,
    /// Base units in one of the unit that counts the line.
    factor: Decimal,
}

/// A delivery as procurement tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    goods_received_note_id: GoodsReceivedNoteId,
    purchase_order_id: PurchaseOrderId,
    vendor_id: VendorId,
    received_on: Date,
    #[serde(default)]
    lines: Vec<DeliveryLine>,
}

/// One product of it, in the base unit.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryLine {
    product_id: ProductId,
    quantity: Decimal,
    unit_costs: Vec<Cost>,
}

/// A cost in a currency.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Cost {
    amount: Decimal,
    currency: CurrencyCode,
}

/// What this service does about orders and deliveries.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let handlers = ["po.sent", "po.amended", "po.cancelled"].into_iter().fold(handlers, |handlers, kind| {
        handlers.on(SOURCE, kind, |tx, event| async move { expect(&tx, &event).await })
    });
    let (came, failed) = (clock.clone(), clock.clone());
    handlers
        .on(SOURCE, "grn.committed", move |tx, event| {
            let clock = came.clone();
            async move {
                arrive(&tx, &event).await?;
                tell(&tx, &event, &clock);
                Ok(())
            }
        })
        .on(SOURCE, "grn.posting_failed", move |tx, event| {
            let clock = failed.clone();
            async move {
                let delivery = read::<Delivery>(&event)?;
                store::remove_delivery(&*tx, event.tenant_id, delivery.goods_received_note_id).await?;
                tell(&tx, &event, &clock);
                Ok(())
            }
        })
}

/// Takes in what is said about an order or a delivery, and tells nobody.
pub(crate) async fn take(tx: &Tx, event: &Envelope) -> Result<()> {
    if event.kind == "grn.committed" { arrive(tx, event).await } else { expect(tx, event).await }
}

/// Says that the scorecard knows what `event` says about a delivery.
fn tell(tx: &Tx, event: &Envelope, clock: &Clock) {
    let payload = json!({ "goodsReceivedNoteId": event.aggregate_id });
    tx.publish(event.answer("scorecard.updated", payload, clock.now()));
}

/// Notes what was ordered; of an order that was cancelled nothing is expected.
async fn expect(tx: &Tx, event: &Envelope) -> Result<()> {
    let order = read::<Order>(event)?;
    let tenant = event.tenant_id;
    let day = house::day(event.occurred_at);
    let is_cancelled = event.kind == "po.cancelled";
    let prices = agreed_prices(tx, (tenant, day), &order).await?;
    let expected = order.lines.iter().zip(prices).map(|(line, agreed_price)| Expected {
        line: line.line_id,
        product: line.product_id,
        due_on: order.delivery_date,
        ordered: if is_cancelled { Decimal::ZERO } else { line.base() },
        received: Decimal::ZERO,
        agreed_price,
    });
    let expected: Vec<Expected> = expected.collect();
    store::put_lines(&**tx, tenant, (order.purchase_order_id, order.vendor_id), &expected).await
}

impl OrderLine {
    /// What was ordered, in base units; nothing when that cannot be counted.
    fn base(&self) -> Decimal {
        self.ordered.checked_mul(self.factor).unwrap_or(Decimal::ZERO)
    }
}

/// What the vendor asked for one base unit of each line on that day, in the base currency.
async fn agreed_prices(
    tx: &Tx,
    (tenant, day): (TenantId, Date),
    order: &Order,
) -> Result<Vec<Option<Decimal>>> {
    let products: Vec<ProductId> = order.lines.iter().map(|line| line.product_id).collect();
    let mut candidates = offer::store::candidates(&**tx, tenant, View::of(day), &products).await?;
    for prices in candidates.values_mut() {
        prices.retain(|price| price.vendor.id == order.vendor_id);
    }
    let agreed = order.lines.iter().map(|line| {
        let wanted = Wanted { quantity: line.base(), unit: None, factor: None };
        let ranked = offer::model::rank(candidates.get(&line.product_id)?, wanted).ok()?;
        Some(ranked.first()?.comparable_price)
    });
    Ok(agreed.collect())
}

/// Counts a delivery for the lines of its order.
async fn arrive(tx: &Tx, event: &Envelope) -> Result<()> {
    let delivery = read::<Delivery>(event)?;
    let tenant = event.tenant_id;
    let expected = store::lock_lines(&**tx, tenant, delivery.purchase_order_id).await?;
    let delivered = delivery.lines.iter().map(|line| Delivered {
        product: line.product_id,
        quantity: line.quantity,
        unit_cost: line.unit_costs.iter().find(|cost| cost.currency == BASE_CURRENCY).map(|cost| cost.amount),
    });
    let delivered: Vec<Delivered> = delivered.collect();
    let counted = tally(&expected, &delivered, delivery.received_on);
    let counted = counted.ok_or_else(|| Error::internal("a delivery is beyond counting"))?;
    let whose = (delivery.goods_received_note_id, delivery.purchase_order_id, delivery.vendor_id);
    store::insert_delivery(&**tx, tenant, whose, (delivery.received_on, &counted)).await?;
    Ok(())
}

fn read<T: for<'a> Deserialize<'a>>(event: &Envelope) -> Result<T> {
    serde_json::from_value(event.payload.clone()).map_err(Error::internal)
}
