//! The plan as text, in the customary form. Stable: tests, command line, GraphiQL and logs show the same.

use crate::plan::{Condition, Fetch, PathElement, Plan, Representation, RepresentationField};
use apollo_compiler::ast::OperationType;
use std::fmt;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fetches.is_empty() {
            return f.write_str("QueryPlan {}");
        }
        let mut out = Lines::default();
        out.open("QueryPlan {");
        let levels = self.levels();
        let split = self.operation == OperationType::Subscription;
        if split {
            out.open("Subscription {");
            out.open("Primary: {");
            node(&mut out, &self.fetches[0]);
            out.close("},");
            if levels.len() > 1 {
                out.open("Rest: {");
                sequence(&mut out, &levels[1..]);
                out.close("},");
            }
            out.close("},");
        } else {
            sequence(&mut out, &levels);
        }
        out.close("}");
        f.write_str(out.text.trim_end())
    }
}

impl Plan {
    /// The fetches by how many others they wait for in a row.
    fn levels(&self) -> Vec<Vec<&Fetch>> {
        let mut depth: Vec<usize> = Vec::new();
        let mut levels: Vec<Vec<&Fetch>> = Vec::new();
        for fetch in &self.fetches {
            let at = fetch.depends_on.iter().map(|dep| depth[dep.0 as usize] + 1).max().unwrap_or(0);
            depth.push(at);
            if levels.len() <= at {
                levels.resize_with(at + 1, Vec::new);
            }
            levels[at].push(fetch);
        }
        levels
    }
}

#[derive(Default)]
struct Lines {
    text: String,
    indent: usize,
}

impl Lines {
    fn line(&mut self, text: &str) {
        self.text.push_str(&"  ".repeat(self.indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn open(&mut self, text: &str) {
        self.line(text);
        self.indent += 1;
    }

    fn close(&mut self, text: &str) {
        self.indent -= 1;
        self.line(text);
    }
}

fn sequence(out: &mut Lines, levels: &[Vec<&Fetch>]) {
    let wrapped = levels.len() > 1;
    if wrapped {
        out.open("Sequence {");
    }
    for level in levels {
        if level.len() > 1 {
            out.open("Parallel {");
        }
        for fetch in level {
            node(out, fetch);
        }
        if level.len() > 1 {
            out.close("},");
        }
    }
    if wrapped {
        out.close("},");
    }
}

fn node(out: &mut Lines, fetch: &Fetch) {
    let guard = guard(&fetch.condition);
    if let Some(guard) = &guard {
        out.open(&format!("{guard} {{"));
    }
    if !fetch.path.is_empty() {
        let places: Vec<String> = fetch.places().map(|place| format!("\"{}\"", path(place))).collect();
        let word = if places.len() == 1 { "path" } else { "paths" };
        out.open(&format!("Flatten({word}: {}) {{", places.join(", ")));
    }
    out.open(&format!("Fetch(service: \"{}\") {{", fetch.service));
    if let Some(representation) = &fetch.representation {
        out.open("{");
        representations(out, representation);
        contexts(out, fetch);
        out.close("} =>");
    }
    out.open("{");
    selection(out, &fetch.selection);
    out.close("}");
    out.close("},");
    if !fetch.path.is_empty() {
        out.close("},");
    }
    if guard.is_some() {
        out.close("},");
    }
}

pub(crate) fn guard(condition: &Condition) -> Option<String> {
    if condition.is_always() {
        return None;
    }
    if let [all] = condition.any.as_slice()
        && let [test] = all.as_slice()
    {
        let word = if test.expected { "Include" } else { "Skip" };
        return Some(format!("{word}(if: ${})", test.variable));
    }
    let any: Vec<String> = condition
        .any
        .iter()
        .map(|all| {
            let tests =
                all.iter().map(|test| format!("{}${}", if test.expected { "" } else { "!" }, test.variable));
            tests.collect::<Vec<_>>().join(" && ")
        })
        .collect();
    Some(format!("Include(if: {})", any.join(" || ")))
}

pub(crate) fn path(path: &[PathElement]) -> String {
    let mut text = String::new();
    for element in path {
        match element {
            PathElement::On(types) => {
                let names: Vec<&str> = types.iter().map(|name| name.as_str()).collect();
                text.push_str(&format!("|[{}]", names.join("|")));
            }
            PathElement::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            PathElement::Each => text.push_str(".@"),
        }
    }
    text
}

fn contexts(out: &mut Lines, fetch: &Fetch) {
    for context in &fetch.contexts {
        for source in &context.sources {
            let types = source.on.as_ref().map(|on| PathElement::On(on.clone()));
            let way: Vec<PathElement> = fetch.path[..source.at].iter().cloned().chain(types).collect();
            out.open(&format!("${}: {} from \"{}\" {{", context.variable, context.ty, path(&way)));
            source.value.iter().for_each(|field| read(out, field));
            out.close("}");
        }
    }
}

fn representations(out: &mut Lines, representation: &Representation) {
    for ty in &representation.types {
        let head =
            if ty.on == ty.send_as { ty.on.to_string() } else { format!("{} as {}", ty.on, ty.send_as) };
        out.open(&format!("... on {head} {{"));
        out.line("__typename");
        for field in ty.keys.iter().chain(&ty.requires) {
            read(out, field);
        }
        out.close("}");
    }
}

fn read(out: &mut Lines, field: &RepresentationField) {
    if let Some(on) = &field.on {
        let names: Vec<&str> = on.iter().map(|name| name.as_str()).collect();
        out.open(&format!("... on {} {{", names.join("|")));
    }
    let name = if field.source == field.name {
        field.name.to_string()
    } else {
        format!("{}: {}", field.name, field.source)
    };
    if field.fields.is_empty() {
        out.line(&name);
    } else {
        out.open(&format!("{name} {{"));
        field.fields.iter().for_each(|field| read(out, field));
        out.close("}");
    }
    if field.on.is_some() {
        out.close("}");
    }
}

/// Breaks a one-line selection into lines: a new one per field, indented by braces. Strings and arguments stay whole.
fn selection(out: &mut Lines, text: &str) {
    let mut line = String::new();
    let mut depth = 0usize;
    let mut quoted = false;
    let mut escaped = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if quoted {
            line.push(c);
            quoted = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => {
                quoted = true;
                line.push(c);
            }
            '(' | '[' => {
                depth += 1;
                line.push(c);
            }
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                line.push(c);
            }
            '{' if depth == 0 => {
                out.open(&format!("{} {{", line.trim()));
                line.clear();
            }
            '}' if depth == 0 => {
                flush(out, &mut line);
                out.close("}");
            }
            ' ' if depth == 0 => {
                let continues = matches!(rest.peek(), Some('{' | '@'))
                    || line.trim_end().ends_with(':')
                    || line.trim() == "..."
                    || line.trim() == "... on";
                if continues { line.push(c) } else { flush(out, &mut line) }
            }
            _ => line.push(c),
        }
    }
    flush(out, &mut line);
}

fn flush(out: &mut Lines, line: &mut String) {
    if !line.trim().is_empty() {
        out.line(line.trim());
    }
    line.clear();
}
