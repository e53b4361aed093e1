//! The codes of composition diagnostics: published names, so that people find what others wrote about them.

use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $text:literal,)*) => {
        /// A diagnostic's code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as printed.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc,)*).trim_ascii(),)* }
            }
        }
    };
}

codes! {
    /// The SDL is not valid GraphQL.
    InvalidGraphql = "INVALID_GRAPHQL",
    /// A subgraph has no name, a reserved one, or that of another.
    InvalidSubgraphName = "INVALID_SUBGRAPH_NAME",
    /// The linked version of federation is not known.
    UnknownFederationLinkVersion = "UNKNOWN_FEDERATION_LINK_VERSION",
    /// `@link` imports something that the spec does not have, or under a name that cannot be.
    InvalidLinkDirectiveUsage = "INVALID_LINK_DIRECTIVE_USAGE",
    /// The URL of a `@link` names no spec, or its `as` is no name.
    InvalidLinkIdentifier = "INVALID_LINK_IDENTIFIER",
    /// `@link` names a version of a spec that is not known.
    UnknownLinkVersion = "UNKNOWN_LINK_VERSION",
    /// `@link` names a spec that the supergraph could not do justice to.
    UnsupportedLinkedFeature = "UNSUPPORTED_LINKED_FEATURE",
    /// A linked spec is newer than the linked federation, which counts as upgraded.
    ImplicitlyUpgradedFederationVersion = "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
    /// A federation directive is defined with arguments or locations that it does not have.
    DirectiveDefinitionInvalid = "DIRECTIVE_DEFINITION_INVALID",
    /// A type of the federation spec is defined as something else.
    TypeDefinitionInvalid = "TYPE_DEFINITION_INVALID",
    /// `@inaccessible` on something that federation or GraphQL defines.
    DisallowedInaccessible = "DISALLOWED_INACCESSIBLE",
    /// The name of a `@tag` has other characters than letters, digits, `_`, `-` and `/`, or too many.
    InvalidTagName = "INVALID_TAG_NAME",
    /// A directive named by `@composeDirective` cannot be carried into the supergraph.
    DirectiveCompositionError = "DIRECTIVE_COMPOSITION_ERROR",
    /// A subgraph uses a composed directive in a way that keeps it out of the supergraph.
    DirectiveCompositionWarn = "DIRECTIVE_COMPOSITION_WARN",
    /// `@composeDirective` names a directive that is composed anyway.
    DirectiveCompositionInfo = "DIRECTIVE_COMPOSITION_INFO",
    /// A composed directive is repeatable in only some subgraphs.
    InconsistentTypeSystemDirectiveRepeatable = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE",
    /// A composed directive has different locations in different subgraphs.
    InconsistentTypeSystemDirectiveLocations = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS",
    /// A directive that may stand once has different arguments in different subgraphs; those of most are kept.
    InconsistentNonRepeatableDirectiveArguments = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
    /// A directive that may stand once has different arguments in different subgraphs, which were merged.
    MergedNonRepeatableDirectiveArguments = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
    /// An element is described differently in different subgraphs; the description of most is kept.
    InconsistentDescription = "INCONSISTENT_DESCRIPTION",
    /// The schema has a type called `Query` that is not its query root.
    RootQueryUsed = "ROOT_QUERY_USED",
    /// The schema has a type called `Mutation` that is not its mutation root.
    RootMutationUsed = "ROOT_MUTATION_USED",
    /// The schema has a type called `Subscription` that is not its subscription root.
    RootSubscriptionUsed = "ROOT_SUBSCRIPTION_USED",
    /// A type is extended but no subgraph defines it.
    ExtensionWithNoBase = "EXTENSION_WITH_NO_BASE",
    /// No subgraph has a query.
    NoQueries = "NO_QUERIES",

    /// The `fields` of a `@key` are not a string.
    KeyInvalidFieldsType = "KEY_INVALID_FIELDS_TYPE",
    /// The `fields` of a `@key` cannot be read or name an unknown field.
    KeyInvalidFields = "KEY_INVALID_FIELDS",
    /// The `fields` of a `@key` contain a directive.
    KeyDirectiveInFieldsArg = "KEY_DIRECTIVE_IN_FIELDS_ARG",
    /// A `@key` uses a field that takes arguments.
    KeyFieldsHasArgs = "KEY_FIELDS_HAS_ARGS",
    /// A `@key` uses a field of an interface or union type.
    KeyFieldsSelectInvalidType = "KEY_FIELDS_SELECT_INVALID_TYPE",
    /// `@key` on an interface needs federation 2.3.
    KeyUnsupportedOnInterface = "KEY_UNSUPPORTED_ON_INTERFACE",

    /// The `fields` of a `@requires` are not a string.
    RequiresInvalidFieldsType = "REQUIRES_INVALID_FIELDS_TYPE",
    /// The `fields` of a `@requires` cannot be read or name an unknown field.
    RequiresInvalidFields = "REQUIRES_INVALID_FIELDS",
    /// The `fields` of a `@requires` contain a directive.
    RequiresDirectiveInFieldsArg = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
    /// A `@requires` uses a field that the subgraph resolves itself.
    RequiresFieldsMissingExternal = "REQUIRES_FIELDS_MISSING_EXTERNAL",
    /// `@requires` on a field of an interface.
    RequiresUnsupportedOnInterface = "REQUIRES_UNSUPPORTED_ON_INTERFACE",

    /// The `fields` of a `@provides` are not a string.
    ProvidesInvalidFieldsType = "PROVIDES_INVALID_FIELDS_TYPE",
    /// The `fields` of a `@provides` cannot be read or name an unknown field.
    ProvidesInvalidFields = "PROVIDES_INVALID_FIELDS",
    /// The `fields` of a `@provides` contain a directive.
    ProvidesDirectiveInFieldsArg = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
    /// A `@provides` uses a field that takes arguments.
    ProvidesFieldsHasArgs = "PROVIDES_FIELDS_HAS_ARGS",
    /// A `@provides` uses a field that the subgraph resolves anyway.
    ProvidesFieldsMissingExternal = "PROVIDES_FIELDS_MISSING_EXTERNAL",
    /// `@provides` on a field whose type has no fields.
    ProvidesOnNonObjectField = "PROVIDES_ON_NON_OBJECT_FIELD",
    /// `@provides` on a field of an interface.
    ProvidesUnsupportedOnInterface = "PROVIDES_UNSUPPORTED_ON_INTERFACE",

    /// A field is `@external` in every subgraph that has it.
    ExternalMissingOnBase = "EXTERNAL_MISSING_ON_BASE",
    /// An `@external` field has another type than its owner gives it.
    ExternalTypeMismatch = "EXTERNAL_TYPE_MISMATCH",
    /// An `@external` field lacks an argument that its owner declares.
    ExternalArgumentMissing = "EXTERNAL_ARGUMENT_MISSING",
    /// An argument of an `@external` field has another type than its owner gives it.
    ExternalArgumentTypeMismatch = "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
    /// An argument of an `@external` field has another default value than its owner gives it.
    ExternalArgumentDefaultMismatch = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
    /// `@external` together with a directive that is about resolving the field.
    ExternalCollisionWithAnotherDirective = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
    /// A directive that reaches the supergraph stands on an `@external` field.
    MergedDirectiveApplicationOnExternal = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
    /// A Federation 1 type has only `@external` fields that nothing uses.
    TypeWithOnlyUnusedExternal = "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
    /// An `@external` field is used by no `@key`, `@requires`, `@provides` or interface.
    ExternalUnused = "EXTERNAL_UNUSED",
    /// `@external` on a field of an interface.
    ExternalOnInterface = "EXTERNAL_ON_INTERFACE",

    /// `@override` names its own subgraph.
    OverrideFromSelfError = "OVERRIDE_FROM_SELF_ERROR",
    /// `@override` takes over from a subgraph that overrides the field itself.
    OverrideSourceHasOverride = "OVERRIDE_SOURCE_HAS_OVERRIDE",
    /// `@override` together with `@external`, `@requires` or `@provides`.
    OverrideCollisionWithAnotherDirective = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
    /// `@override` on a field of an interface.
    OverrideOnInterface = "OVERRIDE_ON_INTERFACE",
    /// The label of an `@override` is neither a name nor `percent(…)`.
    OverrideLabelInvalid = "OVERRIDE_LABEL_INVALID",
    /// `@override` names a subgraph that does not exist.
    FromSubgraphDoesNotExist = "FROM_SUBGRAPH_DOES_NOT_EXIST",

    /// `@override` is there although its source no longer has the field.
    OverrideDirectiveCanBeRemoved = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
    /// An overridden field is used by nothing any more.
    OverriddenFieldCanBeRemoved = "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
    /// A field moves step by step, by an `@override` with a label.
    OverrideMigrationInProgress = "OVERRIDE_MIGRATION_IN_PROGRESS",

    /// `@interfaceObject` where it has no meaning.
    InterfaceObjectUsageError = "INTERFACE_OBJECT_USAGE_ERROR",
    /// A `@key` of an interface is missing on one of its implementations.
    InterfaceKeyNotOnImplementation = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
    /// A subgraph resolves an interface by `@key` without knowing all its implementations.
    InterfaceKeyMissingImplementationType = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
    /// An implementation lacks a field that another subgraph added to the interface.
    InterfaceFieldNoImplem = "INTERFACE_FIELD_NO_IMPLEM",
    /// A field that an interface demands has a type in an implementation that does not fit.
    InterfaceFieldImplemTypeMismatch = "INTERFACE_FIELD_IMPLEM_TYPE_MISMATCH",

    /// The name of a `@context` is not made of letters and digits.
    ContextNameInvalid = "CONTEXT_NAME_INVALID",
    /// `@fromContext` where no context can give the value.
    ContextNotSet = "CONTEXT_NOT_SET",
    /// The `field` of a `@fromContext` names no context.
    NoContextInSelection = "NO_CONTEXT_IN_SELECTION",
    /// The selection of a `@fromContext` does not fit the types that set the context.
    ContextInvalidSelection = "CONTEXT_INVALID_SELECTION",
    /// A type with `@fromContext` has no resolvable key in that subgraph.
    ContextNoResolvableKey = "CONTEXT_NO_RESOLVABLE_KEY",
    /// An argument is taken from a context in only some subgraphs.
    ContextualArgumentNotContextualInAllSubgraphs = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",

    /// Several subgraphs resolve a field but not all mark it `@shareable`.
    InvalidFieldSharing = "INVALID_FIELD_SHARING",
    /// `@shareable` where it has no meaning.
    InvalidShareableUsage = "INVALID_SHAREABLE_USAGE",
    /// A shared field's subgraphs have no object type in common that it could return.
    ShareableHasMismatchedRuntimeTypes = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    /// A shared field can return different object types in different subgraphs.
    InconsistentRuntimeTypesForShareableReturn = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
    /// A type is an entity in only some subgraphs.
    InconsistentEntity = "INCONSISTENT_ENTITY",
    /// A field of an object without keys is missing in some subgraphs.
    InconsistentObjectValueTypeField = "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
    /// A field of an interface without keys is missing in some subgraphs.
    InconsistentInterfaceValueTypeField = "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
    /// A member of a union is missing in some subgraphs.
    InconsistentUnionMember = "INCONSISTENT_UNION_MEMBER",
    /// A type is of different kinds in different subgraphs.
    TypeKindMismatch = "TYPE_KIND_MISMATCH",
    /// A field's types cannot be merged.
    FieldTypeMismatch = "FIELD_TYPE_MISMATCH",
    /// A field's types differ but fit.
    InconsistentButCompatibleFieldType = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
    /// The types of an argument or input field differ but fit.
    InconsistentButCompatibleArgumentType = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
    /// An argument or input field has a default value in only some subgraphs, so it has none.
    InconsistentDefaultValuePresence = "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
    /// An argument's types cannot be merged.
    FieldArgumentTypeMismatch = "FIELD_ARGUMENT_TYPE_MISMATCH",
    /// An argument has different default values.
    FieldArgumentDefaultMismatch = "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    /// An input field has different default values.
    InputFieldDefaultMismatch = "INPUT_FIELD_DEFAULT_MISMATCH",
    /// A required argument is missing in a subgraph that has the field.
    RequiredArgumentMissingInSomeSubgraph = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
    /// A required input field is missing in a subgraph that has the input type.
    RequiredInputFieldMissingInSomeSubgraph = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
    /// The subgraphs have no field of an input type in common.
    EmptyMergedInputType = "EMPTY_MERGED_INPUT_TYPE",
    /// An enum that goes in and out has different values in different subgraphs.
    EnumValueMismatch = "ENUM_VALUE_MISMATCH",
    /// The subgraphs have no value of an input enum in common.
    EmptyMergedEnumType = "EMPTY_MERGED_ENUM_TYPE",
    /// An argument that not all subgraphs accept was left out of the supergraph.
    InconsistentArgumentPresence = "INCONSISTENT_ARGUMENT_PRESENCE",
    /// An input field that not all subgraphs accept was left out of the supergraph.
    InconsistentInputObjectField = "INCONSISTENT_INPUT_OBJECT_FIELD",
    /// A value of an input enum that not all subgraphs accept was left out of the supergraph.
    InconsistentEnumValueForInputEnum = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
    /// A value of an output enum is missing in some subgraphs.
    InconsistentEnumValueForOutputEnum = "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
    /// An enum is used by nothing.
    UnusedEnumType = "UNUSED_ENUM_TYPE",
    /// A directive for operations is missing in some subgraphs, so clients cannot use it.
    InconsistentExecutableDirectivePresence = "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
    /// The subgraphs have no location of a directive for operations in common.
    NoExecutableDirectiveIntersection = "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
    /// A directive for operations is repeatable in only some subgraphs, so clients cannot repeat it.
    InconsistentExecutableDirectiveRepeatable = "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
    /// A directive for operations has different locations; only the common ones are kept.
    InconsistentExecutableDirectiveLocations = "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",

    /// `@cost` on a field of an interface.
    CostAppliedToInterfaceField = "COST_APPLIED_TO_INTERFACE_FIELD",
    /// `@listSize` on a field that is no list and has no `sizedFields`.
    ListSizeAppliedToNonList = "LIST_SIZE_APPLIED_TO_NON_LIST",
    /// The `assumedSize` of a `@listSize` is negative.
    ListSizeInvalidAssumedSize = "LIST_SIZE_INVALID_ASSUMED_SIZE",
    /// A slicing argument of a `@listSize` is no integer argument of the field.
    ListSizeInvalidSlicingArgument = "LIST_SIZE_INVALID_SLICING_ARGUMENT",
    /// A sized field of a `@listSize` is no list of the field's type.
    ListSizeInvalidSizedField = "LIST_SIZE_INVALID_SIZED_FIELD",

    /// Something visible has an `@inaccessible` type.
    ReferencedInaccessible = "REFERENCED_INACCESSIBLE",
    /// A visible default value uses something `@inaccessible`.
    DefaultValueUsesInaccessible = "DEFAULT_VALUE_USES_INACCESSIBLE",
    /// A visible type has only `@inaccessible` children.
    OnlyInaccessibleChildren = "ONLY_INACCESSIBLE_CHILDREN",
    /// A required argument or input field is `@inaccessible` on something visible.
    RequiredInaccessible = "REQUIRED_INACCESSIBLE",
    /// A visible interface field is implemented by an `@inaccessible` one.
    ImplementedByInaccessible = "IMPLEMENTED_BY_INACCESSIBLE",
    /// A contract names a tag that nothing bears (a code of our own).
    ContractTagUnknown = "CONTRACT_TAG_UNKNOWN",
    /// The query root is `@inaccessible`.
    QueryRootTypeInaccessible = "QUERY_ROOT_TYPE_INACCESSIBLE",

    /// A field that clients may ask for cannot be reached on some path.
    SatisfiabilityError = "SATISFIABILITY_ERROR",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
