//! The plan: a graph of fetches and the shape of the client's answer. The contract between planner and executor.
//!
//! Fetches fill ONE tree of merged data. Its keys are *internal keys*: the client's response key where that is unambiguous,
//! a private alias (`_p0_…`) where two selections would collide or where a key field is needed that the client did not
//! ask for under its own name. [`Shape`] reads the client's answer out of that tree.

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use router_schema::SubgraphId;
use std::collections::BTreeSet;

/// A fetch's position in [`Plan::fetches`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FetchId(pub u32);

/// Everything needed to answer one operation.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Query, mutation or subscription. For a subscription the first fetch is the source stream; the others run per event.
    pub operation: OperationType,
    /// The labels of progressive overrides that are active in this plan.
    pub labels: BTreeSet<String>,
    /// The fetches; each depends on earlier ones only. Empty when only introspection or `__typename` was asked for.
    pub fetches: Vec<Fetch>,
    /// The client's answer, to be read from the merged data.
    pub shape: Shape,
}

/// One request to one subgraph.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// Its own position.
    pub id: FetchId,
    /// Who is asked.
    pub subgraph: SubgraphId,
    /// The subgraph's name, for printing.
    pub service: String,
    /// The kind of the operation that is sent (entity fetches are queries).
    pub kind: OperationType,
    /// Where in the merged data the answer goes: the root for an empty path, else the objects that the path reaches. A fetch
    /// without representation may have a path too: where a payload leads back to the query root, its answer goes there.
    pub path: Vec<PathElement>,
    /// Further places like `path` that the same request is for; what it asks is the same for all. Only for entity fetches.
    pub also_at: Vec<Vec<PathElement>>,
    /// The fetches whose data must be merged before this one starts.
    pub depends_on: Vec<FetchId>,
    /// When the fetch is to run at all.
    pub condition: Condition,
    /// For an entity fetch: what is read from each object at `path` and sent as its representation.
    pub representation: Option<Representation>,
    /// Arguments that objects further up give. All objects of one request share them: those with other values are asked for in
    /// a request of their own.
    pub contexts: Vec<ContextValue>,
    /// The operation text as sent; declares [`Representation::variable`] as `[_Any!]!` for an entity fetch.
    pub operation: String,
    /// The selection inside the operation (inside `_entities { … }` for an entity fetch), pretty printed, for people.
    pub selection: String,
    /// The client's variables that the operation declares and that must be forwarded.
    pub variables: Vec<Name>,
}

impl Fetch {
    /// All places that the fetch is for.
    pub fn places(&self) -> impl Iterator<Item = &[PathElement]> {
        std::iter::once(&self.path).chain(&self.also_at).map(Vec::as_slice)
    }
}

/// A step from an object towards the objects that a fetch extends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathElement {
    /// Into the value under this internal key.
    Key(Name),
    /// Into every item of a list (nested lists have one element each).
    Each,
    /// Only objects whose `__typename` is one of these.
    On(Vec<Name>),
}

/// How representations are made for an entity fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Representation {
    /// The variable that the representations are sent in: `representations`, unless the client has one of that name.
    pub variable: Name,
    /// One entry per concrete type that can occur; an object of another type is not fetched.
    pub types: Vec<RepresentationType>,
}

/// What is sent for an object of one concrete type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepresentationType {
    /// The `__typename` found in the merged data.
    pub on: Name,
    /// The `__typename` to send: differs from `on` when the subgraph knows the entity as an `@interfaceObject`.
    pub send_as: Name,
    /// The key fields. An object with a missing or null key field is not fetched.
    pub keys: Vec<RepresentationField>,
    /// The `@requires` fields, sent as null when they are null.
    pub requires: Vec<RepresentationField>,
}

/// A field read from the merged data and written into a representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepresentationField {
    /// The internal key it is read from.
    pub source: Name,
    /// The name it is sent as.
    pub name: Name,
    /// Sub-fields for an object (through lists); empty for a leaf.
    pub fields: Vec<RepresentationField>,
    /// Only for objects of these types (inside `@requires` with fragments); `None` for any.
    pub on: Option<Vec<Name>>,
}

/// The value of arguments from one context (`@fromContext`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextValue {
    /// The variable that it is sent in.
    pub variable: Name,
    /// The type that the operation declares. Where it is not nullable, an object without a value is not fetched.
    pub ty: Type,
    /// Where the value is, from the nearest object on: the first source that fits is the one.
    pub sources: Vec<ContextSource>,
}

/// An object above that may set a context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextSource {
    /// How many elements of the fetch's path lead to it.
    pub at: usize,
    /// The types that set the context; `None` when all that can be there do.
    pub on: Option<Vec<Name>>,
    /// The way to the value: at each step the field that is for the object's type.
    pub value: Vec<RepresentationField>,
}

/// When something applies: an OR of ANDs over the client's boolean variables. No alternatives means never.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// The alternatives; an empty inner list is always true.
    pub any: Vec<Vec<VariableTest>>,
}

/// `$variable == expected`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableTest {
    /// The client's variable.
    pub variable: Name,
    /// `true` from `@include`, `false` from `@skip`.
    pub expected: bool,
}

/// The fields of one object in the client's answer, in the client's order. For each concrete type at most one entry per
/// response key applies, so a reader never merges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// The fields.
    pub fields: Vec<ShapeField>,
}

/// One field in the client's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeField {
    /// The key the client expects.
    pub response_key: Name,
    /// The internal key in the merged data.
    pub source: Name,
    /// The type as the client sees it; its nullability drives null propagation.
    pub ty: Type,
    /// The concrete types for which the field is in the answer; `None` for any.
    pub on: Option<Vec<Name>>,
    /// The conditions from `@include` and `@skip`.
    pub condition: Condition,
    /// What is below.
    pub kind: ShapeKind,
}

/// What a [`ShapeField`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeKind {
    /// A scalar, passed through.
    Scalar,
    /// An enum with the values that the client may see; any other value is an error and null.
    Enum(Vec<Name>),
    /// `__typename`: the concrete type's name. `Some` where it is known without asking (root types, object types).
    Typename(Option<Name>),
    /// An object, or a list of them. The flag of [`Shape`]'s parent type tells whether `__typename` must be looked at.
    Object(Shape),
    /// `__schema` or `__type`: answered from the API schema by the executor.
    Introspection,
    /// The caller may not see it: nothing fetches it, the answer is null with an error. The planner never makes one; who
    /// plans an operation without such fields puts them back into the shape.
    Withheld,
}

impl Condition {
    /// Always true.
    #[must_use]
    pub fn always() -> Self {
        Self { any: vec![Vec::new()] }
    }

    /// Whether no variable has to be looked at.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.any.iter().any(Vec::is_empty)
    }

    /// Evaluates the condition; `value` gives a variable's coerced boolean.
    pub fn holds(&self, mut value: impl FnMut(&Name) -> bool) -> bool {
        self.any.iter().any(|all| all.iter().all(|test| value(&test.variable) == test.expected))
    }
}
