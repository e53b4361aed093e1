//! The assignment. Pure.

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{Act, AssignmentId, DepartmentId, LocationId, PropertyId, UserId};
use serde::{Deserialize, Serialize};

use crate::place::check_name;

/// Places that one user may have; they are read without a page.
pub const ASSIGNMENTS_PER_USER_MAX: usize = 50;
/// Locations of one assignment.
const LOCATIONS_MAX: usize = 50;

/// What is asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// Who.
    pub user_id: UserId,
    /// At which property.
    pub property_id: PropertyId,
    /// In which department.
    pub department_id: DepartmentId,
    /// At which locations; at all of the department's when none is named.
    pub location_ids: Vec<LocationId>,
    /// As what.
    pub role: String,
}

/// Where somebody works, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Identity.
    pub id: AssignmentId,
    /// Who.
    pub user_id: UserId,
    /// At which property.
    pub property_id: PropertyId,
    /// In which department.
    pub department_id: DepartmentId,
    /// At which locations.
    pub location_ids: Vec<LocationId>,
    /// As what.
    pub role: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Who said so.
    pub created_by: Option<UserId>,
}

/// What exists of what an assignment names.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Whether the user works here.
    pub has_user: bool,
    /// Whether there is such a property.
    pub has_property: bool,
    /// Whether there is such a department.
    pub has_department: bool,
    /// Where the user works already.
    pub others: &'a [Assignment],
}

impl Assignment {
    /// A new assignment, or everything that is wrong with it.
    pub fn assign(id: AssignmentId, mut place: Place, known: Known<'_>, act: Act) -> Result<Self, Refusals> {
        place.location_ids.sort();
        place.location_ids.dedup();
        let mut refusals = Refusals::new();
        for (is_known, field, noun) in [
            (known.has_user, "userId", "there is no active user with this id"),
            (known.has_property, "propertyId", "property not found"),
            (known.has_department, "departmentId", "department not found"),
        ] {
            refusals.check(is_known, || Refusal::new(Code::NotFound, field, noun));
        }
        let is_same = |other: &Assignment| {
            other.property_id == place.property_id && other.department_id == place.department_id
        };
        refusals.check(!known.others.iter().any(is_same), || {
            Refusal::duplicate("departmentId", "the user works in this department of this property already")
        });
        refusals.check(known.others.len() < ASSIGNMENTS_PER_USER_MAX, || {
            let message = format!("a user works in at most {ASSIGNMENTS_PER_USER_MAX} places");
            Refusal::new(Code::LimitExceeded, "userId", message)
        });
        refusals.check(place.location_ids.len() <= LOCATIONS_MAX, || {
            Refusal::invalid("locationIds", format!("an assignment names at most {LOCATIONS_MAX} locations"))
        });
        check_name(&mut refusals, "role", &place.role);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        Ok(Self {
            id,
            user_id: place.user_id,
            property_id: place.property_id,
            department_id: place.department_id,
            location_ids: place.location_ids,
            role: place.role.trim().to_owned(),
            created_at: act.at,
            created_by: act.by,
        })
    }
}
