//! The life of one request, from the first word to the payment, as far as three months reach. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use chassis::Refusals;
use primitives::{
    Act, ApprovalId, CreditNoteId, CreditNoteLineId, CurrencyCode, Date, Decimal, GoodsReceivedNoteId,
    GoodsReceivedNoteLineId, PurchaseOrderId, PurchaseOrderLineId, PurchaseRequestId, PurchaseRequestLineId,
    UserId, VendorInvoiceId, VendorInvoiceLineId,
};

use super::chance::{parts, pick};
use super::plan::{DAYS, DemoProduct, Plan, at};
use crate::approval_rule::model::{Rule, levels};
use crate::authority::model::{Authority, Limit};
use crate::credit_note::line::{Claim, CreditLine, examine as examine_credit, read_lines as read_claims};
use crate::credit_note::model::{Command as CreditCommand, CreditKind, CreditNote};
use crate::goods_received_note::costing::land;
use crate::goods_received_note::line::{Count, NoteLine, check_count, read_lines as read_counts};
use crate::goods_received_note::model::{Command as NoteCommand, GoodsReceivedNote, Head as NoteHead, Split};
use crate::goods_received_note::service::{count_in, follow};
use crate::market::model::{Market, Offer, Product};
use crate::purchase_order::conversion::{NewOrder, Wanted, convert};
use crate::purchase_order::model::{Command as OrderCommand, OrderLine, PurchaseOrder};
use crate::purchase_request::approval::{ApprovalStatus, Case};
use crate::purchase_request::line::{LineDraft, read_lines};
use crate::purchase_request::model::{Command, Head, Priority, PurchaseRequest, PurchaseRequestStatus};
use crate::purchase_request::service::hand_in;
use crate::purchase_request::submission::examine;
use crate::tolerance::model::Tolerances;
use crate::vendor_invoice::matching::{Charge, InvoiceLine, Orders, match_lines, read_lines as read_charges};
use crate::vendor_invoice::model::{Command as InvoiceCommand, Head as InvoiceHead, VendorInvoice};

/// Why things are needed.
const REASONS: [&str; 8] = [
    "for the breakfast buffet",
    "the wedding on Saturday",
    "weekly order for the kitchen",
    "stock for the beach bar",
    "the conference of the dentists",
    "monthly supplies of the department",
    "the menu changes next week",
    "to fill the store up to par",
];

/// Everything that came of one request.
#[derive(Debug, Default)]
pub(super) struct Life {
    pub(super) case: Option<Case>,
    pub(super) orders: Vec<(PurchaseOrder, Vec<OrderLine>)>,
    pub(super) notes: Vec<(GoodsReceivedNote, Vec<NoteLine>)>,
    pub(super) invoices: Vec<(VendorInvoice, Vec<InvoiceLine>)>,
    pub(super) credits: Vec<(CreditNote, Vec<CreditLine>)>,
}

/// Numbers documents without gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers(pub(super) HashMap<&'static str, i32>);

impl Numbers {
    fn next(&mut self, kind: &'static str) -> String {
        let last = self.0.entry(kind).or_default();
        *last += 1;
        format!("{kind}-2026-{last:03}")
    }
}

/// One request on its way.
pub(super) struct Walk<'w> {
    pub(super) plan: &'w Plan<'w>,
    pub(super) rules: &'w [Rule],
    pub(super) numbers: &'w mut Numbers,
    /// Which request, as a word.
    pub(super) name: String,
}

