//! What may happen to a credit note.

use super::*;
use crate::authority::model::Limit;

fn act() -> Act {
    Act { at: "2026-07-01T00:00:00Z".parse().unwrap(), by: None }
}

fn credit(kind: CreditKind, status: CreditStatus) -> CreditNote {
    CreditNote {
        id: CreditNoteId::generate(),
        number: None,
        kind,
        status,
        status_reason: None,
        note_id: GoodsReceivedNoteId::generate(),
        order_id: PurchaseOrderId::generate(),
        vendor_id: VendorId::generate(),
        currency: CurrencyCode::THB,
        location_id: LocationId::generate(),
        reason: "the fish was not fresh".to_owned(),
        total: Decimal::from_whole(100),
        base_total: Decimal::from_whole(100),
        raised_by: UserId::generate(),
        approved_by: None,
        delegated_from: None,
        approved_at: None,
        posted_at: None,
        confirmed_at: None,
        invoice_id: None,
        applied_at: None,
        audit: Audit::new(act()),
        version: 1,
    }
}

#[test]
fn every_state_and_command_is_an_arrow_or_refused() {
    let mut arrows = 0;
    for status in CreditStatus::ALL {
        for command in Command::ALL {
            let mut tried = credit(CreditKind::Amount, *status);
            match tried.take(*command, act()) {
                Ok(()) => {
                    arrows += 1;
                    assert!(MACHINE.arrows.contains(&(*status, *command, tried.status)));
                }
                Err(refusals) => {
                    assert_eq!(refusals.first().map(|refusal| refusal.code), Some(Code::InvalidState));
                    assert_eq!((tried.status, tried.version), (*status, 1));
                }
            }
        }
    }
    assert_eq!(arrows, MACHINE.arrows.len());
}

#[test]
fn nothing_is_settled_while_the_goods_are_not_gone() {
    let mut gone = credit(CreditKind::QuantityReturn, CreditStatus::Posted);
    let code = |refused: Refusals| refused.first().map(|refusal| refusal.code);
    let invoice = VendorInvoiceId::generate();
    assert_eq!(code(gone.apply(invoice, act()).unwrap_err()), Some(Code::InvalidState));
    assert_eq!(code(gone.void("written by mistake", act()).unwrap_err()), Some(Code::InvalidState));
    gone.take(Command::Confirm, act()).unwrap();
    gone.apply(invoice, act()).unwrap();
    credit(CreditKind::Amount, CreditStatus::Posted).apply(invoice, act()).unwrap();
}

#[test]
fn who_wrote_it_does_not_approve_it() {
    let mut own = credit(CreditKind::Amount, CreditStatus::PendingApproval);
    let authority = Authority { user: own.raised_by, own: Limit::Unlimited, lent: Vec::new() };
    let refused = own.approve(&authority, act()).unwrap_err();
    assert_eq!(refused.first().map(|refusal| refusal.code), Some(Code::SodViolation));
}
