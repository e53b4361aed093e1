//! Definitions, and what may be written down by them. Pure.

use chassis::machine::words;
use chassis::{Code, Refusal, Refusals};
use primitives::{Act, AttributeDefinitionId, Audit, Date, Decimal};
use serde::{Deserialize, Serialize};

use crate::product::draft::{MAX_NAME, read_text};

/// Definitions of one tenant: more would not fit a form.
pub const MAX_DEFINITIONS: usize = 100;
/// Characters of a key.
const MAX_KEY: usize = 40;
/// Characters of a value.
const MAX_VALUE: usize = 500;
/// Options of a choice.
const MAX_OPTIONS: usize = 100;

words! {
    /// What kind of value it is.
    AttributeKind {
        /// A line of text.
        Text = "TEXT",
        /// A decimal number.
        Number = "NUMBER",
        /// Yes or no.
        Boolean = "BOOLEAN",
        /// A calendar day.
        Date = "DATE",
        /// One of the options.
        Choice = "CHOICE",
    }
}

/// What a tenant wants to know about its products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    /// Identity.
    pub id: AttributeDefinitionId,
    /// Its name in programs, `fat_content`.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// What kind of value it is.
    pub kind: AttributeKind,
    /// What can be chosen, for a choice.
    pub options: Vec<String>,
    /// Whether a product in use must have it.
    pub is_required: bool,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

/// A definition as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DefinitionDraft {
    /// Its name in programs.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// What kind of value it is.
    pub kind: AttributeKind,
    /// What can be chosen, for a choice.
    pub options: Vec<String>,
    /// Whether a product in use must have it.
    pub is_required: bool,
}

/// Something to write down about a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttributeDraft {
    /// The key of the definition.
    pub key: String,
    /// The value as text.
    pub value: String,
}

/// What is written down about a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// By what.
    pub definition: AttributeDefinitionId,
    /// The key of the definition.
    pub key: String,
    /// The value in normal form.
    pub value: String,
}

impl From<&Attribute> for AttributeDraft {
    fn from(attribute: &Attribute) -> Self {
        Self { key: attribute.key.clone(), value: attribute.value.clone() }
    }
}

impl AttributeDefinition {
    /// A new definition, or everything that is wrong with it.
    pub fn define(
        id: AttributeDefinitionId,
        draft: &DefinitionDraft,
        others: &[Self],
        act: Act,
    ) -> Result<Self, Refusals> {
        let mut refusals = Refusals::new();
        let key = draft.key.trim().to_lowercase();
        let is_key = key.starts_with(|first: char| first.is_ascii_lowercase())
            && key.len() <= MAX_KEY
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        refusals.check(is_key, || {
            Refusal::invalid("key", format!("a key has at most {MAX_KEY} letters a to z, digits and _"))
        });
        refusals.check(others.iter().all(|other| other.key != key), || {
            Refusal::duplicate("key", format!("there is already an attribute {key}"))
        });
        refusals.check(others.len() < MAX_DEFINITIONS, || {
            Refusal::new(Code::LimitExceeded, "", format!("at most {MAX_DEFINITIONS} attributes"))
        });
        let name = refusals.take(read_text("name", &draft.name, MAX_NAME));
        let options = refusals.take(read_options(draft.kind, &draft.options));
        match (name, options) {
            (Some(name), Some(options)) if refusals.is_empty() => Ok(Self {
                id,
                key,
                name,
                kind: draft.kind,
                options,
                is_required: draft.is_required,
                audit: Audit::new(act),
                version: 1,
            }),
            _ => Err(refusals),
        }
    }

    /// Another name, more options, or whether it is required; `None` leaves it alone.
    pub fn redefine(
        &mut self,
        name: Option<&str>,
        options: Option<&[String]>,
        is_required: Option<bool>,
        act: Act,
    ) -> Result<(), Refusals> {
        let mut refusals = Refusals::new();
        let name = name.and_then(|name| refusals.take(read_text("name", name, MAX_NAME)));
        let options = options.and_then(|options| refusals.take(read_options(self.kind, options)));
        if let Some(options) = &options {
            refusals.check(self.options.iter().all(|known| options.contains(known)), || {
                Refusal::invalid(
                    "options",
                    "options are only added: products may have been described by them",
                )
            });
        }
        if !refusals.is_empty() {
            return Err(refusals);
        }
        self.name = name.unwrap_or_else(|| std::mem::take(&mut self.name));
        self.options = options.unwrap_or_else(|| std::mem::take(&mut self.options));
        self.is_required = is_required.unwrap_or(self.is_required);
        self.audit.touch(act);
        self.version += 1;
        Ok(())
    }

