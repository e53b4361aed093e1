//! Locations in the API.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Loader, Nested, PageArgs, Refusal, Refusals, Result, UserError, caller,
    outcome,
};
use primitives::{CurrencyCode, DateTime, LocationId, PropertyId};

use super::{LocationChanges, LocationFilter, NewLocation, service};
use crate::foreign::{Property, User};
use crate::schema::app;
use crate::stocktake::graphql::{self as stocktakes, StockCount};

/// In which order to list locations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "super::store::SortedBy")]
pub(crate) enum LocationSort {
    /// By code.
    #[default]
    CodeAsc,
    /// By name.
    NameAsc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// What a location is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::LocationKind")]
pub(crate) enum LocationType {
    /// A store that holds stock: main store, cold room.
    Inventory,
    /// Consumes what it receives at once and never holds a balance: a banquet, an office.
    Direct,
    /// Holds stock that still belongs to the vendor.
    Consignment,
    /// Holds stock on its way between two places.
    Transit,
    /// A kitchen or bar that holds stock to work with.
    Production,
}

/// How stock is valued when it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::costing::CostMethod")]
pub(crate) enum CostMethod {
    /// Every unit costs the average of what is held.
    MovingAverage,
    /// The oldest units leave first, at what they cost.
    Fifo,
}

/// A place that holds stock, or through which stock is expensed at once.
#[derive(Clone, Debug)]
pub(crate) struct Location(pub(crate) super::Location);

/// A place that holds stock, or through which stock is used up.
#[Object]
impl Location {
    /// Identity of the location.
    async fn id(&self) -> LocationId {
        self.0.id
    }

    /// Short name on lists and labels; unique in the tenant.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is for.
    #[graphql(name = "type")]
    async fn kind(&self) -> LocationType {
        self.0.kind.into()
    }

    /// The currency its stock is valued in; never changes.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency
    }

    /// Whether issues may take an item below zero.
    async fn allow_negative(&self) -> bool {
        self.0.allow_negative
    }

    /// How its items are valued, where that was decided; moving average otherwise.
    async fn cost_method(&self) -> Option<CostMethod> {
        self.0.cost_method.map(CostMethod::from)
    }

    /// The count that lets nothing else post here; null where nothing is locked.
    async fn locked_by(&self, ctx: &Context<'_>) -> Result<Option<StockCount>> {
        match self.0.locked_by {
            Some(count) => stocktakes::load(ctx, count).await,
            None => Ok(None),
        }
    }

    /// The hotel or restaurant it belongs to; null where nobody said.
    async fn property(&self) -> Option<Property> {
        self.0.property.map(Property::from)
    }

    /// Counts the changes; an update names the one it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who created it.
    async fn created_by(&self) -> Option<User> {
        Some(User::from(self.0.created_by))
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Who last changed it.
    async fn updated_by(&self) -> Option<User> {
        Some(User::from(self.0.updated_by))
    }
}

/// Which locations to list. All that is given must hold; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct LocationWhere {
    /// All of these hold, too.
    and: Option<Vec<LocationWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<LocationWhere>>,
    /// This does not hold.
    not: Option<Box<LocationWhere>>,
    /// With one of these ids.
    ids: Option<Vec<LocationId>>,
    /// Of one of these types.
    types: Option<Vec<LocationType>>,
    /// Of one of these properties.
    property_ids: Option<Vec<PropertyId>>,
}

/// What a new location needs.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateLocationInput {
    /// Short name of up to 32 letters, digits, dots, dashes and underscores; unique in the tenant.
    code: String,
    /// What people call it, up to 200 characters.
    name: String,
    /// What it is for.
    #[graphql(name = "type")]
    kind: LocationType,
    /// The currency its stock is valued in; never changes.
    currency: CurrencyCode,
    /// Whether issues may take an item below zero.
    #[graphql(default)]
    allow_negative: bool,
    /// How its items are valued; moving average where nothing is said.
    cost_method: Option<CostMethod>,
    /// The hotel or restaurant it belongs to.
    property_id: Option<PropertyId>,
    /// The same key with the same input creates one location and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// What to change at a location; what is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateLocationInput {
    /// The location to change.
    id: LocationId,
    /// The version the change is based on; another one answers CONFLICT.
    expected_version: i32,
    /// New short name.
    code: Option<String>,
    /// New name.
    name: Option<String>,
    /// Whether issues may take an item below zero. Forbidding it while an item is below zero answers INVALID_STATE.
    allow_negative: Option<bool>,
    /// How its items are valued. Changing it while the location holds stock answers INVALID_STATE.
    cost_method: Option<CostMethod>,
    /// The hotel or restaurant it belongs to from now on.
    property_id: Option<PropertyId>,
}

