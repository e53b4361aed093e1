//! The category and how it may hang in the tree. Pure.

use chassis::{Code, Refusal, Refusals};
use primitives::{Act, Audit, CategoryId};
use serde::{Deserialize, Serialize};

use crate::product::draft::{MAX_NAME, read_optional, read_text};

/// Levels of the tree: what a buyer still finds without searching.
pub const MAX_LEVEL: i16 = 3;
/// Children of one category: what a list can show without pages.
pub const MAX_CHILDREN: u64 = 200;

/// A place in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Identity.
    pub id: CategoryId,
    /// The category above; a root has none.
    pub parent_id: Option<CategoryId>,
    /// 1 for a root.
    pub level: i16,
    /// The name.
    pub name: String,
    /// The name in the language of the place.
    pub local_name: Option<String>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

/// A description as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CategoryDraft {
    /// The name.
    pub name: String,
    /// The name in the language of the place.
    pub local_name: Option<String>,
}

/// What the tree says about the place a category wants to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The level of the parent; nothing when the parent named does not exist.
    pub parent_level: Option<i16>,
    /// Whether a sibling-to-be already has the name.
    pub has_namesake: bool,
    /// How many children the parent has already.
    pub siblings: u64,
}

impl Category {
    /// A new category under `parent_id`, or everything that is wrong with it.
    pub fn register(
        id: CategoryId,
        draft: &CategoryDraft,
        parent_id: Option<CategoryId>,
        around: Surroundings,
        act: Act,
    ) -> Result<Self, Refusals> {
        let mut refusals = Refusals::new();
        let named = refusals.take(read_names(draft));
        let level = refusals.take(place(parent_id, around, 1));
        refusals.extend(namesake(&draft.name, around));
        match (named, level) {
            (Some((name, local_name)), Some(level)) if refusals.is_empty() => {
                Ok(Self { id, parent_id, level, name, local_name, audit: Audit::new(act), version: 1 })
            }
            _ => Err(refusals),
        }
    }

    /// Gives the category other names.
    pub fn rename(&mut self, draft: &CategoryDraft, has_namesake: bool, act: Act) -> Result<(), Refusals> {
        let mut refusals = Refusals::new();
        let named = refusals.take(read_names(draft));
        refusals.extend(namesake(&draft.name, Surroundings { has_namesake, ..Surroundings::default() }));
        match named {
            Some((name, local_name)) if refusals.is_empty() => {
                (self.name, self.local_name) = (name, local_name);
                self.touch(act);
                Ok(())
            }
            _ => Err(refusals),
        }
    }

    /// Hangs the category, with everything below it, under another parent or makes it a root.
    pub fn move_under(
        &mut self,
        parent_id: Option<CategoryId>,
        around: Surroundings,
        below: &[Self],
        act: Act,
    ) -> Result<(), Refusals> {
        let would_hang_below_itself =
            parent_id.is_some_and(|parent| parent == self.id || below.iter().any(|child| child.id == parent));
        if would_hang_below_itself {
            return Err(Refusal::invalid("parentId", "a category cannot lie below itself").into());
        }
        let deepest = below.iter().map(|child| child.level).max().unwrap_or(self.level);
        let mut refusals = Refusals::new();
        let level = refusals.take(place(parent_id, around, deepest - self.level + 1));
        refusals.extend(namesake(&self.name, around));
        match level {
            Some(level) if refusals.is_empty() => {
                (self.parent_id, self.level) = (parent_id, level);
                self.touch(act);
                Ok(())
            }
            _ => Err(refusals),
        }
    }

    fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

/// The form names are compared and sorted by.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The level a subtree of `height` levels gets under the parent.
fn place(parent_id: Option<CategoryId>, around: Surroundings, height: i16) -> Result<i16, Refusals> {
    let mut refusals = Refusals::new();
    let level = match (parent_id, around.parent_level) {
        (None, _) => 1,
        (Some(_), Some(parent_level)) => parent_level + 1,
        (Some(_), None) => return Err(Refusal::new(Code::NotFound, "parentId", "category not found").into()),
    };
    refusals.check(level + height - 1 <= MAX_LEVEL, || {
        Refusal::invalid("parentId", format!("the tree has at most {MAX_LEVEL} levels"))
    });
    refusals.check(around.siblings < MAX_CHILDREN, || {
        Refusal::new(Code::LimitExceeded, "parentId", format!("at most {MAX_CHILDREN} categories below one"))
    });
    if refusals.is_empty() { Ok(level) } else { Err(refusals) }
}

fn namesake(name: &str, around: Surroundings) -> Option<Refusal> {
    around
        .has_namesake
        .then(|| Refusal::duplicate("name", format!("there is already a category {} here", name.trim())))
}

fn read_names(draft: &CategoryDraft) -> Result<(String, Option<String>), Refusals> {
    let mut refusals = Refusals::new();
    let name = refusals.take(read_text("name", &draft.name, MAX_NAME));
    let local_name = refusals.take(read_optional("localName", draft.local_name.as_deref(), MAX_NAME));
    match (name, local_name) {
        (Some(name), Some(local_name)) => Ok((name, local_name)),
        _ => Err(refusals),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use primitives::UserId;

    use super::*;

    fn act() -> Act {
        Act { at: DateTime::UNIX_EPOCH, by: Some(UserId::from_uuid(uuid::Uuid::nil())) }
    }

    fn category(level: i16) -> Category {
        let draft = CategoryDraft { name: format!("Level {level}"), local_name: None };
        let parent = (level > 1).then(CategoryId::generate);
        let around = Surroundings { parent_level: Some(level - 1), ..Surroundings::default() };
        Category::register(CategoryId::generate(), &draft, parent, around, act()).unwrap()
    }

    fn faults<T: std::fmt::Debug>(result: Result<T, Refusals>) -> Vec<String> {
        let refusals = result.unwrap_err();
        refusals
            .into_iter()
            .map(|refusal| format!("{} {}", refusal.code.as_str(), refusal.field.join(".")))
            .collect()
    }

    #[test]
    fn a_category_lies_one_level_below_its_parent() {
        assert_eq!([1, 2, 3].map(|level| category(level).level), [1, 2, 3]);
        let around = Surroundings { parent_level: Some(3), ..Surroundings::default() };
        let draft = CategoryDraft { name: "Too deep".to_owned(), local_name: None };
        let too_deep =
            Category::register(CategoryId::generate(), &draft, Some(CategoryId::generate()), around, act());
        assert_eq!(faults(too_deep), ["VALIDATION_ERROR parentId"]);
    }

    #[test]
    fn everything_wrong_with_a_new_category_is_named_at_once() {
        let draft = CategoryDraft { name: "  ".to_owned(), local_name: Some("x".repeat(201)) };
        let around = Surroundings { parent_level: None, has_namesake: true, siblings: 0 };
        let refused =
            Category::register(CategoryId::generate(), &draft, Some(CategoryId::generate()), around, act());
        assert_eq!(
            faults(refused),
            ["VALIDATION_ERROR name", "VALIDATION_ERROR localName", "NOT_FOUND parentId", "DUPLICATE name"]
        );
    }

    #[test]
    fn a_category_never_hangs_below_itself() {
        let mut root = category(1);
        let child = Category { parent_id: Some(root.id), ..category(2) };
        for parent in [root.id, child.id] {
            let around = Surroundings { parent_level: Some(1), ..Surroundings::default() };
            let moved = root.move_under(Some(parent), around, std::slice::from_ref(&child), act());
            assert_eq!(faults(moved), ["VALIDATION_ERROR parentId"]);
        }
        assert_eq!(root.version, 1);
    }

    #[test]
    fn a_whole_subtree_must_fit_below_its_new_parent() {
        let mut middle = category(2);
        let leaf = Category { parent_id: Some(middle.id), ..category(3) };
        let below = |level| Surroundings { parent_level: Some(level), ..Surroundings::default() };
        let moved =
            middle.move_under(Some(CategoryId::generate()), below(2), std::slice::from_ref(&leaf), act());
        assert_eq!(faults(moved), ["VALIDATION_ERROR parentId"]);
        assert_eq!(middle.move_under(Some(CategoryId::generate()), below(1), &[leaf], act()), Ok(()));
        assert_eq!((middle.level, middle.version), (2, 2));
    }

    #[test]
    fn a_parent_has_a_bounded_number_of_children() {
        let around = Surroundings { parent_level: Some(1), has_namesake: false, siblings: MAX_CHILDREN };
        let draft = CategoryDraft { name: "One more".to_owned(), local_name: None };
        let refused =
            Category::register(CategoryId::generate(), &draft, Some(CategoryId::generate()), around, act());
        assert_eq!(faults(refused), ["LIMIT_EXCEEDED parentId"]);
    }
}
