//! Whether an answer is one that the schema allows for the operation.
//!
//! Objects do not always carry their type, so a key may stand for any selection of it that can apply: the check is lenient
//! where types are abstract and strict everywhere else.

use router_schema::apollo_compiler::ExecutableDocument;
use router_schema::apollo_compiler::Schema;
use router_schema::apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use router_schema::apollo_compiler::schema::{ExtendedType, Type};
use serde_json::Value;
use std::collections::BTreeMap;

/// Checks the data of a response.
///
/// # Errors
/// What is wrong, with its path.
pub(crate) fn conforms(
    api: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
    data: &Value,
) -> Result<(), String> {
    let checker = Checker { api, document };
    match data {
        Value::Null => Ok(()),
        data => checker.object(&[&operation.selection_set], data, "data"),
    }
}

struct Checker<'a> {
    api: &'a Schema,
    document: &'a ExecutableDocument,
}

/// Fields by response key; several under different type conditions.
type Fields<'a> = BTreeMap<&'a str, Vec<&'a Field>>;

impl<'a> Checker<'a> {
    fn object(&self, selections: &[&'a SelectionSet], value: &Value, path: &str) -> Result<(), String> {
        let Value::Object(object) = value else { return Err(format!("{path}: not an object")) };
        let mut fields = Fields::new();
        for selection in selections {
            self.collect(selection, &mut fields);
        }
        for (key, value) in object {
            let path = format!("{path}.{key}");
            let Some(candidates) = fields.get(key.as_str()) else {
                return Err(format!("{path}: was not asked for"));
            };
            // Same-named fields of different types agree in shape (FieldsInSetCanMerge), but not in nullability of what is inside.
            let mut complaints =
                candidates.iter().map(|field| self.value(candidates, &field.definition.ty, value, &path));
            if complaints.all(|complaint| complaint.is_err()) {
                self.value(candidates, &candidates[0].definition.ty, value, &path)?;
            }
        }
        Ok(())
    }

    fn collect(&self, selections: &'a SelectionSet, fields: &mut Fields<'a>) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => {
                    fields.entry(field.response_key().as_str()).or_default().push(field)
                }
                Selection::InlineFragment(fragment) => self.collect(&fragment.selection_set, fields),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.collect(&fragment.selection_set, fields);
                    }
                }
            }
        }
    }

    fn value(&self, fields: &[&'a Field], ty: &Type, value: &Value, path: &str) -> Result<(), String> {
        match (ty, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
                Err(format!("{path}: null where {ty} was promised"))
            }
            (_, Value::Null) => Ok(()),
            (Type::List(item) | Type::NonNullList(item), Value::Array(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(at, value)| self.value(fields, item, value, &format!("{path}.{at}"))),
            (Type::List(_) | Type::NonNullList(_), _) => Err(format!("{path}: not a list")),
            (Type::Named(name) | Type::NonNullNamed(name), value) => match self.api.types.get(name) {
                Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
                    let selections: Vec<&SelectionSet> =
                        fields.iter().map(|field| &field.selection_set).collect();
                    self.object(&selections, value, path)
                }
                Some(ExtendedType::Enum(definition)) => {
                    let known = value.as_str().is_some_and(|value| definition.values.contains_key(value));
                    known.then_some(()).ok_or_else(|| format!("{path}: {value} is no value of {name}"))
                }
                _ => leaf(name, value, path),
            },
        }
    }
}

/// The built-in scalars; a scalar of the graph's own may be anything.
fn leaf(name: &str, value: &Value, path: &str) -> Result<(), String> {
    let fits = match name {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "String" | "ID" => value.is_string(),
        "Boolean" => value.is_boolean(),
        _ => true,
    };
    fits.then_some(()).ok_or_else(|| format!("{path}: {value} is no {name}"))
}
