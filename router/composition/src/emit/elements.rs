//! Types and fields with their join directives.

use crate::ingest::Subgraph;
use crate::merge::{
    Body, Composite, ContextArgument, JoinField, MergedField, MergedInput, MergedType, MergedValue,
};
use apollo_compiler::ast::{self, Definition, Directive, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::apollo_compiler;
use std::collections::BTreeSet;

/// The definition of one type.
pub(super) fn definition(subgraphs: &[Subgraph], name: &Name, ty: &MergedType) -> Definition {
    let printer = Printer { subgraphs };
    let description = ty.notes.description.clone();
    let name = name.clone();
    let directives = printer.type_directives(ty);
    match &ty.body {
        Body::Scalar => Definition::ScalarTypeDefinition(Node::new(ast::ScalarTypeDefinition {
            description,
            name,
            directives,
        })),
        Body::Object(composite) => Definition::ObjectTypeDefinition(Node::new(ast::ObjectTypeDefinition {
            description,
            name,
            implements_interfaces: composite.implements.keys().cloned().collect(),
            directives,
            fields: printer.fields(composite),
        })),
        Body::Interface(composite) => {
            Definition::InterfaceTypeDefinition(Node::new(ast::InterfaceTypeDefinition {
                description,
                name,
                implements_interfaces: composite.implements.keys().cloned().collect(),
                directives,
                fields: printer.fields(composite),
            }))
        }
        Body::Union(members) => Definition::UnionTypeDefinition(Node::new(ast::UnionTypeDefinition {
            description,
            name,
            directives,
            members: members.keys().cloned().collect(),
        })),
        Body::Enum(values) => Definition::EnumTypeDefinition(Node::new(ast::EnumTypeDefinition {
            description,
            name,
            directives,
            values: values.iter().map(|(name, value)| printer.value(name, value)).collect(),
        })),
        Body::Input(fields) => {
            Definition::InputObjectTypeDefinition(Node::new(ast::InputObjectTypeDefinition {
                description,
                name,
                directives,
                fields: printer.inputs(fields),
            }))
        }
    }
}

struct Printer<'a> {
    subgraphs: &'a [Subgraph],
}

