//! What clients send: arguments and the fields of input objects.

use super::{ChangeKind, Changes};
use apollo_compiler::ast::{InputValueDefinition, Type};
use apollo_compiler::schema::InputObjectType;
use apollo_compiler::{Name, Node};

/// The kinds of change of one sort of input.
pub(super) struct Kinds {
    removed: ChangeKind,
    required: ChangeKind,
    optional: ChangeKind,
    narrowed: ChangeKind,
    widened: ChangeKind,
    default: ChangeKind,
}

/// Arguments of fields.
pub(super) const ARGUMENT: Kinds = Kinds {
    removed: ChangeKind::ArgRemoved,
    required: ChangeKind::RequiredArgAdded,
    optional: ChangeKind::OptionalArgAdded,
    narrowed: ChangeKind::ArgChangedKind,
    widened: ChangeKind::ArgChangedKindSafe,
    default: ChangeKind::ArgDefaultValueChange,
};

/// Arguments of directives.
pub(super) const DIRECTIVE_ARGUMENT: Kinds = Kinds {
    removed: ChangeKind::DirectiveArgRemoved,
    required: ChangeKind::RequiredDirectiveArgAdded,
    optional: ChangeKind::OptionalDirectiveArgAdded,
    narrowed: ChangeKind::DirectiveArgChangedKind,
    widened: ChangeKind::DirectiveArgChangedKindSafe,
    default: ChangeKind::DirectiveArgDefaultValueChange,
};

const INPUT_FIELD: Kinds = Kinds {
    removed: ChangeKind::FieldRemoved,
    required: ChangeKind::RequiredInputFieldAdded,
    optional: ChangeKind::OptionalInputFieldAdded,
    narrowed: ChangeKind::FieldChangedKind,
    widened: ChangeKind::FieldChangedKindSafe,
    default: ChangeKind::InputFieldDefaultValueChange,
};

impl Changes {
    pub(super) fn input_object(&mut self, old: &InputObjectType, new: &InputObjectType) {
        let ty = &old.name;
        let fields =
            |ty: &InputObjectType| ty.fields.values().map(|field| field.node.clone()).collect::<Vec<_>>();
        self.inputs(&INPUT_FIELD, &fields(old), &fields(new), |name| format!("{ty}.{name}"));
        match (old.directives.has("oneOf"), new.directives.has("oneOf")) {
            (false, true) => {
                self.say(
                    ChangeKind::OneOfAdded,
                    ty.as_str(),
                    format!("{ty} takes exactly one of its fields"),
                );
            }
            (true, false) => {
                self.say(ChangeKind::OneOfRemoved, ty.as_str(), format!("{ty} takes several of its fields"));
            }
            _ => {}
        }
    }

    pub(super) fn inputs(
        &mut self,
        kinds: &Kinds,
        old: &[Node<InputValueDefinition>],
        new: &[Node<InputValueDefinition>],
        coordinate: impl Fn(&Name) -> String,
    ) {
        for before in old {
            let coordinate = coordinate(&before.name);
            match new.iter().find(|after| after.name == before.name) {
                None => self.say(kinds.removed, &*coordinate, format!("{coordinate} is gone")),
                Some(after) => self.input(kinds, &coordinate, before, after),
            }
        }
        for added in new.iter().filter(|added| old.iter().all(|before| before.name != added.name)) {
            let coordinate = coordinate(&added.name);
            let (kind, word) = match added.is_required() {
                true => (kinds.required, "required"),
                false => (kinds.optional, "optional"),
            };
            self.say(kind, &*coordinate, format!("{coordinate} is new and {word}"));
        }
    }

    fn input(
        &mut self,
        kinds: &Kinds,
        coordinate: &str,
        old: &InputValueDefinition,
        new: &InputValueDefinition,
    ) {
        if old.ty != new.ty {
            let kind = if accepts(&old.ty, &new.ty) { kinds.widened } else { kinds.narrowed };
            self.say(kind, coordinate, format!("{coordinate} was \"{}\" and is \"{}\"", old.ty, new.ty));
        }
        if old.default_value != new.default_value {
            let text = |input: &InputValueDefinition| {
                input
                    .default_value
                    .as_ref()
                    .map_or_else(|| "no default".to_owned(), |value| format!("the default {value}"))
            };
            let message = format!("{coordinate} had {} and has {}", text(old), text(new));
            // Without a default it is required now, which no client was prepared for.
            let is_demanded = new.is_required() && !old.is_required();
            self.say(if is_demanded { kinds.narrowed } else { kinds.default }, coordinate, message);
        }
        self.description(coordinate, old.description.as_deref(), new.description.as_deref());
        self.deprecation(coordinate, &old.directives, &new.directives);
    }
}

/// Whether everything that the old type accepted is accepted by the new one.
fn accepts(old: &Type, new: &Type) -> bool {
    old.is_assignable_to(new)
}

#[cfg(test)]
mod tests {
    use super::accepts;
    use apollo_compiler::ast::Type;

    fn fits(old: &str, new: &str) -> bool {
        let parsed = |text| Type::parse(text, "type.graphql").unwrap();
        accepts(&parsed(old), &parsed(new))
    }

    #[test]
    fn an_input_may_demand_less_but_not_more() {
        for (old, new) in [("A!", "A"), ("[A!]", "[A]"), ("[A!]!", "[A]"), ("[[A]!]", "[[A]]"), ("A", "A")] {
            assert!(fits(old, new), "{old} → {new}");
            assert_eq!(fits(new, old), old == new, "{new} → {old}");
        }
        for (old, new) in [("A", "B"), ("A", "[A]"), ("[A]", "A"), ("[A]!", "[A!]")] {
            assert!(!fits(old, new), "{old} → {new}");
        }
    }
}
