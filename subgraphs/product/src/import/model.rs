//! What is done with a sheet, what becomes of its rows, and how far an import is. Pure.

use std::collections::{HashMap, HashSet};

use chassis::machine::words;
use chassis::{Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{Act, ImportId, ProductId, UserId};
use serde::{Deserialize, Serialize};

use super::sheet::{Categories, Sheet, SheetRow};
use crate::attribute::model::AttributeDefinition;
use crate::product::draft::ProductDraft;
use crate::product::model::{Neighbours, Packaging, Product};

words! {
    /// What happens to a row whose code is known already.
    Policy {
        /// It is refused: every row is a new product.
        Create = "CREATE",
        /// It changes the product.
        Upsert = "UPSERT",
        /// It is left out.
        Skip = "SKIP",
    }
}

words! {
    /// What happens when rows are refused.
    OnError {
        /// Nothing is written.
        Abort = "ABORT",
        /// The other rows are.
        Continue = "CONTINUE",
    }
}

words! {
    /// What becomes of a row.
    Action {
        /// A new product, in DRAFT.
        Created = "CREATED",
        /// A changed product.
        Updated = "UPDATED",
        /// Left out: the product is there already, or says the same.
        Skipped = "SKIPPED",
        /// Wrong.
        Refused = "REFUSED",
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowOutcome {
    /// Its number as a spreadsheet counts.
    pub number: i32,
    /// The code of the product.
    pub code: String,
    /// What became of it.
    pub action: Action,
    /// The product, unless it was refused.
    pub product: Option<ProductId>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// Something wrong with a row, as it is kept for repetition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// The code of the refusal.
    pub code: String,
    /// The field.
    pub field: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// Values to show.
    pub meta: serde_json::Map<String, serde_json::Value>,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code.as_str().to_owned();
        Self { code, field: refusal.field, message: refusal.message, meta: refusal.meta }
    }
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Identity.
    pub id: ImportId,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Who began it.
    pub started_by: UserId,
    /// When a portion was done last.
    pub updated_at: DateTime<Utc>,
    /// Rows of the sheet.
    pub total: i32,
    /// What became of those that are done.
    pub counts: Counts,
}

/// How many rows became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New products.
    pub created: i32,
    /// Changed products.
    pub updated: i32,
    /// Left out.
    pub skipped: i32,
    /// Wrong.
    pub refused: i32,
}

impl Counts {
    /// Counts rows; a sheet is bounded, so nothing overflows.
    pub fn add(&mut self, rows: &[RowOutcome]) {
        for row in rows {
            match row.action {
                Action::Created => self.created += 1,
                Action::Updated => self.updated += 1,
                Action::Skipped => self.skipped += 1,
                Action::Refused => self.refused += 1,
            }
        }
    }

    /// How many there are.
    pub fn sum(&self) -> i32 {
        self.created + self.updated + self.skipped + self.refused
    }
}

/// What the tenant's catalogue says about a portion of a sheet.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Products with one of the codes.
    pub known: HashMap<String, (Product, Packaging)>,
    /// Categories by the way to them.
    pub categories: Categories,
    /// What the tenant wants to know about its products.
    pub definitions: Vec<AttributeDefinition>,
    /// Who carries which number (14 digits).
    pub holders: HashMap<String, ProductId>,
    /// Codes of earlier rows of the sheet.
    pub seen: HashSet<String>,
}

/// What a portion comes to.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What becomes of each row.
    pub outcomes: Vec<RowOutcome>,
    /// New products.
    pub created: Vec<(Product, Packaging)>,
    /// Changed products, with what they were before.
    pub updated: Vec<(Product, Packaging, Packaging)>,
}

impl Plan {
    /// Decides about rows in their order; each sees those before it.
    pub fn make(
        (sheet, rows): (&Sheet, &[SheetRow]),
        policy: Policy,
        mut around: Surroundings,
        act: Act,
    ) -> Self {
        let mut plan = Self::default();
        for row in rows {
            let decided = plan.decide((sheet, row), policy, &mut around, act);
            let (action, product, faults) = match decided {
                Ok((action, product)) => (action, Some(product), Vec::new()),
                Err(refused) => (Action::Refused, None, refused.into_iter().map(Fault::from).collect()),
            };
            plan.outcomes.push(RowOutcome {
                number: row.number,
                code: row.code.clone(),
                action,
                product,
                faults,
            });
        }
        plan
    }

    fn decide(
        &mut self,
        (sheet, row): (&Sheet, &SheetRow),
        policy: Policy,
        around: &mut Surroundings,
        act: Act,
    ) -> Result<(Action, ProductId), Refusals> {
        if !around.seen.insert(row.code.clone()) {
            return Err(Refusal::duplicate("code", "an earlier row of the sheet has this code").into());
        }
        match (around.known.get(&row.code).cloned(), policy) {
            (Some(_), Policy::Create) => {
                Err(Refusal::duplicate("code", "there is already a product with this code").into())
            }
            (Some((product, _)), Policy::Skip) => Ok((Action::Skipped, product.id)),
            (Some((mut product, before)), Policy::Upsert) => {
                let was = product.to_draft(&before);
                let draft = sheet.lay(row, was.clone(), &around.categories)?;
                let neighbours = around.neighbours(product.id, &draft);
                // The code names the product: written in another way it is still the same.
                let draft = ProductDraft { code: was.code.clone(), ..draft };
                if draft == was {
                    return Ok((Action::Skipped, product.id));
                }
                let mut packaging = product.describe(&draft, &neighbours, act)?;
                packaging.keep_identities(&before);
                around.hold(product.id, &draft);
                let id = product.id;
                self.updated.push((product, packaging, before));
                Ok((Action::Updated, id))
            }
            (None, _) => {
                let draft = sheet.lay(row, ProductDraft::default(), &around.categories)?;
                let id = ProductId::at(act.at);
                let neighbours = around.neighbours(id, &draft);
                let (product, packaging) = Product::register(id, &draft, &neighbours, act)?;
                around.hold(id, &draft);
                self.created.push((product, packaging));
                Ok((Action::Created, id))
            }
        }
    }
}

impl Surroundings {
    fn neighbours(&self, id: ProductId, draft: &ProductDraft) -> Neighbours {
        let taken = |gtin: &String| self.holders.get(gtin).is_some_and(|holder| *holder != id);
        Neighbours {
            has_category: draft.category_id.is_some(),
            has_code: false,
            taken_gtins: draft.gtins().into_iter().filter(taken).collect(),
            definitions: self.definitions.clone(),
        }
    }

    fn hold(&mut self, id: ProductId, draft: &ProductDraft) {
        self.holders.extend(draft.gtins().into_iter().map(|gtin| (gtin, id)));
    }
}
