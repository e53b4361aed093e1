//! Roles and the set of permissions they add up to.

use std::collections::BTreeSet;

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) permissions: Vec<String>,
}

/// A role that every tenant starts with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seeded {
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) permissions: &'static [&'static str],
}

/// The roles every tenant starts with.
pub(crate) const SEEDED: [Seeded; 6] = [
    Seeded { key: "ADMIN", name: "Administrator", permissions: &["*"] },
    Seeded {
        key: "BUYER",
        name: "Buyer",
        permissions: &[
            "users:view",
            "products:view",
            "products:create",
            "products:update",
            "products:import",
            "vendors:*",
            "pricelists:*",
            "contracts:*",
            "campaigns:*",
            "exchangerates:*",
            "inventory:view",
            "inventory:approve",
            "procurement:view",
            "procurement:view-all",
            "procurement:create",
            "procurement:update",
            "procurement:submit",
            "procurement:approve",
            "procurement:convert",
            "procurement:send",
            "procurement:match",
            "procurement:credit",
            "sagas:view",
            "prices:view",
        ],
    },
    Seeded {
        key: "STORE",
        name: "Storekeeper",
        permissions: &[
            "users:view",
            "products:view",
            "vendors:view",
            "inventory:view",
            "inventory:receive",
            "inventory:issue",
            "inventory:adjust",
            "inventory:transfer",
            "inventory:reserve",
            "inventory:count",
            "inventory:manage",
            "procurement:view",
            "procurement:view-all",
            "procurement:create",
            "procurement:update",
            "procurement:submit",
            "procurement:receive",
            "procurement:commit",
            "procurement:credit",
            "prices:view",
        ],
    },
    Seeded {
        key: "CHEF",
        name: "Chef",
        permissions: &[
            "users:view",
            "products:view",
            "vendors:view",
            "pricelists:view",
            "inventory:view",
            "inventory:issue",
            "inventory:reserve",
            "procurement:view",
            "procurement:create",
            "procurement:update",
            "procurement:submit",
            "procurement:approve",
            "prices:view",
        ],
    },
    Seeded {
        key: "AUDITOR",
        name: "Auditor",
        permissions: &[
            "audit:view",
            "sagas:view",
            "users:view",
            "products:view",
            "vendors:view",
            "pricelists:view",
            "inventory:view",
            "procurement:view",
            "procurement:view-all",
            "prices:view",
        ],
    },
    Seeded { key: "PARTNER", name: "Partner", permissions: &["products:view", "inventory:view"] },
];

/// All permissions of several roles, each once, in order.
pub(crate) fn permissions<'a>(roles: impl IntoIterator<Item = &'a [String]>) -> Vec<String> {
    let all: BTreeSet<&String> = roles.into_iter().flatten().collect();
    all.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_add_up_without_repetition() {
        let (buyer, chef) = (["b:view".to_owned(), "a:view".to_owned()], ["a:view".to_owned()]);
        assert_eq!(permissions([buyer.as_slice(), chef.as_slice()]), ["a:view", "b:view"]);
        assert!(permissions([]).is_empty());
    }

    #[test]
    fn the_published_roles_are_these() {
        // Other services' tests read them there: each tries its mutations as every role.
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/roles.json");
        let roles: serde_json::Map<String, serde_json::Value> =
            SEEDED.iter().map(|role| (role.key.to_owned(), role.permissions.into())).collect();
        let text = serde_json::to_string_pretty(&roles).unwrap() + "\n";
        chassis::testkit::check_golden(path, &text);
    }

    #[test]
    fn a_partner_may_only_look() {
        let partner = SEEDED.iter().find(|role| role.key == "PARTNER").unwrap();
        assert!(partner.permissions.iter().all(|permission| permission.ends_with(":view")));
        assert!(!partner.permissions.contains(&"prices:view"));
    }
}
