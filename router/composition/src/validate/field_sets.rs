//! The field sets of `@key`, `@requires` and `@provides`.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Edition, Federation, FieldSetUse, Subgraph};
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Schema};
use router_schema::apollo_compiler;
use router_schema::{FieldSelection, FieldSet, Selection};

/// The codes of one directive's faults.
struct Codes {
    invalid_type: Code,
    invalid_fields: Code,
    has_directive: Code,
    has_arguments: Option<Code>,
    missing_external: Option<Code>,
    on_interface: Code,
}

const KEY: Codes = Codes {
    invalid_type: Code::KeyInvalidFieldsType,
    invalid_fields: Code::KeyInvalidFields,
    has_directive: Code::KeyDirectiveInFieldsArg,
    has_arguments: Some(Code::KeyFieldsHasArgs),
    missing_external: None,
    on_interface: Code::KeyUnsupportedOnInterface,
};
const REQUIRES: Codes = Codes {
    invalid_type: Code::RequiresInvalidFieldsType,
    invalid_fields: Code::RequiresInvalidFields,
    has_directive: Code::RequiresDirectiveInFieldsArg,
    has_arguments: None,
    missing_external: Some(Code::RequiresFieldsMissingExternal),
    on_interface: Code::RequiresUnsupportedOnInterface,
};
const PROVIDES: Codes = Codes {
    invalid_type: Code::ProvidesInvalidFieldsType,
    invalid_fields: Code::ProvidesInvalidFields,
    has_directive: Code::ProvidesDirectiveInFieldsArg,
    has_arguments: Some(Code::ProvidesFieldsHasArgs),
    missing_external: Some(Code::ProvidesFieldsMissingExternal),
    on_interface: Code::ProvidesUnsupportedOnInterface,
};

/// Checks every field set of a subgraph.
pub(super) fn check(subgraph: &Subgraph, diagnostics: &mut Vec<Diagnostic>) {
    for used in &subgraph.field_sets {
        let codes = match used.kind {
            Federation::Key => &KEY,
            Federation::Requires => &REQUIRES,
            _ => &PROVIDES,
        };
        let mut checker = Checker { subgraph, used, codes, diagnostics };
        checker.check();
    }
}

