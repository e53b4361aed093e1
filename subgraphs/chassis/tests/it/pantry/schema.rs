//! The pantry's schema: a list, an entity, a mutation, a subscription, and a field for each way to fail.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject, Subscription};
use chassis::outbox::{self, Tail};
use chassis::{
    Caller, Connection, Db, Environment, Error, Event, Loader, PageArgs, Refusal, Refusals, SortKey,
    Subgraph, UserError, caller, outcome, page,
};
use futures::Stream;
use primitives::{Date, Decimal, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};
use uuid::Uuid;

use super::jar;

pub(crate) fn start(env: Environment) -> Subgraph {
    let schema = chassis::schema(Query::default(), Mutation, Changes).data(env.clone()).finish();
    let db = env.db.clone();
    Subgraph::builder("pantry", schema, env)
        .per_request(move |scope, data| {
            let db = db.clone();
            data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<Uuid>| {
                let db = db.clone();
                async move { by_ids(&db, caller.tenant, ids).await }
            }));
        })
        .finish()
}

async fn by_ids(db: &Db, tenant: TenantId, ids: Vec<Uuid>) -> chassis::Result<HashMap<Uuid, jar::Model>> {
    let rows = jar::Entity::find()
        .filter(jar::Column::TenantId.eq(tenant.as_uuid()))
        .filter(jar::Column::Id.is_in(ids))
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn env<'a>(ctx: &Context<'a>) -> &'a Environment {
    ctx.data_unchecked()
}

/// A jar.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Jar {
    id: ID,
    name: String,
    weight: Option<String>,
}

impl From<jar::Model> for Jar {
    fn from(row: jar::Model) -> Self {
        Self {
            id: row.id.to_string().into(),
            name: row.name,
            weight: row.weight.map(|weight| weight.to_string()),
        }
    }
}

#[ComplexObject]
impl Jar {
    /// The jar with the same id: a second level that costs a second statement, or none when it is remembered.
    async fn twin(&self, ctx: &Context<'_>) -> chassis::Result<Option<Jar>> {
        find(ctx, &self.id).await
    }

    /// The ten pairs of jars around it: a list inside a list.
    async fn neighbours(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(default)] by_weight: bool,
    ) -> chassis::Result<Connection<Jar>> {
        let prefix = self.name.chars().take("jar 000".len()).collect();
        list(ctx, PageArgs::new(first, after, last, before), (Some(prefix), by_weight)).await
    }
}

async fn list(
    ctx: &Context<'_>,
    page: PageArgs,
    (prefix, by_weight): (Option<String>, bool),
) -> chassis::Result<Connection<Jar>> {
    let caller = caller(ctx)?;
    caller.require("jars:view")?;
    let request = page.check(&prefix)?;
    let mut select = jar::Entity::find().filter(jar::Column::TenantId.eq(caller.tenant.as_uuid()));
    if let Some(prefix) = prefix {
        select = select.filter(jar::Column::Name.starts_with(prefix));
    }
    let sort = if by_weight {
        vec![SortKey::descending(jar::Column::Weight), SortKey::ascending(jar::Column::Name)]
    } else {
        vec![SortKey::ascending(jar::Column::Name)]
    };
    Ok(page::list(&env(ctx).db, select, &sort, jar::Column::Id, request).await?.map(Jar::from))
}

async fn find(ctx: &Context<'_>, id: &ID) -> chassis::Result<Option<Jar>> {
    let Ok(id) = id.parse() else { return Ok(None) };
    Ok(ctx.data_unchecked::<Loader<Uuid, jar::Model>>().load(id).await?.map(Jar::from))
}

#[derive(Default)]
pub(crate) struct Query {
    jars: Option<i32>,
}

#[Object]
impl Query {
    #[graphql(entity)]
    async fn jar(&self, ctx: &Context<'_>, id: ID) -> chassis::Result<Option<Jar>> {
        find(ctx, &id).await
    }

    #[expect(clippy::too_many_arguments, reason = "the four of a connection and the filter")]
    async fn jars(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        prefix: Option<String>,
        #[graphql(default)] by_weight: bool,
    ) -> chassis::Result<Connection<Jar>> {
        list(ctx, PageArgs::new(first, after, last, before), (prefix, by_weight)).await
    }

    async fn shelf(&self) -> Vec<Shelf> {
        vec![Shelf, Shelf]
    }

    async fn me(&self, ctx: &Context<'_>) -> chassis::Result<String> {
        Ok(caller(ctx)?.username.clone())
    }

