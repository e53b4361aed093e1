//! Vendors in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chassis::{
    Connection, Loader, Order, PageArgs, Refusal, RequestScope, Result, UserError, caller, outcome,
};
use primitives::{CurrencyCode, DateTime, Decimal, Money, ProductId, VendorId};

use super::model::{self, VendorFacts};
use super::service::{self, Move, Relate};
use super::store::{SortedBy, VendorCriterion};
use crate::foreign::{Product, User};
use crate::{Purchasing, permission};

/// Vendors by id.
type ById = Loader<VendorId, model::Vendor>;
/// The preferred vendor by product.
type Preferred = Loader<ProductId, VendorId>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Purchasing, scope: &RequestScope, data: &mut async_graphql::Data) {
    let purchasing = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let purchasing = purchasing.clone();
        async move { service::find_by_ids(&purchasing, &caller, ids).await }
    }));
    let purchasing = app.clone();
    data.insert::<Preferred>(scope.loader(move |caller, products| {
        let purchasing = purchasing.clone();
        async move { service::preferred_by_products(&purchasing, &caller, products).await }
    }));
}

/// The vendor with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: VendorId) -> Result<Option<Vendor>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Vendor))
}

/// The vendor that is preferred for a product.
pub(crate) async fn load_preferred(ctx: &Context<'_>, product: ProductId) -> Result<Option<Vendor>> {
    match ctx.data_unchecked::<Preferred>().load(product).await? {
        Some(id) => load(ctx, id).await,
        None => Ok(None),
    }
}

/// Where a vendor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::VendorStatus")]
pub(crate) enum VendorStatus {
    /// Being looked at; nothing may be bought yet.
    Prospect,
    /// Sells to us.
    Active,
    /// Must not be bought from for the time being.
    Blocked,
    /// History.
    Archived,
}

/// A vendor as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Vendor(pub(crate) model::Vendor);

/// Who sells to the house.
#[Object]
impl Vendor {
    /// Identity.
    async fn id(&self) -> VendorId {
        self.0.id
    }

    /// The house's own short code, in capitals; unique in the tenant.
    async fn code(&self) -> &str {
        &self.0.facts.code
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.facts.name
    }

    /// The tax number.
    async fn tax_id(&self) -> Option<&str> {
        self.0.facts.tax_id.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> VendorStatus {
        self.0.status.into()
    }

    /// Why it is blocked.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// What it bills in.
    async fn currency(&self) -> CurrencyCode {
        self.0.facts.currency
    }

    /// Days until a bill is due.
    async fn payment_terms_days(&self) -> i32 {
        self.0.facts.payment_terms_days
    }

    /// Days between order and delivery.
    async fn lead_time_days(&self) -> i32 {
        self.0.facts.lead_time_days
    }

    /// The smallest order it delivers. Null without the permission to see prices.
    async fn min_order(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let amount = self.0.facts.minimum_order;
        let may = caller(ctx)?.may(permission::PRICES);
        Ok(amount.filter(|_| may).map(|amount| Money::new(amount, self.0.facts.currency)))
    }

    /// How content the house is: 0 to 5.
    async fn rating(&self) -> Option<Decimal> {
        self.0.facts.rating
    }

    /// Whom to talk to.
    async fn contact_name(&self) -> Option<&str> {
        self.0.facts.contact_name.as_deref()
    }

    /// Where to write.
    async fn email(&self) -> Option<&str> {
        self.0.facts.email.as_deref()
    }

    /// Where to call.
    async fn phone(&self) -> Option<&str> {
        self.0.facts.phone.as_deref()
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

/// How a vendor stands to one product, apart from its price.
#[derive(Clone, Debug)]
pub(crate) struct VendorProduct(model::VendorProduct);

/// How a vendor stands to one product, apart from its price.
#[Object]
impl VendorProduct {
    /// The vendor.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        load(ctx, self.0.vendor_id).await
    }

    /// The product.
    async fn product(&self) -> Product {
        Product { id: self.0.product_id }
    }

    /// The vendor's own article number.
    async fn vendor_sku(&self) -> Option<&str> {
        self.0.vendor_sku.as_deref()
    }

    /// Whether the vendor is preferred for the product.
    async fn is_preferred(&self) -> bool {
        self.0.is_preferred
    }

    /// Whether the product must not be bought from this vendor.
    async fn is_blocked(&self) -> bool {
        self.0.is_blocked
    }
}

/// What a list of vendors is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct VendorFilter {
    /// One of these ids.
    ids: Option<Vec<VendorId>>,
    /// One of these codes, whatever their case.
    codes: Option<Vec<String>>,
    /// In one of these states.
    status: Option<Vec<VendorStatus>>,
}

/// What a list of vendors is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum VendorSort {
    /// By name, A first.
    #[default]
    NameAsc,
    /// By name, Z first.
    NameDesc,
    /// By code, A first.
    CodeAsc,
    /// By code, Z first.
    CodeDesc,
    /// Latest change first.
    UpdatedAtDesc,
}

