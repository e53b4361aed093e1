//! Reads the client's answer out of the merged data: the client's order and names, conditions, enum values, and nulls
//! that propagate over the client's shape whichever subgraph they come from.

use crate::client_path::ClientPath;
use crate::error::{
    GraphqlError, INVALID_VALUE, NULL_IN_NON_NULL_FIELD, PathSegment, UNAUTHORIZED_FIELD_OR_TYPE,
};
use crate::faults::Faults;
use crate::request::Variables;
use crate::tree::typename;
use apollo_compiler::ast::Type;
use apollo_compiler::{Name, Schema};
use router_planner::{Shape, ShapeField, ShapeKind};
use serde_json::{Map, Value};

/// Writes one answer.
#[derive(Debug)]
pub(crate) struct Projector<'a> {
    schema: &'a Schema,
    variables: &'a Variables,
    faults: &'a mut Faults,
    /// The answers to `__schema` and `__type` by response key.
    introspected: Map<String, Value>,
    path: Vec<PathSegment>,
}

/// A null is on its way up to the next nullable field; its error is recorded already.
struct Bubble;

impl<'a> Projector<'a> {
    pub(crate) fn new(
        schema: &'a Schema,
        variables: &'a Variables,
        faults: &'a mut Faults,
        introspected: Map<String, Value>,
    ) -> Self {
        Self { schema, variables, faults, introspected, path: Vec::new() }
    }

    /// The whole answer: an object, or null when a null propagated all the way up.
    pub(crate) fn root(mut self, shape: &Shape, data: &Value, root_type: Option<&str>) -> Value {
        let concrete = typename(data).or(root_type);
        self.fields(shape, data, concrete).unwrap_or(Value::Null)
    }

    fn object(&mut self, shape: &Shape, object: &Value) -> Result<Value, Bubble> {
        let concrete = typename(object);
        if let Some(name) = concrete.filter(|name| !self.schema.types.contains_key(*name)) {
            return Err(self.invalid(format!("`{name}` is not a type of this graph")));
        }
        self.fields(shape, object, concrete)
    }

    fn fields(&mut self, shape: &Shape, object: &Value, concrete: Option<&str>) -> Result<Value, Bubble> {
        let mut written = Map::with_capacity(shape.fields.len());
        for field in &shape.fields {
            let variables = self.variables;
            if !field.condition.holds(|name| variables.is_true(name)) || !self.applies(field, concrete)? {
                continue;
            }
            self.path.push(PathSegment::Key(field.response_key.to_string()));
            let value = self.field(field, object);
            self.path.pop();
            written.insert(field.response_key.to_string(), value?);
        }
        Ok(Value::Object(written))
    }

    /// Whether the field belongs to an object of this type. Where no subgraph named the concrete type that is an error:
    /// guessing would show the client fields of the wrong type, or hide fields of the right one. (A subgraph that knows an
    /// interface as an object gives the interface's name.)
    fn applies(&mut self, field: &ShapeField, concrete: Option<&str>) -> Result<bool, Bubble> {
        match (&field.on, concrete) {
            (None, _) => Ok(true),
            (Some(types), Some(name)) if self.is_object_type(name) => {
                Ok(types.iter().any(|candidate| candidate == name))
            }
            (Some(_), _) if self.faults.explains(&self.path) => Err(Bubble),
            (Some(_), _) => {
                Err(self.invalid("the subgraph did not say which type the object has".to_owned()))
            }
        }
    }

    fn field(&mut self, field: &ShapeField, object: &Value) -> Result<Value, Bubble> {
        match &field.kind {
            ShapeKind::Introspection => {
                Ok(self.introspected.remove(field.response_key.as_str()).unwrap_or(Value::Null))
            }
            ShapeKind::Withheld => {
                let message = format!("the caller may not see `{}`", field.response_key);
                self.fault(GraphqlError::new(message).with_code(UNAUTHORIZED_FIELD_OR_TYPE));
                if field.ty.is_non_null() { Err(Bubble) } else { Ok(Value::Null) }
            }
            ShapeKind::Typename(Some(name)) => Ok(Value::from(name.as_str())),
            // A subgraph may leave out a field that failed; that is a null like any other.
            _ => {
                let value = object.get(field.source.as_str()).unwrap_or(&Value::Null);
                self.complete(&field.ty, field, value)
            }
        }
    }

