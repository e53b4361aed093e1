//! Where a fetch's errors belong in the client's answer.
//!
//! A subgraph knows only its own part. Its paths are translated; an error of one entity goes to every object that is
//! this entity; an error that names no entity goes to the place of the whole batch. A fetch that gave nothing at all is
//! ONE error, at the first field that is missing because of it.

use crate::answer::SubgraphError;
use crate::client_path::{ClientPath, Translator, pattern};
use crate::entities::Targets;
use crate::error::{GraphqlError, SUBGRAPH_RESPONSE_MALFORMED, UPSTREAM_UNAVAILABLE};
use crate::faults::Faults;
use crate::prepared::Prepared;
use crate::request::Variables;
use crate::transport::{TransportError, TransportFault};
use crate::tree::{Location, Step, Tree};
use ahash::AHashSet;
use apollo_compiler::Name;
use router_planner::{Fetch, RepresentationField};

/// Places the errors of one fetch.
#[derive(Debug)]
pub(crate) struct Placement<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) variables: &'a Variables,
    pub(crate) tree: &'a Tree,
    pub(crate) faults: &'a mut Faults,
    /// The fetch's position in the plan.
    pub(crate) position: usize,
}

/// What went wrong with a fetch, as it was told.
#[derive(Debug)]
pub(crate) enum Reported {
    /// Errors in the answer to a fetch at the root.
    Root { errors: Vec<SubgraphError>, has_data: bool },
    /// Errors in the answer to an entity fetch.
    Entities { errors: Vec<SubgraphError>, targets: Targets, has_data: bool },
    /// There was no usable answer.
    NoAnswer { error: TransportError, targets: Targets },
    /// The executor itself refused to ask.
    NotAsked { error: GraphqlError, targets: Targets },
}

