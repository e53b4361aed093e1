//! What may happen to an order.

use super::*;
use crate::authority::model::Limit;
use crate::machine::Word;

fn order(status: PurchaseOrderStatus) -> PurchaseOrder {
    let act = act();
    PurchaseOrder {
        id: PurchaseOrderId::generate(),
        number: "PO-2026-001".to_owned(),
        status,
        status_reason: None,
        vendor_id: VendorId::generate(),
        currency: CurrencyCode::THB,
        deliver_to: LocationId::generate(),
        delivery_date: None,
        total: Decimal::from_whole(100),
        base_total: Decimal::from_whole(100),
        vendor_reference: None,
        ordered_by: UserId::generate(),
        approved_by: None,
        delegated_from: None,
        approved_at: None,
        sent_at: None,
        acknowledged_at: None,
        closed_at: None,
        revision: 1,
        time_zone: None,
        approved_base_total: None,
        audit: Audit::new(act),
        version: 1,
    }
}

fn act() -> Act {
    Act { at: "2026-07-01T00:00:00Z".parse().unwrap(), by: None }
}

fn line(ordered: i32, received: i32) -> OrderLine {
    let (ordered, received) = (Decimal::from_whole(ordered), Decimal::from_whole(received));
    let kg = Unit::from_code("kg").unwrap();
    OrderLine {
        id: PurchaseOrderLineId::generate(),
        request_id: PurchaseRequestId::generate(),
        request_line_id: PurchaseRequestLineId::generate(),
        product_id: ProductId::generate(),
        category: None,
        unit: kg,
        base_unit: kg,
        factor: Decimal::ONE,
        ordered,
        received,
        cancelled: Decimal::ZERO,
        receivable: ordered.checked_ratio(Decimal::from_whole(105), Decimal::from_whole(100)).unwrap(),
        invoiced: Decimal::ZERO,
        tolerance: Tolerance::STANDARD,
        unit_price: Decimal::ONE,
        discount: Decimal::ZERO,
        tax: Decimal::ZERO,
        amount: ordered,
        base_amount: ordered,
    }
}

#[test]
fn every_state_and_command_is_an_arrow_or_refused() {
    let mut arrows = 0;
    for status in PurchaseOrderStatus::ALL {
        for command in Command::ALL {
            let mut order = order(*status);
            match order.take(*command, act()) {
                Ok(()) => {
                    arrows += 1;
                    assert!(MACHINE.arrows.contains(&(*status, *command, order.status)));
                }
                Err(refusals) => {
                    assert_eq!(refusals.first().map(|refusal| refusal.code), Some(Code::InvalidState));
                    assert_eq!((order.status, order.version), (*status, 1));
                }
            }
        }
    }
    assert_eq!(arrows, MACHINE.arrows.len());
}

#[test]
fn nobody_lets_their_own_order_go_out() {
    let mut own = order(PurchaseOrderStatus::PendingApproval);
    let authority = Authority { user: own.ordered_by, own: Limit::Unlimited, lent: Vec::new() };
    let refused = own.approve(&authority, act()).unwrap_err();
    assert_eq!(refused.first().map(|refusal| refusal.code), Some(Code::SodViolation));
    let mut dear = order(PurchaseOrderStatus::PendingApproval);
    let authority =
        Authority { user: UserId::generate(), own: Limit::UpTo(Decimal::from_whole(99)), lent: Vec::new() };
    let refused = dear.approve(&authority, act()).unwrap_err();
    assert_eq!(refused.first().map(|refusal| refusal.code), Some(Code::LimitExceeded));
}

#[test]
fn what_is_outstanding_goes_back_and_nothing_more_may_come() {
    let mut lines = [line(100, 60), line(10, 10)];
    let back = give_back(&mut lines);
    assert_eq!(back.len(), 1);
    assert_eq!((back[0].2, lines[0].cancelled), (Decimal::from_whole(40), Decimal::from_whole(40)));
    assert_eq!(lines[0].outstanding(), Decimal::ZERO);
    assert!(receive(&mut lines[0], Decimal::STEP).is_err());
}

#[test]
fn five_per_cent_more_may_come_and_not_a_crumb_beyond() {
    let mut line = line(100, 60);
    let refused = receive(&mut line, Decimal::from_whole(60)).unwrap_err();
    assert_eq!((refused.code, &refused.meta["maxAllowed"]), (Code::OverReceipt, &serde_json::json!("45")));
    assert!(receive(&mut line, "45.00001".parse().unwrap()).is_err());
    receive(&mut line, Decimal::from_whole(45)).unwrap();
    assert_eq!(line.received, Decimal::from_whole(105));
}

#[test]
fn an_order_is_reopened_within_thirty_days_and_not_a_second_later() {
    let lines = [line(100, 60)];
    let closed = |days| {
        let at = act().at - chrono::TimeDelta::days(days);
        PurchaseOrder { closed_at: Some(at), ..order(PurchaseOrderStatus::Closed) }
    };
    let mut late = closed(30);
    late.reopen(&lines, "the rest comes after all", act()).unwrap();
    assert_eq!((late.status, late.closed_at), (PurchaseOrderStatus::PartiallyReceived, None));
    let mut late = closed(30);
    let after = Act { at: act().at + chrono::TimeDelta::seconds(1), by: None };
    let refused = late.reopen(&lines, "the rest comes after all", after).unwrap_err();
    assert_eq!(refused.first().map(|refusal| refusal.code), Some(Code::InvalidState));
    let mut full = closed(1);
    full.reopen(&[line(10, 10)], "more of it is coming", act()).unwrap();
    assert_eq!(full.status, PurchaseOrderStatus::Received);
}
