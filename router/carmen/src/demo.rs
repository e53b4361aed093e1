//! Demo data: filled once, through the services' own use cases, each service from the same plan.
//!
//! The product service lays out the catalogue; what vendors sell and what lies in stores follows from it. The plan is
//! passed on as plain data here, so no service knows another one. A run that was interrupted is taken up again: each
//! service leaves what is there.

use crate::cli::{Global, Size};
use crate::databases::chain;
use crate::fleet::Surroundings;
use chassis::{Caller, Environment};
use indicatif::{ProgressBar, ProgressStyle};
use primitives::{TenantId, UserId};
use std::sync::Arc;
use std::time::Duration;
use subgraph_product::demo::DemoProduct;
use subgraph_users::demo::{DemoHouse, SignIn};

/// What a first start has to tell.
#[derive(Debug)]
pub struct SignIns {
    /// The password of all demo accounts.
    pub password: String,
}

/// The databases that are filled.
#[derive(Debug)]
pub struct Databases {
    identity: Environment,
    users: Environment,
    product: Environment,
    vendor: Environment,
    inventory: Environment,
    procurement: Environment,
}

impl Databases {
    /// Opens all of them.
    ///
    /// # Errors
    /// When one cannot be opened or migrated.
    pub async fn open(global: &Global, surroundings: &Surroundings) -> anyhow::Result<Self> {
        Ok(Self {
            identity: surroundings.environment(global, subgraph_identity::NAME).await?,
            users: surroundings.environment(global, subgraph_users::NAME).await?,
            product: surroundings.environment(global, subgraph_product::NAME).await?,
            vendor: surroundings.environment(global, subgraph_vendor::NAME).await?,
            inventory: surroundings.environment(global, subgraph_inventory::NAME).await?,
            procurement: surroundings.environment(global, subgraph_procurement::NAME).await?,
        })
    }

