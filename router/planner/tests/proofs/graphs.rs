//! The graphs that are planned against: small, each built around one difficulty, composed from subgraphs.

use router_composition::{SubgraphSource, compose};
use router_schema::Supergraph;
use std::sync::{Arc, LazyLock};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable",
    "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@tag"])
"#;

/// Composes subgraphs; panics with the diagnostics when that is refused.
pub(crate) fn graph(subgraphs: &[(&str, &str)]) -> Arc<Supergraph> {
    let sources: Vec<SubgraphSource> = subgraphs
        .iter()
        .map(|(name, sdl)| SubgraphSource {
            name: (*name).to_owned(),
            url: format!("http://{name}.example/graphql"),
            sdl: format!("{LINK}{sdl}"),
        })
        .collect();
    let composition = compose(&sources);
    let said: Vec<String> = composition.diagnostics.iter().map(ToString::to_string).collect();
    Arc::new(composition.supergraph.unwrap_or_else(|| panic!("{}", said.join("\n"))))
}

/// Every graph by name, for tests that go through them all.
pub(crate) static ALL: LazyLock<Vec<(&'static str, Arc<Supergraph>)>> = LazyLock::new(|| {
    vec![
        ("platform", graph(&PLATFORM)),
        ("key chains", graph(&KEY_CHAINS)),
        ("nested keys", graph(&NESTED_KEYS)),
        ("requirements", graph(&REQUIREMENTS)),
        ("provisions", graph(&PROVISIONS)),
        ("abstract types", graph(&ABSTRACT)),
        ("stand-ins", graph(&STAND_INS)),
        ("values", graph(&VALUES)),
        ("overrides", graph(&OVERRIDES)),
    ]
});

pub(crate) fn named(name: &str) -> Arc<Supergraph> {
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no graph is called {name}")).1.clone()
}

/// A catalogue, offers for its products, and the stock of them.
const PLATFORM: [(&str, &str); 3] = [
    (
        "product",
        r#"type Query { products(first: Int): ProductConnection! product(id: ID!): Product }
        type Mutation { createProduct(name: String!): Product! renameProduct(id: ID!, name: String!): Product! }
        type ProductConnection { nodes: [Product!]! totalCount: Int! }
        type Product @key(fields: "id") @key(fields: "code") { id: ID! code: String! name: String! category: Category unit: Unit! }
        type Category { name: String! parent: Category }
        type Unit @key(fields: "code") { code: String! name: String! }
        type Quantity @shareable { value: String! unit: Unit! }"#,
    ),
    (
        "vendor",
        r#"type Query { vendors: [Vendor!]! }
        type Mutation { approve(product: ID!): Offer }
        type Product @key(fields: "id") { id: ID! bestOffer(quantity: String, date: String): Offer offers: [Offer!]! }
        type Offer { vendor: Vendor! unitPrice: Money! product: Product! }
        type Vendor @key(fields: "id") { id: ID! name: String! }
        type Money @shareable { amount: String! currency: String! }"#,
    ),
    (
        "inventory",
        r#"type Query { locations: [Location!]! }
        type Subscription { stockChanged(location: ID): StockChange! }
        type StockChange { cursor: String! item: InventoryItem! }
        type Product @key(fields: "id") { id: ID! stock(locationId: ID): [InventoryItem!]! }
        type InventoryItem { location: Location! onHand: Quantity! available: Quantity! product: Product! value: Money }
        type Location { id: ID! name: String! items: [InventoryItem!]! }
        type Money @shareable { amount: String! currency: String! }
        type Quantity @shareable { value: String! unit: Unit! }
        type Unit @key(fields: "code", resolvable: false) { code: String! }"#,
    ),
];

/// `warehouse` is only reached by a key that `registry` translates; `label` needs what two others know.
const KEY_CHAINS: [(&str, &str); 5] = [
    (
        "shop",
        "type Query { goods: [Good!]! good(sku: ID!): Good } type Good @key(fields: \"sku\") { sku: ID! title: String! related: [Good!]! }",
    ),
    (
        "registry",
        "type Good @key(fields: \"sku\") @key(fields: \"serial\") { sku: ID! serial: ID! registered: Boolean! }",
    ),
    (
        "warehouse",
        "type Good @key(fields: \"serial\") { serial: ID! shelf: Shelf! } type Shelf @key(fields: \"serial row\") { serial: ID! row: Int! }",
    ),
    (
        "robot",
        "type Shelf @key(fields: \"serial row\") { serial: ID! row: Int! height: Int! good: Good! } type Good @key(fields: \"serial\") { serial: ID! }",
    ),
    ("stub", "type Query { picked: Good! } type Good @key(fields: \"sku\", resolvable: false) { sku: ID! }"),
];

