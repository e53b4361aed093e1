//! Imports in GraphQL.

use async_graphql::resolver_utils::EnumType;
use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Code, Connection, Criteria, Filter, Nested, Order, PageArgs, Refusals, Result, UserError, caller, outcome,
};
use primitives::{DateTime, ImportId, ProductId, UserId};

use super::model::{self, Counts, Fault, RowOutcome};
use super::service::{self, NewImport, Report};
use super::store::Criterion;
use crate::Catalogue;
use crate::foreign::User;
use crate::product::graphql::{Product, load};

/// What happens to a row whose code is known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Policy")]
pub(crate) enum ImportPolicy {
    /// It is refused: every row is a new product.
    Create,
    /// It changes the product.
    Upsert,
    /// It is left out.
    Skip,
}

/// What happens when rows are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "model::OnError")]
pub(crate) enum ImportOnError {
    /// Nothing is written.
    #[default]
    Abort,
    /// The other rows are.
    Continue,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Action")]
pub(crate) enum ImportAction {
    /// A new product, in DRAFT.
    Created,
    /// A changed product.
    Updated,
    /// Left out: the product is there already, or says the same.
    Skipped,
    /// Wrong.
    Refused,
}

/// What became of a row of the sheet; of a rehearsal, what would.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct ImportRow {
    /// Its number as a spreadsheet counts: the header is row 1.
    row: i32,
    /// The code of the product.
    code: String,
    /// What became of it.
    action: ImportAction,
    /// What is wrong with it; fields are named as in the form, or by their column.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    product: Option<ProductId>,
}

#[ComplexObject]
impl ImportRow {
    /// The product; null when the row was refused or nothing was written.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        match self.product {
            Some(id) => load(ctx, id).await,
            None => Ok(None),
        }
    }
}

impl From<RowOutcome> for ImportRow {
    fn from(outcome: RowOutcome) -> Self {
        Self {
            row: outcome.number,
            code: outcome.code,
            action: outcome.action.into(),
            user_errors: outcome.faults.into_iter().map(user_error).collect(),
            product: outcome.product,
        }
    }
}

fn user_error(fault: Fault) -> UserError {
    let known = Code::items().iter().find(|item| item.name == fault.code);
    UserError {
        code: known.map_or(Code::Internal, |item| item.value),
        field: (!fault.field.is_empty()).then_some(fault.field),
        message: fault.message,
        meta: (!fault.meta.is_empty()).then_some(fault.meta.into()),
    }
}

/// How far an import is.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ProductImport {
    /// Identity.
    id: ImportId,
    /// When it began.
    started_at: DateTime,
    /// Who began it.
    started_by: User,
    /// When a portion was done last.
    updated_at: DateTime,
    /// Rows of the sheet.
    total: i32,
    /// Rows that are done.
    done: i32,
    /// New products.
    created: i32,
    /// Changed products.
    updated: i32,
    /// Rows that were left out.
    skipped: i32,
    /// Rows that were refused.
    refused: i32,
}

impl From<model::Import> for ProductImport {
    fn from(import: model::Import) -> Self {
        let Counts { created, updated, skipped, refused } = import.counts;
        Self {
            id: import.id,
            started_at: import.started_at.into(),
            started_by: import.started_by.into(),
            updated_at: import.updated_at.into(),
            total: import.total,
            done: import.counts.sum(),
            created,
            updated,
            skipped,
            refused,
        }
    }
}

/// The outcome of an import.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct BulkImportPayload {
    /// The import; null when nothing was written.
    import: Option<ProductImport>,
    /// What became of each row, in the order of the sheet; at most 5,000.
    rows: Vec<ImportRow>,
    /// New products, or what would be new ones.
    created: i32,
    /// Changed products, or what would be.
    updated: i32,
    /// Rows that were left out.
    skipped: i32,
    /// Rows that were refused.
    refused: i32,
    /// Why the sheet as a whole was refused. Empty when it was understood, also when rows were refused.
    user_errors: Vec<UserError>,
}

impl From<(Option<Report>, Vec<UserError>)> for BulkImportPayload {
    fn from((report, user_errors): (Option<Report>, Vec<UserError>)) -> Self {
        let Some(report) = report else { return Self { user_errors, ..Self::default() } };
        let Counts { created, updated, skipped, refused } = report.counts;
        Self {
            import: report.import.map(ProductImport::from),
            rows: report.rows.into_iter().map(ImportRow::from).collect(),
            created,
            updated,
            skipped,
            refused,
            user_errors,
        }
    }
}

