//! Reading the sheet: which columns there are, and what a row says about a product. Pure.

use std::collections::HashMap;

use chassis::{Code, Refusal, Refusals};
use primitives::{CategoryId, Decimal};

use crate::attribute::model::AttributeDraft;
use crate::conversion::model::ConversionDraft;
use crate::product::draft::{ProductDraft, normal_code};

/// The longest sheet.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// Rows of one sheet, without its header.
pub const MAX_ROWS: usize = 5_000;
/// What the columns of attributes begin with.
const ATTRIBUTE: &str = "attribute.";

/// The columns that say something about every product.
const COLUMNS: [&str; 18] = [
    "code",
    "name",
    "localName",
    "description",
    "category",
    "baseUnit",
    "purchaseUnits",
    "recipeUnits",
    "barcodes",
    "conversions",
    "density",
    "shelfLifeDays",
    "lotTracked",
    "expiryTracked",
    "isPurchasable",
    "isStocked",
    "isUsedInRecipe",
    "isSold",
];

/// Categories by the names on the way to them, as [`way`] writes it.
pub type Categories = HashMap<String, CategoryId>;

/// A sheet whose header is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    columns: Vec<String>,
    /// The rows, in their order.
    pub rows: Vec<SheetRow>,
}

/// A row of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// Its number as a spreadsheet counts: the header is row 1.
    pub number: i32,
    /// The code of the product.
    pub code: String,
    cells: Vec<String>,
}

impl Sheet {
    /// Reads a sheet, or says everything that is wrong with it as a whole.
    pub fn read(csv: &str) -> Result<Self, Refusals> {
        if csv.len() > MAX_BYTES {
            let message = format!("a sheet has at most {} MB", MAX_BYTES / 1024 / 1024);
            return Err(Refusal::new(Code::LimitExceeded, "csv", message).into());
        }
        let text = csv.trim_start_matches('\u{feff}');
        let mut builder = csv::ReaderBuilder::new();
        let mut reader = builder.flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let unreadable = |error: csv::Error| Refusals::from(Refusal::invalid("csv", error.to_string()));
        let columns: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(str::to_owned).collect();
        let mut refusals = check_columns(&columns);
        let code = columns.iter().position(|column| column == "code").unwrap_or(0);
        let mut rows = Vec::new();
        for (number, record) in (2..).zip(reader.records()) {
            let record = record.map_err(unreadable)?;
            if rows.len() == MAX_ROWS {
                let message = format!("a sheet has at most {MAX_ROWS} rows");
                refusals.push(Refusal::new(Code::LimitExceeded, "csv", message));
                break;
            }
            let cells: Vec<String> = record.iter().map(str::to_owned).collect();
            let code = cells.get(code).map(|code| normal_code(code)).unwrap_or_default();
            rows.push(SheetRow { number, code, cells });
        }
        refusals.check(!rows.is_empty(), || Refusal::invalid("csv", "the sheet has no rows"));
        if refusals.is_empty() { Ok(Self { columns, rows }) } else { Err(refusals) }
    }

    /// What a row makes of a description: cells replace what stands in it, empty ones clear what may be missing.
    pub fn lay(
        &self,
        row: &SheetRow,
        mut draft: ProductDraft,
        categories: &Categories,
    ) -> Result<ProductDraft, Refusals> {
        let mut refusals = Refusals::new();
        refusals.check(row.cells.len() <= self.columns.len(), || {
            Refusal::invalid("", "the row has more cells than the header")
        });
        for (column, cell) in self.columns.iter().zip(&row.cells) {
            refusals.take(lay_cell(&mut draft, (column, cell), categories));
        }
        if refusals.is_empty() { Ok(draft) } else { Err(refusals) }
    }
}

fn check_columns(columns: &[String]) -> Refusals {
    let mut refusals = Refusals::new();
    for (position, column) in columns.iter().enumerate() {
        let at = format!("csv.header.{position}");
        let is_known = COLUMNS.contains(&column.as_str()) || column.starts_with(ATTRIBUTE);
        refusals.check(is_known, || Refusal::invalid(&at, format!("there is no column `{column}`")));
        let is_first = !columns[..position].contains(column);
        refusals.check(is_first, || Refusal::duplicate(&at, format!("the column {column} is there twice")));
    }
    refusals.check(columns.iter().any(|column| column == "code"), || {
        Refusal::invalid("csv", "the sheet needs a column `code`")
    });
    refusals
}