impl Walk<'_> {
    /// Lives it from this day on.
    ///
    /// # Errors
    /// What a rule refuses: then the plan is wrong.
    pub(super) fn live(mut self, day: usize) -> Result<Life, Refusals> {
        let mut life = Life::default();
        let Some(case) = self.request(day)? else { return Ok(life) };
        let is_approved = case.request.status == PurchaseRequestStatus::Approved;
        if !is_approved || day + 1 >= DAYS {
            life.case = Some(case);
            return Ok(life);
        }
        let (case, orders) = self.order(case, day + 1)?;
        life.case = Some(case);
        for order in orders {
            self.deliver(&mut life, order, day + 1)?;
        }
        Ok(life)
    }

    fn chance(&self, word: &str, bound: usize) -> usize {
        pick(&[self.plan.house, &self.name, word], bound)
    }

    fn id(&self, word: &str) -> (u64, [u8; 10]) {
        parts(&[self.plan.house, &self.name, word])
    }

    fn request(&mut self, day: usize) -> Result<Option<Case>, Refusals> {
        let plan = self.plan;
        let requester = plan.requesters[self.chance("requester", plan.requesters.len())];
        let act = Act { at: at(day, 1), by: Some(requester) };
        let wanted = self.wanted();
        if wanted.is_empty() {
            return Ok(None);
        }
        let date: Date = at(day, 1).date_naive().into();
        let head = Head {
            department_id: Some(plan.departments[self.chance("department", plan.departments.len())]),
            property_id: Some(plan.property),
            request_date: date,
            required_by: Some(at(day + 4, 1).date_naive().into()),
            priority: if self.chance("priority", 10) == 0 { Priority::Urgent } else { Priority::Normal },
            justification: REASONS[self.chance("reason", REASONS.len())].to_owned(),
        };
        let store = plan.stores[self.chance("store", plan.stores.len())];
        let drafts: Vec<LineDraft> = wanted
            .iter()
            .map(|(product, quantity)| {
                LineDraft::of(product.id, (*quantity, product.purchase_unit.code()), store)
            })
            .collect();
        let mut lines = read_lines(&drafts)?;
        for (position, line) in lines.iter_mut().enumerate() {
            let (millis, entropy) = self.id(&format!("line {position}"));
            line.id = PurchaseRequestLineId::from_parts(millis, entropy);
        }
        let mut request = PurchaseRequest::draft(head, requester, act);
        let (millis, entropy) = self.id("request");
        request.id = PurchaseRequestId::from_parts(millis, entropy);
        let mut case = Case { request, lines, approvals: Vec::new() };
        // The last day's requests are still being written.
        if day + 1 == DAYS && self.chance("draft", 2) == 0 {
            return Ok(Some(case));
        }
        self.submit(&mut case, &market(&wanted, store), Act { at: at(day, 2), ..act })?;
        self.decide(&mut case, day)?;
        Ok(Some(case))
    }

    /// Two to five products, each once.
    fn wanted(&self) -> Vec<(DemoProduct, Decimal)> {
        let products = self.plan.products;
        let count = (2 + self.chance("count", 4)).min(products.len());
        let mut seen = HashSet::new();
        let mut wanted = Vec::new();
        for n in 0..count {
            let product = &products[self.chance(&format!("product {n}"), products.len())];
            if seen.insert(product.id) {
                let quantity = 2 + self.chance(&format!("quantity {n}"), 19);
                wanted.push((product.clone(), Decimal::from_whole(i32::try_from(quantity).unwrap_or(2))));
            }
        }
        wanted
    }

    fn submit(&mut self, case: &mut Case, market: &Market, act: Act) -> Result<(), Refusals> {
        case.request.take(Command::Submit, act)?;
        case.request.time_zone = Some(self.plan.time_zone.to_owned());
        let total = examine(&case.request.head, &mut case.lines, market, act.at.date_naive().into())?;
        hand_in(case, &levels(self.rules, total), total, act);
        for level in &mut case.approvals {
            let (millis, entropy) = self.id(&format!("level {}", level.level));
            level.id = ApprovalId::from_parts(millis, entropy);
        }
        case.request.number = Some(self.numbers.next("PR"));
        Ok(())
    }

    fn decide(&self, case: &mut Case, day: usize) -> Result<(), Refusals> {
        if day + 1 == DAYS {
            return Ok(());
        }
        let by = |user: UserId, hour| Act { at: at(day, hour), by: Some(user) };
        let [first, ..] = self.plan.approvers;
        match self.chance("decision", 100) {
            0..3 => {
                let no = (Command::Reject, ApprovalStatus::Rejected);
                return case.refuse(no, &anything(first), "there is enough of it in the store", by(first, 3));
            }
            3..5 => {
                let again = (Command::Return, ApprovalStatus::Returned);
                return case.refuse(again, &anything(first), "please name the event it is for", by(first, 3));
            }
            5..7 => return case.cancel("the event does not take place", by(case.request.requested_by, 3)),
            _ => {}
        }
        for (approver, hour) in self.plan.approvers.into_iter().zip(3..) {
            if case.approve(&anything(approver), (&[], None), by(approver, hour))? {
                break;
            }
        }
        Ok(())
    }

    fn order(&mut self, case: Case, day: usize) -> Result<(Case, Vec<NewOrder>), Refusals> {
        let act = Act { at: at(day, 1), by: Some(self.plan.buyer) };
        let wanted: Vec<Wanted> =
            case.lines.iter().map(|line| Wanted { line: line.id, quantity: None, vendor: None }).collect();
        let due = Some(at(day + self.lead(), 1).date_naive().into());
        let id = case.request.id;
        let mut cases = BTreeMap::from([(id, case)]);
        let mut orders = convert(&mut cases, (&wanted, &Tolerances::default()), due, act)?;
        for (n, NewOrder { order, lines }) in orders.iter_mut().enumerate() {
            let (millis, entropy) = self.id(&format!("order {n}"));
            order.id = PurchaseOrderId::from_parts(millis, entropy);
            for (position, line) in lines.iter_mut().enumerate() {
                let (millis, entropy) = self.id(&format!("order {n} line {position}"));
                line.id = PurchaseOrderLineId::from_parts(millis, entropy);
            }
            order.number = self.numbers.next("PO");
            order.take(OrderCommand::Submit, act)?;
            let [_, second, _] = self.plan.approvers;
            order.approve(&anything(second), Act { at: at(day, 2), by: Some(second) })?;
            order.send(Act { at: at(day, 3), by: Some(self.plan.buyer) })?;
            if self.chance(&format!("order {n} answers"), 2) == 0 {
                let said = Act { at: at(day, 5), by: Some(self.plan.buyer) };
                order.acknowledge((Some(&format!("{}-{n}", self.name)), None), said)?;
            }
        }
        let case = cases.remove(&id).ok_or_else(Refusals::new)?;
        Ok((case, orders))
    }

    fn lead(&self) -> usize {
        1 + self.chance("lead", 4)
    }

    /// A delivery or two, the invoice, and now and then what is wrong with them.
    fn deliver(&mut self, life: &mut Life, new: NewOrder, ordered: usize) -> Result<(), Refusals> {
        let NewOrder { mut order, mut lines } = new;
        let day = ordered + self.lead();
        let kind = pick(&[self.plan.house, &order.number, "delivery"], 100);
        let mut came = day;
        if day < DAYS {
            // Eight of a hundred come in two parts.
            let part = if kind < 8 { Some(2) } else { None };
            life.notes.push(self.note((&mut order, &mut lines), (day, 1), (part, kind))?);
            let is_short = lines.iter().any(|line| line.outstanding().is_positive());
            if part.is_some() && is_short && day + 2 < DAYS {
                came = day + 2;
                life.notes.push(self.note((&mut order, &mut lines), (came, 2), (None, 99))?);
            }
            if (15..21).contains(&kind) {
                self.credit(life, (&order, &lines), came + 1)?;
            }
            if came + 4 < DAYS {
                self.invoice(life, (&order, &mut lines), (came + 4, kind))?;
            }
        }
        life.orders.push((order, lines));
        Ok(())
    }

    fn note(
        &mut self,
        (order, lines): (&mut PurchaseOrder, &mut [OrderLine]),
        (day, n): (usize, usize),
        (part, kind): (Option<i32>, usize),
    ) -> Result<(GoodsReceivedNote, Vec<NoteLine>), Refusals> {
        let keeper = self.plan.storekeeper;
        let act = |hour| Act { at: at(day, hour), by: Some(keeper) };
        let counts: Vec<Count> = lines
            .iter()
            .enumerate()
            .filter_map(|(position, line)| count(line, (position, day), (part, kind)))
            .collect();
        let head = NoteHead {
            delivery_note: Some(format!("DN-{}-{n}", order.number)),
            received_on: at(day, 1).date_naive().into(),
            extra_costs: if kind % 10 == 0 { Decimal::from_whole(250) } else { Decimal::ZERO },
            split: Split::Value,
        };
        let mut note = GoodsReceivedNote::draft(order, head, act(4));
        let word = format!("{} note {n}", order.number);
        let (millis, entropy) = self.id(&word);
        note.id = GoodsReceivedNoteId::from_parts(millis, entropy);
        let mut counted = read_counts(&counts, lines)?;
        for (position, line) in counted.iter_mut().enumerate() {
            let (millis, entropy) = self.id(&format!("{word} line {position}"));
            line.id = GoodsReceivedNoteLineId::from_parts(millis, entropy);
        }
        note.take(NoteCommand::Receive, act(5))?;
        let faults = check_count(&counted, &HashMap::new(), at(day, 5).date_naive().into());
        if !faults.is_empty() {
            return Err(faults);
        }
        land(&mut counted, lines, (note.head.extra_costs, note.head.split, note.currency))
            .ok_or_else(Refusals::new)?;
        note.number = Some(self.numbers.next("GRN"));
        note.take(NoteCommand::Commit, act(6))?;
        count_in(lines, &mut counted).map_err(|_| Refusals::new())?;
        follow(order, lines, act(6))?;
        note.take(NoteCommand::Post, act(6))?;
        Ok((note, counted))
    }

    /// A tenth of the first line comes back in money.
    fn credit(
        &mut self,
        life: &mut Life,
        (order, lines): (&PurchaseOrder, &[OrderLine]),
        day: usize,
    ) -> Result<(), Refusals> {
        let Some((note, note_lines)) = life.notes.last_mut().filter(|_| day < DAYS) else { return Ok(()) };
        let Some(first) = note_lines.first() else { return Ok(()) };
        let tenth = first.base_amount.checked_ratio(Decimal::ONE, Decimal::from_whole(10));
        let tenth = tenth.and_then(|tenth| tenth.round_to(CurrencyCode::THB.minor_digits()));
        let Some(amount) = tenth.filter(|amount| amount.is_positive()) else { return Ok(()) };
        let by = |user, hour| Act { at: at(day, hour), by: Some(user) };
        let keeper = self.plan.storekeeper;
        let reason = "some of it was bruised when it came";
        let mut credit = CreditNote::draft(note, CreditKind::Amount, reason, (keeper, by(keeper, 1)));
        let word = format!("{} credit", order.number);
        let (millis, entropy) = self.id(&word);
        credit.id = CreditNoteId::from_parts(millis, entropy);
        let claim = Claim { note_line: first.id, quantity: Decimal::ZERO, amount: Some(amount) };
        let mut claimed = read_claims(&[claim], note_lines)?;
        for line in &mut claimed {
            let (millis, entropy) = self.id(&format!("{word} line"));
            line.id = CreditNoteLineId::from_parts(millis, entropy);
        }
        credit.take(CreditCommand::Submit, by(keeper, 1))?;
        *note_lines = examine_credit((credit.kind, credit.currency), &mut claimed, (note_lines, lines))?;
        (credit.total, credit.base_total) = (claimed[0].amount, claimed[0].base_amount);
        credit.number = Some(self.numbers.next("CN"));
        let [_, second, _] = self.plan.approvers;
        credit.approve(&anything(second), by(second, 2))?;
        credit.take(CreditCommand::Post, by(keeper, 3))?;
        life.credits.push((credit, claimed));
        Ok(())
    }

    /// What came is invoiced; six of a hundred invoices are dearer than the order.
    fn invoice(
        &mut self,
        life: &mut Life,
        (order, lines): (&PurchaseOrder, &mut Vec<OrderLine>),
        (day, kind): (usize, usize),
    ) -> Result<(), Refusals> {
        let is_dear = (30..36).contains(&kind);
        let dearer = |price: Decimal| match is_dear {
            true => price.checked_ratio(Decimal::from_whole(109), Decimal::from_whole(100)).unwrap_or(price),
            false => price,
        };
        let charges: Vec<Charge> = lines
            .iter()
            .filter(|line| line.received.is_positive())
            .map(|line| Charge {
                order_line: line.id,
                quantity: line.received,
                unit_price: dearer(line.unit_price),
                discount: Decimal::ZERO,
                tax: Decimal::ZERO,
            })
            .collect();
        if charges.is_empty() {
            return Ok(());
        }
        let mut orders = Orders::from([(order.id, (order.clone(), lines.clone()))]);
        let mut invoiced = read_charges(&charges, (order.vendor_id, order.currency), &mut orders)?;
        *lines = orders.remove(&order.id).map(|(_, lines)| lines).unwrap_or_default();
        let word = format!("{} invoice", order.number);
        for (position, line) in invoiced.iter_mut().enumerate() {
            let (millis, entropy) = self.id(&format!("{word} line {position}"));
            line.id = VendorInvoiceLineId::from_parts(millis, entropy);
        }
        let by_id = lines.iter().map(|line| (line.id, line.clone())).collect();
        let command = match_lines(&mut invoiced, &by_id).ok_or_else(Refusals::new)?;
        let head = InvoiceHead {
            vendor_id: order.vendor_id,
            number: format!("INV-{}", order.number),
            currency: order.currency,
            invoice_date: at(day, 1).date_naive().into(),
            due_date: Some(at(day + 30, 1).date_naive().into()),
        };
        let total = Decimal::checked_sum(invoiced.iter().map(|line| line.amount));
        let base = Decimal::checked_sum(invoiced.iter().map(|line| line.base_amount));
        let totals = total.zip(base).ok_or_else(Refusals::new)?;
        let buyer = self.plan.buyer;
        let recorded = (buyer, Act { at: at(day, 2), by: Some(buyer) });
        let mut invoice = VendorInvoice::record(head, totals, command, recorded)?;
        let (millis, entropy) = self.id(&word);
        invoice.id = VendorInvoiceId::from_parts(millis, entropy);
        if command == InvoiceCommand::Match && day + 2 < DAYS {
            let [.., third] = self.plan.approvers;
            invoice.approve(&anything(third), None, Act { at: at(day + 2, 3), by: Some(third) })?;
            if day + 20 < DAYS {
                let paid: Date = at(day + 20, 3).date_naive().into();
                let act = Act { at: at(day + 20, 3), by: Some(third) };
                invoice.pay((paid, Some(&format!("TR-{}", order.number))), paid, act)?;
            }
        }
        life.invoices.push((invoice, invoiced));
        Ok(())
    }
}