    /// Completes a value of type `ty`, which is the field's type or that of an item in it.
    fn complete(&mut self, ty: &Type, field: &ShapeField, value: &Value) -> Result<Value, Bubble> {
        match self.nullable(ty, field, value) {
            Ok(completed) if completed.is_null() && ty.is_non_null() => {
                if !self.faults.explains(&self.path) {
                    let message = format!("non-null field `{}` is null", field.response_key);
                    self.fault(GraphqlError::new(message).with_code(NULL_IN_NON_NULL_FIELD));
                }
                Err(Bubble)
            }
            Err(Bubble) if !ty.is_non_null() => Ok(Value::Null),
            completed => completed,
        }
    }

    fn nullable(&mut self, ty: &Type, field: &ShapeField, value: &Value) -> Result<Value, Bubble> {
        match (ty, value) {
            (_, Value::Null) => Ok(Value::Null),
            (Type::List(item) | Type::NonNullList(item), Value::Array(items)) => {
                self.list(item, field, items)
            }
            (Type::List(_) | Type::NonNullList(_), _) => {
                Err(self.invalid(format!("`{}` is not a list", field.response_key)))
            }
            (Type::Named(ty) | Type::NonNullNamed(ty), _) => self.named(ty, field, value),
        }
    }

    fn list(&mut self, item: &Type, field: &ShapeField, items: &[Value]) -> Result<Value, Bubble> {
        let mut written = Vec::with_capacity(items.len());
        for (index, value) in items.iter().enumerate() {
            self.path.push(PathSegment::Index(index));
            let completed = self.complete(item, field, value);
            self.path.pop();
            written.push(completed?);
        }
        Ok(Value::Array(written))
    }

    fn named(&mut self, ty: &Name, field: &ShapeField, value: &Value) -> Result<Value, Bubble> {
        match (&field.kind, value) {
            (ShapeKind::Scalar, _) => {
                scalar(ty, value).ok_or_else(|| self.invalid(format!("`{}` is no {ty}", field.response_key)))
            }
            (ShapeKind::Enum(values), Value::String(text))
                if values.iter().any(|known| known == text.as_str()) =>
            {
                Ok(value.clone())
            }
            (ShapeKind::Enum(_), _) => {
                Err(self.invalid(format!("`{}` has a value outside its enum", field.response_key)))
            }
            (ShapeKind::Typename(_), Value::String(name)) if self.is_object_type(name) => Ok(value.clone()),
            (ShapeKind::Typename(_), _) if self.faults.explains(&self.path) => Err(Bubble),
            (ShapeKind::Typename(_), _) => {
                Err(self.invalid("`__typename` is not an object type of this graph".to_owned()))
            }
            (ShapeKind::Object(shape), Value::Object(_)) => self.object(shape, value),
            (ShapeKind::Object(_), _) => {
                Err(self.invalid(format!("`{}` is not an object", field.response_key)))
            }
            // `Self::field` answers these without looking at data.
            (ShapeKind::Introspection | ShapeKind::Withheld, _) => Ok(Value::Null),
        }
    }

    fn is_object_type(&self, name: &str) -> bool {
        self.schema.get_object(name).is_some()
    }

    fn invalid(&mut self, message: String) -> Bubble {
        self.fault(GraphqlError::new(message).with_code(INVALID_VALUE));
        Bubble
    }

    fn fault(&mut self, error: GraphqlError) {
        let steps = self.path.iter().cloned().map(Some).collect();
        self.faults.explain(&ClientPath { steps, is_complete: true, unasked: None });
        self.faults.push(error.at(self.path.clone()));
    }
}

/// The result coercion of the built-in scalars (GraphQL, 3.5); a scalar of the graph's own may be anything.
fn scalar(ty: &str, value: &Value) -> Option<Value> {
    let fits = match ty {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        // Whole numbers are identifiers too; clients see text.
        "ID" if value.is_i64() || value.is_u64() => return Some(Value::from(value.to_string())),
        "ID" => value.is_string(),
        _ => true,
    };
    fits.then(|| value.clone())
}