/// The way to a category as names compare: `Food / Beef` and `food/beef` are one.
pub fn way(names: &str) -> String {
    let names: Vec<String> = names.split('/').map(|name| name.trim().to_lowercase()).collect();
    names.join("/")
}

fn lay_cell(
    draft: &mut ProductDraft,
    (column, cell): (&str, &str),
    categories: &Categories,
) -> Result<(), Refusal> {
    let optional = || Some(cell.to_owned()).filter(|text| !text.is_empty());
    let traits = &mut draft.traits;
    match column {
        "code" => cell.clone_into(&mut draft.code),
        "name" => cell.clone_into(&mut draft.name),
        "localName" => draft.local_name = optional(),
        "description" => draft.description = optional(),
        "category" => draft.category_id = category(cell, categories)?,
        "baseUnit" => cell.clone_into(&mut draft.base_unit),
        "purchaseUnits" => draft.purchase_units = words(cell),
        "recipeUnits" => draft.recipe_units = words(cell),
        "barcodes" => draft.barcodes = words(cell),
        "conversions" => draft.conversions = conversions(cell)?,
        "density" => draft.density = optional().map(|text| decimal(column, &text)).transpose()?,
        "shelfLifeDays" => draft.shelf_life_days = optional().map(|text| whole(column, &text)).transpose()?,
        "lotTracked" => lay_truth(&mut traits.is_lot_tracked, column, cell)?,
        "expiryTracked" => lay_truth(&mut traits.is_expiry_tracked, column, cell)?,
        "isPurchasable" => lay_truth(&mut traits.is_purchasable, column, cell)?,
        "isStocked" => lay_truth(&mut traits.is_stocked, column, cell)?,
        "isUsedInRecipe" => lay_truth(&mut traits.is_used_in_recipe, column, cell)?,
        "isSold" => lay_truth(&mut traits.is_sold, column, cell)?,
        attribute => {
            let key = attribute.strip_prefix(ATTRIBUTE).unwrap_or(attribute).to_lowercase();
            draft.attributes.retain(|known| known.key != key);
            draft.attributes.extend(optional().map(|value| AttributeDraft { key, value }));
        }
    }
    Ok(())
}

fn category(cell: &str, categories: &Categories) -> Result<Option<CategoryId>, Refusal> {
    if cell.is_empty() {
        return Ok(None);
    }
    let missing = || Refusal::new(Code::NotFound, "category", format!("there is no category {cell}"));
    categories.get(&way(cell)).copied().map(Some).ok_or_else(missing)
}

fn words(cell: &str) -> Vec<String> {
    let words = cell.split([';', ',', ' ']).map(str::trim);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `1 case = 12 bottle; 1 bottle = 0.75 l`.
fn conversions(cell: &str) -> Result<Vec<ConversionDraft>, Refusal> {
    let side = |text: &str| {
        let (quantity, unit) = text.trim().split_once(' ')?;
        Some((quantity.trim().parse::<Decimal>().ok()?, unit.trim().to_owned()))
    };
    let one = |text: &str| {
        let (left, right) = text.split_once('=')?;
        let ((from_quantity, from), (to_quantity, to)) = (side(left)?, side(right)?);
        Some(ConversionDraft { from, to, from_quantity, to_quantity })
    };
    let parts = cell.split(';').map(str::trim).filter(|part| !part.is_empty()).enumerate();
    let read = parts.map(|(position, part)| {
        let message = format!("`{part}` is not of the form `1 case = 12 bottle`");
        one(part).ok_or_else(|| Refusal::invalid(&format!("conversions.{position}"), message))
    });
    read.collect()
}

fn decimal(column: &str, text: &str) -> Result<Decimal, Refusal> {
    text.parse().map_err(|_| Refusal::invalid(column, format!("`{text}` is not a number")))
}

fn whole(column: &str, text: &str) -> Result<i32, Refusal> {
    text.parse().map_err(|_| Refusal::invalid(column, format!("`{text}` is not a whole number")))
}

/// Empty leaves it as it is.
fn lay_truth(truth: &mut bool, column: &str, cell: &str) -> Result<(), Refusal> {
    match cell.to_lowercase().as_str() {
        "" => {}
        "true" | "yes" | "1" => *truth = true,
        "false" | "no" | "0" => *truth = false,
        other => return Err(Refusal::invalid(column, format!("`{other}` is neither yes nor no"))),
    }
    Ok(())
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