/// The new location, or what is wrong with it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct CreateLocationPayload {
    /// The location; null where it was refused.
    location: Option<Location>,
    /// What to mend.
    user_errors: Vec<UserError>,
}

/// The changed location, or why it did not change.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct UpdateLocationPayload {
    /// The location; null where the change was refused.
    location: Option<Location>,
    /// What to mend.
    user_errors: Vec<UserError>,
}

/// Queries about locations.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LocationQuery;

#[Object]
impl LocationQuery {
    /// Locations of the tenant.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and a search"
    )]
    async fn locations(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which locations to list.")] filter: Option<LocationWhere>,
        #[graphql(desc = "Text in code or name, whatever its case.")] search: Option<String>,
        #[graphql(desc = "In which order.", default)] sort: LocationSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Location>> {
        let criteria = Criteria::read(filter, search.map(searched))?;
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app(ctx), caller(ctx)?, &criteria, sort.into(), page).await?.map(Location))
    }

    /// One location; null where the tenant has no such location.
    async fn location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identity of the location.")] id: LocationId,
    ) -> Result<Option<Location>> {
        load(ctx, id).await
    }
}

/// Mutations of locations.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LocationMutation;

#[Object]
impl LocationMutation {
    /// Opens a new location.
    async fn create_location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the location needs.")] input: CreateLocationInput,
    ) -> Result<CreateLocationPayload> {
        let (key, new) = input.into_new();
        let created = service::create(app(ctx), caller(ctx)?, new, key.as_deref()).await;
        let (id, user_errors) = outcome(created)?;
        Ok(CreateLocationPayload { location: fresh(ctx, id).await?, user_errors })
    }

    /// Changes a location.
    async fn update_location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateLocationInput,
    ) -> Result<UpdateLocationPayload> {
        let (id, expected_version) = (input.id, input.expected_version);
        let updated =
            service::update(app(ctx), caller(ctx)?, id, expected_version, input.into_changes()).await;
        let (id, user_errors) = outcome(updated)?;
        Ok(UpdateLocationPayload { location: fresh(ctx, id).await?, user_errors })
    }
}

impl Filter for LocationWhere {
    type Criterion = LocationFilter;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<LocationFilter>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.property_ids.as_ref(), &format!("{at}.propertyIds"), refusals);
        vec![Criteria::Is(LocationFilter {
            ids: self.ids.unwrap_or_default(),
            properties: self.property_ids.unwrap_or_default(),
            kinds: self.types.unwrap_or_default().into_iter().map(Into::into).collect(),
            search: None,
        })]
    }
}

fn searched(text: String) -> std::result::Result<Criteria<LocationFilter>, Refusal> {
    if text.chars().count() > 100 {
        return Err(Refusal::invalid("search", "a search has at most 100 characters"));
    }
    let search = Some(text).filter(|text| !text.trim().is_empty());
    Ok(Criteria::Is(LocationFilter { search, ..LocationFilter::default() }))
}

impl CreateLocationInput {
    fn into_new(self) -> (Option<String>, NewLocation) {
        let new = NewLocation {
            code: self.code,
            name: self.name,
            kind: self.kind.into(),
            currency: self.currency,
            allow_negative: self.allow_negative,
            cost_method: self.cost_method.map(Into::into),
            property: self.property_id,
        };
        (self.idempotency_key, new)
    }
}

impl UpdateLocationInput {
    fn into_changes(self) -> LocationChanges {
        LocationChanges {
            code: self.code,
            name: self.name,
            allow_negative: self.allow_negative,
            cost_method: self.cost_method.map(Into::into),
            property: self.property_id,
        }
    }
}

/// A location through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: LocationId) -> Result<Option<Location>> {
    let loader = ctx.data_unchecked::<Loader<LocationId, super::Location>>();
    Ok(loader.load(id).await?.map(Location))
}

/// A location as it stands after a change: the loader may remember it as it was before.
async fn fresh(ctx: &Context<'_>, id: Option<LocationId>) -> Result<Option<Location>> {
    let Some(id) = id else { return Ok(None) };
    Ok(service::changed(app(ctx), caller(ctx)?, id).await?.map(Location))
}
