//! Text forms of the model: the API schema as SDL, and a compact outline for tests and for people.

use crate::model::{ContextArgument, FieldIn, FieldInfo, Supergraph, TypeIn, TypeInfo, TypeKind};
use std::fmt;

impl Supergraph {
    /// The schema that clients see, as SDL.
    #[must_use]
    pub fn api_sdl(&self) -> String {
        self.api.to_string()
    }
}

/// The outline: a line per subgraph, type and field with the terms on which each subgraph serves it.
impl fmt::Display for Supergraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for subgraph in &self.subgraphs {
            writeln!(f, "subgraph {} ({}) {}", subgraph.name, subgraph.graph, subgraph.url)?;
        }
        self.types.values().try_for_each(|info| self.write_type(f, info))
    }
}

impl Supergraph {
    fn write_type(&self, f: &mut fmt::Formatter<'_>, info: &TypeInfo) -> fmt::Result {
        let kind = match info.kind {
            TypeKind::Object => "type",
            TypeKind::Interface => "interface",
            TypeKind::Union => "union",
            TypeKind::Enum => "enum",
            TypeKind::Scalar => "scalar",
            TypeKind::InputObject => "input",
        };
        write!(f, "{kind} {}", info.name)?;
        for (graph, here) in &info.subgraphs {
            write!(f, " {}", self.subgraph(*graph).name)?;
            write_terms(f, &type_terms(here))?;
        }
        if !info.contexts.is_empty() {
            let contexts: Vec<_> = info.contexts.iter().map(String::as_str).collect();
            write!(f, " sets {}", contexts.join(" "))?;
        }
        writeln!(f)?;
        info.fields.values().try_for_each(|field| self.write_field(f, field))
    }

    fn write_field(&self, f: &mut fmt::Formatter<'_>, field: &FieldInfo) -> fmt::Result {
        write!(f, "  {}: {}", field.name, field.ty)?;
        for (graph, here) in &field.subgraphs {
            write!(f, " {}", self.subgraph(*graph).name)?;
            write_terms(f, &field_terms(field, here))?;
        }
        writeln!(f)
    }
}

fn write_terms(f: &mut fmt::Formatter<'_>, terms: &[String]) -> fmt::Result {
    if terms.is_empty() { Ok(()) } else { write!(f, "[{}]", terms.join("; ")) }
}

fn type_terms(here: &TypeIn) -> Vec<String> {
    let mut terms = Vec::new();
    for key in &here.keys {
        let unresolvable = if key.resolvable { "" } else { " unresolvable" };
        terms.push(format!("key {}{unresolvable}", key.fields));
    }
    if here.is_interface_object {
        terms.push("interface object".to_owned());
    }
    for (label, names) in
        [("implements", &here.implements), ("members", &here.members), ("values", &here.values)]
    {
        if !names.is_empty() {
            let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
            terms.push(format!("{label} {}", names.join(" ")));
        }
    }
    terms
}

fn field_terms(field: &FieldInfo, here: &FieldIn) -> Vec<String> {
    let mut terms = Vec::new();
    if here.ty != field.ty {
        terms.push(here.ty.to_string());
    }
    if here.is_external {
        terms.push("external".to_owned());
    }
    terms.extend(here.requires.iter().map(|set| format!("requires {set}")));
    terms.extend(here.provides.iter().map(|set| format!("provides {set}")));
    if here.is_overridden {
        terms.push("overridden".to_owned());
    }
    terms.extend(here.context_arguments.iter().map(|argument| {
        let ContextArgument { name, ty, context, selection } = argument;
        format!("{name}: {ty} from {context} {{ {selection} }}")
    }));
    terms.extend(
        here.override_label
            .iter()
            .map(|label| format!("{} {}", if label.active { "when" } else { "unless" }, label.label)),
    );
    terms
}
