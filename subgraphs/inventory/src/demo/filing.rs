//! Taking papers through their lives, by the steps that people take.

use std::collections::HashMap;

use chassis::{Caller, Result, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{Decimal, ProductId, StockCountId, StockTransferId, StoreRequisitionId, Unit, UserId};

use super::papers::{Count, Paper, Requisition, RequisitionEnd, Transfer, TransferEnd};
use super::plan::Crew;
use crate::act::Act;
use crate::posting::InBase;
use crate::requisition::service::Deed as RequisitionDeed;
use crate::stocktake::CountCommand;
use crate::transfer::service::Deed as TransferDeed;
use crate::{requisition, stocktake, transfer};

/// By how many percent a count may differ without being repeated.
const TOLERANCE_PERCENT: i32 = 6;
/// Lines of a sheet that are entered at once.
const LINES_AT_ONCE: usize = 400;

/// Whose papers these are.
pub(super) struct Office<'t> {
    pub(super) tx: &'t Tx,
    pub(super) caller: &'t Caller,
    pub(super) crew: Crew,
    /// Base units of products.
    pub(super) units: &'t HashMap<ProductId, Unit>,
}

impl Office<'_> {
    /// Takes a paper from its beginning to its end.
    ///
    /// # Errors
    /// `Refused` when the plan breaks a rule, `Internal` when the database fails.
    pub(super) async fn file(&self, paper: &Paper) -> Result<()> {
        match paper {
            Paper::Requisition(paper) => self.requisition(paper).await,
            Paper::Transfer(paper) => self.transfer(paper).await,
            Paper::Count(paper) => self.count(paper).await,
        }
    }

    fn caller(&self, user: UserId) -> Caller {
        Caller { user, ..self.caller.clone() }
    }

    async fn requisition(&self, paper: &Requisition) -> Result<()> {
        use requisition::service::{Asked, Wanted, write_in};
        let Crew { keeper, cook, manager } = self.crew;
        let wanted = Wanted {
            from: paper.from,
            to: paper.to,
            needed_on: None,
            note: None,
            lines: paper.lines.iter().map(|line| Asked { portion: line.into(), reservation: None }).collect(),
        };
        let entered = (paper.lines.iter().copied().enumerate().collect(), Vec::new());
        let asked = Act { at: paper.at, by: cook };
        let id = write_in(self.tx, &self.caller(cook), (None, &wanted, &entered), asked).await?;
        let mut walk = RequisitionWalk { office: self, id, at: paper.at, version: 1 };
        walk.step(cook, (RequisitionDeed::Submit, None, None)).await?;
        match paper.end {
            RequisitionEnd::Submitted => return Ok(()),
            RequisitionEnd::Cancelled => {
                return walk
                    .step(cook, (RequisitionDeed::Cancel, Some("the guests went out for dinner"), None))
                    .await;
            }
            RequisitionEnd::Short | RequisitionEnd::Closed => {}
        }
        walk.step(manager, (RequisitionDeed::Approve, None, None)).await?;
        let (leaving, reason) = match paper.end {
            RequisitionEnd::Short => (Some(&paper.lines[..1]), Some("the rest is kept for the wedding")),
            _ => (None, None),
        };
        walk.step(keeper, (RequisitionDeed::Issue, None, leaving)).await?;
        walk.step(keeper, (RequisitionDeed::Close, reason, None)).await
    }

    async fn transfer(&self, paper: &Transfer) -> Result<()> {
        use transfer::service::{Wanted, create_in};
        let Crew { keeper, cook, manager } = self.crew;
        let wanted = Wanted {
            from: paper.from,
            to: paper.to,
            via: None,
            note: None,
            lines: vec![(&paper.line).into()],
        };
        let entered = (vec![(0, paper.line)], Vec::new());
        let asked = Act { at: paper.at, by: keeper };
        let id = create_in(self.tx, &self.caller(keeper), (&wanted, &entered), asked).await?;
        let mut walk = TransferWalk { office: self, id, at: paper.at, version: 1 };
        walk.step(manager, (TransferDeed::Approve, None, None)).await?;
        walk.step(keeper, (TransferDeed::Ship, None, None)).await?;
        walk.at += TimeDelta::hours(1);
        match paper.end {
            TransferEnd::Shipped => Ok(()),
            TransferEnd::Received => walk.step(cook, (TransferDeed::Receive, None, None)).await,
            TransferEnd::Short(arrived) => {
                let arrived = InBase { quantity: arrived, ..paper.line };
                walk.step(cook, (TransferDeed::Receive, None, Some(arrived))).await?;
                walk.step(manager, (TransferDeed::Close, Some("the tray fell down the stairs"), None)).await
            }
        }
    }

    async fn count(&self, paper: &Count) -> Result<()> {
        use stocktake::service::{Plan, plan_in, record_in, run_in, start_in};
        let Crew { keeper, cook, manager } = self.crew;
        let (keeper_calls, at) = (self.caller(keeper), paper.at);
        let plan = Plan {
            location: paper.location,
            mode: paper.mode,
            products: paper.products.clone(),
            tolerance_percent: Decimal::from_whole(TOLERANCE_PERCENT),
            note: None,
        };
        let id = plan_in(self.tx, &keeper_calls, &plan, (self.units, at)).await?;
        let mut version = 0;
        let mut next = || {
            version += 1;
            stocktake::service::Step { id, expected_version: version, reason: String::new() }
        };
        start_in(self.tx, &keeper_calls, &next(), Act { at, by: keeper }).await?;
        let sheet = self.sheet(id, &paper.found).await?;
        for lines in sheet.chunks(LINES_AT_ONCE) {
            let lines: Vec<_> = lines.iter().copied().enumerate().collect();
            let counted = Act { at: at + TimeDelta::minutes(30), by: cook };
            record_in(self.tx, &self.caller(cook), &next(), (&lines, &[], counted)).await?;
        }
        let said = Act { at: at + TimeDelta::minutes(40), by: keeper };
        run_in(self.tx, &keeper_calls, (&next(), CountCommand::Submit), said).await?;
        let seen = Act { at: at + TimeDelta::minutes(50), by: manager };
        run_in(self.tx, &self.caller(manager), (&next(), CountCommand::Post), seen).await?;
        Ok(())
    }

    /// What people write down: what the books expect, but for what they found otherwise.
    async fn sheet(&self, id: StockCountId, found: &HashMap<ProductId, Decimal>) -> Result<Vec<InBase>> {
        let lines = stocktake::store::lines_in(&**self.tx, self.caller.tenant, id).await?;
        let written = lines.into_iter().map(|line| InBase {
            product: line.product,
            unit: line.unit,
            quantity: found.get(&line.product).copied().unwrap_or(line.expected),
        });
        Ok(written.collect())
    }
}

