//! Who serves which type and field, read from the join directives.

use super::Join;
use super::graphs::Graphs;
use super::{shape, type_reference};
use crate::error::{Fault, Position, SupergraphError};
use crate::field_set::FieldSet;
use crate::link::{Links, bool_argument, string_argument};
use crate::model::{
    ContextArgument, FieldIn, FieldInfo, Key, OverrideLabel, SubgraphId, TypeIn, TypeInfo, TypeKind,
};
use apollo_compiler::ast::{Directive, FieldDefinition, Type, Value};
use apollo_compiler::schema::{Component, DirectiveList, ExtendedType};
use apollo_compiler::{Name, Node, Schema};
use indexmap::IndexMap;

/// Reads every type that is not part of a spec's machinery.
pub(crate) fn read(
    schema: &Schema,
    links: &Links,
    join: &Join,
    graphs: &Graphs,
) -> Result<IndexMap<Name, TypeInfo>, SupergraphError> {
    let context = links.principal("context");
    let reader = Reader { schema, join, graphs, context };
    let mut types = IndexMap::new();
    for (name, definition) in &schema.types {
        let is_machinery = name.starts_with(&join.name("")) || links.feature_of_type(name).is_some();
        if !definition.is_built_in() && !is_machinery {
            types.insert(name.clone(), reader.read_type(name, definition)?);
        }
    }
    for (name, definition) in types.keys().filter_map(|name| schema.types.get_key_value(name)) {
        reader.check_implements(name, definition, &types)?;
    }
    Ok(types)
}

struct Reader<'a> {
    schema: &'a Schema,
    join: &'a Join,
    graphs: &'a Graphs,
    /// The name of `@context`.
    context: String,
}

/// Which subgraphs have a type, and what is known of it there.
struct Placement {
    subgraphs: IndexMap<SubgraphId, TypeIn>,
    /// Whether `@join__type` says it; for value types of v0.1 nothing does.
    is_said: bool,
}

impl Placement {
    /// The type in a subgraph that another directive names. Where `@join__type` says which subgraphs have the type, that has to be
    /// one of them.
    fn at(&mut self, graph: SubgraphId) -> Result<&mut TypeIn, String> {
        self.check(graph)?;
        Ok(self.subgraphs.entry(graph).or_default())
    }

    fn check(&self, graph: SubgraphId) -> Result<(), String> {
        if self.is_said && !self.subgraphs.contains_key(&graph) {
            return Err("no @join__type says that this subgraph has the type".to_owned());
        }
        Ok(())
    }
}

