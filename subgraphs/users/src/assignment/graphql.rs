//! Assignments in GraphQL.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Loader, RequestScope, Result, UserError, caller, outcome};
use primitives::{AssignmentId, DateTime, DepartmentId, LocationId, PropertyId, UserId};

use super::model::{self, Place};
use super::service;
use crate::department::graphql::Department;
use crate::foreign::Location;
use crate::property::graphql::Property;
use crate::user::graphql::User;
use crate::{People, department, property, user};

/// Assignments by user.
type ByUser = Loader<UserId, Vec<model::Assignment>>;

/// Lays this aggregate's loader beside a request.
pub(crate) fn lay_loaders(app: &People, scope: &RequestScope, data: &mut async_graphql::Data) {
    let people = app.clone();
    data.insert::<ByUser>(scope.loader(move |caller, users| {
        let people = people.clone();
        async move { service::list_by_users(&people, &caller, users).await }
    }));
}

/// Where a user works.
pub(crate) async fn assignments_of(ctx: &Context<'_>, user: UserId) -> Result<Vec<Assignment>> {
    let found = ctx.data_unchecked::<ByUser>().load(user).await?.unwrap_or_default();
    Ok(found.into_iter().map(Assignment).collect())
}

/// An assignment as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Assignment(model::Assignment);

/// Where somebody works, and as what.
#[Object]
impl Assignment {
    /// Identity.
    async fn id(&self) -> AssignmentId {
        self.0.id
    }

    /// Who.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load(ctx, self.0.user_id).await
    }

    /// At which property.
    async fn property(&self, ctx: &Context<'_>) -> Result<Option<Property>> {
        property::graphql::load(ctx, self.0.property_id).await
    }

    /// In which department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        department::graphql::load(ctx, self.0.department_id).await
    }

    /// At which locations; at all of the department's when there is none.
    async fn locations(&self) -> Vec<Location> {
        self.0.location_ids.iter().map(|id| Location { id: *id }).collect()
    }

    /// As what: `Sous-chef`.
    async fn role(&self) -> &str {
        &self.0.role
    }

    /// Since when.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who said so; null when the platform did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        user::graphql::load_some(ctx, self.0.created_by).await
    }
}

/// The outcome of a change to an assignment.
#[derive(Debug, SimpleObject)]
pub(crate) struct AssignmentPayload {
    /// The assignment; what it was when it was taken away. Null when the change was refused.
    assignment: Option<Assignment>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Assignment>, Vec<UserError>)> for AssignmentPayload {
    fn from((assignment, user_errors): (Option<model::Assignment>, Vec<UserError>)) -> Self {
        Self { assignment: assignment.map(Assignment), user_errors }
    }
}

/// Where somebody is to work.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AssignUserInput {
    /// Who: an active user.
    user_id: UserId,
    /// At which property.
    property_id: PropertyId,
    /// In which department.
    department_id: DepartmentId,
    /// At which locations, at most 50; at all of the department's when none is named.
    #[graphql(default)]
    location_ids: Vec<LocationId>,
    /// As what.
    role: String,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Which assignment ends.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UnassignUserInput {
    /// Which assignment.
    id: AssignmentId,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Changes of assignments.
#[derive(Debug, Default)]
pub(crate) struct AssignmentMutation;

#[Object]
impl AssignmentMutation {
    /// Gives somebody a place to work at.
    async fn assign_user(&self, ctx: &Context<'_>, input: AssignUserInput) -> Result<AssignmentPayload> {
        let app = ctx.data_unchecked::<People>();
        let AssignUserInput { user_id, property_id, department_id, location_ids, role, idempotency_key } =
            input;
        let place = Place { user_id, property_id, department_id, location_ids, role };
        let assigned = service::assign_user(app, caller(ctx)?, &place, idempotency_key.as_deref()).await;
        outcome(assigned).map(AssignmentPayload::from)
    }

    /// Takes a place away from somebody.
    async fn unassign_user(&self, ctx: &Context<'_>, input: UnassignUserInput) -> Result<AssignmentPayload> {
        let app = ctx.data_unchecked::<People>();
        let gone =
            service::unassign_user(app, caller(ctx)?, input.id, input.idempotency_key.as_deref()).await;
        outcome(gone).map(AssignmentPayload::from)
    }
}
