//! A list's conditions in SQL. Everything is one statement: categories below and barcodes are subqueries.

use entities_product::{category, product, product_barcode};
use primitives::{CategoryId, TenantId};
use sea_orm::sea_query::{Expr, LikeExpr, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::product::filter::{Criterion, TextField, TextTest, Trait};
use crate::product::model::ProductStatus;

/// The condition of a criterion within the tenant.
pub(super) fn condition(tenant: TenantId, criterion: &Criterion) -> Condition {
    match criterion {
        Criterion::Id(ids) => only(product::Column::Id.is_in(ids.iter().copied())),
        Criterion::Text(field, test) => only(text(*field, test)),
        Criterion::Status(statuses) => {
            only(product::Column::Status.is_in(statuses.iter().copied().map(ProductStatus::code)))
        }
        Criterion::Category(ids) => {
            // A product without a category is in none of them: NULL must not leak into a negation.
            let inside = product::Column::CategoryId.in_subquery(with_descendants(tenant, ids));
            Condition::all().add(product::Column::CategoryId.is_not_null()).add(inside)
        }
        Criterion::BaseUnit(units) => {
            only(product::Column::BaseUnit.is_in(units.iter().map(|unit| unit.code())))
        }
        Criterion::Gtin(numbers) => only(product::Column::Id.in_subquery(carriers(tenant, numbers))),
        Criterion::Trait(which, is_there) => only(column_of(*which).eq(*is_there)),
        Criterion::Word(word) => only(product::Column::SearchText.like(somewhere(word))),
    }
}

fn only(expression: Expr) -> Condition {
    Condition::all().add(expression)
}

fn text(field: TextField, test: &TextTest) -> Expr {
    let column = match field {
        TextField::Code => product::Column::Code,
        TextField::Name => product::Column::NameKey,
    };
    match test {
        TextTest::In(values) => column.is_in(values.iter().cloned()),
        TextTest::Contains(part) => column.like(somewhere(part)),
        TextTest::StartsWith(start) => column.like(pattern("", start)),
    }
}

fn column_of(which: Trait) -> product::Column {
    match which {
        Trait::LotTracked => product::Column::IsLotTracked,
        Trait::ExpiryTracked => product::Column::IsExpiryTracked,
        Trait::Purchasable => product::Column::IsPurchasable,
        Trait::Stocked => product::Column::IsStocked,
        Trait::UsedInRecipe => product::Column::IsUsedInRecipe,
        Trait::Sold => product::Column::IsSold,
    }
}

fn somewhere(part: &str) -> LikeExpr {
    pattern("%", part)
}

/// `part` taken literally: a per cent sign somebody types is no wildcard.
fn pattern(before: &str, part: &str) -> LikeExpr {
    let literal = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("{before}{literal}%")).escape('\\')
}

/// The categories and everything below them: three levels, so a child and a grandchild.
fn with_descendants(tenant: TenantId, ids: &[CategoryId]) -> SelectStatement {
    let children =
        category_ids(tenant).filter(category::Column::ParentId.is_in(ids.iter().copied())).into_query();
    let within = Condition::any()
        .add(category::Column::Id.is_in(ids.iter().copied()))
        .add(category::Column::ParentId.is_in(ids.iter().copied()))
        .add(category::Column::ParentId.in_subquery(children));
    category_ids(tenant).filter(within).into_query()
}

fn category_ids(tenant: TenantId) -> sea_orm::Select<category::Entity> {
    category::Entity::find()
        .select_only()
        .column(category::Column::Id)
        .filter(category::Column::TenantId.eq(tenant))
}

fn carriers(tenant: TenantId, numbers: &[String]) -> SelectStatement {
    product_barcode::Entity::find()
        .select_only()
        .column(product_barcode::Column::ProductId)
        .filter(product_barcode::Column::TenantId.eq(tenant))
        .filter(product_barcode::Column::Gtin.is_in(numbers.iter().cloned()))
        .into_query()
}
