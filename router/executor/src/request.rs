//! What a client asks beside the operation itself: its variables and the headers that travel on to the subgraphs.

use crate::error::{GraphqlError, Location, VALIDATION_ERROR};
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use http::HeaderMap;
use router_protocol::Credential;
use serde_json::{Map, Value};

/// The changeable part of a client's request; the operation is in [`Prepared`](crate::Prepared).
#[derive(Clone, Debug, Default)]
pub struct ClientRequest {
    /// The variables as the client sent them.
    pub variables: Map<String, Value>,
    /// The headers to send to every subgraph, already chosen: the executor forwards all of them.
    pub headers: HeaderMap,
    /// The client's token as it is renewed; a subscription sends with each of its events the one that is current then.
    pub credential: Option<Credential>,
}

impl ClientRequest {
    /// A request that forwards those of the client's headers that may reach a subgraph
    /// ([`router_protocol::FORWARDED`]).
    #[must_use]
    pub fn forwarding(variables: Map<String, Value>, headers: &HeaderMap) -> Self {
        let mut forwarded = HeaderMap::new();
        for name in &router_protocol::FORWARDED {
            for value in headers.get_all(name) {
                forwarded.append(name, value.clone());
            }
        }
        Self { variables, headers: forwarded, credential: None }
    }
}

/// Variables that fit the operation, defaults filled in.
#[derive(Clone, Debug)]
pub struct Variables {
    /// In the form that introspection needs.
    pub(crate) raw: Valid<JsonMap>,
    values: Map<String, Value>,
}

impl Variables {
    /// A variable's value; `None` for one that was neither given nor has a default.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Whether a boolean variable is true. Coercion makes sure that a variable of `@skip` or `@include` has a value.
    pub(crate) fn is_true(&self, name: &Name) -> bool {
        matches!(self.get(name), Some(Value::Bool(true)))
    }
}

/// Checks a client's variables against the operation that declares them and fills in defaults.
///
/// # Errors
/// One error for each variable that does not fit, in the order of the declarations. All of them are request errors:
/// nothing may be executed.
pub fn coerce(
    schema: &Valid<Schema>,
    document: &ExecutableDocument,
    operation: &Operation,
    variables: Map<String, Value>,
) -> Result<Variables, Vec<GraphqlError>> {
    let given = match JsonValue::from(Value::Object(variables)) {
        JsonValue::Object(given) => given,
        _ => JsonMap::new(),
    };
    let Ok(raw) = coerce_variable_values(schema, operation, &given) else {
        return Err(misfits(schema, document, operation, &given));
    };
    match serde_json::to_value(&*raw) {
        Ok(Value::Object(values)) => Ok(Variables { raw, values }),
        Ok(_) | Err(_) => {
            Err(vec![GraphqlError::new("the variables are not JSON").with_code(VALIDATION_ERROR)])
        }
    }
}

/// Finds every variable at fault: the compiler stops at the first one and does not say which it was.
fn misfits(
    schema: &Valid<Schema>,
    document: &ExecutableDocument,
    operation: &Operation,
    given: &JsonMap,
) -> Vec<GraphqlError> {
    operation
        .variables
        .iter()
        .filter_map(|definition| {
            let mut alone = operation.clone();
            alone.variables = vec![definition.clone()];
            let error = coerce_variable_values(schema, &alone, given).err()?;
            let mut fault = GraphqlError::new(error.message().to_string())
                .with_code(VALIDATION_ERROR)
                .with_extension("field", vec![Value::from(definition.name.as_str())]);
            let place = error.location().or_else(|| definition.location());
            if let Some(found) = place.and_then(|span| span.line_column(&document.sources)) {
                fault.locations.push(Location { line: found.line, column: found.column });
            }
            Some(fault)
        })
        .collect()
}
