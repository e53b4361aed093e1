//! Fetches that ask a subgraph for the same at different places become one request: the same entity below different members of
//! a union, or under two of the client's aliases.

use crate::plan::{Fetch, FetchId, PathElement};
use std::collections::BTreeSet;

/// The fetches of a plan in the making.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    pub(crate) fetches: Vec<Fetch>,
    /// By fetch: all that are done before it starts.
    before: Vec<BTreeSet<usize>>,
}

impl Joined {
    pub(crate) fn next_id(&self) -> FetchId {
        FetchId(u32::try_from(self.fetches.len()).expect("the number of fetches is limited"))
    }

    /// Of some fetches those that no other of them implies, and all that are done once these are.
    pub(crate) fn tips(&self, fetches: BTreeSet<usize>) -> (Vec<FetchId>, BTreeSet<usize>) {
        let mut tips = Vec::new();
        let mut done = BTreeSet::new();
        for fetch in fetches.into_iter().rev() {
            if done.insert(fetch) {
                tips.push(self.fetches[fetch].id);
                done.extend(self.before[fetch].iter().copied());
            }
        }
        tips.reverse();
        (tips, done)
    }

    /// Fetches that no other waits for, each with a later one that asks the same at other places and can do so for both.
    pub(crate) fn put_off(&self) -> Vec<(usize, usize)> {
        let is_awaited = |id: FetchId| self.fetches.iter().any(|fetch| fetch.depends_on.contains(&id));
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (early, fetch) in self.fetches.iter().enumerate() {
            if is_awaited(fetch.id) || found.iter().any(|(_, late)| *late == early) {
                continue;
            }
            let can_wait = |late: &usize| {
                *late != early
                    && asks_the_same(&self.fetches[*late], fetch)
                    && self.before[early].is_subset(&self.before[*late])
                    && !found.iter().any(|(gone, _)| gone == late)
            };
            let late = (0..self.fetches.len()).find(can_wait);
            found.extend(late.map(|late| (early, late)));
        }
        found
    }

    /// Adds a fetch that waits for these others, as one of its own or to one that asks the same; gives its position.
    pub(crate) fn add(&mut self, fetch: Fetch, before: BTreeSet<usize>) -> usize {
        let is_known = |known: &Fetch| known.depends_on == fetch.depends_on && asks_the_same(known, &fetch);
        if let Some(at) = self.fetches.iter().position(is_known) {
            self.add_place(at, fetch.path);
            return at;
        }
        self.fetches.push(fetch);
        self.before.push(before);
        self.fetches.len() - 1
    }

    /// Adds a place to a fetch. One that differs from another in the types at a single step widens that one.
    pub(crate) fn add_place(&mut self, at: usize, place: Vec<PathElement>) {
        let fetch = &mut self.fetches[at];
        for known in std::iter::once(&mut fetch.path).chain(&mut fetch.also_at) {
            if let Some(at) = only_types_differ(known, &place) {
                if let (PathElement::On(types), PathElement::On(more)) = (&mut known[at], &place[at]) {
                    types.extend(more.iter().filter(|ty| !types.contains(ty)).cloned().collect::<Vec<_>>());
                }
                return;
            }
        }
        fetch.also_at.push(place);
    }
}

/// Whether one request serves both: same subgraph, text and representations, in the same cases. Values from contexts belong to
/// their place.
fn asks_the_same(known: &Fetch, fetch: &Fetch) -> bool {
    known.representation.is_some()
        && known.representation == fetch.representation
        && known.subgraph == fetch.subgraph
        && known.condition == fetch.condition
        && known.selection == fetch.selection
        && known.variables == fetch.variables
        && known.contexts.is_empty()
        && fetch.contexts.is_empty()
}

fn only_types_differ(left: &[PathElement], right: &[PathElement]) -> Option<usize> {
    if left.len() != right.len() {
        return None;
    }
    let mut differing = (0..left.len()).filter(|at| left[*at] != right[*at]);
    let at = differing.next()?;
    let are_types = matches!((&left[at], &right[at]), (PathElement::On(_), PathElement::On(_)));
    (are_types && differing.next().is_none()).then_some(at)
}
