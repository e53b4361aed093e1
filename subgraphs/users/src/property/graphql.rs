//! Properties in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Loader, Nested, PageArgs, Refusals, RequestScope, Result, UserError,
    caller, outcome,
};
use primitives::{CurrencyCode, DateTime, PropertyId};

use super::model::{self, PropertyFacts};
use super::service;
use super::store::PropertyCriterion;
use crate::user::graphql::User;
use crate::{People, user};

/// What a list of properties is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PropertyFilter {
    /// All of these hold, too.
    and: Option<Vec<PropertyFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<PropertyFilter>>,
    /// This does not hold.
    not: Option<Box<PropertyFilter>>,
    /// One of these ids.
    ids: Option<Vec<PropertyId>>,
    /// Counting in one of these currencies.
    currencies: Option<Vec<CurrencyCode>>,
    /// In one of these time zones, `Asia/Bangkok`.
    time_zones: Option<Vec<String>>,
}

impl Filter for PropertyFilter {
    type Criterion = PropertyCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<PropertyCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.currencies.as_ref(), &format!("{at}.currencies"), refusals);
        check_values(self.time_zones.as_ref(), &format!("{at}.timeZones"), refusals);
        let Self { ids, currencies, time_zones, .. } = self;
        vec![Criteria::Is(PropertyCriterion { ids, currencies, time_zones })]
    }
}

/// In which order to list properties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "super::store::SortedBy")]
pub(crate) enum PropertySort {
    /// By code.
    #[default]
    CodeAsc,
    /// By name.
    NameAsc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// Properties by id.
type ById = Loader<PropertyId, model::Property>;

/// Lays this aggregate's loader beside a request.
pub(crate) fn lay_loaders(app: &People, scope: &RequestScope, data: &mut async_graphql::Data) {
    let people = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let people = people.clone();
        async move { service::find_by_ids(&people, &caller, ids).await }
    }));
}

/// The property with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: PropertyId) -> Result<Option<Property>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Property))
}

/// The property with an id that may be missing.
pub(crate) async fn load_some(ctx: &Context<'_>, id: Option<PropertyId>) -> Result<Option<Property>> {
    match id {
        Some(id) => load(ctx, id).await,
        None => Ok(None),
    }
}

/// A property as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Property(model::Property);

/// A hotel or another place at an address.
#[Object]
impl Property {
    /// Identity.
    async fn id(&self) -> PropertyId {
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

    /// What it counts in; never changes.
    async fn currency(&self) -> CurrencyCode {
        self.0.facts.currency
    }

    /// The IANA time zone in which its days begin.
    async fn time_zone(&self) -> &str {
        &self.0.facts.time_zone
    }

    /// The month in which its business year begins: 1 to 12.
    async fn fiscal_year_start(&self) -> i32 {
        self.0.facts.fiscal_year_start
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

/// Questions about properties.
#[derive(Debug, Default)]
pub(crate) struct PropertyQuery;

#[Object]
impl PropertyQuery {
    /// The tenant's properties.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn properties(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which properties to list.")] filter: Option<PropertyFilter>,
        #[graphql(desc = "In which order.", default)] sort: PropertySort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Property>> {
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<People>();
        let criteria = Criteria::read(filter, None)?;
        Ok(service::list_properties(app, caller(ctx)?, &criteria, sort.into(), page).await?.map(Property))
    }

    /// The property with this id; null when the tenant has none.
    async fn property(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which property.")] id: PropertyId,
    ) -> Result<Option<Property>> {
        load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_property_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Property>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}

/// The outcome of a change to a property.
#[derive(Debug, SimpleObject)]
pub(crate) struct PropertyPayload {
    /// The property as it is now; null when the change was refused.
    property: Option<Property>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Property>, Vec<UserError>)> for PropertyPayload {
    fn from((property, user_errors): (Option<model::Property>, Vec<UserError>)) -> Self {
        Self { property: property.map(Property), user_errors }
    }
}

/// A new property.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreatePropertyInput {
    /// The short code; unique in the tenant.
    code: String,
    /// The name, at most 200 characters.
    name: String,
    /// What it counts in; never changes.
    currency: CurrencyCode,
    /// An IANA time zone: `Asia/Bangkok`.
    time_zone: String,
    /// The month in which its business year begins: 1 to 12.
    #[graphql(default = 1)]
    fiscal_year_start: i32,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<CreatePropertyInput> for PropertyFacts {
    fn from(input: CreatePropertyInput) -> Self {
        let CreatePropertyInput { code, name, currency, time_zone, fiscal_year_start, .. } = input;
        Self { code, name, currency, time_zone, fiscal_year_start }
    }
}

/// A change to a property. What is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdatePropertyInput {
    /// Which property.
    id: PropertyId,
    /// The version as last seen.
    expected_version: i32,
    /// The short code.
    code: Option<String>,
    /// The name.
    name: Option<String>,
    /// An IANA time zone.
    time_zone: Option<String>,
    /// The month in which its business year begins.
    fiscal_year_start: Option<i32>,
}

impl UpdatePropertyInput {
    fn apply(&self, facts: PropertyFacts) -> PropertyFacts {
        PropertyFacts {
            code: self.code.clone().unwrap_or(facts.code),
            name: self.name.clone().unwrap_or(facts.name),
            currency: facts.currency,
            time_zone: self.time_zone.clone().unwrap_or(facts.time_zone),
            fiscal_year_start: self.fiscal_year_start.unwrap_or(facts.fiscal_year_start),
        }
    }
}

/// Changes of properties.
#[derive(Debug, Default)]
pub(crate) struct PropertyMutation;

#[Object]
impl PropertyMutation {
    /// Opens a property.
    async fn create_property(
        &self,
        ctx: &Context<'_>,
        input: CreatePropertyInput,
    ) -> Result<PropertyPayload> {
        let app = ctx.data_unchecked::<People>();
        let key = input.idempotency_key.clone();
        let created = service::create_property(app, caller(ctx)?, &input.into(), key.as_deref()).await;
        outcome(created).map(PropertyPayload::from)
    }

    /// Changes what is known about a property.
    async fn update_property(
        &self,
        ctx: &Context<'_>,
        input: UpdatePropertyInput,
    ) -> Result<PropertyPayload> {
        let app = ctx.data_unchecked::<People>();
        let which = (input.id, input.expected_version);
        let updated = service::update_property(app, caller(ctx)?, which, |facts| input.apply(facts)).await;
        outcome(updated).map(PropertyPayload::from)
    }
}