const NESTED_KEYS: [(&str, &str); 3] = [
    (
        "booking",
        r#"type Query { rooms: [Room!]! }
        type Room @key(fields: "number hotel { id chain { code } }") { number: Int! hotel: Hotel! view: String! }
        type Hotel @key(fields: "id") { id: ID! chain: Chain! @shareable }
        type Chain @shareable { code: String! }"#,
    ),
    (
        "housekeeping",
        r#"type Query { dirty: [Room!]! }
        type Room @key(fields: "number hotel { id chain { code } }") { number: Int! hotel: Hotel! cleaned: Boolean! }
        type Hotel @key(fields: "id") { id: ID! chain: Chain! @shareable staff: [String!]! }
        type Chain @shareable { code: String! }"#,
    ),
    (
        "ratings",
        r#"type Hotel @key(fields: "id") { id: ID! stars: Int rated: [Room!]! }
        type Room @key(fields: "number hotel { id chain { code } }", resolvable: false) { number: Int! hotel: Hotel! }
        type Chain @shareable { code: String! }
        extend type Hotel { chain: Chain! @shareable }"#,
    ),
];

const REQUIREMENTS: [(&str, &str); 5] = [
    (
        "catalogue",
        r#"type Query { items: [Item!]! item(id: ID!): Item }
        type Item @key(fields: "id") { id: ID! name: String! price(currency: String): Int! size: Size! parts: [Part!]! }
        type Size { width: Int! height: Int! }
        union Part = Wheel | Motor
        type Wheel { spokes: Int! } type Motor { power: Int! }"#,
    ),
    ("weights", r#"type Item @key(fields: "id") { id: ID! weight: Int density: Int! }"#),
    (
        "shipping",
        r#"type Item @key(fields: "id") { id: ID! weight: Int @external price(currency: String): Int! @external
            size: Size! @external parts: [Part!]! @external
            estimate: Int @requires(fields: "weight")
            volume: Int! @requires(fields: "size { width height }")
            customs: Int! @requires(fields: "price(currency: \"EUR\") weight")
            duty: Int! @requires(fields: "price(currency: \"USD\")")
            assembly: Int! @requires(fields: "parts { ... on Wheel { spokes } ... on Motor { power } }")
            carrier(fast: Boolean): Carrier @requires(fields: "weight") }
        type Carrier @key(fields: "id") { id: ID! label: String! }
        type Size @external { width: Int! height: Int! }
        union Part = Wheel | Motor
        type Wheel @external { spokes: Int! } type Motor @external { power: Int! }"#,
    ),
    (
        "tax",
        r#"type Item @key(fields: "id") { id: ID! estimate: Int @external density: Int! @external
            vat: Int! @requires(fields: "estimate density") net: Int! }"#,
    ),
    (
        "audit",
        r#"type Query { audited: [Item!]! }
        type Item @key(fields: "id") { id: ID! vat: Int! @external net: Int! @external
            report: String @requires(fields: "vat net") note: String! }
        type Carrier @key(fields: "id") { id: ID! trusted: Boolean! }"#,
    ),
];

const PROVISIONS: [(&str, &str); 3] = [
    (
        "reviews",
        r#"type Query { reviews: [Review!]! bestReview: Review @provides(fields: "author { name address { city } }") found: [Found!]! @provides(fields: "... on Author { name }") }
        type Review { text: String! author: Author! subject: Subject @provides(fields: "title") }
        type Author @key(fields: "id") { id: ID! name: String! @external address: Address @external }
        type Address @external { city: String! street: String! }
        union Found = Author | Review
        interface Subject { title: String! }
        type Book implements Subject @key(fields: "isbn") { isbn: ID! title: String! @external }
        type Film implements Subject @key(fields: "ean") { ean: ID! title: String! @external }"#,
    ),
    (
        "authors",
        r#"type Query { authors: [Author!]! }
        type Author @key(fields: "id") { id: ID! name: String! @shareable address: Address @shareable born: Int }
        type Address @shareable { city: String! street: String! }"#,
    ),
    (
        "media",
        r#"interface Subject { title: String! }
        type Book implements Subject @key(fields: "isbn") { isbn: ID! title: String! @shareable pages: Int! }
        type Film implements Subject @key(fields: "ean") { ean: ID! title: String! @shareable minutes: Int! }"#,
    ),
];

