//! The department and its place in the tree. Pure.

use chassis::{Code, Refusal, Refusals};
use primitives::{Act, Audit, DepartmentId, UserId};
use serde::{Deserialize, Serialize};

use crate::place::{check_code, check_name, normal_code};

/// Levels of the tree.
const LEVELS_MAX: usize = 6;
/// Departments of one tenant; the tree is read whole when it changes.
pub const DEPARTMENTS_MAX: usize = 1_000;
/// Characters of a cost centre.
const COST_CENTRE_CHARS_MAX: usize = 32;

/// What is known about a department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentFacts {
    /// The short code, in capitals.
    pub code: String,
    /// The name.
    pub name: String,
    /// The department above.
    pub parent_id: Option<DepartmentId>,
    /// Who decides for it.
    pub head_id: Option<UserId>,
    /// Where its costs are booked.
    pub cost_centre: Option<String>,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Identity.
    pub id: DepartmentId,
    /// What is known.
    pub facts: DepartmentFacts,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

/// What a department is judged by: all departments of the tenant, and whether the head it names is an active user.
#[derive(Clone, Copy, Debug)]
pub struct House<'a> {
    /// All departments.
    pub tree: &'a [Department],
    /// Whether the named head works here.
    pub has_head: bool,
}

impl Department {
    /// A new department, or everything that is wrong with it.
    pub fn found(
        id: DepartmentId,
        facts: DepartmentFacts,
        house: House<'_>,
        act: Act,
    ) -> Result<Self, Refusals> {
        let mut refusals = Refusals::new();
        refusals.check(house.tree.len() < DEPARTMENTS_MAX, || {
            Refusal::new(
                Code::LimitExceeded,
                "",
                format!("a tenant has at most {DEPARTMENTS_MAX} departments"),
            )
        });
        let facts = refusals.take(checked(id, facts, house));
        match facts {
            Some(facts) if refusals.is_empty() => Ok(Self { id, facts, audit: Audit::new(act), version: 1 }),
            _ => Err(refusals),
        }
    }

    /// Takes these facts over, or says everything that is wrong with them.
    pub fn describe(&mut self, facts: DepartmentFacts, house: House<'_>, act: Act) -> Result<(), Refusals> {
        self.facts = checked(self.id, facts, house)?;
        self.touch(act);
        Ok(())
    }

    /// Gives it another head.
    pub fn hand_over(&mut self, head: Option<UserId>, act: Act) {
        self.facts.head_id = head;
        self.touch(act);
    }

    fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

fn checked(
    id: DepartmentId,
    mut facts: DepartmentFacts,
    house: House<'_>,
) -> Result<DepartmentFacts, Refusals> {
    facts.code = normal_code(&facts.code);
    facts.name = facts.name.trim().to_owned();
    facts.cost_centre = facts.cost_centre.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut refusals = Refusals::new();
    check_code(&mut refusals, &facts.code);
    let others = || house.tree.iter().filter(|other| other.id != id);
    refusals.check(others().all(|other| other.facts.code != facts.code), || {
        Refusal::duplicate("code", "there is already a department with this code")
    });
    check_name(&mut refusals, "name", &facts.name);
    if let Some(refusal) = facts.parent_id.and_then(|parent| misplaced(id, parent, house.tree)) {
        refusals.push(refusal);
    }
    refusals.check(facts.head_id.is_none() || house.has_head, || {
        Refusal::new(Code::NotFound, "headId", "there is no active user with this id")
    });
    let centre = facts.cost_centre.as_deref().unwrap_or_default();
    refusals.check(centre.chars().count() <= COST_CENTRE_CHARS_MAX, || {
        Refusal::invalid(
            "costCentre",
            format!("a cost centre has at most {COST_CENTRE_CHARS_MAX} characters"),
        )
    });
    refusals.is_empty().then_some(facts).ok_or(refusals)
}

/// Why a department cannot lie below `parent`.
fn misplaced(id: DepartmentId, parent: DepartmentId, tree: &[Department]) -> Option<Refusal> {
    let find = |id| tree.iter().find(|department| department.id == id);
    if find(parent).is_none() {
        return Some(Refusal::new(Code::NotFound, "parentId", "department not found"));
    }
    let above = std::iter::successors(Some(parent), |id| find(*id)?.facts.parent_id);
    let above: Vec<_> = above.take(LEVELS_MAX + 1).collect();
    if above.contains(&id) {
        return Some(Refusal::invalid("parentId", "a department cannot lie below itself"));
    }
    (above.len() + height(id, tree) > LEVELS_MAX)
        .then(|| Refusal::invalid("parentId", format!("departments have at most {LEVELS_MAX} levels")))
}

/// Levels from a department downwards; the tree has no circles and few levels.
fn height(id: DepartmentId, tree: &[Department]) -> usize {
    let below = tree.iter().filter(|department| department.facts.parent_id == Some(id));
    1 + below.map(|child| height(child.id, tree)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(code: &str, parent: Option<&Department>) -> DepartmentFacts {
        let parent_id = parent.map(|parent| parent.id);
        DepartmentFacts {
            code: code.to_owned(),
            name: code.to_owned(),
            parent_id,
            head_id: None,
            cost_centre: None,
        }
    }

    fn act() -> Act {
        Act { at: "2026-07-01T08:00:00Z".parse().unwrap(), by: None }
    }

    /// A chain of departments, each below the one before.
    fn chain(length: usize) -> Vec<Department> {
        let mut tree: Vec<Department> = Vec::new();
        for number in 0..length {
            let facts = facts(&format!("D{number}"), tree.last());
            let house = House { tree: &tree, has_head: false };
            tree.push(Department::found(DepartmentId::generate(), facts, house, act()).unwrap());
        }
        tree
    }

    #[test]
    fn a_tree_has_no_circle_and_six_levels() {
        let tree = chain(6);
        let house = House { tree: &tree, has_head: false };
        let deeper = Department::found(DepartmentId::generate(), facts("D9", tree.last()), house, act());
        assert_eq!(deeper.unwrap_err().first().unwrap().field, ["parentId"]);
        for below in &tree {
            let mut root = tree[0].clone();
            let refused = root.describe(facts("D0", Some(below)), house, act()).unwrap_err();
            assert_eq!(refused.first().unwrap().field, ["parentId"], "{}", below.facts.code);
        }
        let mut leaf = tree[5].clone();
        leaf.describe(facts("D5", Some(&tree[0])), house, act()).unwrap();
    }

    #[test]
    fn facts_say_everything_that_is_wrong_with_them() {
        let tree = chain(1);
        let house = House { tree: &tree, has_head: false };
        let bad = DepartmentFacts {
            name: String::new(),
            parent_id: Some(DepartmentId::generate()),
            head_id: Some(UserId::generate()),
            cost_centre: Some("x".repeat(33)),
            ..facts("d0", None)
        };
        let refused = Department::found(DepartmentId::generate(), bad, house, act()).unwrap_err();
        let fields: Vec<_> = refused.as_slice().iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["code", "name", "parentId", "headId", "costCentre"]);
    }
}