struct Checker<'a> {
    subgraph: &'a Subgraph,
    used: &'a FieldSetUse,
    codes: &'a Codes,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn say(&mut self, code: Code, message: String, hint: String) {
        let coordinate = match &self.used.field {
            Some(field) => format!("{}.{field}", self.used.owner),
            None => self.used.owner.to_string(),
        };
        let diagnostic = Diagnostic::error(code, message)
            .at(self.subgraph, self.used.directive.location())
            .coordinate(coordinate)
            .hint(hint);
        self.diagnostics.push(diagnostic);
    }

    fn check(&mut self) {
        let name = self.used.kind.spec_name();
        if !self.check_owner() {
            return;
        }
        match &self.used.parsed {
            None => {
                let message = format!("the fields of @{name} must be a string");
                self.say(
                    self.codes.invalid_type,
                    message,
                    "write the selection in quotes, as in \"id\"".to_owned(),
                );
            }
            Some(Err(error)) if error.has_directive() => {
                let message = format!("the fields of @{name} contain a directive: {}", error.text);
                self.say(self.codes.has_directive, message, "remove the directive".to_owned());
            }
            Some(Err(error)) => {
                let message = format!("the fields of @{name} cannot be read: {error}");
                self.say(
                    self.codes.invalid_fields,
                    message,
                    "write a selection such as \"id owner { id }\"".to_owned(),
                );
            }
            Some(Ok(fields)) => {
                let fields = fields.clone();
                let on = self.used.on.clone();
                self.check_set(&on, &fields, false);
            }
        }
    }

    /// Whether the directive may stand where it does.
    fn check_owner(&mut self) -> bool {
        let name = self.used.kind.spec_name();
        let schema = &self.subgraph.schema;
        let edition = self.subgraph.names.edition;
        if schema.get_interface(&self.used.owner).is_some() {
            let is_allowed = match self.used.kind {
                // Federation 1 ignored such keys, and so does the upgrade.
                Federation::Key => edition == Edition::One || edition.is_at_least(3),
                _ => edition == Edition::One,
            };
            if !is_allowed {
                let message = format!("@{name} is not supported on an interface here");
                let hint = match self.used.kind {
                    Federation::Key => "link federation v2.3 or newer, or put the key on the implementations",
                    _ => "put it on the fields of the implementations",
                };
                self.say(self.codes.on_interface, message, hint.to_owned());
                return false;
            }
        }
        let target = schema.types.get(&self.used.on);
        let is_composite = target.is_some_and(|ty| ty.is_object() || ty.is_interface() || ty.is_union());
        if self.used.kind == Federation::Provides && !is_composite {
            let message =
                format!("@provides needs a field of an object type, and {} has no fields", self.used.on);
            self.say(Code::ProvidesOnNonObjectField, message, "remove @provides".to_owned());
            return false;
        }
        true
    }

    fn check_set(&mut self, parent: &Name, set: &FieldSet, is_below_external: bool) {
        for selection in &set.selections {
            match selection {
                Selection::Inline(inline) => {
                    let schema = &self.subgraph.schema;
                    if meet(schema, parent, &inline.on) {
                        self.check_set(&inline.on, &inline.selections, is_below_external);
                    } else {
                        let message = format!("a {parent} is never a {} in this subgraph", inline.on);
                        self.say(self.codes.invalid_fields, message, "remove the fragment".to_owned());
                    }
                }
                Selection::Field(field) if field.name == "__typename" => {}
                Selection::Field(field) => self.check_field(parent, field, is_below_external),
            }
        }
    }

    fn check_field(&mut self, parent: &Name, selected: &FieldSelection, is_below_external: bool) {
        let subgraph = self.subgraph;
        let name = self.used.kind.spec_name();
        let coordinate = format!("{parent}.{}", selected.name);
        let Ok(field) = subgraph.schema.type_field(parent, &selected.name) else {
            let message = format!("@{name} selects {coordinate}, which does not exist in this subgraph");
            let hint = match self.used.kind {
                Federation::Key => "add the field, or correct its name".to_owned(),
                _ => format!("declare {} on {parent} and mark it @external", selected.name),
            };
            self.say(self.codes.invalid_fields, message, hint);
            return;
        };
        if !self.check_arguments(&coordinate, field, selected) {
            return;
        }
        let target = field.ty.inner_named_type();
        let definition = subgraph.schema.types.get(target);
        let is_leaf = definition.is_some_and(ExtendedType::is_leaf);
        if is_leaf != selected.selections.is_empty() {
            let message = if is_leaf {
                format!("@{name} selects fields of {coordinate}, which has none")
            } else {
                format!("@{name} must say which fields of {coordinate} it selects")
            };
            let hint = if is_leaf {
                "remove the braces".to_owned()
            } else {
                format!("write \"{} {{ … }}\"", selected.name)
            };
            self.say(self.codes.invalid_fields, message, hint);
            return;
        }
        let is_abstract = definition.is_some_and(|ty| ty.is_interface() || ty.is_union());
        if self.used.kind == Federation::Key && is_abstract {
            let message =
                format!("@key selects {coordinate} of the abstract type {target}, which identifies nothing");
            self.say(
                Code::KeyFieldsSelectInvalidType,
                message,
                "use fields of object types and scalars".to_owned(),
            );
            return;
        }
        let is_external = is_below_external || self.is_external(parent, &selected.name);
        if is_leaf && !is_external {
            self.report_not_external(&coordinate);
        }
        self.check_set(target, &selected.selections, is_external);
    }

    fn report_not_external(&mut self, coordinate: &str) {
        let Some(code) = self.codes.missing_external else { return };
        if self.subgraph.names.edition == Edition::One {
            return;
        }
        let name = self.used.kind.spec_name();
        let message = format!("@{name} selects {coordinate}, which this subgraph resolves itself");
        self.say(code, message, format!("mark {coordinate} @external, or leave it out"));
    }

    /// What only other subgraphs resolve; a key field of an extension is known before any of them is asked.
    fn is_external(&self, parent: &Name, field: &Name) -> bool {
        let schema = &self.subgraph.schema;
        let is_marked = |ty: &Name| {
            let terms = self.subgraph.terms(ty, field);
            let written = schema.type_field(ty, field).ok();
            terms.is_external
                || written.is_some_and(|field| self.subgraph.has(&field.directives, Federation::External))
        };
        is_marked(parent)
            || schema.get_interface(parent).is_some()
                && schema
                    .types
                    .values()
                    .filter_map(ExtendedType::as_object)
                    .any(|object| object.implements_interfaces.contains(parent) && is_marked(&object.name))
    }

    fn check_arguments(
        &mut self,
        coordinate: &str,
        field: &Component<FieldDefinition>,
        selected: &FieldSelection,
    ) -> bool {
        let name = self.used.kind.spec_name();
        if let Some(code) = self.codes.has_arguments
            && !field.arguments.is_empty()
        {
            let message = format!("@{name} selects {coordinate}, which takes arguments");
            self.say(code, message, "use a field without arguments".to_owned());
            return false;
        }
        if let Some(unknown) =
            selected.arguments.iter().find(|argument| field.argument_by_name(&argument.name).is_none())
        {
            let message = format!("{coordinate} has no argument {}", unknown.name);
            self.say(self.codes.invalid_fields, message, "remove the argument".to_owned());
            return false;
        }
        let missing = field.arguments.iter().find(|argument| {
            argument.is_required() && selected.arguments.iter().all(|given| given.name != argument.name)
        });
        if let Some(missing) = missing {
            let message =
                format!("@{name} selects {coordinate} without its required argument {}", missing.name);
            self.say(
                self.codes.invalid_fields,
                message,
                format!("write \"{}({}: …)\"", field.name, missing.name),
            );
            return false;
        }
        true
    }
}

/// Whether an object can be of both types.
fn meet(schema: &Schema, one: &Name, other: &Name) -> bool {
    let is_of = |object: &Name, ty: &Name| object == ty || schema.is_subtype(ty, object);
    let mut objects = schema.types.values().filter(|ty| ty.is_object()).map(|ty| ty.name());
    one == other
        || is_of(one, other)
        || is_of(other, one)
        || objects.any(|object| is_of(object, one) && is_of(object, other))
}
