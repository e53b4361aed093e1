//! `@cost` and `@listSize`: an estimate that names what is not there would always be wrong.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Federation, Subgraph};
use apollo_compiler::ast::{Directive, FieldDefinition, Value};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};
use router_schema::apollo_compiler;

/// Checks one subgraph.
pub(super) fn check(subgraph: &Subgraph, diagnostics: &mut Vec<Diagnostic>) {
    for (parent, definition) in &subgraph.schema.types {
        let (fields, is_interface) = match definition {
            ExtendedType::Object(object) => (&object.fields, false),
            ExtendedType::Interface(interface) => (&interface.fields, true),
            _ => continue,
        };
        for field in fields.values() {
            let mut checker = Checker { subgraph, parent, field, diagnostics };
            if let Some(directive) =
                subgraph.first(&field.directives, Federation::Cost).filter(|_| is_interface)
            {
                let message =
                    format!("{parent}.{} is a field of an interface, which costs nothing itself", field.name);
                let hint = "mark the fields of the implementations with @cost";
                checker.say(Code::CostAppliedToInterfaceField, directive, message, hint);
            }
            if let Some(directive) = subgraph.first(&field.directives, Federation::ListSize) {
                checker.check_list_size(directive);
            }
        }
    }
}

struct Checker<'a> {
    subgraph: &'a Subgraph,
    parent: &'a Name,
    field: &'a Node<FieldDefinition>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn say(&mut self, code: Code, directive: &Node<Directive>, message: String, hint: &str) {
        let diagnostic = Diagnostic::error(code, message)
            .at(self.subgraph, directive.location())
            .coordinate(format!("{}.{}", self.parent, self.field.name))
            .hint(hint);
        self.diagnostics.push(diagnostic);
    }

    fn check_list_size(&mut self, directive: &Node<Directive>) {
        let coordinate = format!("{}.{}", self.parent, self.field.name);
        let given = |name: &str| directive.specified_argument_by_name(name);
        let sized = given("sizedFields").map(|value| names(value)).unwrap_or_default();
        if !self.field.ty.is_list() && sized.is_empty() {
            let message = format!("{coordinate} has a @listSize but is no list");
            let hint = "remove it, or name the lists below it in sizedFields";
            self.say(Code::ListSizeAppliedToNonList, directive, message, hint);
        }
        if given("assumedSize").and_then(|size| size.to_i32()).is_some_and(|size| size < 0) {
            let message = format!("the assumed size of {coordinate} is negative");
            self.say(Code::ListSizeInvalidAssumedSize, directive, message, "assume 0 or more");
        }
        for name in given("slicingArguments").map(|value| names(value)).unwrap_or_default() {
            let argument = self.field.argument_by_name(name);
            if argument
                .is_none_or(|argument| argument.ty.is_list() || argument.ty.inner_named_type() != "Int")
            {
                let message = format!("{coordinate} has no argument {name} of type Int to slice by");
                let hint = "name an argument that says how many items are wanted";
                self.say(Code::ListSizeInvalidSlicingArgument, directive, message, hint);
            }
        }
        let target = self.field.ty.inner_named_type();
        for name in sized {
            let is_list = self.subgraph.schema.type_field(target, name).is_ok_and(|field| field.ty.is_list());
            if !is_list {
                let message = format!("{target} has no list {name}, which {coordinate} is said to size");
                let hint = format!("name lists of {target}");
                self.say(Code::ListSizeInvalidSizedField, directive, message, &hint);
            }
        }
    }
}

fn names(value: &Node<Value>) -> Vec<&str> {
    value.as_list().unwrap_or_default().iter().filter_map(|name| name.as_str()).collect()
}
