//! What was bought, in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{Loader, Refusals, RequestScope, Result, caller};
use primitives::{CategoryId, Date, Decimal, DepartmentId, Money, ProductId, PropertyId, Quantity, VendorId};

use super::model::{self, Key, Narrowing};
use super::service::{self, VendorTime};
use crate::foreign::{Category, Department, Property, Vendor};
use crate::purchase_order::graphql::{PurchaseOrder, load as load_order};
use crate::purchase_request::graphql::money;
use crate::{Buying, house};

/// Spending by vendor and time.
type WithVendor = Loader<VendorTime, Decimal>;
/// The latest purchases by product.
type OfProduct = Loader<ProductId, Vec<model::Purchase>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Buying, scope: &RequestScope, data: &mut async_graphql::Data) {
    let buying = app.clone();
    data.insert::<WithVendor>(scope.loader(move |caller, keys| {
        let buying = buying.clone();
        async move { service::spent_with(&buying, &caller, keys).await }
    }));
    let buying = app.clone();
    data.insert::<OfProduct>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::purchases(&buying, &caller, ids).await }
    }));
}

/// How much was spent with a vendor; nothing without the permission to see prices.
pub(crate) async fn spent_with(ctx: &Context<'_>, key: VendorTime) -> Result<Option<Money>> {
    let spent = ctx.data_unchecked::<WithVendor>().load(key).await?.unwrap_or_default();
    money(ctx, Some(Money::new(spent, house::CURRENCY)))
}

/// The latest purchases of a product, latest first.
pub(crate) async fn purchases_of(ctx: &Context<'_>, product: ProductId) -> Result<Vec<Purchase>> {
    let found = ctx.data_unchecked::<OfProduct>().load(product).await?.unwrap_or_default();
    Ok(found.into_iter().map(Purchase).collect())
}

/// One time a product came, as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Purchase(model::Purchase);

/// One time a product came: from whom, how much, and at which price.
#[Object]
impl Purchase {
    /// Who brought it.
    async fn vendor(&self) -> Vendor {
        self.0.vendor.into()
    }

    /// The order it came for.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrder>> {
        load_order(ctx, self.0.order).await
    }

    /// On which day.
    async fn received_on(&self) -> Date {
        self.0.on
    }

    /// How much was accepted.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.0.quantity, self.0.unit)
    }

    /// What one of that unit cost. Null without the permission to see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.unit_price, self.0.currency)))
    }

    /// What one base unit of the product cost, to compare. Null without the permission to see prices.
    async fn base_unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let price = self.0.unit_price.checked_div(self.0.factor);
        money(ctx, price.map(|price| Money::new(price, self.0.currency)))
    }
}

/// What spending is grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "SpendGroupBy", remote = "model::GroupBy")]
pub(crate) enum GroupBy {
    /// Who was paid.
    Vendor,
    /// For whom it was.
    Department,
    /// What products are sorted into.
    Category,
    /// When it came.
    Month,
    /// For which property it was.
    Property,
}

/// What spending is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct SpendFilter {
    /// With one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// For one of these departments.
    department_ids: Option<Vec<DepartmentId>>,
    /// On one of these categories.
    category_ids: Option<Vec<CategoryId>>,
    /// For one of these properties.
    property_ids: Option<Vec<PropertyId>>,
    /// What came on this day or later.
    from: Option<Date>,
    /// What came on this day or earlier.
    to: Option<Date>,
}

impl SpendFilter {
    fn read(self) -> Result<Narrowing> {
        let mut refusals = Refusals::new();
        check_values(self.vendor_ids.as_ref(), "where.vendorIds", &mut refusals);
        check_values(self.department_ids.as_ref(), "where.departmentIds", &mut refusals);
        check_values(self.category_ids.as_ref(), "where.categoryIds", &mut refusals);
        check_values(self.property_ids.as_ref(), "where.propertyIds", &mut refusals);
        refusals.into_result()?;
        Ok(Narrowing {
            vendors: self.vendor_ids,
            departments: self.department_ids,
            categories: self.category_ids,
            properties: self.property_ids,
            from: self.from,
            to: self.to,
        })
    }
}

/// How much was spent in one group. What it is grouped by is set, the rest is null.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(crate) struct SpendGroup {
    /// Who was paid.
    vendor: Option<Vendor>,
    /// For whom it was.
    department: Option<Department>,
    /// What was bought.
    category: Option<Category>,
    /// For which property it was.
    property: Option<Property>,
    /// The first day of the month in which it came.
    month: Option<Date>,
    /// How much, in the house's currency, less what vendors owe.
    total: Option<Money>,
    /// How many deliveries that were.
    deliveries: i32,
}

impl From<model::Spent> for SpendGroup {
    fn from(spent: model::Spent) -> Self {
        let total = Some(Money::new(spent.total, house::CURRENCY));
        let group = Self {
            total,
            deliveries: i32::try_from(spent.deliveries).unwrap_or(i32::MAX),
            ..Self::default()
        };
        match spent.key {
            Key::Vendor(id) => Self { vendor: Some(id.into()), ..group },
            Key::Department(id) => Self { department: Some(id.into()), ..group },
            Key::Category(id) => Self { category: Some(id.into()), ..group },
            Key::Property(id) => Self { property: Some(id.into()), ..group },
            Key::Month(day) => Self { month: Some(day), ..group },
            Key::None => group,
        }
    }
}

/// Questions about spending.
#[derive(Debug, Default)]
pub(crate) struct SpendQuery;

#[Object]
impl SpendQuery {
    /// How much was spent: what was accepted of deliveries, less what vendors owe. The largest group first, months in their
    /// order; a group without anything set is what belongs to none.
    async fn spend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is grouped by.")] group_by: GroupBy,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<SpendFilter>,
        #[graphql(desc = "How many groups: 1 to 500.", default = 100)] first: i32,
    ) -> Result<Vec<SpendGroup>> {
        let by = filter.unwrap_or_default().read()?;
        let app = ctx.data_unchecked::<Buying>();
        let groups = service::spent(app, caller(ctx)?, (group_by.into(), &by, first)).await?;
        Ok(groups.into_iter().map(SpendGroup::from).collect())
    }
}