impl Reader<'_> {
    fn read_type(&self, name: &Name, definition: &ExtendedType) -> Result<TypeInfo, SupergraphError> {
        let mut placement = self.read_placement(name, definition)?;
        self.read_implements(name, definition, &mut placement)?;
        match definition {
            ExtendedType::Union(union) => self.read_members(name, union, &mut placement)?,
            ExtendedType::Enum(values) => self.read_values(name, values, &mut placement)?,
            _ => {}
        }
        placement.subgraphs.sort_keys();
        let mut fields = IndexMap::new();
        for field in output_fields(definition).into_iter().flat_map(IndexMap::values) {
            let field = self.read_field(name, definition, field, &placement)?;
            fields.insert(field.name.clone(), field);
        }
        let subgraphs = placement.subgraphs;
        let contexts = self.contexts(definition).map(ToOwned::to_owned).collect();
        Ok(TypeInfo { name: name.clone(), kind: kind(definition), subgraphs, fields, contexts })
    }

    /// `@join__type(graph:, key:, resolvable:, isInterfaceObject:)`
    fn read_placement(&self, name: &Name, definition: &ExtendedType) -> Result<Placement, SupergraphError> {
        let mut subgraphs: IndexMap<SubgraphId, TypeIn> = IndexMap::new();
        for directive in definition.directives().get_all(&self.join.name("type")) {
            let refuse = |message| self.refuse(name.as_str(), directive, message);
            let Some(graph) = self.graphs.named_by(directive).map_err(refuse)? else { continue };
            let here = subgraphs.entry(graph).or_default();
            if let Some(fields) = self.field_set(name, directive, "key").map_err(refuse)? {
                let resolvable = bool_argument(directive, "resolvable").unwrap_or(true);
                here.keys.push(Key { fields, resolvable });
            }
            here.is_interface_object |= bool_argument(directive, "isInterfaceObject").unwrap_or(false);
        }
        Ok(Placement { is_said: !subgraphs.is_empty(), subgraphs })
    }

    /// `@join__implements(graph:, interface:)`
    fn read_implements(
        &self,
        name: &Name,
        definition: &ExtendedType,
        placement: &mut Placement,
    ) -> Result<(), SupergraphError> {
        for directive in definition.directives().get_all(&self.join.name("implements")) {
            let refuse = |message| self.refuse(name.as_str(), directive, message);
            let Some(graph) = self.graphs.named_by(directive).map_err(refuse)? else { continue };
            let interface = string_argument(directive, "interface").and_then(|text| Name::new(text).ok());
            let interface = interface.ok_or_else(|| refuse("the interface is not a name".to_owned()))?;
            let here = placement.at(graph).map_err(refuse)?;
            here.implements.insert(interface);
        }
        Ok(())
    }

    /// What implements an interface in a subgraph finds an interface there: not nothing, and not an object that stands for it.
    fn check_implements(
        &self,
        name: &Name,
        definition: &ExtendedType,
        types: &IndexMap<Name, TypeInfo>,
    ) -> Result<(), SupergraphError> {
        for directive in definition.directives().get_all(&self.join.name("implements")) {
            let refuse = |message| self.refuse(name.as_str(), directive, message);
            let Some(graph) = self.graphs.named_by(directive).map_err(refuse)? else { continue };
            let interface = string_argument(directive, "interface").unwrap_or_default();
            let Some(known) = types.get(interface) else { continue };
            let there = known.subgraphs.get(&graph);
            if !known.subgraphs.is_empty() && there.is_none_or(|there| there.is_interface_object) {
                return Err(refuse(format!("{interface} is no interface in this subgraph")));
            }
        }
        Ok(())
    }

    /// `@join__unionMember(graph:, member:)`; `implicit` adds the members when none is said.
    fn read_members(
        &self,
        name: &Name,
        union: &apollo_compiler::schema::UnionType,
        placement: &mut Placement,
    ) -> Result<(), SupergraphError> {
        for directive in union.directives.get_all(&self.join.name("unionMember")) {
            let refuse = |message| self.refuse(name.as_str(), directive, message);
            let Some(graph) = self.graphs.named_by(directive).map_err(refuse)? else { continue };
            let member = string_argument(directive, "member").and_then(|text| Name::new(text).ok());
            let member = member.ok_or_else(|| refuse("the member is not a name".to_owned()))?;
            let here = placement.at(graph).map_err(refuse)?;
            here.members.insert(member);
        }
        Ok(())
    }

    /// `@join__enumValue(graph:)` on the values; `implicit` adds the values that say nothing.
    fn read_values(
        &self,
        name: &Name,
        definition: &apollo_compiler::schema::EnumType,
        placement: &mut Placement,
    ) -> Result<(), SupergraphError> {
        for value in definition.values.values() {
            for directive in value.directives.get_all(&self.join.name("enumValue")) {
                let refuse = |message| self.refuse(format!("{name}.{}", value.value), directive, message);
                let Some(graph) = self.graphs.named_by(directive).map_err(refuse)? else { continue };
                let here = placement.at(graph).map_err(refuse)?;
                here.values.insert(value.value.clone());
            }
        }
        Ok(())
    }

    fn read_field(
        &self,
        parent: &Name,
        definition: &ExtendedType,
        field: &Component<FieldDefinition>,
        placement: &Placement,
    ) -> Result<FieldInfo, SupergraphError> {
        let mut subgraphs = IndexMap::new();
        let join_field = self.join.name("field");
        for directive in field.directives.get_all(&join_field) {
            let refuse = |message| self.refuse(format!("{parent}.{}", field.name), directive, message);
            let Some(graph) = self.graphs.named_by(directive).map_err(refuse)? else { continue };
            placement.check(graph).map_err(refuse)?;
            subgraphs.insert(graph, self.field_in(parent, field, directive)?);
        }
        if !field.directives.has(&join_field) {
            let owner = self.owner(parent, definition.directives())?;
            for graph in
                owner.map_or_else(|| placement.subgraphs.keys().copied().collect(), |owner| vec![owner])
            {
                subgraphs.insert(graph, plain(&field.ty));
            }
        }
        subgraphs.sort_keys();
        Ok(FieldInfo { name: field.name.clone(), ty: field.ty.clone(), subgraphs })
    }

    /// `@join__owner(graph:)` of v0.1: the subgraph that serves the fields which say nothing.
    fn owner(
        &self,
        parent: &Name,
        directives: &DirectiveList,
    ) -> Result<Option<SubgraphId>, SupergraphError> {
        let Some(directive) = directives.get(&self.join.name("owner")) else { return Ok(None) };
        self.graphs.named_by(directive).map_err(|message| self.refuse(parent.as_str(), directive, message))
    }

    fn field_in(
        &self,
        parent: &Name,
        field: &FieldDefinition,
        directive: &Node<Directive>,
    ) -> Result<FieldIn, SupergraphError> {
        let refuse = |message| self.refuse(format!("{parent}.{}", field.name), directive, message);
        let ty = match string_argument(directive, "type") {
            Some(text) => {
                type_reference::parse(text).ok_or_else(|| refuse(format!("{text:?} is not a type")))?
            }
            None => field.ty.clone(),
        };
        if let Some(fault) = shape::mistyped(self.schema, &field.ty, &ty) {
            return Err(refuse(fault));
        }
        let override_label = string_argument(directive, "overrideLabel").map(|label| OverrideLabel {
            label: label.to_owned(),
            active: string_argument(directive, "override").is_some(),
        });
        let is_overridden = bool_argument(directive, "usedOverridden").unwrap_or(false);
        Ok(FieldIn {
            ty,
            is_external: bool_argument(directive, "external").unwrap_or(false),
            requires: self.field_set(parent, directive, "requires").map_err(refuse)?,
            provides: self.field_set(field.ty.inner_named_type(), directive, "provides").map_err(refuse)?,
            // With a label the subgraph still serves the field whenever the label is not active.
            is_overridden: is_overridden && override_label.is_none(),
            override_label,
            context_arguments: self.context_arguments(directive).map_err(refuse)?,
        })
    }

    /// A field set on `parent`, where the directive has that argument.
    fn field_set(
        &self,
        parent: &Name,
        directive: &Directive,
        argument: &str,
    ) -> Result<Option<FieldSet>, String> {
        let Some(text) = string_argument(directive, argument) else { return Ok(None) };
        let set = FieldSet::parse(text).map_err(|error| error.to_string())?;
        match shape::misshapen(self.schema, parent, &set) {
            Some(fault) => Err(format!("{argument}: {fault}")),
            None => Ok(Some(set)),
        }
    }

    /// `contextArguments: [{name, type, context, selection}]`, since v0.5.
    fn context_arguments(&self, directive: &Directive) -> Result<Vec<ContextArgument>, String> {
        let listed =
            directive.specified_argument_by_name("contextArguments").and_then(|value| value.as_list());
        let listed = listed.unwrap_or_default().iter();
        listed.map(|entry| context_argument(entry).and_then(|argument| self.fitting(argument))).collect()
    }

    /// The argument, when its selection fits every type that sets its context.
    fn fitting(&self, argument: ContextArgument) -> Result<ContextArgument, String> {
        let is_set = |definition| self.contexts(definition).any(|name| name == argument.context);
        let setting = self.schema.types.iter().filter(|(_, definition)| is_set(*definition));
        let fault =
            setting.filter_map(|(name, _)| shape::misshapen(self.schema, name, &argument.selection)).next();
        match fault {
            Some(fault) => Err(format!("contextArguments, {}: {fault}", argument.name)),
            None => Ok(argument),
        }
    }

    /// The names of the contexts that a type sets.
    fn contexts<'d>(&'d self, definition: &'d ExtendedType) -> impl Iterator<Item = &'d str> {
        definition.directives().get_all(&self.context).filter_map(|one| string_argument(one, "name"))
    }

    fn refuse(
        &self,
        coordinate: impl Into<String>,
        directive: &Node<Directive>,
        message: String,
    ) -> SupergraphError {
        let position = Position::of(directive.location(), &self.schema.sources);
        SupergraphError::Join { coordinate: coordinate.into(), fault: Fault { message, position } }
    }
}