    /// A value in normal form, or what is expected instead.
    fn read(&self, value: &str) -> Result<String, String> {
        let value = value.trim();
        if value.is_empty() || value.chars().count() > MAX_VALUE || value.chars().any(char::is_control) {
            return Err(format!("a value has 1 to {MAX_VALUE} characters"));
        }
        match self.kind {
            AttributeKind::Text => Ok(value.to_owned()),
            AttributeKind::Number => value
                .parse::<Decimal>()
                .map(|number| number.to_string())
                .map_err(|_| "not a number".to_owned()),
            AttributeKind::Boolean => match value.to_lowercase().as_str() {
                truth @ ("true" | "false") => Ok(truth.to_owned()),
                _ => Err("neither true nor false".to_owned()),
            },
            AttributeKind::Date => {
                value.parse::<Date>().map(|day| day.to_string()).map_err(|_| "not a day".to_owned())
            }
            AttributeKind::Choice if self.options.iter().any(|option| option == value) => {
                Ok(value.to_owned())
            }
            AttributeKind::Choice => Err(format!("not one of {}", self.options.join(", "))),
        }
    }
}

fn read_options(kind: AttributeKind, options: &[String]) -> Result<Vec<String>, Refusals> {
    let mut refusals = Refusals::new();
    let is_choice = kind == AttributeKind::Choice;
    refusals
        .check(is_choice || options.is_empty(), || Refusal::invalid("options", "only a choice has options"));
    refusals.check(!is_choice || !options.is_empty(), || Refusal::invalid("options", "a choice has options"));
    refusals.check(options.len() <= MAX_OPTIONS, || {
        Refusal::new(Code::LimitExceeded, "options", format!("at most {MAX_OPTIONS} options"))
    });
    let mut read: Vec<String> = Vec::new();
    for (position, option) in options.iter().enumerate().take(MAX_OPTIONS) {
        let at = format!("options.{position}");
        if let Some(option) = refusals.take(read_text(&at, option, MAX_NAME)) {
            refusals
                .check(!read.contains(&option), || Refusal::duplicate(&at, "the option is there already"));
            read.push(option);
        }
    }
    if refusals.is_empty() { Ok(read) } else { Err(refusals) }
}

/// What is written down about a product, or everything that is wrong with it, each at `attributes.` and its key.
pub fn read_attributes(
    drafts: &[AttributeDraft],
    definitions: &[AttributeDefinition],
) -> Result<Vec<Attribute>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(drafts.len() <= MAX_DEFINITIONS, || {
        Refusal::new(Code::LimitExceeded, "attributes", format!("at most {MAX_DEFINITIONS} attributes"))
    });
    let mut attributes: Vec<Attribute> = Vec::new();
    for draft in drafts.iter().take(MAX_DEFINITIONS) {
        let key = draft.key.trim().to_lowercase();
        let at = format!("attributes.{key}");
        let Some(definition) = definitions.iter().find(|definition| definition.key == key) else {
            refusals.push(Refusal::invalid(&at, "nobody has defined this attribute"));
            continue;
        };
        refusals.check(attributes.iter().all(|known| known.key != key), || {
            Refusal::duplicate(&at, "the attribute is there twice")
        });
        match definition.read(&draft.value) {
            Ok(value) => attributes.push(Attribute { definition: definition.id, key, value }),
            Err(expected) => refusals.push(Refusal::invalid(&at, expected)),
        }
    }
    if refusals.is_empty() { Ok(attributes) } else { Err(refusals) }
}

