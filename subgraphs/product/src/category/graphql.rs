//! Categories in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chassis::{
    Connection, Criteria, Filter, Loader, Nested, PageArgs, Refusal, Refusals, RequestScope, Result,
    UserError, caller, outcome,
};
use primitives::{CategoryId, DateTime};

use super::model::{self, CategoryDraft};
use super::service::{self, NewCategory};
use super::store::CategoryCriterion;
use crate::Catalogue;
use crate::foreign::User;

/// Categories by id.
type ById = Loader<CategoryId, model::Category>;
/// Children by parent.
type Children = Loader<CategoryId, Vec<model::Category>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Catalogue, scope: &RequestScope, data: &mut async_graphql::Data) {
    let catalogue = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let catalogue = catalogue.clone();
        async move { service::find_by_ids(&catalogue, &caller, ids).await }
    }));
    let catalogue = app.clone();
    data.insert::<Children>(scope.loader(move |caller, ids| {
        let catalogue = catalogue.clone();
        async move { service::list_children_by_ids(&catalogue, &caller, ids).await }
    }));
}

/// The category with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: CategoryId) -> Result<Option<Category>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Category))
}

/// In which order to list categories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "super::store::SortedBy")]
pub(crate) enum CategorySort {
    /// By name.
    #[default]
    NameAsc,
    /// By name, from the end.
    NameDesc,
    /// From the top of the tree downwards, each level by name.
    LevelAsc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// A category as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Category(model::Category);

/// A place in the tree products are sorted into, such as Food › Meat › Beef.
#[Object]
impl Category {
    /// Identity.
    async fn id(&self) -> CategoryId {
        self.0.id
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The name in the language of the place.
    async fn local_name(&self) -> Option<&str> {
        self.0.local_name.as_deref()
    }

    /// How deep it lies: 1 for a root, at most 3.
    async fn level(&self) -> i16 {
        self.0.level
    }

    /// The category above; null for a root.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        match self.0.parent_id {
            Some(id) => load(ctx, id).await,
            None => Ok(None),
        }
    }

    /// The categories directly below, by name; at most 200.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        let children = ctx.data_unchecked::<Children>().load(self.0.id).await?;
        Ok(children.unwrap_or_default().into_iter().map(Category).collect())
    }

    /// The names from the root down to this one.
    async fn path(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let by_id = ctx.data_unchecked::<ById>();
        let mut names = vec![self.0.name.clone()];
        let mut above = self.0.parent_id;
        for _ in 1..model::MAX_LEVEL {
            let Some(id) = above else { break };
            let Some(parent) = by_id.load(id).await? else { break };
            names.push(parent.name);
            above = parent.parent_id;
        }
        names.reverse();
        Ok(names)
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it; null when the platform did.
    async fn created_by(&self) -> Option<User> {
        self.0.audit.created_by.map(User::from)
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

/// What a list of categories is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct CategoryFilter {
    /// All of these hold, too.
    and: Option<Vec<CategoryFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<CategoryFilter>>,
    /// This does not hold.
    not: Option<Box<CategoryFilter>>,
    /// Directly below this category.
    parent_id: Option<CategoryId>,
    /// On this level: 1 for the roots.
    level: Option<i32>,
}

impl Filter for CategoryFilter {
    type Criterion = CategoryCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, _at: &str, _refusals: &mut Refusals) -> Vec<Criteria<CategoryCriterion>> {
        vec![Criteria::Is(CategoryCriterion { parent_id: self.parent_id, level: self.level, search: None })]
    }
}

fn searched(text: String) -> std::result::Result<Criteria<CategoryCriterion>, Refusal> {
    if text.chars().count() > 100 {
        return Err(Refusal::invalid("search", "a search has at most 100 characters"));
    }
    Ok(Criteria::Is(CategoryCriterion { search: Some(text), ..CategoryCriterion::default() }))
}

/// Questions about categories.
#[derive(Debug, Default)]
pub(crate) struct CategoryQuery;

#[Object]
impl CategoryQuery {
    /// The tenant's categories by name. `where: {level: 1}` gives the roots, `children` leads down the tree.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<CategoryFilter>,
        #[graphql(desc = "A part of the name, whatever its case.")] search: Option<String>,
        #[graphql(desc = "In which order.", default)] sort: CategorySort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Category>> {
        let criteria = Criteria::read(filter, search.map(searched))?;
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Catalogue>();
        Ok(service::list_categories(app, caller(ctx)?, &criteria, sort.into(), page).await?.map(Category))
    }

    /// The category with this id; null when the tenant has none.
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which category.")] id: CategoryId,
    ) -> Result<Option<Category>> {
        load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_category_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Category>> {
        // What is no id names nothing: a bad representation must not spoil the others of its call.
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}

/// The outcome of a change to a category.
#[derive(Debug, SimpleObject)]
pub(crate) struct CategoryPayload {
    /// The category as it is now; null when the change was refused.
    category: Option<Category>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Category>, Vec<UserError>)> for CategoryPayload {
    fn from((category, user_errors): (Option<model::Category>, Vec<UserError>)) -> Self {
        Self { category: category.map(Category), user_errors }
    }
}

/// A category to add to the tree.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateCategoryInput {
    /// The name; siblings differ in name whatever their case.
    name: String,
    /// The name in the language of the place.
    local_name: Option<String>,
    /// Below which one; a root when left out.
    parent_id: Option<CategoryId>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<CreateCategoryInput> for NewCategory {
    fn from(input: CreateCategoryInput) -> Self {
        let draft = CategoryDraft { name: input.name, local_name: input.local_name };
        Self { draft, parent_id: input.parent_id, idempotency_key: input.idempotency_key }
    }
}

/// Other names for a category. What is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateCategoryInput {
    /// Which category.
    id: CategoryId,
    /// Its version as last seen.
    expected_version: i32,
    /// The name.
    name: Option<String>,
    /// The name in the language of the place; null clears it.
    local_name: MaybeUndefined<String>,
}

/// Another place for a category.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct MoveCategoryInput {
    /// Which category.
    id: CategoryId,
    /// Its version as last seen.
    expected_version: i32,
    /// Below which one; a root when left out or null.
    parent_id: Option<CategoryId>,
}

/// Changes of the tree.
#[derive(Debug, Default)]
pub(crate) struct CategoryMutation;

#[Object]
impl CategoryMutation {
    /// Adds a category.
    async fn create_category(
        &self,
        ctx: &Context<'_>,
        input: CreateCategoryInput,
    ) -> Result<CategoryPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        outcome(service::create_category(app, caller(ctx)?, &input.into()).await).map(CategoryPayload::from)
    }

    /// Gives a category other names.
    async fn update_category(
        &self,
        ctx: &Context<'_>,
        input: UpdateCategoryInput,
    ) -> Result<CategoryPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        let local_name = input.local_name.as_opt_deref();
        let category = (input.id, input.expected_version);
        let updated =
            service::update_category(app, caller(ctx)?, category, input.name.as_deref(), local_name).await;
        outcome(updated).map(CategoryPayload::from)
    }

    /// Hangs a category, with everything below it, under another one or makes it a root.
    async fn move_category(&self, ctx: &Context<'_>, input: MoveCategoryInput) -> Result<CategoryPayload> {
        let app = ctx.data_unchecked::<Catalogue>();
        let moved =
            service::move_category(app, caller(ctx)?, (input.id, input.expected_version), input.parent_id)
                .await;
        outcome(moved).map(CategoryPayload::from)
    }
}
