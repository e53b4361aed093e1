//! A random federated graph: who knows which type by which keys, who owns which field, and what is shared, required,
//! provided, overridden or added to an interface from outside.
//!
//! Not every graph composes; one that does not is drawn again by whoever asked for it.

use crate::dice::Dice;
use crate::draft::{FieldDraft, SubgraphDraft};
use std::collections::BTreeSet;

const NAMES: [&str; 8] = ["name", "size", "tag", "link", "items", "part", "spec", "peer"];
const KEYS: [&str; 5] = ["id", "sku", "code zone", "id sku", "box { n }"];
const WRAPPERS: [&str; 9] = ["*", "*", "*", "*!", "[*]", "[*!]!", "[*!]", "[*]!", "[[*]!]"];

/// An entity: the subgraphs that define it, with a key there.
struct Entity {
    name: String,
    homes: Vec<usize>,
    first_key: &'static str,
}

/// An interface over entities.
struct Interface {
    name: String,
    implementations: Vec<usize>,
    /// The subgraphs that know the interface.
    homes: Vec<usize>,
    /// Those that add fields to it with `@interfaceObject`.
    stand_ins: Vec<usize>,
}

struct Writer<'d> {
    dice: &'d mut Dice,
    subgraphs: Vec<SubgraphDraft>,
    entities: Vec<Entity>,
    interfaces: Vec<Interface>,
    /// Whether a shared field may be nullable in one subgraph and not in another.
    is_loose: bool,
}

/// The SDLs of a random graph by subgraph. In a loose one subgraphs disagree on what may be null.
pub(crate) fn subgraphs(dice: &mut Dice, is_loose: bool) -> Vec<(String, String)> {
    let count = 2 + dice.roll(4);
    let subgraphs = (0..count).map(|_| SubgraphDraft::default()).collect();
    let mut writer = Writer { dice, subgraphs, entities: Vec::new(), interfaces: Vec::new(), is_loose };
    writer.entities();
    writer.interfaces();
    writer.unions();
    for entity in 0..writer.entities.len() {
        writer.fields(entity);
    }
    for entity in 0..writer.entities.len() {
        writer.requirements(entity);
    }
    writer.provisions();
    writer.interface_fields();
    writer.roots();
    writer.context();
    let named = writer.subgraphs.iter().enumerate();
    named.map(|(at, subgraph)| (subgraph_name(at), subgraph.sdl())).collect()
}

fn subgraph_name(at: usize) -> String {
    ["a", "b", "c", "d", "e"][at].to_owned()
}

