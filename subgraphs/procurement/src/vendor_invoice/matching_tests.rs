//! What agrees and what does not.

use super::*;
use crate::purchase_order::model::Tolerance;
use primitives::{PurchaseRequestId, PurchaseRequestLineId};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A hundred kg at 10, of which this came and this is invoiced in all.
fn order_line(received: &str, invoiced: &str) -> OrderLine {
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
        ordered: decimal("100"),
        received: decimal(received),
        cancelled: Decimal::ZERO,
        receivable: decimal("105"),
        invoiced: decimal(invoiced),
        tolerance: Tolerance { price: decimal("2"), quantity: decimal("5") },
        unit_price: decimal("10"),
        discount: Decimal::ZERO,
        tax: Decimal::ZERO,
        amount: decimal("1000"),
        base_amount: decimal("1000"),
    }
}

fn matched(order: &OrderLine, quantity: &str, (price, discount): (&str, &str)) -> (Command, InvoiceLine) {
    let charge = Charge {
        order_line: order.id,
        quantity: decimal(quantity),
        unit_price: decimal(price),
        discount: decimal(discount),
        tax: Decimal::ZERO,
    };
    let mut lines = [InvoiceLine {
        id: VendorInvoiceLineId::generate(),
        order_id: PurchaseOrderId::generate(),
        product_id: order.product_id,
        unit: order.unit,
        amount: amount(&charge, 2).unwrap(),
        base_amount: Decimal::ZERO,
        charge,
        findings: Findings {
            order_price: Decimal::ZERO,
            received: Decimal::ZERO,
            invoiced: order.invoiced,
            differences: Vec::new(),
        },
    }];
    let command = match_lines(&mut lines, &HashMap::from([(order.id, order.clone())])).unwrap();
    let [line] = lines;
    (command, line)
}

#[test]
fn a_price_may_differ_by_its_tolerance_and_not_by_a_crumb_more() {
    let order = order_line("100", "100");
    for (price, discount, command) in [
        ("10", "0", Command::Match),
        ("10.2", "0", Command::Match),
        ("10.20001", "0", Command::Differ),
        ("9.8", "0", Command::Match),
        ("9.79999", "0", Command::Differ),
        // Taken off the line, it is the same price.
        ("10.5", "30", Command::Match),
    ] {
        assert_eq!(matched(&order, "100", (price, discount)).0, command, "{price} less {discount}");
    }
}

#[test]
fn what_is_invoiced_in_all_counts_against_what_came() {
    for (received, invoiced, command) in [
        ("100", "105", Command::Match),
        ("100", "105.00001", Command::Hold),
        ("60", "63", Command::Match),
        ("60", "64", Command::Hold),
        ("0", "1", Command::Hold),
    ] {
        let found = matched(&order_line(received, invoiced), "1", ("10", "0"));
        assert_eq!(found.0, command, "{invoiced} of {received}");
    }
    let (command, line) = matched(&order_line("0", "1"), "1", ("11", "0"));
    assert_eq!(command, Command::Hold, "what has not come counts more than its price");
    assert_eq!(line.findings.differences, [Difference::Price, Difference::Quantity]);
}
