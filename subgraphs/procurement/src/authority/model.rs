//! Approval limits and who lends them. Pure.

use chassis::{Code, Refusal};
use primitives::{CurrencyCode, Decimal, UserId};

use crate::house;

/// An amount up to which somebody may approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nothing.
    Nothing,
    /// Up to this, in the house's currency.
    UpTo(Decimal),
    /// Whatever it is.
    Unlimited,
}

impl Limit {
    /// A limit in a currency; in another one than the house's it says nothing about the house's.
    pub fn in_currency(amount: Decimal, currency: CurrencyCode) -> Self {
        if currency == house::CURRENCY { Self::UpTo(amount) } else { Self::Nothing }
    }

    /// Whether an amount lies within it.
    pub fn covers(self, amount: Decimal) -> bool {
        match self {
            Self::Nothing => false,
            Self::UpTo(most) => amount <= most,
            Self::Unlimited => true,
        }
    }
}

/// A right that is lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lent {
    /// By whom.
    pub from: UserId,
    /// Up to how much.
    pub limit: Limit,
}

/// What somebody may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Who.
    pub user: UserId,
    /// In the own right.
    pub own: Limit,
    /// For others.
    pub lent: Vec<Lent>,
}

impl Authority {
    /// In whose right the amount is approved: nobody's but one's own, or a lender's. `closed` are those who have a part in
    /// the document already; nobody decides for them.
    ///
    /// # Errors
    /// `SOD_VIOLATION` for who has a part in it, `LIMIT_EXCEEDED` when it is too much.
    pub fn over(&self, amount: Decimal, closed: &[UserId]) -> Result<Option<UserId>, Refusal> {
        self.require_apart(closed)?;
        if self.own.covers(amount) {
            return Ok(None);
        }
        let lender = self.lent.iter().find(|lent| lent.limit.covers(amount) && !closed.contains(&lent.from));
        lender.map(|lent| Some(lent.from)).ok_or_else(|| {
            let message = "the amount is beyond what you may approve";
            Refusal::new(Code::LimitExceeded, "", message).with("amount", amount.to_string())
        })
    }

    /// Whether somebody has no part in a document yet.
    ///
    /// # Errors
    /// `SOD_VIOLATION` for who has.
    pub fn require_apart(&self, closed: &[UserId]) -> Result<(), Refusal> {
        if !closed.contains(&self.user) {
            return Ok(());
        }
        let message = "who requested this or decided about it before may not decide about it again";
        Err(Refusal::new(Code::SodViolation, "", message))
    }

    /// The most that can be approved in any right.
    pub fn most(&self) -> Limit {
        let all = self.lent.iter().map(|lent| lent.limit).chain([self.own]);
        all.fold(Limit::Nothing, |most, limit| match (most, limit) {
            (Limit::Unlimited, _) | (_, Limit::Unlimited) => Limit::Unlimited,
            (Limit::UpTo(one), Limit::UpTo(other)) => Limit::UpTo(one.max(other)),
            (known @ Limit::UpTo(_), Limit::Nothing) | (Limit::Nothing, known) => known,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baht(amount: i32) -> Limit {
        Limit::UpTo(Decimal::from_whole(amount))
    }

    #[test]
    fn a_limit_covers_what_is_just_within_it() {
        assert!(baht(1_000).covers(Decimal::from_whole(1_000)));
        assert!(!baht(1_000).covers("1000.00001".parse().unwrap()));
        assert_eq!(Limit::in_currency(Decimal::ONE, CurrencyCode::EUR), Limit::Nothing);
    }

    #[test]
    fn nobody_stands_in_for_who_requested_it() {
        let (me, boss, requester) = (UserId::generate(), UserId::generate(), UserId::generate());
        let lent = |from| Lent { from, limit: baht(5_000) };
        let authority = Authority { user: me, own: baht(100), lent: vec![lent(requester), lent(boss)] };
        assert_eq!(authority.over(Decimal::from_whole(100), &[requester]), Ok(None));
        assert_eq!(authority.over(Decimal::from_whole(101), &[requester]), Ok(Some(boss)));
        let code =
            |closed: &[UserId], amount| authority.over(Decimal::from_whole(amount), closed).unwrap_err().code;
        assert_eq!(code(&[requester, boss], 101), Code::LimitExceeded);
        assert_eq!(code(&[requester], 5_001), Code::LimitExceeded);
        assert_eq!(code(&[me], 1), Code::SodViolation);
        assert_eq!(authority.most(), baht(5_000));
    }
}