    /// Hands the environments on, by the names of their services.
    #[must_use]
    pub fn into_environments(self) -> [(&'static str, Environment); 6] {
        [
            (subgraph_identity::NAME, self.identity),
            (subgraph_inventory::NAME, self.inventory),
            (subgraph_procurement::NAME, self.procurement),
            (subgraph_product::NAME, self.product),
            (subgraph_users::NAME, self.users),
            (subgraph_vendor::NAME, self.vendor),
        ]
    }
}

/// `carmen seed`
///
/// # Errors
/// When a database cannot be opened or the plan breaks a rule.
pub async fn run(global: &Global, size: Size) -> anyhow::Result<()> {
    let surroundings = Surroundings::new(global)?;
    let databases = Databases::open(global, &surroundings).await?;
    match fill(&databases, size).await? {
        Some(sign_ins) => announce(&sign_ins),
        None => crate::console::say(
            "the demo accounts were there already; whatever else was missing was filled in",
        ),
    }
    Ok(())
}

/// Fills what is missing. Answers the sign-ins when the accounts are new.
///
/// # Errors
/// When a database fails or the plan breaks a rule.
pub async fn fill(databases: &Databases, size: Size) -> anyhow::Result<Option<SignIns>> {
    let andaman = subgraph_product::demo::andaman(product_size(size));
    let lanna = subgraph_product::demo::lanna();
    let steps = andaman.products.len()
        + lanna.products.len()
        + VENDORS
        + 2 * subgraph_inventory::demo::Plan::STEPS
        + 2 * procurement_size(size).requests();
    let bar = progress_bar(steps as u64);
    let tick = &|done: usize| bar.inc(done as u64);
    for (tenant, plan, house, stores, people) in [
        (
            subgraph_identity::demo::ANDAMAN,
            &andaman,
            subgraph_vendor::demo::House::Andaman,
            subgraph_inventory::demo::House::Andaman,
            DemoHouse::Andaman,
        ),
        (
            subgraph_identity::demo::LANNA,
            &lanna,
            subgraph_vendor::demo::House::Lanna,
            subgraph_inventory::demo::House::Lanna,
            DemoHouse::Lanna,
        ),
    ] {
        let caller = &builder(tenant);
        bar.set_message("people");
        let sign_ins = sign_ins(tenant);
        subgraph_users::demo::seed(&databases.users, caller, people, &sign_ins).await.map_err(chain)?;
        bar.set_message("products");
        subgraph_product::demo::seed(&databases.product, caller, plan, tick).await.map_err(chain)?;
        bar.set_message("vendors and prices");
        let sold = sold(&plan.products);
        subgraph_vendor::demo::seed(&databases.vendor, caller, (house, &sold), tick).await.map_err(chain)?;
        bar.set_message("three months of stock movements");
        let stocked = stocked(&plan.products);
        let crew = crew(people, &sign_ins);
        let size_of_stock = inventory_size(size);
        let plan =
            subgraph_inventory::demo::Plan { house: stores, size: size_of_stock, crew, products: &stocked };
        subgraph_inventory::demo::seed(&databases.inventory, caller, &plan, tick).await.map_err(chain)?;
        bar.set_message("three months of buying");
        let bought = bought(house, &sold);
        let plan = buying((people, stores), size, &bought, &sign_ins);
        subgraph_procurement::demo::seed(&databases.procurement, caller, &plan, tick).await.map_err(chain)?;
        let told = subgraph_procurement::demo::history(&plan, tenant).map_err(chain)?;
        subgraph_vendor::demo::hear(&databases.vendor, caller, &told).await.map_err(chain)?;
    }
    // Last, so that accounts are there only when everything else is: they tell a start that nothing is left to do.
    let password = subgraph_identity::demo::generate_password();
    let is_new = subgraph_identity::demo::seed(&databases.identity, &password).await.map_err(chain)?;
    bar.finish_and_clear();
    Ok(is_new.then_some(SignIns { password }))
}

/// Whether the demo was filled before, to the end: the accounts come last.
///
/// # Errors
/// When the database fails.
pub async fn is_filled(databases: &Databases) -> anyhow::Result<bool> {
    subgraph_identity::demo::is_seeded(&databases.identity).await.map_err(chain)
}

/// Tells who can sign in.
pub fn announce(sign_ins: &SignIns) {
    crate::console::say("Demo sign-ins:");
    for account in subgraph_identity::demo::ACCOUNTS {
        crate::console::say(&format!(
            "  {:<26} {} ({})",
            account.username, account.display_name, account.role
        ));
    }
    crate::console::say(&format!("  password for all of them: {}", sign_ins.password));
    crate::console::say(
        "  it is shown this once; `carmen token --user NAME` prints an access token at any time",
    );
}

const VENDORS: usize = 27;

/// Who fills a tenant: nobody in particular, with every right in it.
fn builder(tenant: TenantId) -> Caller {
    Caller {
        user: UserId::from_parts(0, [0; 10]),
        tenant,
        username: "demo".to_owned(),
        permissions: vec!["*".to_owned()],
        session: None,
        token: Arc::from(""),
    }
}

/// Who signs in to a tenant; the users service keeps their ids.
fn sign_ins(tenant: TenantId) -> Vec<SignIn> {
    let accounts = subgraph_identity::demo::ACCOUNTS.iter().filter(|account| account.tenant == tenant);
    let sign_ins = accounts.map(|account| SignIn {
        user: account.user,
        username: account.username,
        display_name: account.display_name,
    });
    sign_ins.collect()
}

fn sold(products: &[DemoProduct]) -> Vec<subgraph_vendor::demo::DemoProduct> {
    let sold = products.iter().map(|product| subgraph_vendor::demo::DemoProduct {
        id: product.id,
        code: product.code.clone(),
        base_unit: product.base_unit,
        purchase_unit: product.purchase_unit,
        purchase_factor: product.purchase_factor,
        base_price: product.base_price,
    });
    sold.collect()
}

fn stocked(products: &[DemoProduct]) -> Vec<subgraph_inventory::demo::DemoProduct> {
    let stocked = products.iter().map(|product| subgraph_inventory::demo::DemoProduct {
        id: product.id,
        code: product.code.clone(),
        base_unit: product.base_unit,
        base_price: product.base_price,
        is_kept_by_lots: product.is_kept_by_lots,
    });
    stocked.collect()
}

/// Who keeps the stores of a house: the one who signs in as storekeeper, a cook, and the manager.
fn crew(people: DemoHouse, sign_ins: &[SignIn]) -> subgraph_inventory::demo::Crew {
    let user = |number| subgraph_users::demo::user_id(people, number);
    let keeper = sign_ins.get(2).map_or_else(|| user(11), |who| who.user);
    subgraph_inventory::demo::Crew { keeper, cook: user(1), manager: user(7) }
}

/// What is bought, and from whom.
fn bought(
    house: subgraph_vendor::demo::House,
    products: &[subgraph_vendor::demo::DemoProduct],
) -> Vec<subgraph_procurement::demo::DemoProduct> {
    let bought = products.iter().filter_map(|product| {
        Some(subgraph_procurement::demo::DemoProduct {
            id: product.id,
            category: None,
            base_unit: product.base_unit,
            purchase_unit: product.purchase_unit,
            purchase_factor: product.purchase_factor,
            base_price: product.base_price,
            vendor: subgraph_vendor::demo::seller(house, product)?,
        })
    });
    bought.collect()
}

/// Who buys in a house: heads of departments ask, finance and the manager approve, those who sign in order and count.
fn buying<'p>(
    (people, stores): (DemoHouse, subgraph_inventory::demo::House),
    size: Size,
    products: &'p [subgraph_procurement::demo::DemoProduct],
    sign_ins: &[SignIn],
) -> subgraph_procurement::demo::Plan<'p> {
    let user = |number| subgraph_users::demo::user_id(people, number);
    // The small house has fewer accounts; others do the work there.
    let signed = |place: usize, other| sign_ins.get(place).map_or_else(|| user(other), |who| who.user);
    subgraph_procurement::demo::Plan {
        house: if people == DemoHouse::Andaman { "andaman" } else { "lanna" },
        size: procurement_size(size),
        property: subgraph_users::demo::property_id(people, 1),
        time_zone: "Asia/Bangkok",
        departments: (2..=8).map(|number| subgraph_users::demo::department_id(people, number)).collect(),
        requesters: (1..=6).map(user).collect(),
        approvers: [user(8), user(7), signed(0, 9)],
        buyer: signed(1, 10),
        storekeeper: signed(2, 11),
        stores: subgraph_inventory::demo::store_ids(stores),
        products,
    }
}

fn procurement_size(size: Size) -> subgraph_procurement::demo::Size {
    match size {
        Size::S => subgraph_procurement::demo::Size::S,
        Size::M => subgraph_procurement::demo::Size::M,
        Size::L => subgraph_procurement::demo::Size::L,
    }
}

fn product_size(size: Size) -> subgraph_product::demo::Size {
    match size {
        Size::S => subgraph_product::demo::Size::S,
        Size::M => subgraph_product::demo::Size::M,
        Size::L => subgraph_product::demo::Size::L,
    }
}

fn inventory_size(size: Size) -> subgraph_inventory::demo::Size {
    match size {
        Size::S => subgraph_inventory::demo::Size::S,
        Size::M => subgraph_inventory::demo::Size::M,
        Size::L => subgraph_inventory::demo::Size::L,
    }
}

fn progress_bar(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    let style = ProgressStyle::with_template("demo data {bar:40} {percent:>3}% {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