/// Values of one `in`.
const MAX_VALUES: usize = 500;

fn criterion(filter: VendorFilter, search: Option<String>) -> Result<VendorCriterion> {
    let search = search.unwrap_or_default().to_lowercase();
    let words: Vec<String> = search.split_whitespace().map(str::to_owned).collect();
    if search.chars().count() > 100 || words.len() > 8 {
        return Err(Refusal::invalid("search", "a search has at most 100 characters and 8 words").into());
    }
    let longest = filter.ids.as_ref().map_or(0, Vec::len).max(filter.codes.as_ref().map_or(0, Vec::len));
    if longest > MAX_VALUES {
        return Err(Refusal::invalid("where", format!("a list of values has at most {MAX_VALUES}")).into());
    }
    Ok(VendorCriterion {
        ids: filter.ids,
        codes: filter.codes.map(|codes| codes.iter().map(|code| model::normal_code(code)).collect()),
        statuses: filter.status.map(|all| all.into_iter().map(model::VendorStatus::from).collect()),
        words,
    })
}

/// Questions about vendors.
#[derive(Debug, Default)]
pub(crate) struct VendorQuery;

#[Object]
impl VendorQuery {
    /// The tenant's vendors.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn vendors(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<VendorFilter>,
        #[graphql(desc = "Words that must be found in code or name.")] search: Option<String>,
        #[graphql(desc = "The order; by name unless told.")] sort: Option<VendorSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Vendor>> {
        let criterion = criterion(filter.unwrap_or_default(), search)?;
        let sort = match sort.unwrap_or_default() {
            VendorSort::NameAsc => (SortedBy::Name, Order::Ascending),
            VendorSort::NameDesc => (SortedBy::Name, Order::Descending),
            VendorSort::CodeAsc => (SortedBy::Code, Order::Ascending),
            VendorSort::CodeDesc => (SortedBy::Code, Order::Descending),
            VendorSort::UpdatedAtDesc => (SortedBy::UpdatedAt, Order::Descending),
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::list_vendors(app, caller(ctx)?, &criterion, sort, page).await?.map(Vendor))
    }

    /// The vendor with this id; null when the tenant has none.
    async fn vendor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which vendor.")] id: VendorId,
    ) -> Result<Option<Vendor>> {
        load(ctx, id).await
    }

    /// The vendor with this code, whatever its case; null when the tenant has none.
    async fn vendor_by_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which code.")] code: String,
    ) -> Result<Option<Vendor>> {
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::find_by_code(app, caller(ctx)?, &code).await?.map(Vendor))
    }

    #[graphql(entity)]
    async fn find_vendor_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Vendor>> {
        // What is no id names nothing: a bad representation must not spoil the others of its call.
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}

