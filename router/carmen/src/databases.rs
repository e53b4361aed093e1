//! The database of each service: its address, its creation, its migrations.

use crate::cli::Global;
use crate::fleet::SERVICES;
use anyhow::{Context, bail};
use chassis::{Db, boot};
use sea_orm::{ConnectionTrait, Database};

/// Opens a service's database, migrated; makes it when it is missing.
pub(crate) async fn open(global: &Global, service: &str) -> anyhow::Result<Db> {
    let url = Db::url_of(service, global.database_url.as_deref(), &global.data_dir)?;
    if global.database_url.is_none() {
        std::fs::create_dir_all(&global.data_dir)
            .with_context(|| format!("the data folder {} cannot be made", global.data_dir.display()))?;
    } else {
        create_if_missing(&url).await.with_context(|| format!("the database of {service} cannot be made"))?;
    }
    let opened = match service {
        subgraph_identity::NAME => boot::open::<subgraph_identity::Migrator>(&url).await,
        subgraph_inventory::NAME => boot::open::<subgraph_inventory::Migrator>(&url).await,
        subgraph_procurement::NAME => boot::open::<subgraph_procurement::Migrator>(&url).await,
        subgraph_product::NAME => boot::open::<subgraph_product::Migrator>(&url).await,
        subgraph_users::NAME => boot::open::<subgraph_users::Migrator>(&url).await,
        subgraph_vendor::NAME => boot::open::<subgraph_vendor::Migrator>(&url).await,
        other => bail!("there is no service `{other}`; the services are {}", SERVICES.join(", ")),
    };
    opened.map_err(chain).with_context(|| format!("the database of {service} cannot be opened"))
}

/// Shows the cause of an internal error, which its own text keeps from clients.
pub(crate) fn chain(error: chassis::Error) -> anyhow::Error {
    match error {
        chassis::Error::Internal(fault) => anyhow::anyhow!("{}", fault.0),
        other => other.into(),
    }
}

/// `carmen migrate`
pub(crate) async fn migrate(global: &Global, name: Option<&str>) -> anyhow::Result<()> {
    for service in SERVICES.iter().filter(|service| name.is_none_or(|name| name == **service)) {
        open(global, service).await?.close().await?;
        crate::console::say(&format!("{service}: the database is current"));
    }
    match name {
        Some(name) if !SERVICES.contains(&name) => {
            bail!("there is no service `{name}`; the services are {}", SERVICES.join(", "))
        }
        _ => Ok(()),
    }
}

/// Makes the PostgreSQL database that the last part of the address names. Needs the right to do so only when it is missing.
async fn create_if_missing(url: &str) -> anyhow::Result<()> {
    let Some((server, rest)) = url.rsplit_once('/') else {
        bail!("the database address has no database name")
    };
    let (name, options) =
        rest.split_once('?').map_or((rest, String::new()), |(name, options)| (name, format!("?{options}")));
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') || name.is_empty() {
        bail!("the database name `{name}` has characters other than letters, digits, - and _");
    }
    if let Ok(existing) = Database::connect(url).await {
        existing.close().await?;
        return Ok(());
    }
    let maintenance = Database::connect(format!("{server}/postgres{options}")).await?;
    let made = maintenance.execute_unprepared(&format!("CREATE DATABASE \"{name}\"")).await;
    maintenance.close().await?;
    match made {
        // Another process that starts at the same time was faster.
        Err(error)
            if error.to_string().contains("already exists")
                || error.to_string().contains("duplicate key") =>
        {
            Ok(())
        }
        made => Ok(made.map(drop)?),
    }
}