/// How much of an order line comes.
fn count(
    line: &OrderLine,
    (position, day): (usize, usize),
    (part, kind): (Option<i32>, usize),
) -> Option<Count> {
    let due = line.outstanding();
    if !due.is_positive() {
        return None;
    }
    let one = Decimal::ONE;
    let is_first = position == 0;
    let half =
        part.and_then(|part| due.checked_div(Decimal::from_whole(part))?.round_to(0)?.checked_sub(one));
    let accepted = match (part, kind) {
        (Some(_), _) => half.filter(|half| half.is_positive()).unwrap_or(due),
        // Three of a hundred bring one too many where that is tolerated, four bring one that goes back at once.
        (None, 8..11) if is_first => {
            due.checked_add(one).filter(|more| *more <= line.receivable).unwrap_or(due)
        }
        (None, 11..15) if is_first && due > one => due.checked_sub(one)?,
        _ => due,
    };
    let rejected = match kind {
        11..15 if is_first && due > one => one,
        _ => Decimal::ZERO,
    };
    Some(Count {
        order_line: line.id,
        delivered: accepted.checked_add(rejected)?,
        accepted,
        rejected,
        damaged: Decimal::ZERO,
        free: Decimal::ZERO,
        lot: Some(format!("L{day:03}-{position}")),
        expiry: None,
        remark: None,
    })
}

