//! Attributes in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Loader, Nested, PageArgs, Refusals, RequestScope, Result, UserError,
    caller, outcome,
};
use primitives::{AttributeDefinitionId, DateTime, ProductId};

use super::model::{self, Attribute, AttributeDraft, DefinitionDraft};
use super::service::{self, Redefinition};
use super::store::{self, Criterion};
use crate::foreign::User;
use crate::{Catalogue, permission};

/// What is written down about products.
type Attributes = Loader<ProductId, Vec<(Attribute, model::AttributeDefinition)>>;

/// Lays this aggregate's loader beside a request.
pub(crate) fn lay_loaders(app: &Catalogue, scope: &RequestScope, data: &mut async_graphql::Data) {
    let catalogue = app.clone();
    data.insert::<Attributes>(scope.loader(move |caller, ids| {
        let catalogue = catalogue.clone();
        async move {
            caller.require(permission::VIEW)?;
            store::list_by_ids(catalogue.db.read(), caller.tenant, ids).await
        }
    }));
}

/// What is written down about a product, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: ProductId) -> Result<Vec<ProductAttribute>> {
    let found = ctx.data_unchecked::<Attributes>().load(id).await?.unwrap_or_default();
    let attributes = found.into_iter().map(|(attribute, definition)| ProductAttribute {
        key: attribute.key,
        value: attribute.value,
        definition: AttributeDefinition(definition),
    });
    Ok(attributes.collect())
}

/// What kind of value an attribute has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::AttributeKind")]
pub(crate) enum AttributeKind {
    /// A line of text.
    Text,
    /// A decimal number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A calendar day.
    Date,
    /// One of the options.
    Choice,
}

/// Something written down about a product.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ProductAttribute {
    /// The key of its definition.
    key: String,
    /// The value as text, in normal form.
    value: String,
    /// What it means.
    definition: AttributeDefinition,
}

/// Something to write down about a product.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ProductAttributeInput {
    /// The key of its definition.
    key: String,
    /// The value as text; it has to fit the definition's type.
    value: String,
}

impl From<ProductAttributeInput> for AttributeDraft {
    fn from(input: ProductAttributeInput) -> Self {
        Self { key: input.key, value: input.value }
    }
}

/// A definition as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct AttributeDefinition(model::AttributeDefinition);

/// What the tenant wants to know about its products beside the usual.
#[Object]
impl AttributeDefinition {
    /// Identity.
    async fn id(&self) -> AttributeDefinitionId {
        self.0.id
    }

    /// Its name in programs; unique in the tenant.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Its name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What kind of value it is.
    #[graphql(name = "type")]
    async fn kind(&self) -> AttributeKind {
        self.0.kind.into()
    }

    /// What can be chosen, for a choice.
    async fn options(&self) -> &[String] {
        &self.0.options
    }

