//! What a store that runs low needs. Pure.

use chassis::Refusals;
use primitives::{Act, Date, Decimal, DepartmentId, LocationId, ProductId, Unit, UserId};
use serde::{Deserialize, Serialize};

use crate::purchase_request::approval::Case;
use crate::purchase_request::line::{LineDraft, MAX_LINES, read_lines};
use crate::purchase_request::model::{Command, Head, Priority, PurchaseRequest};

/// Why a draft is there, until its owner says it better.
const JUSTIFICATION: &str = "stock is at its reorder point or below";

/// Who buys for a store that runs low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Which store.
    pub location: LocationId,
    /// For which department.
    pub department: DepartmentId,
    /// Whose drafts they are.
    pub requested_by: UserId,
    /// How often it was set.
    pub version: i32,
}

/// What is needed of a product, in its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// What.
    pub product: ProductId,
    /// How much.
    pub quantity: Decimal,
    /// In which unit.
    pub unit: Unit,
}

/// What is still needed of a suggestion when this much is coming in other ways; none where nothing is.
pub fn still_needed(suggested: Decimal, coming: &[Decimal]) -> Option<Decimal> {
    let needed = coming.iter().try_fold(suggested, |needed, part| needed.checked_sub(*part));
    needed.filter(|needed| needed.is_positive())
}

/// A new draft for the rule's store.
pub fn draft(rule: Rule, today: Date, act: Act) -> Case {
    let head = Head {
        department_id: Some(rule.department),
        property_id: None,
        request_date: today,
        required_by: None,
        priority: Priority::Normal,
        justification: JUSTIFICATION.to_owned(),
    };
    let request = PurchaseRequest::draft(head, rule.requested_by, act);
    let request = PurchaseRequest { replenishes: Some(rule.location), ..request };
    Case { request, lines: Vec::new(), approvals: Vec::new() }
}

/// Writes a need into a draft of its store, raising what stands there already; false where that changes nothing: as much stands
/// there, its owner buys it in another unit, or the draft is full.
///
/// # Errors
/// None that is expected: a need is a line that can be stored, and a draft can be changed.
pub fn write(case: &mut Case, location: LocationId, need: Need, act: Act) -> Result<bool, Refusals> {
    let is_full = case.lines.len() >= MAX_LINES;
    let here = case.lines.iter_mut().find(|line| {
        line.product_id == need.product && line.deliver_to.is_none_or(|place| place == location)
    });
    match here {
        Some(line) if line.unit != need.unit || line.quantity >= need.quantity => return Ok(false),
        Some(line) => line.quantity = need.quantity,
        None if is_full => return Ok(false),
        None => {
            let line = LineDraft::of(need.product, (need.quantity, need.unit.code()), location);
            case.lines.extend(read_lines(&[line])?);
        }
    }
    case.request.take(Command::Edit, act)?;
    case.request.total = Decimal::ZERO;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn need(product: ProductId, quantity: &str) -> Need {
        Need { product, quantity: quantity.parse().unwrap(), unit: Unit::from_code("kg").unwrap() }
    }

    #[test]
    fn a_need_is_written_once_and_raised() {
        let rule = Rule {
            location: LocationId::generate(),
            department: DepartmentId::generate(),
            requested_by: UserId::generate(),
            version: 1,
        };
        let act = Act { at: DateTime::UNIX_EPOCH, by: None };
        let mut case = draft(rule, "2026-07-01".parse().unwrap(), act);
        assert_eq!(
            (case.request.requested_by, case.request.replenishes),
            (rule.requested_by, Some(rule.location))
        );
        let rice = ProductId::generate();
        for (quantity, changes, stands) in
            [("5", true, "5"), ("5", false, "5"), ("3", false, "5"), ("8", true, "8")]
        {
            assert_eq!(write(&mut case, rule.location, need(rice, quantity), act), Ok(changes));
            assert_eq!((case.lines.len(), case.lines[0].quantity), (1, stands.parse().unwrap()));
        }
        case.lines[0].unit = Unit::from_code("g").unwrap();
        assert_eq!(
            write(&mut case, rule.location, need(rice, "9"), act),
            Ok(false),
            "its owner knows better"
        );
        while case.lines.len() < MAX_LINES {
            assert_eq!(write(&mut case, rule.location, need(ProductId::generate(), "1"), act), Ok(true));
        }
        assert_eq!(
            write(&mut case, rule.location, need(ProductId::generate(), "1"), act),
            Ok(false),
            "it is full"
        );
    }

    #[test]
    fn what_is_coming_is_not_needed() {
        let dec = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(still_needed(dec("10"), &[dec("1"), dec("3")]), Some(dec("6")));
        assert_eq!(still_needed(dec("10"), &[dec("10")]), None);
        assert_eq!(still_needed(dec("0"), &[dec("0")]), None);
    }
}