/// What a product lacks to be used.
pub fn missing(definitions: &[AttributeDefinition], attributes: &[Attribute]) -> Vec<Refusal> {
    let required = definitions.iter().filter(|definition| definition.is_required);
    let lacking =
        required.filter(|definition| attributes.iter().all(|known| known.definition != definition.id));
    let refusal = |definition: &AttributeDefinition| {
        let message = format!("an active product needs {}", definition.name);
        Refusal::invalid(&format!("attributes.{}", definition.key), message)
    };
    lacking.map(refusal).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn act() -> Act {
        Act { at: chrono::DateTime::UNIX_EPOCH, by: None }
    }

    pub(crate) fn definition(key: &str, kind: AttributeKind, is_required: bool) -> AttributeDefinition {
        let options =
            if kind == AttributeKind::Choice { vec!["wild".to_owned(), "farmed".to_owned()] } else { vec![] };
        let draft = DefinitionDraft { key: key.to_owned(), name: key.to_owned(), kind, options, is_required };
        AttributeDefinition::define(AttributeDefinitionId::generate(), &draft, &[], act()).unwrap()
    }

    fn faults(refused: Option<Refusals>) -> Vec<String> {
        refused
            .into_iter()
            .flatten()
            .map(|refusal| format!("{} {}", refusal.code.as_str(), refusal.field.join(".")))
            .collect()
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_at_its_key() {
        use AttributeKind::{Boolean, Choice, Date, Number, Text};
        let all =
            [("note", Text), ("fat", Number), ("organic", Boolean), ("since", Date), ("origin", Choice)];
        let definitions = all.map(|(key, kind)| definition(key, kind, false));
        let told = |values: [&str; 5]| -> Vec<AttributeDraft> {
            let pairs = all.iter().zip(values);
            pairs
                .map(|((key, _), value)| AttributeDraft { key: (*key).to_owned(), value: value.to_owned() })
                .collect()
        };
        let good =
            read_attributes(&told([" soft ", "3.50", "TRUE", "2026-07-01", "wild"]), &definitions).unwrap();
        let values: Vec<&str> = good.iter().map(|attribute| attribute.value.as_str()).collect();
        assert_eq!(values, ["soft", "3.5", "true", "2026-07-01", "wild"]);
        let bad = read_attributes(&told(["", "1e5", "yes", "2026-02-30", "tame"]), &definitions);
        let expected = ["note", "fat", "organic", "since", "origin"]
            .map(|key| format!("VALIDATION_ERROR attributes.{key}"));
        assert_eq!(faults(bad.err()), expected);
        let twice = [
            told(["a", "1", "true", "2026-07-01", "wild"])[0].clone(),
            AttributeDraft { key: " NOTE".to_owned(), value: "b".to_owned() },
            AttributeDraft { key: "colour".to_owned(), value: "red".to_owned() },
        ];
        assert_eq!(
            faults(read_attributes(&twice, &definitions).err()),
            ["DUPLICATE attributes.note", "VALIDATION_ERROR attributes.colour"]
        );
    }

    #[test]
    fn what_is_required_and_missing_is_named() {
        let definitions =
            [definition("fat", AttributeKind::Number, true), definition("note", AttributeKind::Text, false)];
        let lacking: Vec<String> =
            missing(&definitions, &[]).into_iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(lacking, ["attributes.fat"]);
        let fat =
            read_attributes(&[AttributeDraft { key: "fat".to_owned(), value: "3".to_owned() }], &definitions)
                .unwrap();
        assert!(missing(&definitions, &fat).is_empty());
    }

    #[test]
    fn everything_wrong_with_a_definition_is_named_and_options_are_only_added() {
        let known = definition("fat", AttributeKind::Number, false);
        let bad = DefinitionDraft {
            key: "FAT".to_owned(),
            name: " ".to_owned(),
            kind: AttributeKind::Text,
            options: vec!["x".to_owned()],
            is_required: false,
        };
        let refused =
            AttributeDefinition::define(AttributeDefinitionId::generate(), &bad, &[known], act()).err();
        assert_eq!(faults(refused), ["DUPLICATE key", "VALIDATION_ERROR name", "VALIDATION_ERROR options"]);
        let odd = DefinitionDraft {
            key: "fat content".to_owned(),
            name: "Fat".to_owned(),
            kind: AttributeKind::Choice,
            options: vec![],
            is_required: false,
        };
        let refused = AttributeDefinition::define(AttributeDefinitionId::generate(), &odd, &[], act()).err();
        assert_eq!(faults(refused), ["VALIDATION_ERROR key", "VALIDATION_ERROR options"]);
        let mut choice = definition("origin", AttributeKind::Choice, false);
        assert!(choice.redefine(None, Some(&["wild".to_owned()]), None, act()).is_err());
        let more = ["wild", "farmed", "ranched"].map(str::to_owned);
        choice.redefine(None, Some(&more), Some(true), act()).unwrap();
        assert_eq!(
            (choice.options.len(), choice.is_required, choice.version, choice.name.as_str()),
            (3, true, 2, "origin")
        );
    }
}
