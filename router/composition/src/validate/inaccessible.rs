//! What `@inaccessible` leaves must be a schema: nothing visible may lead to something hidden.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::Subgraph;
use crate::merge::{Body, Merged, MergedInput, MergedType, Notes};
use apollo_compiler::Name;
use apollo_compiler::ast::{Type, Value};
use router_schema::apollo_compiler;

/// Checks the merged graph.
pub(super) fn check(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Vec<Diagnostic>) {
    let mut checker = Checker { subgraphs, merged, diagnostics };
    for (name, ty) in &merged.types {
        if is_hidden(&ty.notes) {
            if name == "Query" {
                checker.say(
                    Code::QueryRootTypeInaccessible,
                    name,
                    None,
                    "the query root is @inaccessible".to_owned(),
                    "remove @inaccessible from Query",
                );
            }
            continue;
        }
        checker.check_children(name, ty);
        checker.check_fields(name, ty);
    }
}

fn is_hidden(notes: &Notes) -> bool {
    notes.has("inaccessible")
}

struct Checker<'a> {
    subgraphs: &'a [Subgraph],
    merged: &'a Merged,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Reports at the first subgraph that has the element.
    fn say(&mut self, code: Code, parent: &Name, child: Option<&str>, message: String, hint: &str) {
        let coordinate = child.map_or_else(|| parent.to_string(), |child| format!("{parent}.{child}"));
        let field = child.map(|child| child.split('(').next().unwrap_or(child));
        let place = self.subgraphs.iter().find_map(|subgraph| {
            let definition = subgraph.schema.types.get(parent)?;
            let name = match (field, definition) {
                (None, _) => definition.name().location(),
                (Some(field), _) => location_of(definition, field)?,
            };
            Some((subgraph, name))
        });
        let mut diagnostic = Diagnostic::error(code, message);
        if let Some((subgraph, span)) = place {
            diagnostic = diagnostic.at(subgraph, span);
        }
        self.diagnostics.push(diagnostic.coordinate(coordinate).hint(hint));
    }

    fn is_hidden_type(&self, ty: &Type) -> bool {
        self.merged.types.get(ty.inner_named_type()).is_some_and(|ty| is_hidden(&ty.notes))
    }

    fn check_children(&mut self, name: &Name, ty: &MergedType) {
        let (all, hidden) = match &ty.body {
            Body::Scalar => return,
            Body::Object(composite) | Body::Interface(composite) => {
                let hidden = composite.fields.values().filter(|field| is_hidden(&field.notes)).count();
                (composite.fields.len(), hidden)
            }
            Body::Input(fields) => {
                (fields.len(), fields.values().filter(|field| is_hidden(&field.notes)).count())
            }
            Body::Enum(values) => {
                (values.len(), values.values().filter(|value| is_hidden(&value.notes)).count())
            }
            Body::Union(members) => {
                let is_hidden =
                    |member: &&Name| self.merged.types.get(*member).is_some_and(|ty| is_hidden(&ty.notes));
                (members.len(), members.keys().filter(is_hidden).count())
            }
        };
        if all > 0 && all == hidden {
            let message = format!("{name} is visible, but everything in it is @inaccessible");
            self.say(
                Code::OnlyInaccessibleChildren,
                name,
                None,
                message,
                "mark the type itself @inaccessible",
            );
        }
    }

    fn check_fields(&mut self, name: &Name, ty: &MergedType) {
        if let Body::Input(fields) = &ty.body {
            for (field, input) in fields {
                self.check_input(name, field, input, field.as_str());
            }
        }
        let Some(composite) = ty.composite() else { return };
        for (field_name, field) in &composite.fields {
            if is_hidden(&field.notes) {
                self.check_hidden_implementation(name, composite.implements.keys(), field_name);
                continue;
            }
            if self.is_hidden_type(&field.ty) {
                self.report_reference(name, field_name.as_str(), &field.ty);
            }
            for (argument_name, argument) in &field.arguments {
                self.check_input(name, argument_name, argument, &format!("{field_name}({argument_name}:)"));
            }
        }
    }

    fn check_hidden_implementation<'n>(
        &mut self,
        name: &Name,
        interfaces: impl Iterator<Item = &'n Name>,
        field: &Name,
    ) {
        for interface in interfaces {
            let Some(Body::Interface(wanted)) = self.merged.types.get(interface).map(|ty| &ty.body) else {
                continue;
            };
            let is_visible = !is_hidden(&self.merged.types[interface].notes)
                && wanted.fields.get(field).is_some_and(|field| !is_hidden(&field.notes));
            if is_visible {
                let message = format!(
                    "{name}.{field} is @inaccessible but {interface}.{field}, which it implements, is not"
                );
                self.say(
                    Code::ImplementedByInaccessible,
                    name,
                    Some(field.as_str()),
                    message,
                    "hide both, or neither",
                );
            }
        }
    }

    fn check_input(&mut self, parent: &Name, name: &Name, input: &MergedInput, child: &str) {
        if is_hidden(&input.notes) {
            if input.ty.is_non_null() && input.default.is_none() {
                let message =
                    format!("{parent}.{child} is required but @inaccessible, so that nobody can give it");
                self.say(
                    Code::RequiredInaccessible,
                    parent,
                    Some(child),
                    message,
                    "make it optional, or give it a default",
                );
            }
            return;
        }
        if self.is_hidden_type(&input.ty) {
            self.report_reference(parent, child, &input.ty);
        }
        if let Some(hidden) = input.default.as_ref().and_then(|value| self.hidden_in(value, &input.ty)) {
            let message = format!("the default value of {name} uses {hidden}, which is @inaccessible");
            self.say(
                Code::DefaultValueUsesInaccessible,
                parent,
                Some(child),
                message,
                "choose a visible default",
            );
        }
    }

    fn report_reference(&mut self, parent: &Name, child: &str, ty: &Type) {
        let message =
            format!("{parent}.{child} is visible, but its type {} is @inaccessible", ty.inner_named_type());
        self.say(
            Code::ReferencedInaccessible,
            parent,
            Some(child),
            message,
            "mark it @inaccessible too, or show the type",
        );
    }

    /// The hidden enum value or input field that a default mentions.
    fn hidden_in(&self, value: &Value, ty: &Type) -> Option<String> {
        let name = ty.inner_named_type();
        match (value, &self.merged.types.get(name)?.body) {
            (Value::List(items), _) => items.iter().find_map(|item| self.hidden_in(item, ty)),
            (Value::Enum(value), Body::Enum(values)) => {
                values.get(value).filter(|known| is_hidden(&known.notes)).map(|_| format!("{name}.{value}"))
            }
            (Value::Object(entries), Body::Input(fields)) => entries.iter().find_map(|(field, value)| {
                let known = fields.get(field)?;
                if is_hidden(&known.notes) {
                    return Some(format!("{name}.{field}"));
                }
                self.hidden_in(value, &known.ty)
            }),
            _ => None,
        }
    }
}

fn location_of(
    definition: &apollo_compiler::schema::ExtendedType,
    child: &str,
) -> Option<Option<apollo_compiler::parser::SourceSpan>> {
    use apollo_compiler::schema::ExtendedType;
    Some(match definition {
        ExtendedType::Object(object) => object.fields.get(child)?.name.location(),
        ExtendedType::Interface(interface) => interface.fields.get(child)?.name.location(),
        ExtendedType::InputObject(input) => input.fields.get(child)?.name.location(),
        ExtendedType::Enum(values) => values.values.get(child)?.value.location(),
        _ => return None,
    })
}
