//! What is known about the department and the property of a request. Pure.

use std::collections::{HashMap, HashSet};

use chassis::{Code, Refusal, Refusals};
use primitives::{DepartmentId, PropertyId, UserId};

use crate::purchase_request::model::Head;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Organisation {
    /// Departments of the tenant.
    pub departments: HashSet<DepartmentId>,
    /// Properties of the tenant with their time zones.
    pub properties: HashMap<PropertyId, String>,
    /// People of the tenant.
    pub users: HashSet<UserId>,
}

impl Organisation {
    /// What a head names that is not there.
    pub fn check(&self, head: &Head) -> Refusals {
        let mut refusals = Refusals::new();
        self.check_department(head.department_id, &mut refusals);
        let is_there = head.property_id.is_none_or(|id| self.properties.contains_key(&id));
        refusals.check(is_there, || Refusal::new(Code::NotFound, "propertyId", "property not found"));
        refusals
    }

    /// What is not there of a department and of somebody who buys for it.
    pub fn check_buyer(&self, (department, user): (DepartmentId, Option<UserId>)) -> Refusals {
        let mut refusals = Refusals::new();
        self.check_department(Some(department), &mut refusals);
        refusals.check(user.is_none_or(|user| self.users.contains(&user)), || {
            Refusal::new(Code::NotFound, "requestedById", "user not found")
        });
        refusals
    }

    fn check_department(&self, department: Option<DepartmentId>, refusals: &mut Refusals) {
        let is_there = department.is_none_or(|id| self.departments.contains(&id));
        refusals.check(is_there, || Refusal::new(Code::NotFound, "departmentId", "department not found"));
    }

    /// A property's time zone.
    pub fn zone_of(&self, property: Option<PropertyId>) -> Option<String> {
        self.properties.get(&property?).cloned()
    }
}
