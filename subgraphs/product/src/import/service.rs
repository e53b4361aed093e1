//! Importing a sheet.

use std::collections::HashSet;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Order, PageArgs, Result, Tx};
use primitives::{Act, ImportId};
use serde::{Deserialize, Serialize};

use super::model::{Counts, Import, OnError, Plan, Policy, RowOutcome};
use super::sheet::{Sheet, SheetRow};
use super::store::{self, Criterion};
use crate::product::store as products;
use crate::{Catalogue, event, permission};

/// Rows of one portion: few enough to keep other writers waiting only for a moment.
const ROWS_PER_PORTION: usize = 200;

/// A sheet to import.
#[derive(Clone, Debug, Serialize)]
pub struct NewImport {
    /// The sheet.
    pub csv: String,
    /// What happens to codes that are known.
    pub policy: Policy,
    /// What happens when rows are refused.
    pub on_error: OnError,
    /// Whether nothing is written, whatever becomes of the rows.
    pub is_rehearsal: bool,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// What became of each row.
    pub rows: Vec<RowOutcome>,
    /// How many rows became what.
    pub counts: Counts,
    /// The import, when something was written.
    pub import: Option<Import>,
}

/// Imports a sheet.
///
/// # Errors
/// `Refused` when the sheet cannot be understood as a whole; what is wrong with single rows is in the report.
pub async fn import(app: &Catalogue, caller: &Caller, new: &NewImport) -> Result<Report> {
    caller.require(permission::IMPORT)?;
    let sheet = Sheet::read(&new.csv)?;
    match (new.on_error, new.is_rehearsal) {
        (_, true) | (OnError::Abort, _) => at_once(app, caller, new, &sheet).await,
        (OnError::Continue, false) => in_portions(app, caller, new, &sheet).await,
    }
}

/// Everything in one transaction; nothing of it when a row is refused or it is a rehearsal.
async fn at_once(app: &Catalogue, caller: &Caller, new: &NewImport, sheet: &Sheet) -> Result<Report> {
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "bulkImport", new.idempotency_key.as_deref(), new, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let around =
                    store::surroundings(&tx, caller.tenant, (sheet, &sheet.rows), HashSet::new()).await?;
                let plan = Plan::make((sheet, &sheet.rows), new.policy, around, act);
                let mut import = begun(caller, sheet, act);
                import.counts.add(&plan.outcomes);
                let counts = import.counts;
                let is_written = !new.is_rehearsal && counts.refused == 0;
                if is_written {
                    write(&tx, caller, &plan).await?;
                    store::insert(&tx, caller.tenant, &import).await?;
                }
                Ok(Report { rows: plan.outcomes, counts, import: Some(import).filter(|_| is_written) })
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Portion by portion: each is a transaction, with its own place under the request's key.
async fn in_portions(app: &Catalogue, caller: &Caller, new: &NewImport, sheet: &Sheet) -> Result<Report> {
    let mut import = start(app, caller, new, sheet).await?;
    let (mut rows, mut seen) = (Vec::with_capacity(sheet.rows.len()), HashSet::new());
    for (place, portion) in (1..).zip(sheet.rows.chunks(ROWS_PER_PORTION)) {
        let done;
        (done, import) = go_on(app, caller, new, (sheet, portion), (place, &seen, &import)).await?;
        rows.extend(done);
        seen.extend(portion.iter().map(|row| row.code.clone()));
    }
    Ok(Report { rows, counts: import.counts, import: Some(import) })
}

async fn start(app: &Catalogue, caller: &Caller, new: &NewImport, sheet: &Sheet) -> Result<Import> {
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "bulkImport", key(new, 0).as_deref(), new, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let import = begun(caller, sheet, act);
                store::insert(&tx, caller.tenant, &import).await?;
                Ok(import)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

async fn go_on(
    app: &Catalogue,
    caller: &Caller,
    new: &NewImport,
    (sheet, portion): (&Sheet, &[SheetRow]),
    (place, seen, import): (usize, &HashSet<String>, &Import),
) -> Result<(Vec<RowOutcome>, Import)> {
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "bulkImport", key(new, place).as_deref(), new, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let around = store::surroundings(&tx, caller.tenant, (sheet, portion), seen.clone()).await?;
                let plan = Plan::make((sheet, portion), new.policy, around, act);
                write(&tx, caller, &plan).await?;
                let mut import = import.clone();
                import.counts.add(&plan.outcomes);
                import.updated_at = act.at;
                store::save(&tx, caller.tenant, &import).await?;
                Ok((plan.outcomes, import))
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

fn begun(caller: &Caller, sheet: &Sheet, act: Act) -> Import {
    Import {
        id: ImportId::at(act.at),
        started_at: act.at,
        started_by: caller.user,
        updated_at: act.at,
        total: i32::try_from(sheet.rows.len()).unwrap_or(i32::MAX),
        counts: Counts::default(),
    }
}

/// The place of a portion under the request's key.
fn key(new: &NewImport, place: usize) -> Option<String> {
    new.idempotency_key.as_ref().map(|key| format!("{key}#{place}"))
}

async fn write(tx: &Tx, caller: &Caller, plan: &Plan) -> Result<()> {
    products::insert(tx, caller.tenant, &plan.created).await?;
    for (product, _) in &plan.created {
        tx.publish(event::product_created(caller, product));
    }
    for (product, packaging, before) in &plan.updated {
        products::save(tx, caller.tenant, product).await?;
        if packaging != before {
            products::save_packaging(tx, caller.tenant, product.id, packaging).await?;
        }
        tx.publish(event::product_updated(caller, product));
        if packaging.conversions != before.conversions {
            tx.publish(event::unit_conversion_changed(caller, product, packaging));
        }
    }
    Ok(())
}

/// A page of the tenant's imports.
pub(crate) async fn list(
    app: &Catalogue,
    caller: &Caller,
    criteria: &Criteria<Criterion>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<Import>> {
    caller.require(permission::IMPORT)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// The import with an id.
pub(crate) async fn find(app: &Catalogue, caller: &Caller, id: ImportId) -> Result<Option<Import>> {
    caller.require(permission::IMPORT)?;
    store::find(app.db.read(), caller.tenant, id).await
}
