//! Random operations as trees: they are written, printed, and made smaller when they fail.

use crate::dice::Dice;
use router_schema::apollo_compiler::Schema;
use router_schema::apollo_compiler::schema::{ExtendedType, FieldDefinition};
use serde_json::{Map, Value};
use std::fmt::Write;

const DEPTH_MAX: usize = 5;
const FIELDS_MAX: usize = 40;
const ALIASES: [&str; 8] = ["x1", "x2", "id", "name", "sku", "size", "common0", "link"];

/// An operation with the variables to send.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) is_mutation: bool,
    pub(crate) selections: Vec<Selection>,
    pub(crate) variables: Map<String, Value>,
}

/// A field or a fragment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    /// The field's name; empty for a fragment.
    pub(crate) field: String,
    pub(crate) alias: Option<String>,
    pub(crate) arguments: Vec<String>,
    /// The type condition of a fragment.
    pub(crate) on: Option<String>,
    /// The fragment has a definition of its own.
    pub(crate) is_named: bool,
    pub(crate) directives: Vec<String>,
    pub(crate) selections: Vec<Selection>,
}

struct Writer<'a> {
    dice: &'a mut Dice,
    schema: &'a Schema,
    fields: usize,
}

impl Operation {
    /// A random operation over the schema; not every one is valid, since aliases may clash.
    pub(crate) fn random(dice: &mut Dice, schema: &Schema) -> Self {
        let definition = &schema.schema_definition;
        let mutation = definition.mutation.as_ref().filter(|_| dice.chance(15));
        let is_mutation = mutation.is_some();
        let root =
            mutation.or(definition.query.as_ref()).map_or("Query", |root| root.name.as_str()).to_owned();
        let mut writer = Writer { dice, schema, fields: 0 };
        let selections = writer.selections(&root, 0);
        let variables = [
            ("yes", Value::from(true)),
            ("no", Value::from(false)),
            ("coin", Value::from(dice.chance(50))),
            ("number", Value::from(dice.roll(5))),
            ("text", Value::from("t")),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { is_mutation, selections, variables }
    }

    /// The operation as GraphQL, with the variables that it uses declared.
    pub(crate) fn text(&self) -> String {
        let (mut body, mut fragments) = (String::new(), Vec::new());
        print(&self.selections, &mut body, &mut fragments);
        let all = format!("{body}{}", fragments.concat());
        let types = [
            ("yes", "Boolean!"),
            ("no", "Boolean!"),
            ("coin", "Boolean!"),
            ("number", "Int"),
            ("text", "String"),
        ];
        let declared: Vec<String> = types
            .iter()
            .filter(|(name, _)| all.contains(&format!("${name}")))
            .map(|(name, ty)| format!("${name}: {ty}"))
            .collect();
        let declared = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
        let word = if self.is_mutation { "mutation" } else { "query" };
        format!("{word} Q{declared} {{ {body}}}\n{}", fragments.concat())
    }

    /// The variables that the operation declares.
    pub(crate) fn given(&self) -> Map<String, Value> {
        let text = self.text();
        self.variables.clone().into_iter().filter(|(name, _)| text.contains(&format!("${name}:"))).collect()
    }
}

fn print(selections: &[Selection], out: &mut String, fragments: &mut Vec<String>) {
    for selection in selections {
        let directives: String = selection.directives.iter().fold(String::new(), |all, one| all + " " + one);
        if !selection.field.is_empty() {
            if let Some(alias) = &selection.alias {
                let _ = write!(out, "{alias}: ");
            }
            out.push_str(&selection.field);
            if !selection.arguments.is_empty() {
                let _ = write!(out, "({})", selection.arguments.join(", "));
            }
            out.push_str(&directives);
            if !selection.selections.is_empty() {
                out.push_str(" { ");
                print(&selection.selections, out, fragments);
                out.push('}');
            }
            out.push(' ');
            continue;
        }
        let mut inner = String::new();
        print(&selection.selections, &mut inner, fragments);
        match &selection.on {
            Some(on) if selection.is_named => {
                let name = format!("F{}", fragments.len());
                fragments.push(format!("fragment {name} on {on} {{ {inner}}}\n"));
                let _ = write!(out, "...{name}{directives} ");
            }
            on => {
                let on = on.as_ref().map(|on| format!(" on {on}")).unwrap_or_default();
                let _ = write!(out, "...{on}{directives} {{ {inner}}} ");
            }
        }
    }
}

impl Writer<'_> {
    fn selections(&mut self, ty: &str, depth: usize) -> Vec<Selection> {
        let count = 1 + self.dice.roll(if depth < 3 { 5 } else { 3 });
        (0..count).map(|_| self.one(ty, depth)).collect()
    }

