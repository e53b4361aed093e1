//! Departments in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chassis::{Connection, Loader, PageArgs, RequestScope, Result, UserError, caller, outcome};
use primitives::{DateTime, DepartmentId, UserId};

use super::model::{self, DepartmentFacts};
use super::service;
use super::store::DepartmentCriterion;
use crate::user::graphql::User;
use crate::{People, user};

/// Departments by id.
type ById = Loader<DepartmentId, model::Department>;
/// Children by parent.
type Children = Loader<DepartmentId, Vec<model::Department>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &People, scope: &RequestScope, data: &mut async_graphql::Data) {
    let people = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let people = people.clone();
        async move { service::find_by_ids(&people, &caller, ids).await }
    }));
    let people = app.clone();
    data.insert::<Children>(scope.loader(move |caller, ids| {
        let people = people.clone();
        async move { service::list_children_by_ids(&people, &caller, ids).await }
    }));
}

/// The department with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: DepartmentId) -> Result<Option<Department>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Department))
}

/// In which order to list departments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "super::store::SortedBy")]
pub(crate) enum DepartmentSort {
    /// By code.
    #[default]
    CodeAsc,
    /// By name.
    NameAsc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// A department as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Department(model::Department);

/// A part of the house that spends money of its own, such as Kitchen › Pastry.
#[Object]
impl Department {
    /// Identity.
    async fn id(&self) -> DepartmentId {
        self.0.id
    }

    /// The short code, in capitals; unique in the tenant.
    async fn code(&self) -> &str {
        &self.0.facts.code
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.facts.name
    }

    /// Who decides for it; an active user.
    async fn head(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load_some(ctx, self.0.facts.head_id).await
    }

    /// Where its costs are booked.
    async fn cost_centre(&self) -> Option<&str> {
        self.0.facts.cost_centre.as_deref()
    }

    /// The department above; null for a root.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        match self.0.facts.parent_id {
            Some(id) => load(ctx, id).await,
            None => Ok(None),
        }
    }

    /// The departments directly below, by code.
    async fn children(&self, ctx: &Context<'_>) -> Result<Option<Vec<Self>>> {
        let children = ctx.data_unchecked::<Children>().load(self.0.id).await?;
        Ok(Some(children.unwrap_or_default().into_iter().map(Department).collect()))
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it; null when the platform did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load_some(ctx, self.0.audit.created_by).await
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last; null when the platform did.
    async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load_some(ctx, self.0.audit.updated_by).await
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// What a list of departments is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct DepartmentFilter {
    /// One of these ids.
    ids: Option<Vec<DepartmentId>>,
    /// Directly below this department.
    parent_id: Option<DepartmentId>,
    /// Headed by this user.
    head_id: Option<UserId>,
    /// Below no other.
    #[graphql(default)]
    is_root: bool,
}

/// Questions about departments.
#[derive(Debug, Default)]
pub(crate) struct DepartmentQuery;

#[Object]
impl DepartmentQuery {
    /// The tenant's departments. `where: {isRoot: true}` gives the roots, `children` leads down the tree.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn departments(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<DepartmentFilter>,
        #[graphql(desc = "In which order.", default)] sort: DepartmentSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Department>> {
        let filter = filter.unwrap_or_default();
        let DepartmentFilter { ids, parent_id, head_id, is_root } = filter;
        let criterion = DepartmentCriterion { ids, parent_id, head_id, is_root };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<People>();
        Ok(service::list_departments(app, caller(ctx)?, &criterion, sort.into(), page).await?.map(Department))
    }

    /// The department with this id; null when the tenant has none.
    async fn department(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which department.")] id: DepartmentId,
    ) -> Result<Option<Department>> {
        load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_department_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Department>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}

/// The outcome of a change to a department.
#[derive(Debug, SimpleObject)]
pub(crate) struct DepartmentPayload {
    /// The department as it is now; null when the change was refused.
    department: Option<Department>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Department>, Vec<UserError>)> for DepartmentPayload {
    fn from((department, user_errors): (Option<model::Department>, Vec<UserError>)) -> Self {
        Self { department: department.map(Department), user_errors }
    }
}

/// A new department.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateDepartmentInput {
    /// The short code; unique in the tenant.
    code: String,
    /// The name, at most 200 characters.
    name: String,
    /// The department above.
    parent_id: Option<DepartmentId>,
    /// Who decides for it: an active user.
    head_id: Option<UserId>,
    /// Where its costs are booked.
    cost_centre: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<CreateDepartmentInput> for DepartmentFacts {
    fn from(input: CreateDepartmentInput) -> Self {
        let CreateDepartmentInput { code, name, parent_id, head_id, cost_centre, .. } = input;
        Self { code, name, parent_id, head_id, cost_centre }
    }
}

/// A change to a department. What is left out stays; null clears.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateDepartmentInput {
    /// Which department.
    id: DepartmentId,
    /// The version as last seen.
    expected_version: i32,
    /// The short code.
    code: Option<String>,
    /// The name.
    name: Option<String>,
    /// The department above.
    parent_id: MaybeUndefined<DepartmentId>,
    /// Who decides for it.
    head_id: MaybeUndefined<UserId>,
    /// Where its costs are booked.
    cost_centre: MaybeUndefined<String>,
}

impl UpdateDepartmentInput {
    fn apply(&self, facts: DepartmentFacts) -> DepartmentFacts {
        fn or<T: Clone>(change: &MaybeUndefined<T>, now: Option<T>) -> Option<T> {
            match change {
                MaybeUndefined::Undefined => now,
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(value) => Some(value.clone()),
            }
        }
        DepartmentFacts {
            code: self.code.clone().unwrap_or(facts.code),
            name: self.name.clone().unwrap_or(facts.name),
            parent_id: or(&self.parent_id, facts.parent_id),
            head_id: or(&self.head_id, facts.head_id),
            cost_centre: or(&self.cost_centre, facts.cost_centre),
        }
    }
}

/// Changes of departments.
#[derive(Debug, Default)]
pub(crate) struct DepartmentMutation;

#[Object]
impl DepartmentMutation {
    /// Founds a department.
    async fn create_department(
        &self,
        ctx: &Context<'_>,
        input: CreateDepartmentInput,
    ) -> Result<DepartmentPayload> {
        let app = ctx.data_unchecked::<People>();
        let key = input.idempotency_key.clone();
        let created = service::create_department(app, caller(ctx)?, &input.into(), key.as_deref()).await;
        outcome(created).map(DepartmentPayload::from)
    }

    /// Changes what is known about a department, moves it, gives it another head.
    async fn update_department(
        &self,
        ctx: &Context<'_>,
        input: UpdateDepartmentInput,
    ) -> Result<DepartmentPayload> {
        let app = ctx.data_unchecked::<People>();
        let which = (input.id, input.expected_version);
        let updated = service::update_department(app, caller(ctx)?, which, |facts| input.apply(facts)).await;
        outcome(updated).map(DepartmentPayload::from)
    }
}