/// The outcome of a change to a vendor.
#[derive(Debug, SimpleObject)]
pub(crate) struct VendorPayload {
    /// The vendor as it is now; null when the change was refused.
    vendor: Option<Vendor>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Vendor>, Vec<UserError>)> for VendorPayload {
    fn from((vendor, user_errors): (Option<model::Vendor>, Vec<UserError>)) -> Self {
        Self { vendor: vendor.map(Vendor), user_errors }
    }
}

/// The outcome of a change to a vendor's relation to a product.
#[derive(Debug, SimpleObject)]
pub(crate) struct VendorProductPayload {
    /// The relation as it is now; null when the change was refused.
    vendor_product: Option<VendorProduct>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// A new vendor. It starts as a PROSPECT.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateVendorInput {
    /// The house's own short code: letters A to Z, digits and - _ . / , at most 32; unique in the tenant.
    code: String,
    /// The name, at most 200 characters.
    name: String,
    /// The tax number.
    tax_id: Option<String>,
    /// What it bills in.
    currency: CurrencyCode,
    /// Days until a bill is due: 0 to 365.
    #[graphql(default = 30)]
    payment_terms_days: i32,
    /// Days between order and delivery: 0 to 365.
    #[graphql(default = 1)]
    lead_time_days: i32,
    /// The smallest order it delivers, in its currency.
    min_order: Option<Decimal>,
    /// How content the house is: 0 to 5.
    rating: Option<Decimal>,
    /// Whom to talk to.
    contact_name: Option<String>,
    /// Where to write.
    email: Option<String>,
    /// Where to call.
    phone: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<CreateVendorInput> for VendorFacts {
    fn from(input: CreateVendorInput) -> Self {
        Self {
            code: input.code,
            name: input.name,
            tax_id: input.tax_id,
            currency: input.currency,
            payment_terms_days: input.payment_terms_days,
            lead_time_days: input.lead_time_days,
            minimum_order: input.min_order,
            rating: input.rating,
            contact_name: input.contact_name,
            email: input.email,
            phone: input.phone,
        }
    }
}

/// A change to what is known about a vendor. What is left out stays; null clears.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateVendorInput {
    /// Which vendor.
    id: VendorId,
    /// Its version as last seen.
    expected_version: i32,
    /// The house's own short code.
    code: Option<String>,
    /// The name.
    name: Option<String>,
    /// The tax number.
    tax_id: MaybeUndefined<String>,
    /// What it bills in.
    currency: Option<CurrencyCode>,
    /// Days until a bill is due.
    payment_terms_days: Option<i32>,
    /// Days between order and delivery.
    lead_time_days: Option<i32>,
    /// The smallest order it delivers, in its currency.
    min_order: MaybeUndefined<Decimal>,
    /// How content the house is: 0 to 5.
    rating: MaybeUndefined<Decimal>,
    /// Whom to talk to.
    contact_name: MaybeUndefined<String>,
    /// Where to write.
    email: MaybeUndefined<String>,
    /// Where to call.
    phone: MaybeUndefined<String>,
}

impl UpdateVendorInput {
    fn apply(&self, facts: VendorFacts) -> VendorFacts {
        fn or<T: Clone>(change: &MaybeUndefined<T>, now: Option<T>) -> Option<T> {
            match change {
                MaybeUndefined::Undefined => now,
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(value) => Some(value.clone()),
            }
        }
        VendorFacts {
            code: self.code.clone().unwrap_or(facts.code),
            name: self.name.clone().unwrap_or(facts.name),
            tax_id: or(&self.tax_id, facts.tax_id),
            currency: self.currency.unwrap_or(facts.currency),
            payment_terms_days: self.payment_terms_days.unwrap_or(facts.payment_terms_days),
            lead_time_days: self.lead_time_days.unwrap_or(facts.lead_time_days),
            minimum_order: or(&self.min_order, facts.minimum_order),
            rating: or(&self.rating, facts.rating),
            contact_name: or(&self.contact_name, facts.contact_name),
            email: or(&self.email, facts.email),
            phone: or(&self.phone, facts.phone),
        }
    }
}

