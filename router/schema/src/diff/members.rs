//! The members of unions and the values of enums.

use super::{ChangeKind, Changes};
use apollo_compiler::schema::{EnumType, UnionType};

impl Changes {
    pub(super) fn union_members(&mut self, old: &UnionType, new: &UnionType) {
        let name = &old.name;
        for member in old.members.iter().filter(|member| !new.members.contains(*member)) {
            let message = format!("{} is no longer a member of {name}", member.name);
            self.say(ChangeKind::TypeRemovedFromUnion, name.as_str(), message);
        }
        for member in new.members.iter().filter(|member| !old.members.contains(*member)) {
            let message = format!("{} is a new member of {name}", member.name);
            self.say(ChangeKind::TypeAddedToUnion, name.as_str(), message);
        }
    }

    pub(super) fn enum_values(&mut self, old: &EnumType, new: &EnumType) {
        for (value, before) in &old.values {
            let coordinate = format!("{}.{value}", old.name);
            let Some(after) = new.values.get(value) else {
                self.say(ChangeKind::ValueRemovedFromEnum, &*coordinate, format!("{coordinate} is gone"));
                continue;
            };
            self.description(&coordinate, before.description.as_deref(), after.description.as_deref());
            self.deprecation(&coordinate, &before.directives, &after.directives);
        }
        for value in new.values.keys().filter(|value| !old.values.contains_key(*value)) {
            let coordinate = format!("{}.{value}", old.name);
            self.say(ChangeKind::ValueAddedToEnum, &*coordinate, format!("{coordinate} is new"));
        }
    }
}
