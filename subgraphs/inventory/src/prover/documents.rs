//! What transfers, requisitions and counts say, against what they wrote into the ledger. Pure.

use std::collections::{BTreeMap, BTreeSet};

use primitives::{Decimal, LocationId, ProductId, StockCountId, TenantId};

use super::model::{Report, Violation, amount, raw};

/// One effect of a document on the ledger: which document, of which product, where, and why.
pub(super) type Effect = (String, ProductId, LocationId, String);

/// A line of a transfer that has left, as its row tells it.
#[derive(Clone, Debug)]
pub(super) struct MovedFacts {
    pub(super) transfer: String,
    pub(super) product: ProductId,
    pub(super) from: LocationId,
    pub(super) via: LocationId,
    pub(super) to: LocationId,
    pub(super) shipped: Decimal,
    pub(super) received: Decimal,
    pub(super) lost: Decimal,
}

/// A line of a requisition of which something was issued, as its row tells it.
#[derive(Clone, Debug)]
pub(super) struct IssuedFacts {
    pub(super) requisition: String,
    pub(super) product: ProductId,
    pub(super) from: LocationId,
    pub(super) to: LocationId,
    pub(super) issued: Decimal,
}

/// A line of an adjustment that is in the books, as its row tells it.
#[derive(Clone, Debug)]
pub(super) struct AdjustedFacts {
    pub(super) adjustment: String,
    pub(super) product: ProductId,
    pub(super) location: LocationId,
    pub(super) reason: String,
    pub(super) quantity: Decimal,
}

/// A line of a posted count, as its row tells it.
#[derive(Clone, Debug)]
pub(super) struct CountedFacts {
    pub(super) count: String,
    pub(super) product: ProductId,
    pub(super) location: LocationId,
    pub(super) expected: Decimal,
    pub(super) found: Decimal,
}

/// Everything the prover reads about a tenant's documents.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    pub(super) moved: Vec<MovedFacts>,
    pub(super) issued: Vec<IssuedFacts>,
    pub(super) adjusted: Vec<AdjustedFacts>,
    pub(super) counted: Vec<CountedFacts>,
    /// Which count locks which location, as the locations tell it.
    pub(super) locks: BTreeSet<(LocationId, StockCountId)>,
    /// The same, as the counts tell it.
    pub(super) locking: BTreeSet<(LocationId, StockCountId)>,
    /// What documents wrote into the ledger.
    pub(super) written: BTreeMap<Effect, i128>,
}

impl Documents {
    /// Compares both sides and adds what differs to the report.
    pub(super) fn compare(&self, tenant: TenantId, report: &mut Report) {
        report.document_lines += self.moved.len() + self.issued.len() + self.counted.len();
        report.document_lines += self.adjusted.len();
        let mut expected: BTreeMap<Effect, i128> = BTreeMap::new();
        for line in &self.moved {
            let (shipped, received, lost) = (raw(line.shipped), raw(line.received), raw(line.lost));
            for (place, reason, quantity) in [
                (line.from, "TRANSFER", -shipped),
                (line.via, "TRANSFER", shipped - received),
                (line.to, "TRANSFER", received),
                (line.via, "LOSS", -lost),
            ] {
                let effect = (line.transfer.clone(), line.product, place, reason.to_owned());
                *expected.entry(effect).or_default() += quantity;
            }
        }
        for line in &self.issued {
            for (place, quantity) in [(line.from, -raw(line.issued)), (line.to, raw(line.issued))] {
                let effect = (line.requisition.clone(), line.product, place, "TRANSFER".to_owned());
                *expected.entry(effect).or_default() += quantity;
            }
        }
        for line in &self.adjusted {
            let effect = (line.adjustment.clone(), line.product, line.location, line.reason.clone());
            *expected.entry(effect).or_default() += raw(line.quantity);
        }
        for line in &self.counted {
            let effect = (line.count.clone(), line.product, line.location, "COUNT".to_owned());
            *expected.entry(effect).or_default() += raw(line.found) - raw(line.expected);
        }
        let all: BTreeSet<&Effect> = expected.keys().chain(self.written.keys()).collect();
        for effect in all {
            let of = |side: &BTreeMap<Effect, i128>| side.get(effect).copied().unwrap_or_default();
            let (wanted, found) = (of(&expected), of(&self.written));
            if wanted != found {
                let (document, product, location, reason) = effect;
                let place = format!("{reason} of {product} at {location} in {document}");
                report.violations.push(Violation {
                    tenant: Some(tenant),
                    item: None,
                    rule: "a document has moved what it says",
                    expected: format!("{} as {place}", amount(wanted)),
                    found: amount(found),
                });
            }
        }
        for (location, count) in self.locks.symmetric_difference(&self.locking) {
            report.violations.push(Violation {
                tenant: Some(tenant),
                item: None,
                rule: "a location is locked by the count that is under way there",
                expected: if self.locking.contains(&(*location, *count)) { "locked" } else { "open" }
                    .to_owned(),
                found: format!("location {location}, count {count}"),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn rules(documents: &Documents) -> Vec<&'static str> {
        let mut report = Report::default();
        documents.compare(TenantId::generate(), &mut report);
        report.violations.iter().map(|violation| violation.rule).collect()
    }

    #[test]
    fn a_transfer_answers_for_each_of_its_legs() {
        let (from, via, to) = (LocationId::generate(), LocationId::generate(), LocationId::generate());
        let product = ProductId::generate();
        let line = MovedFacts {
            transfer: "t".to_owned(),
            product,
            from,
            via,
            to,
            shipped: dec("10"),
            received: dec("7"),
            lost: dec("1"),
        };
        let effect = |place: LocationId, reason: &str| ("t".to_owned(), product, place, reason.to_owned());
        let mut documents = Documents { moved: vec![line], ..Documents::default() };
        for (place, reason, quantity) in
            [(from, "TRANSFER", "-10"), (via, "TRANSFER", "3"), (to, "TRANSFER", "7"), (via, "LOSS", "-1")]
        {
            documents.written.insert(effect(place, reason), raw(dec(quantity)));
        }
        assert_eq!(rules(&documents), [""; 0]);
        documents.written.remove(&effect(via, "LOSS"));
        documents.written.insert(effect(from, "SALE"), 1);
        assert_eq!(rules(&documents), ["a document has moved what it says"; 2]);
    }

    #[test]
    fn a_lock_and_its_count_belong_together() {
        let (here, there) = (LocationId::generate(), LocationId::generate());
        let (one, other) = (StockCountId::generate(), StockCountId::generate());
        let both =
            Documents { locks: [(here, one)].into(), locking: [(here, one)].into(), ..Documents::default() };
        assert_eq!(rules(&both), [""; 0]);
        let apart = Documents { locking: [(there, other)].into(), ..both };
        assert_eq!(rules(&apart), ["a location is locked by the count that is under way there"; 2]);
    }
}