    async fn fail(&self, kind: String) -> chassis::Result<Option<i32>> {
        Err(match kind.as_str() {
            "refused" => {
                let mut refusals =
                    Refusals::from(Refusal::invalid("items.0.quantity", "quantity must be positive"));
                refusals.push(Refusal::duplicate("code", "code is taken").with("code", "A1"));
                Error::Refused(refusals)
            }
            "not-found" => Error::not_found("jar"),
            "conflict" => Error::conflict(3),
            "unavailable" => Error::unavailable("product", "connection refused to 10.0.0.7"),
            _ => Error::internal("password=hunter2 in a stack trace"),
        })
    }

    async fn library_error(&self) -> async_graphql::Result<Option<i32>> {
        Ok(Some("not a number, and secret".parse::<i32>()?))
    }

    async fn panic(&self) -> Option<i32> {
        assert!(self.jars.is_some(), "a resolver that panics");
        self.jars
    }
}

#[derive(InputObject)]
struct JarLabels {
    labels: Vec<Label>,
}

#[derive(InputObject)]
struct Label {
    weight: Decimal,
    opened: Option<Date>,
    kind: Option<LabelKind>,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum LabelKind {
    Paper,
}

#[derive(SimpleObject)]
struct AddJarPayload {
    jar: Option<Jar>,
    user_errors: Vec<UserError>,
}

pub(crate) struct Shelf;

#[Object]
impl Shelf {
    /// A field with an argument below a list.
    async fn holds(&self, weight: Decimal) -> Option<bool> {
        Some(weight < Decimal::ZERO)
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    async fn label_jar(&self, jar: JarLabels) -> i32 {
        i32::from(jar.labels.iter().all(|label| label.opened.is_none() && label.kind.is_some()))
    }

    async fn label_jars(&self, input: JarLabels) -> usize {
        input.labels.iter().filter(|label| label.weight > Decimal::ZERO).count()
    }

    async fn add_jar(&self, ctx: &Context<'_>, name: String) -> chassis::Result<AddJarPayload> {
        let (jar, user_errors) = outcome(add_jar(env(ctx), caller(ctx)?, &name).await)?;
        Ok(AddJarPayload { jar: jar.map(Jar::from), user_errors })
    }
}

async fn add_jar(env: &Environment, caller: &Caller, name: &str) -> chassis::Result<jar::Model> {
    caller.require("jars:create")?;
    if name.is_empty() {
        return Err(Refusal::invalid("name", "name must not be empty").into());
    }
    let now = env.clock.now();
    env.db
        .write(|tx| async move {
            let row = jar::Model {
                id: Uuid::now_v7(),
                tenant_id: caller.tenant.as_uuid(),
                name: name.to_owned(),
                weight: None,
            };
            let active = jar::ActiveModel {
                id: Set(row.id),
                tenant_id: Set(row.tenant_id),
                name: Set(row.name.clone()),
                weight: Set(row.weight),
            };
            if name.starts_with("twice") {
                // The database itself refuses, with the commit.
                let again = jar::Entity::insert(active.clone());
                tx.later(again.build(tx.get_database_backend()));
            }
            jar::Entity::insert(active).exec_without_returning(&tx).await?;
            if name.starts_with("cracked") {
                return Err(Refusal::invalid("name", "it does not hold").into());
            }
            tx.publish(event(caller.tenant, row.id, name, now));
            Ok(row)
        })
        .await
}

/// The event of a new jar.
pub(crate) fn event(tenant: TenantId, jar: Uuid, name: &str, now: chrono::DateTime<chrono::Utc>) -> Event {
    Event {
        tenant,
        kind: "jar.added",
        version: 1,
        aggregate: jar,
        aggregate_version: 1,
        occurred_at: now,
        actor: None,
        causation: None,
        payload: serde_json::json!({ "name": name }),
    }
}

pub(crate) struct Changes;

#[Subscription]
impl Changes {
    async fn jar_added(
        &self,
        ctx: &Context<'_>,
    ) -> chassis::Result<impl Stream<Item = chassis::Result<String>> + use<>> {
        let tenant = caller(ctx)?.tenant;
        let db = env(ctx).db.clone();
        let start = outbox::latest(db.read(), tenant).await?;
        let mut tail = Tail::after(&db, tenant, start, 10);
        Ok(async_stream::try_stream! {
            loop {
                for event in tail.next().await? {
                    yield event.payload["name"].as_str().unwrap_or_default().to_owned();
                }
            }
        })
    }
}