/// A requisition on its way.
struct RequisitionWalk<'o> {
    office: &'o Office<'o>,
    id: StoreRequisitionId,
    at: DateTime<Utc>,
    version: i32,
}

impl RequisitionWalk<'_> {
    async fn step(
        &mut self,
        by: UserId,
        (deed, reason, lines): (RequisitionDeed, Option<&str>, Option<&[InBase]>),
    ) -> Result<()> {
        let step = requisition::service::Step {
            id: self.id,
            expected_version: self.version,
            reason: reason.map(str::to_owned),
            lines: None,
        };
        let entered = lines.map(|lines| (lines.iter().copied().enumerate().collect(), Vec::new()));
        let (act, caller) = (Act { at: self.at, by }, self.office.caller(by));
        requisition::service::take_in(self.office.tx, &caller, deed, (&step, entered.as_ref()), act).await?;
        self.version += 1;
        Ok(())
    }
}

/// A transfer on its way.
struct TransferWalk<'o> {
    office: &'o Office<'o>,
    id: StockTransferId,
    at: DateTime<Utc>,
    version: i32,
}

impl TransferWalk<'_> {
    async fn step(
        &mut self,
        by: UserId,
        (deed, reason, line): (TransferDeed, Option<&str>, Option<InBase>),
    ) -> Result<()> {
        let step = transfer::service::Step {
            id: self.id,
            expected_version: self.version,
            reason: reason.map(str::to_owned),
            lines: None,
        };
        let entered = line.map(|line| (vec![(0, line)], Vec::new()));
        let (act, caller) = (Act { at: self.at, by }, self.office.caller(by));
        transfer::service::take_in(self.office.tx, &caller, deed, (&step, entered.as_ref()), act).await?;
        self.version += 1;
        Ok(())
    }
}
