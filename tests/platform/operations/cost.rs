//! What an operation cost: requests per subgraph, statements per table.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// How deep categories go: each level is found by the one below it.
const LEVELS: usize = 3;

/// Requests and statements of one operation.
#[derive(Debug)]
pub(super) struct Cost {
    /// By subgraph: of each request, how many representations it was sent; 0 for a root query.
    requests: BTreeMap<String, Vec<u64>>,
    /// By subgraph and table: how many statements read it.
    reads: BTreeMap<(String, String), usize>,
    /// By subgraph and text: how often it ran.
    texts: BTreeMap<(String, String), usize>,
}

impl Cost {
    pub(super) fn of(answer: &Value, statements: &BTreeMap<&'static str, Vec<String>>) -> Self {
        let mut requests: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for call in answer["extensions"]["traffic"].as_array().expect("traffic was asked for") {
            let sent = call["representations"].as_u64().expect("a number");
            requests.entry(call["subgraph"].as_str().expect("a name").to_owned()).or_default().push(sent);
        }
        requests.values_mut().for_each(|sent| sent.sort_unstable());
        let (mut reads, mut texts) = (BTreeMap::new(), BTreeMap::new());
        for (service, statement) in
            statements.iter().flat_map(|(name, all)| all.iter().map(move |it| (*name, it)))
        {
            *reads.entry((service.to_owned(), table(statement))).or_default() += 1;
            *texts.entry((service.to_owned(), statement.clone())).or_default() += 1;
        }
        Self { requests, reads, texts }
    }

    /// A statement that runs more often than its subgraph was asked, and more often than there are levels in a tree of categories,
    /// runs once per record.
    pub(super) fn repeats_no_statement(&self, operation: &str) {
        for ((service, text), times) in &self.texts {
            let asked = self.requests.get(service).map_or(0, Vec::len);
            assert!(
                *times <= asked * LEVELS,
                "{operation}: {service} was asked {asked} times and ran {times} times: {text}"
            );
        }
    }
}

/// The first table that a statement reads, be it in a list inside of it.
fn table(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let mut pairs = words.windows(2);
    let named = pairs.find(|pair| pair[0].eq_ignore_ascii_case("FROM") && pair[1].starts_with('"'));
    named.map_or("none", |pair| pair[1]).trim_matches(['"', ')', ',']).to_owned()
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# requests, each with its representations")?;
        for (subgraph, sent) in &self.requests {
            writeln!(f, "{subgraph}: {sent:?}")?;
        }
        writeln!(f, "\n# statements")?;
        for ((service, table), times) in &self.reads {
            writeln!(f, "{service}.{table}: {times}")?;
        }
        Ok(())
    }
}