/// A sheet to import.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct BulkImportInput {
    /// The sheet as CSV text with a header, at most 5 MB and 5,000 rows. Columns: `code`, `name`, `localName`,
    /// `description`, `category` (`Food / Beef`), `baseUnit`, `purchaseUnits`, `recipeUnits`, `barcodes` (several, with
    /// semicolons), `conversions` (`1 case = 12 bottle; 1 bottle = 0.75 l`), `density`, `shelfLifeDays`, `lotTracked`,
    /// `expiryTracked`, `isPurchasable`, `isStocked`, `isUsedInRecipe`, `isSold`, and `attribute.` with an attribute's key.
    csv: String,
    /// What happens to rows whose code is known already.
    policy: ImportPolicy,
    /// What happens when rows are refused: nothing is written unless told.
    #[graphql(default)]
    on_error: ImportOnError,
    /// Whether nothing is written, whatever becomes of the rows.
    #[graphql(default = false)]
    dry_run: bool,
    /// The same key with the same sheet has one effect and one answer for 24 hours; at most 120 characters. An import that
    /// broke off goes on where it ended.
    idempotency_key: Option<String>,
}

/// In which order to list imports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum ProductImportSort {
    /// Begun last first.
    #[default]
    StartedAtDesc,
    /// Begun first first.
    StartedAtAsc,
}

/// Which imports. Conditions side by side must all hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ProductImportWhere {
    /// Begun by these people.
    started_by_ids: Option<Vec<UserId>>,
    /// With rows left to do, or without.
    running: Option<bool>,
    /// Begun at this moment or later.
    from: Option<DateTime>,
    /// Begun before this moment.
    before: Option<DateTime>,
    /// All of these hold.
    and: Option<Vec<ProductImportWhere>>,
    /// At least one of these holds.
    or: Option<Vec<ProductImportWhere>>,
    /// This does not hold.
    not: Option<Box<ProductImportWhere>>,
}

impl Filter for ProductImportWhere {
    type Criterion = Criterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        check_values(self.started_by_ids.as_ref(), &format!("{at}.startedByIds"), refusals);
        let criteria = [
            self.started_by_ids.map(Criterion::By),
            self.running.map(Criterion::Running),
            self.from.map(Criterion::From),
            self.before.map(Criterion::Before),
        ];
        criteria.into_iter().flatten().map(Criteria::Is).collect()
    }
}

/// Questions about imports.
#[derive(Debug, Default)]
pub(crate) struct ImportQuery;

#[Object]
impl ImportQuery {
    /// The tenant's imports; those that run show how far they are.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn product_imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which imports.")] r#where: Option<ProductImportWhere>,
        #[graphql(desc = "In which order.", default)] sort: ProductImportSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<ProductImport>> {
        let criteria = Criteria::read(r#where, None)?;
        let order = match sort {
            ProductImportSort::StartedAtDesc => Order::Descending,
            ProductImportSort::StartedAtAsc => Order::Ascending,
        };
        let app = ctx.data_unchecked::<Catalogue>();
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app, caller(ctx)?, &criteria, order, page).await?.map(ProductImport::from))
    }

    /// The import with this id; null when the tenant has none.
    async fn product_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which import.")] id: ImportId,
    ) -> Result<Option<ProductImport>> {
        let app = ctx.data_unchecked::<Catalogue>();
        Ok(service::find(app, caller(ctx)?, id).await?.map(ProductImport::from))
    }
}

/// Changes by sheet.
#[derive(Debug, Default)]
pub(crate) struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Writes many products at once, in DRAFT or as changes to those that are there. Each row answers with its number.
    async fn bulk_import(&self, ctx: &Context<'_>, input: BulkImportInput) -> Result<BulkImportPayload> {
        let new = NewImport {
            csv: input.csv,
            policy: input.policy.into(),
            on_error: input.on_error.into(),
            is_rehearsal: input.dry_run,
            idempotency_key: input.idempotency_key,
        };
        let imported = service::import(ctx.data_unchecked::<Catalogue>(), caller(ctx)?, &new).await;
        outcome(imported).map(BulkImportPayload::from)
    }
}
