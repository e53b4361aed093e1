//! From the text of a type reference, as `@join__field(type:)` has it, to the type.
//!
//! Our own, since `apollo_parser` 0.8 panics on text that begins with a character no token begins with.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;

/// How deep lists may be nested; nobody's data is a list of lists of lists.
const LISTS_MAX: usize = 32;

/// Reads `Name`, `[T]` and `T!` (GraphQL specification, 3.11 "Type References"); nothing when the text is something else.
pub(super) fn parse(text: &str) -> Option<Type> {
    let mut rest = text;
    let ty = read(&mut rest, LISTS_MAX)?;
    skip_ignored(&mut rest);
    rest.is_empty().then_some(ty)
}

fn read(rest: &mut &str, lists_left: usize) -> Option<Type> {
    let ty = if take(rest, '[') {
        let inner = read(rest, lists_left.checked_sub(1)?)?;
        if !take(rest, ']') {
            return None;
        }
        Type::List(Box::new(inner))
    } else {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        *rest = after;
        Type::Named(Name::new(name).ok()?)
    };
    Some(if take(rest, '!') { ty.non_null() } else { ty })
}

/// Takes this character, if it comes next.
fn take(rest: &mut &str, wanted: char) -> bool {
    skip_ignored(rest);
    let after = rest.strip_prefix(wanted);
    *rest = after.unwrap_or(rest);
    skip_ignored(rest);
    after.is_some()
}

fn skip_ignored(rest: &mut &str) {
    *rest = rest.trim_start_matches(['\u{feff}', ' ', '\t', '\n', '\r', ',']);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_type_is_read_and_nothing_else() {
        for text in ["Int", "Int!", "[Book]", "[Book!]!", "[[a_1]!]"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        assert_eq!(parse(" [ Book ! ] ! ").unwrap().to_string(), "[Book!]!");
        let deep = format!("{}Int{}", "[".repeat(5_000), "]".repeat(5_000));
        for text in ["", "!", "[Int", "Int]", "Int!!", "1nt", "Int Int", "\u{fffd}\0Boo", "[]", &deep] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