/// A field that its subgraph serves without conditions.
pub(crate) fn plain(ty: &Type) -> FieldIn {
    FieldIn {
        ty: ty.clone(),
        is_external: false,
        requires: None,
        provides: None,
        is_overridden: false,
        override_label: None,
        context_arguments: Vec::new(),
    }
}

fn context_argument(entry: &Value) -> Result<ContextArgument, String> {
    let text = |key: &str| {
        let fields = entry.as_object().unwrap_or_default();
        let found = fields.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_str());
        found.ok_or_else(|| format!("a context argument lacks its {key}"))
    };
    let (name, ty) = (text("name")?, text("type")?);
    Ok(ContextArgument {
        name: Name::new(name).map_err(|_| format!("{name:?} is not a name"))?,
        ty: type_reference::parse(ty).ok_or_else(|| format!("{ty:?} is not a type"))?,
        context: text("context")?.to_owned(),
        selection: FieldSet::parse(text("selection")?).map_err(|error| error.to_string())?,
    })
}

/// The fields of an object or interface.
pub(crate) fn output_fields(
    definition: &ExtendedType,
) -> Option<&apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>> {
    match definition {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    }
}

fn kind(definition: &ExtendedType) -> TypeKind {
    match definition {
        ExtendedType::Scalar(_) => TypeKind::Scalar,
        ExtendedType::Object(_) => TypeKind::Object,
        ExtendedType::Interface(_) => TypeKind::Interface,
        ExtendedType::Union(_) => TypeKind::Union,
        ExtendedType::Enum(_) => TypeKind::Enum,
        ExtendedType::InputObject(_) => TypeKind::InputObject,
    }
}
