//! Fetches that nobody waits for. The answer is not complete before the last fetch is, so what only the client wants need not
//! be asked for as early as possible: where the same objects are asked for at the same subgraph later on, that request
//! serves both.

use crate::jump::{agree, unite};
use crate::plan::{Condition, RepresentationType};
use crate::search::{Group, Search};

/// Puts off what can be put off; of these groups gives those that are left.
pub(crate) fn postpone(search: &mut Search<'_>, mut live: Vec<usize>) -> Vec<usize> {
    for early in live.clone() {
        let is_waited_for = live.iter().any(|group| search.groups[*group].before.contains(&early));
        if is_waited_for {
            continue;
        }
        let takes = |late: &&usize| takes(search, &live, **late, early);
        let Some(late) = live.iter().find(takes).copied() else { continue };
        let (into, from) = (search.groups[late].set, search.groups[early].set);
        search.selections.add_all(into, from, &Condition::always());
        let more = std::mem::take(&mut search.groups[early].representations);
        for ty in &mut search.groups[late].representations {
            let same = more.iter().find(|other| is_same_type(ty, other));
            unite(&mut ty.requires, same.map_or(&[], |other| &other.requires));
        }
        live.retain(|group| *group != early);
    }
    live
}

/// Whether a request can ask for what an earlier one asks, too: it is for the same objects, in the same cases, and starts when all
/// that the earlier one waits for is there.
fn takes(search: &Search<'_>, live: &[usize], late: usize, early: usize) -> bool {
    let (group, other) = (&search.groups[late], &search.groups[early]);
    let mut awaited = other.before.iter().filter(|dep| live.contains(dep));
    late != early
        && group.is_entity
        && other.is_entity
        && group.subgraph == other.subgraph
        && group.path == other.path
        && group.condition == other.condition
        && group.contexts.is_empty()
        && other.contexts.is_empty()
        && awaited.all(|dep| group.before.contains(dep))
        && are_sent_together(group, other)
}

/// Whether one representation of each object can carry what both send.
fn are_sent_together(group: &Group, other: &Group) -> bool {
    group.representations.len() == other.representations.len()
        && group.representations.iter().all(|ty| {
            other.representations.iter().any(|other| {
                is_same_type(ty, other)
                    && ty.keys == other.keys
                    && agree(&ty.keys, &other.requires)
                    && agree(&ty.requires, &other.keys)
                    && agree(&ty.requires, &other.requires)
            })
        })
}

fn is_same_type(ty: &RepresentationType, other: &RepresentationType) -> bool {
    ty.on == other.on && ty.send_as == other.send_as
}
