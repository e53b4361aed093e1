//! What must hold between people, departments, places and delegations, over plain facts. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use primitives::{
    AssignmentId, CurrencyCode, Decimal, DelegationId, DepartmentId, PropertyId, TenantId, UserId,
};

/// What the prover found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Tenants looked at.
    pub tenants: usize,
    /// Users looked at.
    pub users: usize,
    /// Departments looked at.
    pub departments: usize,
    /// Delegations looked at that count now or will.
    pub delegations: usize,
    /// Everything that contradicts the rules.
    pub violations: Vec<Violation>,
}

/// One contradiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Whose people.
    pub tenant: TenantId,
    /// The rule that is broken.
    pub rule: &'static str,
    /// By what.
    pub found: String,
}

/// A user as the row tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct UserFacts {
    pub(super) id: UserId,
    pub(super) is_active: bool,
    pub(super) manager: Option<UserId>,
}

/// A department as the row tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct DepartmentFacts {
    pub(super) id: DepartmentId,
    pub(super) parent: Option<DepartmentId>,
    pub(super) head: Option<UserId>,
}

/// An assignment as the row tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct AssignmentFacts {
    pub(super) id: AssignmentId,
    pub(super) user: UserId,
    pub(super) property: PropertyId,
    pub(super) department: DepartmentId,
}

/// A delegation that counts now or will, as the row tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct DelegationFacts {
    pub(super) id: DelegationId,
    pub(super) from: UserId,
    pub(super) to: UserId,
    pub(super) limit: (Decimal, CurrencyCode),
}

/// Everything the prover reads of one tenant.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) users: Vec<UserFacts>,
    pub(super) departments: Vec<DepartmentFacts>,
    pub(super) properties: BTreeSet<PropertyId>,
    pub(super) assignments: Vec<AssignmentFacts>,
    pub(super) delegations: Vec<DelegationFacts>,
}