impl Printer<'_> {
    fn type_directives(&self, ty: &MergedType) -> ast::DirectiveList {
        let mut directives = Vec::new();
        if let Some(composite) = ty.composite() {
            for (interface, graphs) in &composite.implements {
                for graph in graphs {
                    let interface = Value::String(interface.to_string());
                    directives.push(join("implements", vec![self.graph(*graph), ("interface", interface)]));
                }
            }
        }
        for (graph, placement) in &ty.placement {
            let object = placement.is_interface_object.then_some(("isInterfaceObject", Value::Boolean(true)));
            if placement.keys.is_empty() {
                let arguments = [self.graph(*graph)].into_iter().chain(object.clone());
                directives.push(join("type", arguments.collect()));
            }
            for key in &placement.keys {
                let mut arguments = vec![self.graph(*graph), ("key", Value::String(key.fields.clone()))];
                if !key.is_resolvable {
                    arguments.push(("resolvable", Value::Boolean(false)));
                }
                arguments.extend(object.clone());
                directives.push(join("type", arguments));
            }
        }
        if let Body::Union(members) = &ty.body {
            for (member, graphs) in members {
                for graph in graphs {
                    let member = Value::String(member.to_string());
                    directives.push(join("unionMember", vec![self.graph(*graph), ("member", member)]));
                }
            }
        }
        directives.extend(ty.notes.marks.iter().cloned());
        list(directives)
    }

    fn fields(&self, composite: &Composite) -> Vec<Node<ast::FieldDefinition>> {
        composite.fields.iter().map(|(name, field)| Node::new(self.field(name, field))).collect()
    }

    fn field(&self, name: &Name, field: &MergedField) -> ast::FieldDefinition {
        let mut directives = self.join_fields(field.join.as_deref());
        directives.extend(field.notes.marks.iter().cloned());
        ast::FieldDefinition {
            description: field.notes.description.clone(),
            name: name.clone(),
            arguments: self.inputs(&field.arguments),
            ty: field.ty.clone(),
            directives: list(directives),
        }
    }

    fn inputs(&self, inputs: &IndexMap<Name, MergedInput>) -> Vec<Node<ast::InputValueDefinition>> {
        let definition = |(name, input): (&Name, &MergedInput)| {
            let mut directives = self.join_fields(input.join.as_deref());
            directives.extend(input.notes.marks.iter().cloned());
            Node::new(ast::InputValueDefinition {
                description: input.notes.description.clone(),
                name: name.clone(),
                ty: Node::new(input.ty.clone()),
                default_value: input.default.clone(),
                directives: list(directives),
            })
        };
        inputs.iter().map(definition).collect()
    }

    fn value(&self, name: &Name, value: &MergedValue) -> Node<ast::EnumValueDefinition> {
        let graphs: &BTreeSet<usize> = &value.graphs;
        let mut directives: Vec<_> =
            graphs.iter().map(|graph| join("enumValue", vec![self.graph(*graph)])).collect();
        directives.extend(value.notes.marks.iter().cloned());
        Node::new(ast::EnumValueDefinition {
            description: value.notes.description.clone(),
            value: name.clone(),
            directives: list(directives),
        })
    }

    fn join_fields(&self, joins: Option<&[JoinField]>) -> Vec<Directive> {
        match joins {
            None => Vec::new(),
            Some([]) => vec![join("field", Vec::new())],
            Some(joins) => joins.iter().map(|field| self.join_field(field)).collect(),
        }
    }

    fn join_field(&self, field: &JoinField) -> Directive {
        let text = |name: &'static str, value: &Option<String>| {
            value.clone().map(|value| (name, Value::String(value)))
        };
        let flag = |name: &'static str, is_set: bool| is_set.then_some((name, Value::Boolean(true)));
        let mut arguments = vec![self.graph(field.graph)];
        arguments.extend(text("requires", &field.requires));
        arguments.extend(text("provides", &field.provides));
        arguments.extend(field.ty.as_ref().map(|ty| ("type", Value::String(ty.to_string()))));
        arguments.extend(flag("external", field.is_external));
        arguments.extend(text("override", &field.overrides));
        arguments.extend(flag("usedOverridden", field.is_used_overridden));
        arguments.extend(text("overrideLabel", &field.label));
        if !field.context_arguments.is_empty() {
            let listed = field.context_arguments.iter().map(|one| Node::new(context_argument(one)));
            arguments.push(("contextArguments", Value::List(listed.collect())));
        }
        join("field", arguments)
    }

    fn graph(&self, graph: usize) -> (&'static str, Value) {
        ("graph", Value::Enum(self.subgraphs[graph].graph.clone()))
    }
}

fn context_argument(argument: &ContextArgument) -> Value {
    let entries = [
        ("context", argument.context.clone()),
        ("name", argument.name.to_string()),
        ("type", argument.ty.to_string()),
        ("selection", argument.selection.clone()),
    ];
    let entry = |(key, value)| (Name::new_unchecked(key), Node::new(Value::String(value)));
    Value::Object(entries.into_iter().map(entry).collect())
}

fn join(element: &str, arguments: Vec<(&str, Value)>) -> Directive {
    let argument =
        |(name, value)| Node::new(ast::Argument { name: Name::new_unchecked(name), value: Node::new(value) });
    Directive {
        name: Name::new_unchecked(&format!("join__{element}")),
        arguments: arguments.into_iter().map(argument).collect(),
    }
}

fn list(directives: Vec<Directive>) -> ast::DirectiveList {
    ast::DirectiveList(directives.into_iter().map(Node::new).collect())
}
