//! What a list of products is narrowed and sorted by, as clients write it.

use async_graphql::{Enum, InputObject};
use chassis::{Code, Criteria, Filter, Nested, Order, Refusal, Refusals};
use primitives::{CategoryId, ProductId, Unit};

use super::ProductStatus;
use crate::product::Barcode;
use crate::product::filter::{Criterion, MAX_VALUES, TextField, TextTest, Trait};
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

impl Filter for ProductFilter {
    type Criterion = Criterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        let mut parts = Vec::new();
        if let Some(ids) = self.id {
            let sets = one_of(ids.eq, ids.one_of, &format!("{at}.id"), refusals);
            parts.extend(sets.into_iter().map(Criterion::Id).map(Criteria::Is));
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
            parts.extend(sets.into_iter().map(Criterion::Category).map(Criteria::Is));
        }
        if let Some(codes) = self.base_unit {
            let units = read_units(&codes, &format!("{at}.baseUnit"), refusals);
            parts.push(Criteria::Is(Criterion::BaseUnit(units)));
        }
        if let Some(code) = self.barcode {
            let read = code.parse::<Barcode>();
            let read =
                read.map_err(|refused| Refusal::invalid(&format!("{at}.barcode"), refused.to_string()));
            let found = refusals.take(read).map(|barcode| Criterion::Gtin(vec![barcode.gtin()]));
            parts.extend(found.map(Criteria::Is));
        }
        let traits = [
            (Trait::LotTracked, self.lot_tracked),
            (Trait::ExpiryTracked, self.expiry_tracked),
            (Trait::Purchasable, self.is_purchasable),
            (Trait::Stocked, self.is_stocked),
            (Trait::UsedInRecipe, self.is_used_in_recipe),
            (Trait::Sold, self.is_sold),
        ];
        let given = traits.into_iter().filter_map(|(which, value)| Some(Criterion::Trait(which, value?)));
        parts.extend(given.map(Criteria::Is));
        parts
    }
}

impl ProductTextFilter {
    fn read(self, field: TextField, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        let compared = |value: &String| field.compared(value);
        let is = |test: TextTest| Criteria::Is(Criterion::Text(field, test));
        let mut parts: Vec<_> = one_of(self.eq, self.one_of, at, refusals)
            .into_iter()
            .map(|values| is(TextTest::In(values.iter().map(compared).collect())))
            .collect();
        if let Some(value) = &self.ne {
            parts.push(Criteria::Not(Box::new(is(TextTest::In(vec![compared(value)])))));
        }
        if let Some(part) = &self.contains {
            parts.push(is(TextTest::Contains(compared(part))));
        }
        if let Some(start) = &self.starts_with {
            parts.push(is(TextTest::StartsWith(compared(start))));
        }
        parts
    }
}

impl ProductStatusFilter {
    fn read(self) -> impl Iterator<Item = Criteria<Criterion>> {
        let any_of = |list: Vec<ProductStatus>| {
            Criteria::Is(Criterion::Status(list.into_iter().map(model::ProductStatus::from).collect()))
        };
        let is = self.eq.map(|status| any_of(vec![status]));
        let is_not = self.ne.map(|status| Criteria::Not(Box::new(any_of(vec![status]))));
        [is, is_not, self.one_of.map(any_of)].into_iter().flatten()
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
