//! What orders take of contracts: procurement says that an order was sent, changed its mind or expects no more.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Handlers, Result, Tx, house};
use primitives::{
    Act, ContractId, Decimal, ProductId, PurchaseOrderId, PurchaseOrderLineId, TenantId, VendorId,
};
use serde::Deserialize;

use super::line::ContractLine;
use super::model::Contract;
use super::store::{self, Use};
use crate::event;

/// The service that orders.
const SOURCE: &str = "procurement";

/// An order as procurement tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    purchase_order_id: PurchaseOrderId,
    vendor_id: VendorId,
    lines: Vec<OrderLine>,
}

/// A line of it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderLine {
    line_id: PurchaseOrderLineId,
    product_id: ProductId,
    ordered: Decimal,
    cancelled: Decimal,
    /// Base units in one of the unit that counts the line.
    factor: Decimal,
}

impl OrderLine {
    /// What is still wanted, in base units; nothing when it cannot be counted.
    fn wanted(&self) -> Decimal {
        let left = self.ordered.checked_sub(self.cancelled).filter(|left| left.is_positive());
        left.and_then(|left| left.checked_mul(self.factor)).unwrap_or(Decimal::ZERO)
    }
}

/// What this service does about orders.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let taking = ["po.sent", "po.amended", "po.closed", "po.reopened"];
    let handlers = taking.into_iter().fold(handlers, |handlers, kind| {
        let clock = clock.clone();
        handlers.on(SOURCE, kind, move |tx, event| {
            let clock = clock.clone();
            async move { count(&tx, &event, &clock, OrderLine::wanted).await }
        })
    });
    let clock = clock.clone();
    handlers.on(SOURCE, "po.cancelled", move |tx, event| {
        let clock = clock.clone();
        async move { count(&tx, &event, &clock, |_| Decimal::ZERO).await }
    })
}

/// Counts what each line of the order takes now. Said again, it changes nothing: what a line takes is set, not added.
async fn count(
    tx: &Tx,
    event: &Arc<Envelope>,
    clock: &Clock,
    wanted: impl Fn(&OrderLine) -> Decimal + Send,
) -> Result<()> {
    let order: Order = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let tenant = event.tenant_id;
    // Locked first: two orders of one vendor count one after the other.
    let contracts = store::lock_of_vendor(&**tx, tenant, order.vendor_id).await?;
    if contracts.is_empty() {
        return Ok(());
    }
    let ids: Vec<ContractId> = contracts.iter().map(|contract| contract.id).collect();
    let mut lines = store::lines_of(&**tx, tenant, &ids).await?;
    let before = store::uses_of_order(&**tx, tenant, order.purchase_order_id).await?;
    let before: HashMap<_, _> = before.into_iter().map(|taken| (taken.order_line, taken)).collect();
    let day = house::day(event.occurred_at);
    let covering: BTreeSet<ContractId> =
        contracts.iter().filter(|contract| contract.covers(day)).map(|contract| contract.id).collect();
    let (mut uses, mut touched) = (Vec::new(), BTreeSet::new());
    for ordered in &order.lines {
        let known = before.get(&ordered.line_id);
        let found = lines.iter_mut().find(|(contract, line)| match known {
            // What was counted once stays with its contract.
            Some(taken) => taken.line == line.id,
            None => covering.contains(contract) && line.product_id == ordered.product_id,
        });
        let Some((contract, line)) = found else { continue };
        let (old, new) = (known.map_or(Decimal::ZERO, |taken| taken.quantity), wanted(ordered));
        if old == new {
            continue;
        }
        let used = line.used.checked_sub(old).and_then(|used| used.checked_add(new));
        line.used = used.ok_or_else(|| Error::internal("what was taken of a contract is beyond counting"))?;
        store::save_used(&**tx, tenant, line).await?;
        uses.push(Use {
            line: line.id,
            order_line: ordered.line_id,
            order: order.purchase_order_id,
            quantity: new,
        });
        touched.insert(*contract);
    }
    if uses.is_empty() {
        return Ok(());
    }
    store::put_uses(&**tx, tenant, &uses).await?;
    let act = Act { at: clock.now(), by: event.actor_id };
    let changed = contracts.into_iter().filter(|contract| touched.contains(&contract.id));
    tell(tx, (tenant, order.purchase_order_id), changed, &lines, &uses, act).await
}

/// Notes the change on each contract and says how much is taken of it now.
async fn tell(
    tx: &Tx,
    (tenant, order): (TenantId, PurchaseOrderId),
    contracts: impl Iterator<Item = Contract>,
    lines: &[(ContractId, ContractLine)],
    uses: &[Use],
    act: Act,
) -> Result<()> {
    for mut contract in contracts {
        contract.touch(act);
        store::save(&**tx, tenant, &contract).await?;
        let changed = lines
            .iter()
            .filter(|(id, line)| *id == contract.id && uses.iter().any(|taken| taken.line == line.id));
        let changed: Vec<&ContractLine> = changed.map(|(_, line)| line).collect();
        tx.publish(event::contract_consumed(tenant, &contract, order, &changed));
    }
    Ok(())
}
