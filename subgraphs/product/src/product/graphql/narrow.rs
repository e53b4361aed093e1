//! What a list of products is narrowed and sorted by, as clients write it.

use async_graphql::{Enum, InputObject};
use chassis::{Code, Order, Refusal, Refusals};
use primitives::{CategoryId, ProductId, Unit};

use super::ProductStatus;
use crate::product::Barcode;
use crate::product::filter::{Criterion, MAX_CRITERIA, MAX_VALUES, TextField, TextTest, Trait, read_search};
use crate::product::model;
use crate::product::store::{ProductSort as SortOrder, SortedBy};

/// What a list of products is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum ProductSort {
    /// By name, A first.
    #[default]
    NameAsc,
    /// By name, Z first.
    NameDesc,
    /// By code, A first.
    CodeAsc,
    /// By code, Z first.
    CodeDesc,
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// Longest unchanged first.
    UpdatedAtAsc,
    /// Latest change first.
    UpdatedAtDesc,
}

impl From<ProductSort> for SortOrder {
    fn from(sort: ProductSort) -> Self {
        let (by, order) = match sort {
            ProductSort::NameAsc => (SortedBy::Name, Order::Ascending),
            ProductSort::NameDesc => (SortedBy::Name, Order::Descending),
            ProductSort::CodeAsc => (SortedBy::Code, Order::Ascending),
            ProductSort::CodeDesc => (SortedBy::Code, Order::Descending),
            ProductSort::CreatedAtAsc => (SortedBy::CreatedAt, Order::Ascending),
            ProductSort::CreatedAtDesc => (SortedBy::CreatedAt, Order::Descending),
            ProductSort::UpdatedAtAsc => (SortedBy::UpdatedAt, Order::Ascending),
            ProductSort::UpdatedAtDesc => (SortedBy::UpdatedAt, Order::Descending),
        };
        Self { by, order }
    }
}

/// Conditions on a text, whatever its case. All that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ProductTextFilter {
    /// It is this.
    eq: Option<String>,
    /// It is not this.
    ne: Option<String>,
    /// It is one of these.
    #[graphql(name = "in")]
    one_of: Option<Vec<String>>,
    /// It has this somewhere.
    contains: Option<String>,
    /// It begins with this.
    starts_with: Option<String>,
}

/// Conditions on an id. All that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ProductIdFilter {
    /// It is this.
    eq: Option<ProductId>,
    /// It is one of these.
    #[graphql(name = "in")]
    one_of: Option<Vec<ProductId>>,
}

/// Conditions on the category; each stands for itself and everything below it.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ProductCategoryFilter {
    /// In this one.
    eq: Option<CategoryId>,
    /// In one of these.
    #[graphql(name = "in")]
    one_of: Option<Vec<CategoryId>>,
}

/// Conditions on the status. All that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ProductStatusFilter {
    /// It is this.
    eq: Option<ProductStatus>,
    /// It is not this.
    ne: Option<ProductStatus>,
    /// It is one of these.
    #[graphql(name = "in")]
    one_of: Option<Vec<ProductStatus>>,
}

/// What a list of products is narrowed by. All conditions that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ProductFilter {
    /// All of these hold.
    and: Option<Vec<ProductFilter>>,
    /// At least one of these holds.
    or: Option<Vec<ProductFilter>>,
    /// This does not hold.
    not: Option<Box<ProductFilter>>,
    /// The id.
    id: Option<ProductIdFilter>,
    /// The code.
    code: Option<ProductTextFilter>,
    /// The name.
    name: Option<ProductTextFilter>,
    /// The status.
    status: Option<ProductStatusFilter>,
    /// The category, descendants included.
    category_id: Option<ProductCategoryFilter>,
    /// Codes of base units.
    base_unit: Option<Vec<String>>,
    /// Carries this barcode.
    barcode: Option<String>,
    /// Whether it is received by lot.
    lot_tracked: Option<bool>,
    /// Whether it is received with an expiry date.
    expiry_tracked: Option<bool>,
    /// Whether it may be ordered from vendors.
    is_purchasable: Option<bool>,
    /// Whether it is kept in stores.
    is_stocked: Option<bool>,
    /// Whether it may stand in recipes.
    is_used_in_recipe: Option<bool>,
    /// Whether it is sold as it is.
    is_sold: Option<bool>,
}

/// The list's condition: filter and search together. Faults are named below `where`.
pub(super) fn read(filter: Option<ProductFilter>, search: Option<&str>) -> Result<Criterion, Refusals> {
    let mut refusals = Refusals::new();
    let mut parts = Vec::new();
    if let Some(filter) = filter {
        parts.push(filter.read("where", &mut refusals));
    }
    if let Some(found) = search.and_then(|search| refusals.take(read_search(search))) {
        parts.push(found);
    }
    let criterion = Criterion::All(parts);
    refusals.check(criterion.count() <= MAX_CRITERIA, || {
        Refusal::new(Code::LimitExceeded, "where", format!("a filter has at most {MAX_CRITERIA} conditions"))
    });
    if refusals.is_empty() { Ok(criterion) } else { Err(refusals) }
}

