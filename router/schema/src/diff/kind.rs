//! The kinds of change: the names that tools for GraphQL schemas use, and who is hurt by each.

use super::Impact;
use std::fmt;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $variant:ident = $impact:ident $text:literal,)*) => {
        /// What kind of change it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ChangeKind {
            $($(#[doc = $doc])* $variant,)*
        }

        impl ChangeKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name as printed.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Who is hurt by it.
            #[must_use]
            pub fn impact(self) -> Impact {
                match self { $(Self::$variant => Impact::$impact,)* }
            }
        }
    };
}

kinds! {
    /// A type is gone.
    TypeRemoved = Breaking "TYPE_REMOVED",
    /// A type became one of another kind.
    TypeChangedKind = Breaking "TYPE_CHANGED_KIND",
    /// A union lost a member.
    TypeRemovedFromUnion = Breaking "TYPE_REMOVED_FROM_UNION",
    /// An enum lost a value.
    ValueRemovedFromEnum = Breaking "VALUE_REMOVED_FROM_ENUM",
    /// An input object demands a field that it did not have.
    RequiredInputFieldAdded = Breaking "REQUIRED_INPUT_FIELD_ADDED",
    /// A type no longer implements an interface.
    ImplementedInterfaceRemoved = Breaking "IMPLEMENTED_INTERFACE_REMOVED",
    /// A field, also one of an input object, is gone.
    FieldRemoved = Breaking "FIELD_REMOVED",
    /// A field has a type that clients are not prepared for.
    FieldChangedKind = Breaking "FIELD_CHANGED_KIND",
    /// A field demands an argument that it did not have.
    RequiredArgAdded = Breaking "REQUIRED_ARG_ADDED",
    /// An argument is gone.
    ArgRemoved = Breaking "ARG_REMOVED",
    /// An argument refuses what it accepted.
    ArgChangedKind = Breaking "ARG_CHANGED_KIND",
    /// A directive for operations is gone.
    DirectiveRemoved = Breaking "DIRECTIVE_REMOVED",
    /// An argument of a directive is gone.
    DirectiveArgRemoved = Breaking "DIRECTIVE_ARG_REMOVED",
    /// An argument of a directive refuses what it accepted.
    DirectiveArgChangedKind = Breaking "DIRECTIVE_ARG_CHANGED_KIND",
    /// A directive demands an argument that it did not have.
    RequiredDirectiveArgAdded = Breaking "REQUIRED_DIRECTIVE_ARG_ADDED",
    /// A directive may no longer stand twice.
    DirectiveRepeatableRemoved = Breaking "DIRECTIVE_REPEATABLE_REMOVED",
    /// A directive may no longer stand somewhere.
    DirectiveLocationRemoved = Breaking "DIRECTIVE_LOCATION_REMOVED",
    /// An input object takes one field only.
    OneOfAdded = Breaking "ONE_OF_ADDED",
    /// An enum has a value that clients do not know.
    ValueAddedToEnum = Dangerous "VALUE_ADDED_TO_ENUM",
    /// A union has a member that clients do not know.
    TypeAddedToUnion = Dangerous "TYPE_ADDED_TO_UNION",
    /// An input object has a field more; clients that echo what they read may send it empty.
    OptionalInputFieldAdded = Dangerous "OPTIONAL_INPUT_FIELD_ADDED",
    /// A field has an argument more.
    OptionalArgAdded = Dangerous "OPTIONAL_ARG_ADDED",
    /// An interface has an implementation that clients do not know.
    ImplementedInterfaceAdded = Dangerous "IMPLEMENTED_INTERFACE_ADDED",
    /// An argument that is left out means something else.
    ArgDefaultValueChange = Dangerous "ARG_DEFAULT_VALUE_CHANGE",
    /// An input field that is left out means something else.
    InputFieldDefaultValueChange = Dangerous "INPUT_FIELD_DEFAULT_VALUE_CHANGE",
    /// An argument of a directive that is left out means something else.
    DirectiveArgDefaultValueChange = Dangerous "DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE",
    /// A type is new.
    TypeAdded = Safe "TYPE_ADDED",
    /// A field is new.
    FieldAdded = Safe "FIELD_ADDED",
    /// A field promises more, or an input field demands less.
    FieldChangedKindSafe = Safe "FIELD_CHANGED_KIND_SAFE",
    /// An argument accepts more.
    ArgChangedKindSafe = Safe "ARG_CHANGED_KIND_SAFE",
    /// A directive for operations is new.
    DirectiveAdded = Safe "DIRECTIVE_ADDED",
    /// A directive has an argument more.
    OptionalDirectiveArgAdded = Safe "OPTIONAL_DIRECTIVE_ARG_ADDED",
    /// An argument of a directive accepts more.
    DirectiveArgChangedKindSafe = Safe "DIRECTIVE_ARG_CHANGED_KIND_SAFE",
    /// A directive may stand twice.
    DirectiveRepeatableAdded = Safe "DIRECTIVE_REPEATABLE_ADDED",
    /// A directive may stand at one place more.
    DirectiveLocationAdded = Safe "DIRECTIVE_LOCATION_ADDED",
    /// An input object takes several fields.
    OneOfRemoved = Safe "ONE_OF_REMOVED",
    /// Something is deprecated, for the first time or for another reason.
    DeprecationChanged = Safe "DEPRECATION_CHANGED",
    /// Something is no longer deprecated.
    DeprecationRemoved = Safe "DEPRECATION_REMOVED",
    /// A description differs.
    DescriptionChanged = Safe "DESCRIPTION_CHANGED",
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
