//! What changed between two schemas, seen from their clients.
//!
//! [`changes`] compares the schemas that clients see. A change is breaking when an operation that was valid may be refused or
//! get what its client is not prepared for, dangerous when a client that was not written with care may stumble, and safe
//! otherwise. Whether operations are planned differently is another question: `carmen diff` asks both.

mod inputs;
mod kind;
mod members;
mod outputs;

pub use kind::ChangeKind;

use apollo_compiler::Schema;
use apollo_compiler::ast::{self, DirectiveDefinition};
use apollo_compiler::schema::ExtendedType;
use std::fmt;

/// Who is hurt by a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Operations that were valid.
    Breaking,
    /// Clients that were not written with care.
    Dangerous,
    /// Nobody.
    Safe,
}

impl Impact {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Safe => "safe",
        }
    }
}

/// One change. They order by impact, the worst first, then by coordinate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Who is hurt by it.
    pub impact: Impact,
    /// The schema coordinate (`Product.price(currency:)`).
    pub coordinate: String,
    /// What kind of change it is.
    pub kind: ChangeKind,
    /// What changed, in words.
    pub message: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.impact.as_str(), self.kind, self.message)
    }
}

/// All changes from one schema to another, the worst first.
#[must_use]
pub fn changes(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut found = Changes::default();
    found.types(old, new);
    found.directives(old, new);
    found.0.sort();
    found.0
}

/// What was found so far.
#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn say(&mut self, kind: ChangeKind, coordinate: impl Into<String>, message: impl Into<String>) {
        let (coordinate, message) = (coordinate.into(), message.into());
        self.0.push(Change { impact: kind.impact(), coordinate, kind, message });
    }

    fn types(&mut self, old: &Schema, new: &Schema) {
        for (name, before) in old.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
            match new.types.get(name) {
                None => self.say(
                    ChangeKind::TypeRemoved,
                    name.as_str(),
                    format!("the {} {name} is gone", word(before)),
                ),
                Some(after) => self.one_type(before, after),
            }
        }
        for (name, added) in new.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
            if !old.types.contains_key(name) {
                self.say(ChangeKind::TypeAdded, name.as_str(), format!("the {} {name} is new", word(added)));
                self.new_implementation(added, old);
            }
        }
    }

    fn one_type(&mut self, old: &ExtendedType, new: &ExtendedType) {
        let name = old.name();
        self.description(
            name.as_str(),
            old.description().map(|text| &**text),
            new.description().map(|text| &**text),
        );
        match (old, new) {
            (ExtendedType::Object(old), ExtendedType::Object(new)) => {
                self.implemented(name, &old.implements_interfaces, &new.implements_interfaces);
                self.fields(name, &old.fields, &new.fields);
            }
            (ExtendedType::Interface(old), ExtendedType::Interface(new)) => {
                self.implemented(name, &old.implements_interfaces, &new.implements_interfaces);
                self.fields(name, &old.fields, &new.fields);
            }
            (ExtendedType::Union(old), ExtendedType::Union(new)) => self.union_members(old, new),
            (ExtendedType::Enum(old), ExtendedType::Enum(new)) => self.enum_values(old, new),
            (ExtendedType::InputObject(old), ExtendedType::InputObject(new)) => self.input_object(old, new),
            (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
            _ => self.say(
                ChangeKind::TypeChangedKind,
                name.as_str(),
                format!("{name} was {} and is {}", article(old), article(new)),
            ),
        }
    }

    fn directives(&mut self, old: &Schema, new: &Schema) {
        let own = |schema: &Schema| {
            let definitions = schema.directive_definitions.values();
            definitions.filter(|definition| !definition.is_built_in()).cloned().collect::<Vec<_>>()
        };
        let (old, new) = (own(old), own(new));
        for before in &old {
            match new.iter().find(|after| after.name == before.name) {
                None => {
                    let coordinate = format!("@{}", before.name);
                    self.say(ChangeKind::DirectiveRemoved, &*coordinate, format!("{coordinate} is gone"));
                }
                Some(after) => self.one_directive(before, after),
            }
        }
        for added in new.iter().filter(|added| old.iter().all(|before| before.name != added.name)) {
            let coordinate = format!("@{}", added.name);
            self.say(ChangeKind::DirectiveAdded, &*coordinate, format!("{coordinate} is new"));
        }
    }

    fn one_directive(&mut self, old: &DirectiveDefinition, new: &DirectiveDefinition) {
        let coordinate = format!("@{}", old.name);
        self.description(&coordinate, old.description.as_deref(), new.description.as_deref());
        self.inputs(&inputs::DIRECTIVE_ARGUMENT, &old.arguments, &new.arguments, |name| {
            format!("{coordinate}({name}:)")
        });
        let repeatable = match (old.repeatable, new.repeatable) {
            (true, false) => Some((ChangeKind::DirectiveRepeatableRemoved, "may no longer stand twice")),
            (false, true) => Some((ChangeKind::DirectiveRepeatableAdded, "may stand twice")),
            _ => None,
        };
        if let Some((kind, text)) = repeatable {
            self.say(kind, &*coordinate, format!("{coordinate} {text}"));
        }
        for location in old.locations.iter().filter(|location| !new.locations.contains(location)) {
            let message = format!("{coordinate} may no longer stand on {location}");
            self.say(ChangeKind::DirectiveLocationRemoved, &*coordinate, message);
        }
        for location in new.locations.iter().filter(|location| !old.locations.contains(location)) {
            let message = format!("{coordinate} may stand on {location}");
            self.say(ChangeKind::DirectiveLocationAdded, &*coordinate, message);
        }
    }

    fn description(&mut self, coordinate: &str, old: Option<&str>, new: Option<&str>) {
        if old != new {
            let message = format!("{coordinate} is described differently");
            self.say(ChangeKind::DescriptionChanged, coordinate, message);
        }
    }

    fn deprecation(&mut self, coordinate: &str, old: &ast::DirectiveList, new: &ast::DirectiveList) {
        let reason = |directives: &ast::DirectiveList| {
            let directive = directives.get("deprecated")?;
            let reason = directive.specified_argument_by_name("reason").and_then(|value| value.as_str());
            Some(reason.unwrap_or("No longer supported").to_owned())
        };
        match (reason(old), reason(new)) {
            (before, Some(after)) if before.as_ref() != Some(&after) => {
                let message = format!("{coordinate} is deprecated: {after}");
                self.say(ChangeKind::DeprecationChanged, coordinate, message);
            }
            (Some(_), None) => {
                let message = format!("{coordinate} is no longer deprecated");
                self.say(ChangeKind::DeprecationRemoved, coordinate, message);
            }
            _ => {}
        }
    }
}

fn word(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "scalar",
        ExtendedType::Object(_) => "object type",
        ExtendedType::Interface(_) => "interface",
        ExtendedType::Union(_) => "union",
        ExtendedType::Enum(_) => "enum",
        ExtendedType::InputObject(_) => "input object",
    }
}

fn article(ty: &ExtendedType) -> String {
    let word = word(ty);
    let article = if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {word}")
}
