//! Taking the machinery out of a supergraph: first the join and link specs (the merged schema), then every linked spec and
//! what is inaccessible (the schema that clients see).

use super::Join;
use crate::error::{SupergraphError, faults};
use crate::link::Links;
use apollo_compiler::ast::{self, InputValueDefinition};
use apollo_compiler::schema::{Component, DirectiveList, ExtendedType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};

/// The merged schema: everything the subgraphs have together, without the directives and types of the join and link specs.
pub(crate) fn merged(schema: &Schema, links: &Links, join: &Join) -> Result<Valid<Schema>, SupergraphError> {
    let mut merged = schema.clone();
    let join_prefix = join.name("");
    let is_plumbing = |feature: Option<&crate::link::Feature>| {
        feature.is_some_and(|f| f.is_apollo() && matches!(f.name.as_str(), "join" | "link" | "core"))
    };
    let is_directive =
        |name: &str| name.starts_with(&join_prefix) || is_plumbing(links.feature_of_directive(name));
    let is_type = |name: &str| name.starts_with(&join_prefix) || is_plumbing(links.feature_of_type(name));
    remove_elements(&mut merged, &is_directive, &is_type);
    define_one_of(&mut merged);
    merged.validate().map_err(|refused| SupergraphError::Invalid(faults(&refused.errors)))
}

/// What clients see of the merged schema.
pub(crate) fn api(merged: &Valid<Schema>, links: &Links) -> Result<Valid<Schema>, SupergraphError> {
    let mut api = Schema::clone(merged);
    remove_inaccessible(&mut api, &links.principal("inaccessible"));
    let unlinked = ["inaccessible", "tag"].map(|spec| links.principal(spec));
    let is_directive =
        |name: &str| links.feature_of_directive(name).is_some() || unlinked.iter().any(|known| known == name);
    let is_type = |name: &str| links.feature_of_type(name).is_some();
    remove_elements(&mut api, &is_directive, &is_type);
    api.validate().map_err(|refused| SupergraphError::InvalidApi(faults(&refused.errors)))
}

/// `@oneOf` is part of GraphQL but not yet of the compiler's built-in directives.
fn define_one_of(schema: &mut Schema) {
    let name = apollo_compiler::name!("oneOf");
    let is_used = schema.types.values().any(|ty| ty.directives().has(&name));
    if is_used && !schema.directive_definitions.contains_key(&name) {
        let definition = ast::DirectiveDefinition {
            description: None,
            name: name.clone(),
            arguments: Vec::new(),
            repeatable: false,
            locations: vec![ast::DirectiveLocation::InputObject],
        };
        schema.directive_definitions.insert(name, Node::new(definition));
    }
}

/// Removes the definitions and the applications of the directives, and the types.
fn remove_elements(schema: &mut Schema, is_directive: &dyn Fn(&str) -> bool, is_type: &dyn Fn(&str) -> bool) {
    schema.directive_definitions.retain(|name, _| !is_directive(name));
    schema.types.retain(|name, _| !is_type(name));
    let definition = schema.schema_definition.make_mut();
    definition.directives.retain(|directive| !is_directive(&directive.name));
    for definition in schema.types.values_mut().filter(|definition| !definition.is_built_in()) {
        strip_type(definition, is_directive);
    }
    for definition in schema.directive_definitions.values_mut().filter(|definition| !definition.is_built_in())
    {
        strip_arguments(&mut definition.make_mut().arguments, is_directive);
    }
}

fn strip_type(definition: &mut ExtendedType, is_directive: &dyn Fn(&str) -> bool) {
    let strip =
        |directives: &mut DirectiveList| directives.retain(|directive| !is_directive(&directive.name));
    match definition {
        ExtendedType::Scalar(scalar) => strip(&mut scalar.make_mut().directives),
        ExtendedType::Union(union) => strip(&mut union.make_mut().directives),
        ExtendedType::Object(object) => {
            let object = object.make_mut();
            strip(&mut object.directives);
            object.fields.values_mut().for_each(|field| strip_field(field, is_directive));
        }
        ExtendedType::Interface(interface) => {
            let interface = interface.make_mut();
            strip(&mut interface.directives);
            interface.fields.values_mut().for_each(|field| strip_field(field, is_directive));
        }
        ExtendedType::Enum(values) => {
            let values = values.make_mut();
            strip(&mut values.directives);
            for value in values.values.values_mut() {
                value.make_mut().directives.retain(|directive| !is_directive(&directive.name));
            }
        }
        ExtendedType::InputObject(input) => {
            let input = input.make_mut();
            strip(&mut input.directives);
            for field in input.fields.values_mut() {
                field.make_mut().directives.retain(|directive| !is_directive(&directive.name));
            }
        }
    }
}

fn strip_field(field: &mut Component<ast::FieldDefinition>, is_directive: &dyn Fn(&str) -> bool) {
    let field = field.make_mut();
    field.directives.retain(|directive| !is_directive(&directive.name));
    strip_arguments(&mut field.arguments, is_directive);
}

fn strip_arguments(arguments: &mut [Node<InputValueDefinition>], is_directive: &dyn Fn(&str) -> bool) {
    for argument in arguments {
        argument.make_mut().directives.retain(|directive| !is_directive(&directive.name));
    }
}

/// Removes everything marked with the directive, and the references that types keep to a removed type.
fn remove_inaccessible(schema: &mut Schema, inaccessible: &str) {
    let hidden: Vec<Name> = schema
        .types
        .iter()
        .filter(|(_, definition)| definition.directives().has(inaccessible))
        .map(|(name, _)| name.clone())
        .collect();
    let is_hidden = |name: &Name| hidden.contains(name);
    schema.types.retain(|name, _| !is_hidden(name));
    let roots = schema.schema_definition.make_mut();
    for root in [&mut roots.query, &mut roots.mutation, &mut roots.subscription] {
        root.take_if(|root| is_hidden(&root.name));
    }
    for definition in schema.types.values_mut().filter(|definition| !definition.is_built_in()) {
        match definition {
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                object.implements_interfaces.retain(|interface| !is_hidden(&interface.name));
                hide_fields(&mut object.fields, inaccessible);
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                interface.implements_interfaces.retain(|interface| !is_hidden(&interface.name));
                hide_fields(&mut interface.fields, inaccessible);
            }
            ExtendedType::Union(union) => union.make_mut().members.retain(|member| !is_hidden(&member.name)),
            ExtendedType::Enum(values) => {
                values.make_mut().values.retain(|_, value| !value.directives.has(inaccessible));
            }
            ExtendedType::InputObject(input) => {
                input.make_mut().fields.retain(|_, field| !field.directives.has(inaccessible));
            }
            ExtendedType::Scalar(_) => {}
        }
    }
    for definition in schema.directive_definitions.values_mut().filter(|definition| !definition.is_built_in())
    {
        definition.make_mut().arguments.retain(|argument| !argument.directives.has(inaccessible));
    }
}

fn hide_fields(
    fields: &mut apollo_compiler::collections::IndexMap<Name, Component<ast::FieldDefinition>>,
    inaccessible: &str,
) {
    fields.retain(|_, field| !field.directives.has(inaccessible));
    for field in fields.values_mut() {
        if field.arguments.iter().any(|argument| argument.directives.has(inaccessible)) {
            field.make_mut().arguments.retain(|argument| !argument.directives.has(inaccessible));
        }
    }
}