/// Somebody whose limit is not in the way.
fn anything(user: UserId) -> Authority {
    Authority { user, own: Limit::Unlimited, lent: Vec::new() }
}

/// What the market offers for these products.
fn market(wanted: &[(DemoProduct, Decimal)], store: primitives::LocationId) -> Market {
    let mut market = Market::default();
    market.locations.insert(store);
    for (position, (product, _)) in wanted.iter().enumerate() {
        let factors = HashMap::from([
            (product.base_unit, Decimal::ONE),
            (product.purchase_unit, product.purchase_factor),
        ]);
        market.products.insert(
            product.id,
            Product {
                is_purchasable: true,
                is_lot_tracked: false,
                is_expiry_tracked: false,
                category: product.category,
                base_unit: product.base_unit,
                factors,
            },
        );
        let pack = product.base_price.checked_mul(product.purchase_factor);
        let pack = pack.and_then(|pack| pack.round_to(CurrencyCode::THB.minor_digits()));
        market.offers.insert(
            position,
            vec![Offer {
                vendor: product.vendor,
                price_list: "PL-2026-001".to_owned(),
                unit_price: product.base_price,
                pack_unit: product.purchase_unit,
                pack_price: pack.unwrap_or(product.base_price),
                currency: CurrencyCode::THB,
                comparable_price: product.base_price,
            }],
        );
    }
    market
}
