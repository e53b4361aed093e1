//! Specifications in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::{Connection, Loader, Order, PageArgs, RequestScope, Result, UserError, caller, outcome};
use primitives::{DateTime, ProductId};

use super::model;
use super::service::{self, NewWording};
use crate::Catalogue;
use crate::foreign::User;

/// The latest wording by product.
type Latest = Loader<ProductId, model::Specification>;

/// Lays this aggregate's loader beside a request.
pub(crate) fn lay_loaders(app: &Catalogue, scope: &RequestScope, data: &mut async_graphql::Data) {
    let catalogue = app.clone();
    data.insert::<Latest>(scope.loader(move |caller, ids| {
        let catalogue = catalogue.clone();
        async move { service::latest_by_ids(&catalogue, &caller, ids).await }
    }));
}

/// The latest wording of a product, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: ProductId) -> Result<Option<Specification>> {
    Ok(ctx.data_unchecked::<Latest>().load(id).await?.map(Specification::from))
}

/// A page of a product's wordings.
pub(crate) async fn list(
    ctx: &Context<'_>,
    id: ProductId,
    sort: SpecificationSort,
    page: PageArgs,
) -> Result<Connection<Specification>> {
    let order = match sort {
        SpecificationSort::RevisionDesc => Order::Descending,
        SpecificationSort::RevisionAsc => Order::Ascending,
    };
    let app = ctx.data_unchecked::<Catalogue>();
    Ok(service::list(app, caller(ctx)?, id, order, page).await?.map(Specification::from))
}

/// In which order to list wordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum SpecificationSort {
    /// Latest first.
    #[default]
    RevisionDesc,
    /// First first.
    RevisionAsc,
}

/// A wording of what a product has to be. It never changes: another wording is another revision.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Specification {
    /// Counts the wordings of the product, from 1.
    revision: i32,
    /// The wording.
    text: String,
    /// When it was written.
    written_at: DateTime,
    /// By whom; null when the platform wrote it.
    written_by: Option<User>,
}

impl From<model::Specification> for Specification {
    fn from(specification: model::Specification) -> Self {
        Self {
            revision: specification.revision,
            text: specification.wording,
            written_at: specification.written_at.into(),
            written_by: specification.written_by.map(User::from),
        }
    }
}

/// The outcome of writing a specification.
#[derive(Debug, SimpleObject)]
pub(crate) struct SpecificationPayload {
    /// The wording; null when it was refused.
    specification: Option<Specification>,
    /// Why it was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// A wording to add.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct WriteSpecificationInput {
    /// Of which product.
    product_id: ProductId,
    /// The revision as last seen; 0 when there was none.
    expected_revision: i32,
    /// The wording, at most 10,000 characters.
    text: String,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Changes of specifications.
#[derive(Debug, Default)]
pub(crate) struct SpecificationMutation;

#[Object]
impl SpecificationMutation {
    /// Says what a product has to be. The wordings before stay as they are.
    async fn write_specification(
        &self,
        ctx: &Context<'_>,
        input: WriteSpecificationInput,
    ) -> Result<SpecificationPayload> {
        let new = NewWording {
            product_id: input.product_id,
            expected_revision: input.expected_revision,
            wording: input.text,
            idempotency_key: input.idempotency_key,
        };
        let written = service::write(ctx.data_unchecked::<Catalogue>(), caller(ctx)?, &new).await;
        let (specification, user_errors) = outcome(written)?;
        Ok(SpecificationPayload { specification: specification.map(Specification::from), user_errors })
    }
}