/// Interfaces and unions whose members and fields are spread over subgraphs.
const ABSTRACT: [(&str, &str); 3] = [
    (
        "feed",
        r#"type Query { feed: [Media!]! node(id: ID!): Node latest: Post @shareable any: [Post!]! }
        interface Node { id: ID! }
        interface Media implements Node { id: ID! title: String! owner: Owner }
        type Video implements Media & Node @key(fields: "id") { id: ID! title: String! owner: Owner length: Int! size: Int! }
        type Image implements Media & Node @key(fields: "id") { id: ID! title: String! owner: Owner size: String! }
        type Text implements Node @key(fields: "id") { id: ID! }
        union Post = Video | Text
        interface Owner { handle: String! }
        type Person implements Owner @key(fields: "handle") { handle: String! }
        type Team implements Owner @key(fields: "handle") { handle: String! members: [Person!]! }"#,
    ),
    (
        "stats",
        r#"type Query { latest: Post @shareable top: [Counted!]! }
        interface Counted { views: Int! }
        type Video implements Counted @key(fields: "id") { id: ID! views: Int! best: Media }
        type Image implements Counted @key(fields: "id") { id: ID! views: Int! }
        interface Media { id: ID! }
        extend type Video implements Media
        extend type Image implements Media
        union Post = Video | Image"#,
    ),
    (
        "people",
        r#"type Text @key(fields: "id") { id: ID! body: String! author: Person! }
        interface Owner { handle: String! name: String! }
        type Person implements Owner @key(fields: "handle") { handle: String! name: String! friends: [Owner!]! }
        type Team implements Owner @key(fields: "handle") { handle: String! name: String! }"#,
    ),
];

const STAND_INS: [(&str, &str); 4] = [
    (
        "accounts",
        r#"type Query { accounts: [Account!]! account: Account }
        interface Account @key(fields: "id") { id: ID! email: String! }
        type Admin implements Account @key(fields: "id") { id: ID! email: String! rights: [String!]! }
        type Guest implements Account @key(fields: "id") { id: ID! email: String! until: String }"#,
    ),
    (
        "activity",
        r#"type Query { active: [Account!]! lastActive: Account }
        type Account @key(fields: "id") @interfaceObject { id: ID! lastSeen: String! visits(last: Int): [Visit!]! }
        type Visit { at: String! by: Account! }"#,
    ),
    (
        "billing",
        r#"type Account @key(fields: "id") @interfaceObject { id: ID! email: String! @external invoice: String! @requires(fields: "email") balance: Int! }"#,
    ),
    ("rights", r#"type Admin @key(fields: "id") { id: ID! level: Int! }"#),
];

/// Types without keys that several subgraphs resolve in part, below entities and at the root.
const VALUES: [(&str, &str); 3] = [
    (
        "one",
        r#"type Query { config: Config! @shareable thing: Thing! @shareable things: [Thing!]! }
        type Config { mode: String! @shareable one: Int! nested: Nested! @shareable }
        type Nested { deep: Deep! @shareable a: Int! } type Deep { x: Int! }
        type Thing @key(fields: "id") { id: ID! dims: Dims! @shareable }
        type Dims { width: Int! unit: String! @shareable }"#,
    ),
    (
        "two",
        r#"type Query { config: Config! @shareable thing: Thing! @shareable }
        type Config { mode: String! @shareable two: Int! nested: Nested! @shareable }
        type Nested { deep: Deep! @shareable b: Int! } type Deep { y: Int! }
        type Thing @key(fields: "id") { id: ID! dims: Dims! @shareable }
        type Dims { height: Int! unit: String! @shareable }"#,
    ),
    (
        "three",
        r#"type Query { three: Int! } type Mutation { reset: Int! } type Thing @key(fields: "id") { id: ID! owner: String! }"#,
    ),
];

const OVERRIDES: [(&str, &str); 3] = [
    (
        "old",
        r#"type Query { bills: [Bill!]! }
        type Bill @key(fields: "id") { id: ID! amount: Int! payer: Payer! } type Payer @key(fields: "id") { id: ID! name: String! }
        type Secret @key(fields: "id") { id: ID! @inaccessible word: String! } extend type Bill { secret: Secret! }"#,
    ),
    (
        "new",
        r#"type Bill @key(fields: "id") { id: ID! amount: Int! @override(from: "old") payer: Payer! @override(from: "old") }
        type Payer @key(fields: "id") { id: ID! since: Int! }"#,
    ),
    (
        "vault",
        r#"type Secret @key(fields: "id") { id: ID! level: Int! } type Bill @key(fields: "id") { id: ID! amount: Int! @external rounded: Int! @requires(fields: "amount") }"#,
    ),
];