    /// Whether a product in use must have it.
    async fn required(&self) -> bool {
        self.0.is_required
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last; null when the platform did.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// The outcome of a change to a definition.
#[derive(Debug, SimpleObject)]
pub(crate) struct AttributeDefinitionPayload {
    /// The definition as it is now, or was when it was removed; null when the change was refused.
    attribute_definition: Option<AttributeDefinition>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

fn payload(result: Result<model::AttributeDefinition>) -> Result<AttributeDefinitionPayload> {
    let (definition, user_errors) = outcome(result)?;
    Ok(AttributeDefinitionPayload { attribute_definition: definition.map(AttributeDefinition), user_errors })
}

/// An attribute to define.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DefineAttributeInput {
    /// Its name in programs: letters a to z, digits and _, at most 40.
    key: String,
    /// Its name for people, at most 200 characters.
    name: String,
    /// What kind of value it is; it never changes.
    #[graphql(name = "type")]
    kind: AttributeKind,
    /// What can be chosen, for a choice: 1 to 100 options.
    #[graphql(default)]
    options: Vec<String>,
    /// Whether a product in use must have it.
    #[graphql(default = false)]
    required: bool,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A change to a definition. What is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RedefineAttributeInput {
    /// Which definition.
    id: AttributeDefinitionId,
    /// Its version as last seen.
    expected_version: i32,
    /// Its name for people.
    name: Option<String>,
    /// What can be chosen: the options of before, and more.
    options: Option<Vec<String>>,
    /// Whether a product in use must have it.
    required: Option<bool>,
}

/// A definition to remove.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RemoveAttributeInput {
    /// Which definition.
    id: AttributeDefinitionId,
    /// Its version as last seen.
    expected_version: i32,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// In which order to list definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "store::SortedBy")]
pub(crate) enum AttributeDefinitionSort {
    /// By key.
    #[default]
    KeyAsc,
    /// By key, from the end.
    KeyDesc,
    /// By name.
    NameAsc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// Which definitions. Conditions side by side must all hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct AttributeDefinitionWhere {
    /// With these keys.
    keys: Option<Vec<String>>,
    /// With values of these kinds.
    types: Option<Vec<AttributeKind>>,
    /// That a product in use must have, or need not have.
    required: Option<bool>,
    /// All of these hold.
    and: Option<Vec<AttributeDefinitionWhere>>,
    /// At least one of these holds.
    or: Option<Vec<AttributeDefinitionWhere>>,
    /// This does not hold.
    not: Option<Box<AttributeDefinitionWhere>>,
}

impl Filter for AttributeDefinitionWhere {
    type Criterion = Criterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        check_values(self.keys.as_ref(), &format!("{at}.keys"), refusals);
        check_values(self.types.as_ref(), &format!("{at}.types"), refusals);
        let criteria = [
            self.keys.map(Criterion::Key),
            self.types.map(|kinds| Criterion::Kind(kinds.into_iter().map(Into::into).collect())),
            self.required.map(Criterion::Required),
        ];
        criteria.into_iter().flatten().map(Criteria::Is).collect()
    }
}

/// Questions about definitions.
#[derive(Debug, Default)]
pub(crate) struct AttributeQuery;

#[Object]
impl AttributeQuery {
    /// What the tenant wants to know about its products beside the usual.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn attribute_definitions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which definitions.")] r#where: Option<AttributeDefinitionWhere>,
        #[graphql(desc = "In which order.", default)] sort: AttributeDefinitionSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<AttributeDefinition>> {
        let criteria = Criteria::read(r#where, None)?;
        let app = ctx.data_unchecked::<Catalogue>();
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app, caller(ctx)?, &criteria, sort.into(), page).await?.map(AttributeDefinition))
    }
}

/// Changes of definitions.
#[derive(Debug, Default)]
pub(crate) struct AttributeMutation;

#[Object]
impl AttributeMutation {
    /// Defines an attribute.
    async fn define_attribute(
        &self,
        ctx: &Context<'_>,
        input: DefineAttributeInput,
    ) -> Result<AttributeDefinitionPayload> {
        let draft = DefinitionDraft {
            key: input.key,
            name: input.name,
            kind: input.kind.into(),
            options: input.options,
            is_required: input.required,
        };
        let app = ctx.data_unchecked::<Catalogue>();
        payload(service::define(app, caller(ctx)?, &draft, input.idempotency_key.as_deref()).await)
    }

    /// Changes a definition. Products in use that lack what is required from now on stay in use until they are changed.
    async fn redefine_attribute(
        &self,
        ctx: &Context<'_>,
        input: RedefineAttributeInput,
    ) -> Result<AttributeDefinitionPayload> {
        let change = Redefinition {
            id: input.id,
            expected_version: input.expected_version,
            name: input.name,
            options: input.options,
            is_required: input.required,
        };
        payload(service::redefine(ctx.data_unchecked::<Catalogue>(), caller(ctx)?, &change).await)
    }

    /// Removes a definition that no product uses.
    async fn remove_attribute(
        &self,
        ctx: &Context<'_>,
        input: RemoveAttributeInput,
    ) -> Result<AttributeDefinitionPayload> {
        let (app, seen) = (ctx.data_unchecked::<Catalogue>(), (input.id, input.expected_version));
        payload(service::remove(app, caller(ctx)?, seen, input.idempotency_key.as_deref()).await)
    }
}
