//! Lists inside lists: several parents' must cost what one's costs, and say what it says alone.

use serde_json::{Value, json};

use super::{Kit, data};
use crate::caller::Caller;
use crate::subgraph::Subgraph;

/// A field that answers a connection: `Campaign.invitations(status: [SENT])`.
#[derive(Clone, Copy, Debug)]
pub struct NestedList<'l> {
    /// The type that has it, an entity.
    pub parent: &'l str,
    /// The field.
    pub field: &'l str,
    /// Its arguments beside the page's, or nothing.
    pub filter: &'l str,
    /// What is asked of an entry.
    pub node: &'l str,
}

impl NestedList<'_> {
    fn selection(&self, page: &str) -> String {
        let Self { parent, field, filter, node } = self;
        format!(
            "{{ ... on {parent} {{ {field}({page} {filter}) {{ nodes {{ {node} }} edges {{ cursor }} totalCount \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"
        )
    }
}

impl Kit {
    /// Insists that `list` of all `parents` together costs as many statements as that of one of them and answers the same, from
    /// either end and behind a cursor. Each parent's list must have from two to a hundred entries.
    ///
    /// # Panics
    /// When it does not.
    pub async fn insist_lists_are_read_together(
        &self,
        whose: (&Subgraph, &Caller),
        list: NestedList<'_>,
        parents: &[String],
    ) {
        assert!(parents.len() > 2, "{list:?}: three parents show what two might by chance");
        let keys: Vec<Value> =
            parents.iter().map(|id| json!({ "__typename": list.parent, "id": id })).collect();
        let whole = self.insist_equal(whose, (list, "first: 100"), &keys).await;
        let starts = self.insist_equal(whose, (list, "first: 1"), &keys).await;
        let ends = self.insist_equal(whose, (list, "last: 1"), &keys).await;
        let next = self.behind(whose, list, &keys, &starts).await;
        for (nth, whole) in whole.iter().enumerate() {
            let (start, end, next) = (&starts[nth], &ends[nth], &next[nth]);
            let all = whole["edges"].as_array().unwrap_or_else(|| panic!("{list:?}: {whole}"));
            assert!(all.len() > 1, "{list:?}: {whole}");
            assert_eq!((&start["edges"], &end["edges"]), (&json!([all[0]]), &json!([all[all.len() - 1]])));
            assert_eq!(next["edges"], json!([all[1]]), "{list:?}");
            assert_eq!(next["nodes"], json!([whole["nodes"][1]]), "{list:?}");
            assert_eq!(
                (&start["pageInfo"]["hasNextPage"], &start["totalCount"]),
                (&json!(true), &json!(all.len()))
            );
            assert_eq!(
                (&next["pageInfo"]["hasPreviousPage"], &next["totalCount"]),
                (&json!(true), &json!(all.len()))
            );
        }
    }

    /// The pages of all parents, which must be those that each gets alone, at the price of one.
    async fn insist_equal(
        &self,
        whose: (&Subgraph, &Caller),
        (list, page): (NestedList<'_>, &str),
        keys: &[Value],
    ) -> Vec<Value> {
        let query = format!(
            "query($keys: [_Any!]!) {{ _entities(representations: $keys) {} }}",
            list.selection(page)
        );
        let (together, cost) = self.counted(whose, &query, json!({ "keys": keys })).await;
        let mut pages = Vec::new();
        for (nth, key) in keys.iter().enumerate() {
            let (alone, price) = self.counted(whose, &query, json!({ "keys": [key] })).await;
            assert_eq!(together["_entities"][nth], alone["_entities"][0], "{list:?} {page}");
            // The page and its count, and whatever else the service looks up.
            assert!(price == cost && cost > 1, "{list:?} {page}: one costs {price}, all {cost}");
            pages.push(alone["_entities"][0][list.field].clone());
        }
        pages
    }

    /// The second entry of each list, by the cursor of the first, in one request.
    async fn behind(
        &self,
        (subgraph, caller): (&Subgraph, &Caller),
        list: NestedList<'_>,
        keys: &[Value],
        starts: &[Value],
    ) -> Vec<Value> {
        let (mut variables, mut declared, mut fields) = (json!({}), String::new(), String::new());
        for (nth, (key, start)) in keys.iter().zip(starts).enumerate() {
            let page = list.selection(&format!("first: 1, after: {}", start["pageInfo"]["endCursor"]));
            variables[format!("key{nth}")] = key.clone();
            declared += &format!("$key{nth}: _Any! ");
            fields += &format!("of{nth}: _entities(representations: [$key{nth}]) {page} ");
        }
        let query = format!("query({declared}) {{ {fields} }}");
        let mut next = data(self.ask_with(subgraph, caller, &query, variables).await);
        (0..keys.len()).map(|nth| next[format!("of{nth}")][0][list.field].take()).collect()
    }

    async fn counted(
        &self,
        (subgraph, caller): (&Subgraph, &Caller),
        query: &str,
        variables: Value,
    ) -> (Value, usize) {
        self.db().statements().start();
        let answer = data(self.ask_with(subgraph, caller, query, variables).await);
        (answer, self.db().statements().stop().len())
    }
}
