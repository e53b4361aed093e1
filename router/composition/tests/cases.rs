//! A folder per case: `case.md` says in one sentence what it shows, `subgraphs/*.graphql` are composed, and three snapshots
//! hold what comes out. A `contract.json` makes it a contract. New folders are found by themselves.

use router_composition::{Code, Composition, Contract, Severity, SubgraphSource, compose_contract};
use router_schema::Supergraph;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .expect("the folder of cases is there")
        .map(|entry| entry.expect("its entries can be read").path())
        .collect();
    cases.sort();
    cases
}

fn sources(case: &Path) -> Vec<SubgraphSource> {
    let files = fs::read_dir(case.join("subgraphs"))
        .unwrap_or_else(|_| panic!("{} has no subgraphs", case.display()));
    let mut sources: Vec<_> = files
        .map(|file| {
            let path = file.expect("its entries can be read").path();
            let name =
                path.file_stem().and_then(|stem| stem.to_str()).expect("files have UTF-8 names").to_owned();
            let url = format!("http://{name}.example/graphql");
            SubgraphSource { name, url, sdl: fs::read_to_string(&path).expect("an SDL is text") }
        })
        .collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    sources
}

fn contract(case: &Path) -> Contract {
    let Ok(text) = fs::read_to_string(case.join("contract.json")) else { return Contract::default() };
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}

fn composed_case(case: &Path, sources: &[SubgraphSource]) -> Composition {
    compose_contract(sources, &contract(case))
}

/// Every case composed once; several tests look at the results.
fn composed() -> &'static [(PathBuf, Composition)] {
    static COMPOSED: LazyLock<Vec<(PathBuf, Composition)>> = LazyLock::new(|| {
        cases().into_iter().map(|case| (case.clone(), composed_case(&case, &sources(&case)))).collect()
    });
    &COMPOSED
}

fn diagnostics(composition: &Composition) -> String {
    if composition.diagnostics.is_empty() {
        return "nothing to say".to_owned();
    }
    composition.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn every_case_composes_as_recorded() {
    for (case, composition) in composed() {
        let sentence = fs::read_to_string(case.join("case.md")).unwrap_or_default();
        assert!(!sentence.trim().is_empty(), "{} lacks the sentence of its case.md", case.display());
        let mut settings = insta::Settings::new();
        settings.set_snapshot_path(case);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_input_file(case.join("case.md"));
        settings.bind(|| {
            insta::assert_snapshot!("diagnostics", diagnostics(composition));
            let nothing = || "no supergraph".to_owned();
            insta::assert_snapshot!("supergraph", composition.supergraph_sdl.clone().unwrap_or_else(nothing));
            insta::assert_snapshot!("api", composition.api_sdl().unwrap_or_else(nothing));
        });
    }
}

#[test]
fn the_order_of_subgraphs_makes_no_difference() {
    for (case, expected) in composed() {
        let sources = sources(case);
        for order in orders(&sources) {
            let composition = composed_case(case, &order);
            assert_eq!(composition.supergraph_sdl, expected.supergraph_sdl, "{}", case.display());
            assert_eq!(composition.diagnostics, expected.diagnostics, "{}", case.display());
        }
    }
}

/// All orders, except the one that was composed already.
fn orders(sources: &[SubgraphSource]) -> Vec<Vec<SubgraphSource>> {
    let mut orders: Vec<Vec<SubgraphSource>> = vec![Vec::new()];
    for source in sources {
        let longer = orders.iter().flat_map(|order| {
            (0..=order.len()).map(|at| {
                let mut longer = order.clone();
                longer.insert(at, source.clone());
                longer
            })
        });
        orders = longer.collect();
    }
    orders.retain(|order| order != sources);
    orders
}

#[test]
fn a_composed_supergraph_is_read_back_and_its_api_schema_is_valid() {
    let mut accepted = 0;
    for (case, composition) in composed() {
        let Some(sdl) = &composition.supergraph_sdl else { continue };
        let supergraph = Supergraph::parse(sdl).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        let api =
            router_schema::apollo_compiler::Schema::parse_and_validate(supergraph.api_sdl(), "api.graphql");
        assert!(api.is_ok(), "{}: {}", case.display(), api.unwrap_err());
        accepted += 1;
    }
    assert!(accepted > 10, "only {accepted} cases compose");
}

#[test]
fn a_refused_composition_has_an_error_and_an_accepted_one_has_none() {
    for (case, composition) in composed() {
        let has_error =
            composition.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        assert_eq!(composition.supergraph_sdl.is_none(), has_error, "{}", case.display());
    }
}

#[test]
fn every_diagnostic_has_a_place_or_concerns_the_whole_graph() {
    let of_the_whole_graph = [Code::NoQueries, Code::InvalidSubgraphName, Code::ContractTagUnknown];
    for (_, composition) in composed() {
        for diagnostic in &composition.diagnostics {
            let is_of_the_merge = diagnostic.code == Code::InvalidGraphql && diagnostic.subgraph.is_none();
            if !of_the_whole_graph.contains(&diagnostic.code) && !is_of_the_merge {
                assert!(diagnostic.line.is_some() && diagnostic.subgraph.is_some(), "{diagnostic}");
            }
        }
    }
}

#[test]
fn the_readme_lists_every_code_with_the_cases_that_show_it() {
    let mut expected = String::new();
    for code in Code::ALL {
        let shown: BTreeSet<_> = composed()
            .iter()
            .filter(|(_, composition)| {
                composition.diagnostics.iter().any(|diagnostic| diagnostic.code == *code)
            })
            .map(|(case, _)| format!("[{0}](tests/cases/{0})", case.file_name().unwrap().to_str().unwrap()))
            .collect();
        let shown: Vec<_> = shown.into_iter().collect();
        assert!(!shown.is_empty(), "no case shows {code}");
        expected.push_str(&format!("| `{code}` | {} | {} |\n", code.explanation(), shown.join(", ")));
    }
    let readme = include_str!("../README.md");
    let start = readme.find("| Code |").expect("README has the table of codes");
    let table = readme[start..].splitn(3, '\n').nth(2).unwrap();
    if std::env::var_os("CARMEN_ACCEPT").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        fs::write(file, readme.replace(table.trim(), expected.trim())).expect("README can be written");
        return;
    }
    assert_eq!(table.trim(), expected.trim(), "the table of codes in README.md is stale");
}