impl Placement<'_> {
    /// Gives everything that was reported its place.
    pub(crate) fn place_reported(&mut self, reported: &Reported) {
        match reported {
            Reported::Root { errors, has_data } => {
                errors.iter().for_each(|error| self.root_error(error, *has_data));
            }
            Reported::Entities { errors, targets, has_data } => {
                errors.iter().for_each(|error| self.entity_error(error, targets, *has_data));
            }
            Reported::NoAnswer { error, targets } => self.transport_failure(error, targets),
            Reported::NotAsked { error, targets } => self.failure(error.clone(), targets),
        }
    }

    /// The subgraph gave no usable answer.
    fn transport_failure(&mut self, error: &TransportError, targets: &Targets) {
        let fetch = self.fetch();
        let (service, reason) = (fetch.service.as_str(), error.fault);
        tracing::warn!(service, ?reason, "subgraph gave no usable answer: {}", error.message);
        let failure = transport_error(service, error);
        self.failure(failure, targets);
    }

    /// The fetch gave nothing: one error, at the first field that is missing, and no other for the rest.
    fn failure(&mut self, error: GraphqlError, targets: &Targets) {
        let path = self.first_affected(targets.first().and_then(|locations| locations.first()));
        self.faults.push(self.of_service(error).at(path.segments()));
        self.explain_fetch(self.position);
    }

    /// An error in the answer to a fetch at the root.
    fn root_error(&mut self, error: &SubgraphError, has_data: bool) {
        let translated = self.graphql_error(error);
        if error.path.is_empty() && has_data {
            self.faults.push(translated);
        } else if error.path.is_empty() {
            self.failure(translated, &Targets::new());
        } else {
            let base = pattern(&self.fetch().path);
            self.place(translated, &[base, error.path.clone()].concat());
            if !has_data {
                self.explain_fetch(self.position);
            }
        }
    }

    /// An error in the answer to an entity fetch.
    fn entity_error(&mut self, error: &SubgraphError, targets: &Targets, has_data: bool) {
        let translated = self.graphql_error(error);
        let path = match error.path.split_first() {
            Some((Step::Key(root), rest)) if root == "_entities" => rest,
            _ => error.path.as_slice(),
        };
        match path.split_first() {
            None => self.failure(translated, targets),
            Some((Step::Index(index), rest)) => match targets.get(*index) {
                Some(locations) => self.place_at_each(&translated, locations, rest),
                None => self.failure(translated, targets),
            },
            Some(_) => {
                let base = match targets.as_slice() {
                    [only] if only.len() == 1 => only[0].clone(),
                    _ => pattern(&self.fetch().path),
                };
                self.place(translated, &[base, path.to_vec()].concat());
            }
        }
        if !has_data {
            self.explain_fetch(self.position);
        }
    }

    fn place_at_each(&mut self, error: &GraphqlError, locations: &[Location], rest: &[Step]) {
        for location in locations {
            if rest.is_empty() {
                // The entity as a whole: the object is there, it is this fetch's fields that are missing in it.
                let path = self.first_affected(Some(location));
                self.faults.push(error.clone().at(path.segments()));
                self.explain_keys(location, self.position);
            } else {
                self.place(error.clone(), &[location.as_slice(), rest].concat());
            }
        }
    }

    fn place(&mut self, error: GraphqlError, steps: &[Step]) {
        let path = self.translator().translate(steps);
        if path.unasked.as_ref().is_some_and(|key| !self.is_sent_on(key)) {
            // A subgraph that does not know the concrete types is asked for a field for all of them. Of this object the
            // client did not want it.
            return;
        }
        self.faults.push(error.at(path.segments()));
        if path.is_complete {
            self.faults.explain(&path);
        } else {
            // Something that only later fetches need is missing, so what these would have filled is explained.
            for dependent in &self.prepared.wiring[self.position].dependents {
                self.explain_fetch(*dependent);
            }
        }
    }

    /// Whether a value of this fetch under this key goes into a representation: of a fetch that waits for this one.
    fn is_sent_on(&self, key: &Name) -> bool {
        let mut waiting = self.prepared.wiring[self.position].dependents.clone();
        let mut seen = AHashSet::new();
        while let Some(position) = waiting.pop() {
            if !seen.insert(position) {
                continue;
            }
            let representation = self.prepared.plan.fetches[position].representation.iter();
            let mut fields =
                representation.flat_map(|all| &all.types).flat_map(|ty| ty.keys.iter().chain(&ty.requires));
            if fields.any(|field| reads(field, key)) {
                return true;
            }
            waiting.extend(&self.prepared.wiring[position].dependents);
        }
        false
    }

    /// The client's place of the first field that this fetch, or one that waits for it, would have filled.
    fn first_affected(&self, location: Option<&Location>) -> ClientPath {
        let translator = self.translator();
        let own = location.cloned().unwrap_or_else(|| pattern(&self.fetch().path));
        for position in self.with_dependents(self.position) {
            let base = if position == self.position {
                own.clone()
            } else {
                let fetch = &self.prepared.plan.fetches[position];
                let first = fetch.places().find_map(|path| self.tree.reach(path).into_iter().next());
                first.unwrap_or_else(|| pattern(&fetch.path))
            };
            let field = self.prepared.wiring[position]
                .keys
                .iter()
                .map(|key| translator.translate(&below(&base, key)))
                .find(|path| path.is_complete);
            if let Some(path) = field {
                return path;
            }
        }
        translator.translate(&own)
    }

    /// Nulls in the fields of a fetch, and of those that wait for it, need no further error.
    fn explain_fetch(&mut self, position: usize) {
        for position in self.with_dependents(position) {
            let bases: Vec<_> = self.prepared.plan.fetches[position].places().map(pattern).collect();
            bases.iter().for_each(|base| self.explain_keys(base, position));
        }
    }

    fn explain_keys(&mut self, base: &[Step], position: usize) {
        for key in &self.prepared.wiring[position].keys {
            let path = self.translator().translate(&below(base, key));
            if path.is_complete {
                self.faults.explain(&path);
            }
        }
    }

    /// A fetch and all that wait for it, directly or not, in the plan's order.
    fn with_dependents(&self, position: usize) -> Vec<usize> {
        let mut is_affected = vec![false; self.prepared.wiring.len()];
        is_affected[position] = true;
        // A fetch waits for earlier ones only, so one pass in the plan's order finds them all.
        for (earlier, wiring) in self.prepared.wiring.iter().enumerate().skip(position) {
            if is_affected[earlier] {
                wiring.dependents.iter().for_each(|dependent| is_affected[*dependent] = true);
            }
        }
        (position..is_affected.len()).filter(|candidate| is_affected[*candidate]).collect()
    }

    fn graphql_error(&self, error: &SubgraphError) -> GraphqlError {
        let mut translated = GraphqlError::new(error.message.clone());
        translated.extensions = error.extensions.clone();
        self.of_service(translated)
    }

    fn of_service(&self, error: GraphqlError) -> GraphqlError {
        error.with_extension("service", self.fetch().service.as_str())
    }

    fn fetch(&self) -> &Fetch {
        &self.prepared.plan.fetches[self.position]
    }

    fn translator(&self) -> Translator<'_> {
        Translator { shape: &self.prepared.plan.shape, tree: self.tree, variables: self.variables }
    }
}

/// The client's error for a subgraph that gave no usable answer.
pub(crate) fn transport_error(service: &str, error: &TransportError) -> GraphqlError {
    let message = format!("subgraph `{service}` gave no usable answer: {}", error.message);
    let failure = GraphqlError::new(message);
    let failure = match error.fault {
        TransportFault::Malformed => failure.with_code(SUBGRAPH_RESPONSE_MALFORMED),
        TransportFault::Unreachable => {
            failure.with_code(UPSTREAM_UNAVAILABLE).with_extension("reason", "unreachable")
        }
        TransportFault::Timeout => {
            failure.with_code(UPSTREAM_UNAVAILABLE).with_extension("reason", "timeout")
        }
        TransportFault::Status(status) => failure
            .with_code(UPSTREAM_UNAVAILABLE)
            .with_extension("reason", "status")
            .with_extension("status", status),
    };
    failure.with_extension("service", service)
}

fn reads(field: &RepresentationField, key: &Name) -> bool {
    field.source == *key || field.fields.iter().any(|field| reads(field, key))
}

fn below(base: &[Step], key: &Name) -> Location {
    let mut location = base.to_vec();
    location.push(Step::Key(key.clone()));
    location
}
