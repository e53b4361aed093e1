//! What clients read: fields of objects and interfaces, and the interfaces that types implement.

use super::inputs::ARGUMENT;
use super::{ChangeKind, Changes};
use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::collections::{IndexMap, IndexSet};
use apollo_compiler::schema::{Component, ComponentName, ExtendedType};
use apollo_compiler::{Name, Schema};

impl Changes {
    pub(super) fn fields(
        &mut self,
        ty: &Name,
        old: &IndexMap<Name, Component<FieldDefinition>>,
        new: &IndexMap<Name, Component<FieldDefinition>>,
    ) {
        for (name, before) in old {
            match new.get(name) {
                None => {
                    let coordinate = format!("{ty}.{name}");
                    self.say(ChangeKind::FieldRemoved, &*coordinate, format!("{coordinate} is gone"));
                }
                Some(after) => self.field(ty, before, after),
            }
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            let coordinate = format!("{ty}.{name}");
            self.say(ChangeKind::FieldAdded, &*coordinate, format!("{coordinate} is new"));
        }
    }

    fn field(&mut self, ty: &Name, old: &FieldDefinition, new: &FieldDefinition) {
        let coordinate = format!("{ty}.{}", old.name);
        if old.ty != new.ty {
            let is_safe = promises(&old.ty, &new.ty);
            let kind = if is_safe { ChangeKind::FieldChangedKindSafe } else { ChangeKind::FieldChangedKind };
            self.say(kind, &*coordinate, format!("{coordinate} was \"{}\" and is \"{}\"", old.ty, new.ty));
        }
        self.inputs(&ARGUMENT, &old.arguments, &new.arguments, |name| format!("{coordinate}({name}:)"));
        self.description(&coordinate, old.description.as_deref(), new.description.as_deref());
        self.deprecation(&coordinate, &old.directives, &new.directives);
    }

    pub(super) fn implemented(
        &mut self,
        ty: &Name,
        old: &IndexSet<ComponentName>,
        new: &IndexSet<ComponentName>,
    ) {
        for interface in old.iter().filter(|interface| !new.contains(*interface)) {
            let message = format!("{ty} no longer implements {}", interface.name);
            self.say(ChangeKind::ImplementedInterfaceRemoved, ty.as_str(), message);
        }
        for interface in new.iter().filter(|interface| !old.contains(*interface)) {
            let message = format!("{ty} implements {}", interface.name);
            self.say(ChangeKind::ImplementedInterfaceAdded, ty.as_str(), message);
        }
    }

    /// A new type is met by clients of the interfaces that were there before.
    pub(super) fn new_implementation(&mut self, added: &ExtendedType, old: &Schema) {
        let ExtendedType::Object(object) = added else { return };
        for interface in object.implements_interfaces.iter().filter(|name| old.types.contains_key(&name.name))
        {
            let message = format!("the new type {} implements {}", object.name, interface.name);
            self.say(ChangeKind::ImplementedInterfaceAdded, object.name.as_str(), message);
        }
    }
}

/// Whether a value of the new type is one that clients of the old type are prepared for.
fn promises(old: &Type, new: &Type) -> bool {
    new.is_assignable_to(old)
}

#[cfg(test)]
mod tests {
    use super::promises;
    use apollo_compiler::ast::Type;

    fn fits(old: &str, new: &str) -> bool {
        let parsed = |text| Type::parse(text, "type.graphql").unwrap();
        promises(&parsed(old), &parsed(new))
    }

    #[test]
    fn a_field_may_promise_more_but_not_less() {
        for (old, new) in [("A", "A!"), ("[A]", "[A!]"), ("[A]", "[A!]!"), ("[[A]]", "[[A]!]"), ("A!", "A!")]
        {
            assert!(fits(old, new), "{old} → {new}");
            assert_eq!(fits(new, old), old == new, "{new} → {old}");
        }
        for (old, new) in [("A", "B"), ("A", "[A]"), ("[A]", "A"), ("[A!]", "[A]!")] {
            assert!(!fits(old, new), "{old} → {new}");
        }
    }
}