impl Facts {
    /// Checks every rule and adds what was found to the report.
    pub(super) fn judge(&self, tenant: TenantId, report: &mut Report) {
        let mut broken: Vec<(&'static str, String)> = Vec::new();
        self.judge_users(&mut broken);
        self.judge_departments(&mut broken);
        self.judge_assignments(&mut broken);
        self.judge_delegations(&mut broken);
        report.tenants += 1;
        report.users += self.users.len();
        report.departments += self.departments.len();
        report.delegations += self.delegations.len();
        report.violations.extend(broken.into_iter().map(|(rule, found)| Violation { tenant, rule, found }));
    }

    fn judge_users(&self, broken: &mut Vec<(&'static str, String)>) {
        let above: BTreeMap<UserId, Option<UserId>> =
            self.users.iter().map(|user| (user.id, user.manager)).collect();
        for user in &self.users {
            if let Some(manager) = user.manager.filter(|manager| !above.contains_key(manager)) {
                broken.push(("a manager is a user of the house", format!("{} of user {}", manager, user.id)));
            }
            if is_above_itself(user.id, &above) {
                broken.push(("managers form no circle", format!("user {}", user.id)));
            }
        }
    }

    fn judge_departments(&self, broken: &mut Vec<(&'static str, String)>) {
        let active: BTreeSet<UserId> =
            self.users.iter().filter(|user| user.is_active).map(|user| user.id).collect();
        let above: BTreeMap<DepartmentId, Option<DepartmentId>> =
            self.departments.iter().map(|department| (department.id, department.parent)).collect();
        for DepartmentFacts { id, parent, head } in &self.departments {
            if let Some(parent) = parent.filter(|parent| !above.contains_key(parent)) {
                broken.push(("a department lies below one of the house", format!("{id} below {parent}")));
            }
            if is_above_itself(*id, &above) {
                broken.push(("departments form no circle", format!("department {id}")));
            }
            if let Some(head) = head.filter(|head| !active.contains(head)) {
                broken.push(("a head is an active user", format!("{head} of department {id}")));
            }
        }
    }

    fn judge_assignments(&self, broken: &mut Vec<(&'static str, String)>) {
        let users: BTreeSet<UserId> = self.users.iter().map(|user| user.id).collect();
        let departments: BTreeSet<DepartmentId> = self.departments.iter().map(|one| one.id).collect();
        for one in &self.assignments {
            let is_whole = users.contains(&one.user)
                && departments.contains(&one.department)
                && self.properties.contains(&one.property);
            if !is_whole {
                broken.push(("an assignment names people and places of the house", one.id.to_string()));
            }
        }
    }

    fn judge_delegations(&self, broken: &mut Vec<(&'static str, String)>) {
        let active: BTreeSet<UserId> =
            self.users.iter().filter(|user| user.is_active).map(|user| user.id).collect();
        for one in &self.delegations {
            if !(active.contains(&one.from) && active.contains(&one.to)) {
                broken.push(("who has left lends nothing and stands in for nobody", one.id.to_string()));
            }
            if one.from == one.to {
                broken.push(("nobody stands in for themselves", one.id.to_string()));
            }
            if one.limit.0 <= Decimal::ZERO {
                let found = format!("{} {} in {}", one.limit.0, one.limit.1, one.id);
                broken.push(("a delegation lends something", found));
            }
        }
    }
}

/// Whether following `above` from `start` comes back to it. A circle further up is told by those who are in it.
fn is_above_itself<K: Copy + Ord>(start: K, above: &BTreeMap<K, Option<K>>) -> bool {
    let mut current = above.get(&start).copied().flatten();
    // Nobody can be met twice on the way up without a circle, so the number of all is enough.
    for _ in 0..above.len() {
        match current {
            None => return false,
            Some(id) if id == start => return true,
            Some(id) => current = above.get(&id).copied().flatten(),
        }
    }
    false
}

impl Report {
    /// Whether nothing contradicts the rules.
    pub fn is_sound(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tenants, users, departments, delegations, violations } = self;
        write!(
            out,
            "users: {tenants} tenants, {users} users, {departments} departments, {delegations} open delegations: "
        )?;
        if violations.is_empty() {
            return write!(out, "nothing contradicts the rules");
        }
        write!(out, "{} violations", violations.len())?;
        for Violation { tenant, rule, found } in violations {
            write!(out, "\n  tenant {tenant}: {rule}: {found}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(manager: Option<UserId>) -> UserFacts {
        UserFacts { id: UserId::generate(), is_active: true, manager }
    }

    fn rules(facts: &Facts) -> Vec<&'static str> {
        let mut report = Report::default();
        facts.judge(TenantId::generate(), &mut report);
        report.violations.iter().map(|violation| violation.rule).collect()
    }

    #[test]
    fn a_long_chain_is_no_circle() {
        let mut users = vec![user(None)];
        for _ in 0..40 {
            users.push(user(users.last().map(|boss| boss.id)));
        }
        assert_eq!(rules(&Facts { users: users.clone(), ..Facts::default() }), [""; 0]);
        users[0].manager = users.last().map(|last| last.id);
        assert_eq!(rules(&Facts { users, ..Facts::default() }), ["managers form no circle"; 41]);
    }

    #[test]
    fn who_hangs_below_a_circle_is_not_part_of_it() {
        let mut users = vec![user(None), user(None)];
        (users[0].manager, users[1].manager) = (Some(users[1].id), Some(users[0].id));
        users.push(user(Some(users[0].id)));
        assert_eq!(rules(&Facts { users, ..Facts::default() }), ["managers form no circle"; 2]);
    }

    #[test]
    fn what_points_at_nobody_is_told() {
        let (gone, nobody) = (UserFacts { is_active: false, ..user(None) }, UserId::generate());
        let department = DepartmentFacts { id: DepartmentId::generate(), parent: None, head: Some(gone.id) };
        let delegation = DelegationFacts {
            id: DelegationId::generate(),
            from: gone.id,
            to: nobody,
            limit: (Decimal::from_whole(1), "THB".parse().unwrap()),
        };
        let assignment = AssignmentFacts {
            id: AssignmentId::generate(),
            user: gone.id,
            property: PropertyId::generate(),
            department: department.id,
        };
        let facts = Facts {
            users: vec![gone],
            departments: vec![department],
            assignments: vec![assignment],
            delegations: vec![delegation],
            ..Facts::default()
        };
        let expected = [
            "a head is an active user",
            "an assignment names people and places of the house",
            "who has left lends nothing and stands in for nobody",
        ];
        assert_eq!(rules(&facts), expected);
    }
}