impl Writer<'_> {
    fn all(&self) -> Vec<usize> {
        (0..self.subgraphs.len()).collect()
    }

    fn entities(&mut self) {
        for at in 0..2 + self.dice.roll(3) {
            let name = format!("E{at}");
            let mut homes = self.dice.some(&self.all(), 60);
            if homes.is_empty() {
                homes.push(self.dice.roll(self.subgraphs.len()));
            }
            let pool: Vec<&'static str> = match self.dice.roll(3) {
                0 => vec!["id"],
                _ => (0..2).map(|_| *self.dice.pick(&KEYS)).chain(["id"]).collect(),
            };
            let mut first_key = "";
            for home in &homes {
                for _ in 0..1 + self.dice.roll(2) {
                    let key = *self.dice.pick(&pool);
                    self.key(*home, &name, key, true);
                    if first_key.is_empty() {
                        first_key = key;
                    }
                }
            }
            self.entities.push(Entity { name, homes, first_key });
        }
    }

    fn key(&mut self, at: usize, ty: &str, key: &str, is_resolvable: bool) {
        let resolvable = if is_resolvable { "" } else { ", resolvable: false" };
        let subgraph = &mut self.subgraphs[at];
        let object = subgraph.object(ty);
        object.directives.insert(format!("@key(fields: \"{key}\"{resolvable})"));
        for field in key.split(' ').filter(|word| !["{", "}", "n"].contains(word)) {
            let ty = match field {
                "id" => "ID!",
                "box" => "Box!",
                _ => "String!",
            };
            object.fields.entry(field.to_owned()).or_insert_with(|| FieldDraft::new(ty));
        }
        if key.starts_with("box") {
            let of_box = subgraph.object("Box");
            of_box.directives.insert("@shareable".to_owned());
            of_box.fields.insert("n".to_owned(), FieldDraft::new("String!"));
        }
    }

    fn interfaces(&mut self) {
        for at in 0..self.dice.roll(3) {
            let name = format!("I{at}");
            let all: Vec<usize> = (0..self.entities.len()).collect();
            let implementations = self.dice.some(&all, 65);
            if implementations.is_empty() {
                continue;
            }
            let is_home_of = |home: &usize, entity: &usize| self.entities[*entity].homes.contains(home);
            let of_all: Vec<usize> = self
                .all()
                .into_iter()
                .filter(|home| implementations.iter().all(|e| is_home_of(home, e)))
                .collect();
            let of_none: Vec<usize> = self
                .all()
                .into_iter()
                .filter(|home| !implementations.iter().any(|e| is_home_of(home, e)))
                .collect();
            let of_any: Vec<usize> = self
                .all()
                .into_iter()
                .filter(|home| implementations.iter().any(|e| is_home_of(home, e)))
                .collect();
            let interface = if !of_all.is_empty() && !of_none.is_empty() && self.dice.chance(70) {
                let homes = vec![*self.dice.pick(&of_all)];
                Interface { name, implementations, homes, stand_ins: of_none }
            } else {
                let mut homes = self.dice.some(&of_any, 70);
                if homes.is_empty() {
                    homes.push(*self.dice.pick(&of_any));
                }
                Interface { name, implementations, homes, stand_ins: Vec::new() }
            };
            self.define_interface(&interface, at);
            self.interfaces.push(interface);
        }
    }

    fn define_interface(&mut self, interface: &Interface, at: usize) {
        let common = format!("common{at}");
        let names: Vec<String> =
            interface.implementations.iter().map(|e| self.entities[*e].name.clone()).collect();
        for home in &interface.homes {
            for (entity, name) in interface.implementations.iter().zip(&names) {
                if self.entities[*entity].homes.contains(home) {
                    let object = self.subgraphs[*home].object(name);
                    object.implements.insert(interface.name.clone());
                    object.fields.insert(common.clone(), FieldDraft::new("String").with("@shareable"));
                    if !interface.stand_ins.is_empty() {
                        self.key(*home, name, "id", true);
                    }
                }
            }
            let drafted = self.subgraphs[*home].object(&interface.name);
            drafted.is_interface = true;
            drafted.fields.insert(common.clone(), FieldDraft::new("String"));
            if !interface.stand_ins.is_empty() {
                drafted.directives.insert("@key(fields: \"id\")".to_owned());
                drafted.fields.insert("id".to_owned(), FieldDraft::new("ID!"));
            }
        }
        for (number, stand_in) in interface.stand_ins.iter().enumerate() {
            self.key(*stand_in, &interface.name, "id", true);
            let requires = self.dice.chance(30);
            let object = self.subgraphs[*stand_in].object(&interface.name);
            object.directives.insert("@interfaceObject".to_owned());
            object.fields.insert(format!("extra{at}{number}"), FieldDraft::new("String"));
            if requires {
                object.fields.insert(common.clone(), FieldDraft::new("String").with("@external"));
                let derived = FieldDraft::new("String").with(format!("@requires(fields: \"{common}\")"));
                object.fields.insert(format!("derived{at}{number}"), derived);
            }
        }
    }

    fn unions(&mut self) {
        if self.dice.chance(50) {
            return;
        }
        for at in self.all() {
            let homes: Vec<String> = self
                .entities
                .iter()
                .filter(|entity| entity.homes.contains(&at))
                .map(|entity| entity.name.clone())
                .collect();
            let members = self.dice.some(&homes, 70);
            if !members.is_empty() {
                self.subgraphs[at].unions.insert("U0".to_owned(), members.into_iter().collect());
            }
        }
    }

    /// The fields of an entity, each with the subgraph or subgraphs that resolve it.
    fn fields(&mut self, entity: usize) {
        let (ty, homes) = (self.entities[entity].name.clone(), self.entities[entity].homes.clone());
        for _ in 0..2 + self.dice.roll(4) {
            let name = (*self.dice.pick(&NAMES)).to_owned();
            if homes.iter().any(|home| self.subgraphs[*home].has(&ty, &name)) {
                continue;
            }
            let owner = *self.dice.pick(&homes);
            let base = self.base(owner);
            let mut field = FieldDraft::new(&self.dice.pick(&WRAPPERS).replace('*', &base));
            if self.dice.chance(15) {
                field.arguments =
                    (*self.dice.pick(&["(by: Int)", "(by: Int = 3)", "(as: String)", "(on: Boolean)"]))
                        .to_owned();
            }
            let other = *self.dice.pick(&homes);
            if other != owner && self.dice.chance(35) && self.offers(other, &base) {
                let mut copy = field.clone();
                if self.is_loose && self.dice.chance(50) {
                    copy.ty = match copy.ty.strip_suffix('!') {
                        Some(nullable) => nullable.to_owned(),
                        None => format!("{}!", copy.ty),
                    };
                }
                if self.dice.chance(30) {
                    copy.directives.insert(format!("@override(from: \"{}\")", subgraph_name(owner)));
                } else {
                    field.directives.insert("@shareable".to_owned());
                    copy.directives.insert("@shareable".to_owned());
                }
                self.subgraphs[other].object(&ty).fields.insert(name.clone(), copy);
            }
            self.subgraphs[owner].object(&ty).fields.insert(name, field);
        }
    }

    /// A named type that the subgraph can return, defined there if need be.
    fn base(&mut self, at: usize) -> String {
        let wanted = match self.dice.roll(20) {
            0..=6 => "String".to_owned(),
            7 => "Int".to_owned(),
            8 => "Colour".to_owned(),
            9..=13 => self.entities[self.dice.roll(self.entities.len())].name.clone(),
            14 | 15 => format!("V{}", self.dice.roll(2)),
            16 | 17 => format!("I{}", self.dice.roll(2)),
            _ => "U0".to_owned(),
        };
        if self.offers(at, &wanted) { wanted } else { "String".to_owned() }
    }

    /// Whether the subgraph can return the type; entities and values are defined there on demand.
    fn offers(&mut self, at: usize, base: &str) -> bool {
        match base.as_bytes().first() {
            Some(b'E') => self.offers_entity(at, base),
            Some(b'V') => {
                let fields = [("x", "String"), ("y", "Int"), ("z", "[String!]")];
                let keep = if self.dice.chance(80) { 3 } else { 2 };
                let value = self.subgraphs[at].object(base);
                value.directives.insert("@shareable".to_owned());
                for (name, ty) in fields.into_iter().take(keep) {
                    value.fields.entry(name.to_owned()).or_insert_with(|| FieldDraft::new(ty));
                }
                true
            }
            Some(b'I') if base != "Int" => self.subgraphs[at].types.contains_key(base),
            Some(b'U') => self.subgraphs[at].unions.contains_key(base),
            Some(b'C') => {
                let values = ["RED", "GREEN", "BLUE"].map(str::to_owned).to_vec();
                self.subgraphs[at].enums.insert(base.to_owned(), values);
                true
            }
            _ => true,
        }
    }

    fn offers_entity(&mut self, at: usize, base: &str) -> bool {
        let Some(position) = self.entities.iter().position(|entity| entity.name == base) else {
            return false;
        };
        let entity = &self.entities[position];
        let stands_in = |interface: &Interface| {
            interface.implementations.contains(&position) && interface.stand_ins.contains(&at)
        };
        if self.interfaces.iter().any(stands_in) {
            return false;
        }
        if !entity.homes.contains(&at) && !self.subgraphs[at].types.contains_key(base) {
            let key = entity.first_key;
            self.key(at, base, key, false);
        }
        true
    }

    /// Fields that need what other subgraphs know.
    fn requirements(&mut self, entity: usize) {
        let (ty, homes) = (self.entities[entity].name.clone(), self.entities[entity].homes.clone());
        for home in &homes {
            if self.dice.chance(50) {
                continue;
            }
            let mut wanted = Vec::new();
            for _ in 0..1 + self.dice.roll(2) {
                let others: Vec<(String, FieldDraft)> = homes
                    .iter()
                    .filter(|other| *other != home)
                    .flat_map(|other| self.subgraphs[*other].types[&ty].fields.clone())
                    .filter(|(name, field)| !field.is_external() && !self.subgraphs[*home].has(&ty, name))
                    .filter(|(name, _)| NAMES.contains(&name.as_str()) || name.starts_with("sum"))
                    .collect();
                if others.is_empty() {
                    continue;
                }
                let (name, field) = self.dice.pick(&others).clone();
                if let Some(text) = self.requirement(*home, &name, &field) {
                    let external =
                        FieldDraft { directives: std::iter::once("@external".to_owned()).collect(), ..field };
                    self.subgraphs[*home].object(&ty).fields.insert(name, external);
                    wanted.push(text);
                }
            }
            if !wanted.is_empty() {
                let field =
                    FieldDraft::new("String").with(format!("@requires(fields: \"{}\")", wanted.join(" ")));
                let name = format!("sum{}", subgraph_name(*home));
                self.subgraphs[*home].object(&ty).fields.insert(name, field);
            }
        }
    }

    fn requirement(&mut self, home: usize, name: &str, field: &FieldDraft) -> Option<String> {
        let base = field.base().to_owned();
        let arguments = match field.arguments.as_str() {
            "" => "",
            "(as: String)" => "(as: \\\"m\\\")",
            "(on: Boolean)" => "(on: true)",
            _ => "(by: 7)",
        };
        let arguments = if self.dice.chance(50) { arguments } else { "" };
        match base.as_bytes()[0] {
            b'E' if self.offers_entity(home, &base) => {
                let key = self.entities.iter().find(|entity| entity.name == base)?.first_key;
                // A key that the subgraph sees in its own definition of the entity.
                let known = self.subgraphs[home].types[&base].fields.contains_key(key.split(' ').next()?);
                known.then(|| format!("{name}{arguments} {{ {key} }}"))
            }
            b'V' => {
                self.offers(home, &base);
                Some(format!("{name}{arguments} {{ {} }}", if self.dice.chance(50) { "x" } else { "x y" }))
            }
            b'I' if base != "Int" => {
                let common = format!("common{}", &base[1..]);
                let is_known = self.subgraphs[home].types.get(&base).is_some_and(|ty| ty.is_interface);
                is_known.then(|| format!("{name}{arguments} {{ __typename {common} }}"))
            }
            b'E' | b'U' => None,
            _ => {
                self.offers(home, &base);
                Some(format!("{name}{arguments}"))
            }
        }
    }

    /// Fields that a subgraph can resolve on one path although another one owns them.
    fn provisions(&mut self) {
        for at in self.all() {
            let candidates: Vec<(String, String, String)> = self.subgraphs[at]
                .types
                .iter()
                .filter(|(_, ty)| !ty.is_interface)
                .flat_map(|(name, ty)| {
                    ty.fields.iter().map(move |(field, draft)| (name.clone(), field.clone(), draft))
                })
                .filter(|(_, _, draft)| draft.base().starts_with('E') && draft.directives.is_empty())
                .map(|(ty, field, draft)| (ty, field, draft.base().to_owned()))
                .collect();
            for (ty, field, target) in candidates {
                if self.dice.chance(65) {
                    continue;
                }
                let owned: Vec<(String, FieldDraft)> = self
                    .subgraphs
                    .iter()
                    .filter_map(|subgraph| subgraph.types.get(&target))
                    .flat_map(|target| target.fields.clone())
                    .filter(|(name, draft)| {
                        let here = self.subgraphs[at].types[&target].fields.get(name);
                        here.is_none_or(FieldDraft::is_external)
                            && !draft.is_external()
                            && NAMES.contains(&name.as_str())
                    })
                    .filter(|(_, draft)| ["String", "Int"].contains(&draft.base()))
                    .collect();
                if owned.is_empty() {
                    continue;
                }
                let (provided, mut draft) = self.dice.pick(&owned).clone();
                draft.directives = std::iter::once("@external".to_owned()).collect();
                self.subgraphs[at].object(&target).fields.insert(provided.clone(), draft);
                let field = self.subgraphs[at].object(&ty).fields.get_mut(&field).expect("it was just found");
                field.directives.insert(format!("@provides(fields: \"{provided}\")"));
            }
        }
    }

    /// More fields for the interfaces: those that all implementations have alike.
    fn interface_fields(&mut self) {
        for interface in &self.interfaces {
            let names: Vec<&str> =
                interface.implementations.iter().map(|e| self.entities[*e].name.as_str()).collect();
            for home in &interface.homes {
                let here: Vec<_> =
                    names.iter().filter_map(|name| self.subgraphs[*home].types.get(*name)).collect();
                let Some((first, others)) = here.split_first() else { continue };
                let mut alike: Vec<(String, FieldDraft)> = Vec::new();
                for (name, field) in &first.fields {
                    let same = |other: &FieldDraft| {
                        other.ty == field.ty && other.arguments == field.arguments && !other.is_external()
                    };
                    let everywhere: BTreeSet<&str> = self
                        .subgraphs
                        .iter()
                        .flat_map(|subgraph| &subgraph.types)
                        .filter(|(ty, draft)| {
                            names.contains(&ty.as_str())
                                && draft.fields.get(name).is_some_and(|field| !field.is_external())
                        })
                        .map(|(ty, _)| ty.as_str())
                        .collect();
                    if same(field)
                        && others.iter().all(|other| other.fields.get(name).is_some_and(same))
                        && everywhere.len() == names.len()
                    {
                        alike.push((
                            name.clone(),
                            FieldDraft { directives: Default::default(), ..field.clone() },
                        ));
                    }
                }
                let kept = self.dice.some(&alike, 60);
                self.subgraphs[*home].object(&interface.name).fields.extend(kept);
            }
        }
    }

    /// An entity that takes a value from one around it. It hangs on that one only, so that every way to it has the value.
    fn context(&mut self) {
        if self.dice.chance(60) {
            return;
        }
        let at = self.dice.roll(self.subgraphs.len());
        let mut values: Vec<(String, String)> = Vec::new();
        for entity in self.entities.iter().filter(|entity| entity.homes.contains(&at)) {
            let fields = &self.subgraphs[at].types[&entity.name].fields;
            let is_text =
                |field: &FieldDraft| field.ty.trim_end_matches('!') == "String" && field.arguments.is_empty();
            let names = fields.iter().filter(|(_, field)| is_text(field)).map(|(name, _)| name.clone());
            values.extend(names.map(|name| (entity.name.clone(), name)));
        }
        if values.is_empty() {
            return;
        }
        let (setter, value) = self.dice.pick(&values).clone();
        let inner = FieldDraft::new(&self.dice.pick(&WRAPPERS).replace('*', "C0"));
        let around = self.subgraphs[at].object(&setter);
        around.directives.insert("@context(name: \"around\")".to_owned());
        around.fields.insert("inner".to_owned(), inner);
        let mut told = FieldDraft::new("String");
        told.arguments = format!("(given: String @fromContext(field: \"$around {{ {value} }}\"))");
        self.key(at, "C0", "id", true);
        let taker = self.subgraphs[at].object("C0");
        taker.fields.insert("told".to_owned(), told);
        taker.fields.insert("again".to_owned(), FieldDraft::new("C0"));
        let other = self.dice.roll(self.subgraphs.len());
        self.key(other, "C0", "id", true);
        self.subgraphs[other].object("C0").fields.insert("beside".to_owned(), FieldDraft::new("String"));
    }

    fn roots(&mut self) {
        let shared = if self.dice.chance(40) { Some(self.dice.roll(self.entities.len())) } else { None };
        for at in self.all() {
            let prefix = subgraph_name(at);
            for number in 0..1 + self.dice.roll(2) {
                let mut base = "String".to_owned();
                for _ in 0..6 {
                    if ["String", "Int", "Colour"].contains(&base.as_str()) {
                        base = self.base(at);
                    }
                }
                let mut field = FieldDraft::new(&self.dice.pick(&WRAPPERS).replace('*', &base));
                if self.dice.chance(25) {
                    field.arguments = "(by: Int = 1)".to_owned();
                }
                self.subgraphs[at].object("Query").fields.insert(format!("{prefix}{number}"), field);
            }
            if self.dice.chance(35) {
                let base = self.base(at);
                let mut field = FieldDraft::new(&base);
                field.arguments = "(by: Int!)".to_owned();
                self.subgraphs[at].object("Mutation").fields.insert(format!("{prefix}Do"), field);
            }
            if let Some(entity) =
                shared.map(|entity| &self.entities[entity]).filter(|entity| entity.homes.contains(&at))
            {
                let field = FieldDraft::new(&format!("[{}]", entity.name)).with("@shareable");
                self.subgraphs[at].object("Query").fields.insert("shared".to_owned(), field);
            }
        }
    }
}