impl ProductFilter {
    fn read(self, at: &str, refusals: &mut Refusals) -> Criterion {
        let mut parts = Vec::new();
        let nested = |filters: Vec<Self>, word: &str, refusals: &mut Refusals| -> Vec<Criterion> {
            (0..)
                .zip(filters)
                .map(|(index, filter): (usize, _)| filter.read(&format!("{at}.{word}.{index}"), refusals))
                .collect()
        };
        if let Some(filters) = self.and {
            parts.push(Criterion::All(nested(filters, "and", refusals)));
        }
        if let Some(filters) = self.or {
            parts.push(Criterion::Any(nested(filters, "or", refusals)));
        }
        if let Some(filter) = self.not {
            parts.push(Criterion::Not(Box::new(filter.read(&format!("{at}.not"), refusals))));
        }
        if let Some(ids) = self.id {
            parts.extend(
                one_of(ids.eq, ids.one_of, &format!("{at}.id"), refusals).into_iter().map(Criterion::Id),
            );
        }
        for (field, name, test) in
            [(TextField::Code, "code", self.code), (TextField::Name, "name", self.name)]
        {
            if let Some(test) = test {
                parts.extend(test.read(field, &format!("{at}.{name}"), refusals));
            }
        }
        if let Some(status) = self.status {
            parts.extend(status.read());
        }
        if let Some(category) = self.category_id {
            let sets = one_of(category.eq, category.one_of, &format!("{at}.categoryId"), refusals);
            parts.extend(sets.into_iter().map(Criterion::Category));
        }
        if let Some(codes) = self.base_unit {
            parts.push(Criterion::BaseUnit(read_units(&codes, &format!("{at}.baseUnit"), refusals)));
        }
        if let Some(code) = self.barcode {
            let read = code.parse::<Barcode>();
            let read =
                read.map_err(|refused| Refusal::invalid(&format!("{at}.barcode"), refused.to_string()));
            parts.extend(refusals.take(read).map(|barcode| Criterion::Gtin(vec![barcode.gtin()])));
        }
        let traits = [
            (Trait::LotTracked, self.lot_tracked),
            (Trait::ExpiryTracked, self.expiry_tracked),
            (Trait::Purchasable, self.is_purchasable),
            (Trait::Stocked, self.is_stocked),
            (Trait::UsedInRecipe, self.is_used_in_recipe),
            (Trait::Sold, self.is_sold),
        ];
        parts.extend(
            traits.into_iter().filter_map(|(which, value)| value.map(|value| Criterion::Trait(which, value))),
        );
        Criterion::All(parts)
    }
}

impl ProductTextFilter {
    fn read(self, field: TextField, at: &str, refusals: &mut Refusals) -> Vec<Criterion> {
        let compared = |value: &String| field.compared(value);
        let mut parts: Vec<Criterion> = one_of(self.eq, self.one_of, at, refusals)
            .into_iter()
            .map(|values| Criterion::Text(field, TextTest::In(values.iter().map(compared).collect())))
            .collect();
        if let Some(value) = &self.ne {
            let same = Criterion::Text(field, TextTest::In(vec![compared(value)]));
            parts.push(Criterion::Not(Box::new(same)));
        }
        if let Some(part) = &self.contains {
            parts.push(Criterion::Text(field, TextTest::Contains(compared(part))));
        }
        if let Some(start) = &self.starts_with {
            parts.push(Criterion::Text(field, TextTest::StartsWith(compared(start))));
        }
        parts
    }
}

impl ProductStatusFilter {
    fn read(self) -> Vec<Criterion> {
        let statuses = |list: Vec<ProductStatus>| list.into_iter().map(model::ProductStatus::from).collect();
        let is = self.eq.map(|status| Criterion::Status(vec![status.into()]));
        let is_not = self.ne.map(|status| Criterion::Not(Box::new(Criterion::Status(vec![status.into()]))));
        let one_of = self.one_of.map(|list| Criterion::Status(statuses(list)));
        [is, is_not, one_of].into_iter().flatten().collect()
    }
}

/// `eq` and `in` as sets of values, of which each must contain the field.
fn one_of<T>(eq: Option<T>, one_of: Option<Vec<T>>, at: &str, refusals: &mut Refusals) -> Vec<Vec<T>> {
    let has_room = one_of.as_ref().is_none_or(|values| values.len() <= MAX_VALUES);
    refusals.check(has_room, || {
        Refusal::new(Code::LimitExceeded, &format!("{at}.in"), format!("at most {MAX_VALUES} values"))
    });
    eq.map(|value| vec![value]).into_iter().chain(one_of).collect()
}

fn read_units(codes: &[String], at: &str, refusals: &mut Refusals) -> Vec<Unit> {
    let read = |(index, code): (usize, &String)| {
        let unit: Result<Unit, _> = code.parse();
        refusals.take(unit.map_err(|unknown| Refusal::invalid(&format!("{at}.{index}"), unknown.to_string())))
    };
    codes.iter().enumerate().filter_map(read).collect()
}