    fn one(&mut self, ty: &str, depth: usize) -> Selection {
        let others = self.overlapping(ty);
        if !others.is_empty()
            && depth < DEPTH_MAX
            && self.dice.chance(if self.fields_of(ty).is_empty() { 85 } else { 35 })
        {
            let on = self.dice.pick(&others).clone();
            let on = if self.dice.chance(5) { None } else { Some(on) };
            let inner = on.clone().unwrap_or_else(|| ty.to_owned());
            return Selection {
                is_named: self.dice.chance(25),
                directives: self.directives(),
                selections: self.selections(&inner, depth + 1),
                on,
                ..Selection::default()
            };
        }
        let leaf_only = depth >= DEPTH_MAX || self.fields > FIELDS_MAX;
        let usable: Vec<FieldDefinition> =
            self.fields_of(ty).into_iter().filter(|field| !leaf_only || !self.is_composite(field)).collect();
        if usable.is_empty() || self.dice.chance(8) {
            let alias = self.dice.chance(20).then(|| (*self.dice.pick(&ALIASES)).to_owned());
            return Selection { field: "__typename".to_owned(), alias, ..Selection::default() };
        }
        let mut field = self.dice.pick(&usable).clone();
        if depth < 2 && !self.is_composite(&field) {
            // Near the root the way down is worth more.
            field = self.dice.pick(&usable).clone();
        }
        self.field(&field, depth)
    }

    fn field(&mut self, field: &FieldDefinition, depth: usize) -> Selection {
        self.fields += 1;
        let arguments = self.arguments(field);
        // The same field with other arguments needs a name of its own.
        let alias = if !arguments.is_empty() && self.dice.chance(80) {
            Some(format!("y{}", self.fields))
        } else {
            self.dice.chance(6).then(|| (*self.dice.pick(&ALIASES)).to_owned())
        };
        Selection {
            field: field.name.to_string(),
            alias,
            arguments,
            directives: self.directives(),
            selections: if self.is_composite(field) {
                self.selections(field.ty.inner_named_type(), depth + 1)
            } else {
                Vec::new()
            },
            ..Selection::default()
        }
    }

    fn arguments(&mut self, field: &FieldDefinition) -> Vec<String> {
        let mut given = Vec::new();
        for argument in &field.arguments {
            if !argument.is_required() && self.dice.chance(50) {
                continue;
            }
            let is_required = argument.ty.is_non_null();
            let values: &[&str] = match argument.ty.inner_named_type().as_str() {
                "Int" if is_required => &["1", "2"],
                "Int" => &["1", "2", "7", "null", "$number"],
                "Boolean" => &["true", "false", "$coin", "$yes"],
                _ => &["\"m\"", "\"a { b\"", "null", "$text"],
            };
            given.push(format!("{}: {}", argument.name, self.dice.pick(values)));
        }
        given
    }

    fn directives(&mut self) -> Vec<String> {
        let mut directives = Vec::new();
        for word in ["include", "skip"] {
            if self.dice.chance(6) {
                let value = *self.dice.pick(&["$yes", "$no", "$coin", "$coin", "true", "false"]);
                directives.push(format!("@{word}(if: {value})"));
            }
        }
        directives
    }

    fn is_composite(&self, field: &FieldDefinition) -> bool {
        matches!(
            self.schema.types.get(field.ty.inner_named_type()),
            Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
        )
    }

    fn fields_of(&self, ty: &str) -> Vec<FieldDefinition> {
        match self.schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => {
                object.fields.values().map(|field| FieldDefinition::clone(field)).collect()
            }
            Some(ExtendedType::Interface(of)) => {
                of.fields.values().map(|field| FieldDefinition::clone(field)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn possible(&self, ty: &str) -> Vec<String> {
        match self.schema.types.get(ty) {
            Some(ExtendedType::Object(_)) => vec![ty.to_owned()],
            Some(ExtendedType::Union(union)) => union.members.iter().map(ToString::to_string).collect(),
            Some(ExtendedType::Interface(_)) => {
                let implements = |other: &&ExtendedType| matches!(other, ExtendedType::Object(object) if object.implements_interfaces.contains(ty));
                self.schema.types.values().filter(implements).map(|other| other.name().to_string()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The types that a fragment can name here: those that have a possible type in common, this one included.
    fn overlapping(&self, ty: &str) -> Vec<String> {
        let here = self.possible(ty);
        if ["Query", "Mutation"].contains(&ty) {
            return Vec::new();
        }
        self.schema
            .types
            .values()
            .filter(|other| !other.name().starts_with("__"))
            .map(|other| other.name().to_string())
            .filter(|other| self.possible(other).iter().any(|possible| here.contains(possible)))
            .collect()
    }
}