/// Which vendor is moved in its life.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct VendorTransitionInput {
    /// Which vendor.
    id: VendorId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why; needed to block.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// How a vendor stands to a product.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetVendorProductInput {
    /// Which vendor.
    vendor_id: VendorId,
    /// Which product.
    product_id: ProductId,
    /// The vendor's own article number.
    vendor_sku: Option<String>,
    /// Whether it becomes the preferred one; another one stops being it.
    #[graphql(default = false)]
    is_preferred: bool,
    /// Whether the product must not be bought there.
    #[graphql(default = false)]
    is_blocked: bool,
}

async fn transition(
    ctx: &Context<'_>,
    input: VendorTransitionInput,
    to: model::VendorStatus,
) -> Result<VendorPayload> {
    let wanted = Move {
        id: input.id,
        expected_version: input.expected_version,
        to,
        reason: input.reason,
        idempotency_key: input.idempotency_key,
    };
    let app = ctx.data_unchecked::<Purchasing>();
    outcome(service::move_vendor(app, caller(ctx)?, &wanted).await).map(VendorPayload::from)
}

/// Changes of vendors.
#[derive(Debug, Default)]
pub(crate) struct VendorMutation;

#[Object]
impl VendorMutation {
    /// Describes a new vendor.
    async fn create_vendor(&self, ctx: &Context<'_>, input: CreateVendorInput) -> Result<VendorPayload> {
        let app = ctx.data_unchecked::<Purchasing>();
        let key = input.idempotency_key.clone();
        let created = service::create_vendor(app, caller(ctx)?, &input.into(), key.as_deref()).await;
        outcome(created).map(VendorPayload::from)
    }

    /// Changes what is known about a vendor.
    async fn update_vendor(&self, ctx: &Context<'_>, input: UpdateVendorInput) -> Result<VendorPayload> {
        let app = ctx.data_unchecked::<Purchasing>();
        let which = (input.id, input.expected_version);
        let updated = service::update_vendor(app, caller(ctx)?, which, |facts| input.apply(facts)).await;
        outcome(updated).map(VendorPayload::from)
    }

    /// Lets a vendor sell to the house.
    async fn activate_vendor(
        &self,
        ctx: &Context<'_>,
        input: VendorTransitionInput,
    ) -> Result<VendorPayload> {
        transition(ctx, input, model::VendorStatus::Active).await
    }

    /// Keeps the house from buying there, for a reason. Its prices are left out of every comparison.
    async fn block_vendor(&self, ctx: &Context<'_>, input: VendorTransitionInput) -> Result<VendorPayload> {
        transition(ctx, input, model::VendorStatus::Blocked).await
    }

    /// Lets a blocked vendor in again.
    async fn unblock_vendor(&self, ctx: &Context<'_>, input: VendorTransitionInput) -> Result<VendorPayload> {
        transition(ctx, input, model::VendorStatus::Active).await
    }

    /// Makes a vendor history.
    async fn archive_vendor(&self, ctx: &Context<'_>, input: VendorTransitionInput) -> Result<VendorPayload> {
        transition(ctx, input, model::VendorStatus::Archived).await
    }

    /// Says how a vendor stands to a product. At most one vendor is preferred for a product.
    async fn set_vendor_product(
        &self,
        ctx: &Context<'_>,
        input: SetVendorProductInput,
    ) -> Result<VendorProductPayload> {
        let wanted = Relate {
            vendor_id: input.vendor_id,
            product_id: input.product_id,
            vendor_sku: input.vendor_sku,
            is_preferred: input.is_preferred,
            is_blocked: input.is_blocked,
        };
        let app = ctx.data_unchecked::<Purchasing>();
        let (relation, user_errors) = outcome(service::set_vendor_product(app, caller(ctx)?, &wanted).await)?;
        Ok(VendorProductPayload { vendor_product: relation.map(VendorProduct), user_errors })
    }
}
