//! Signing in and out as clients see it.

use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, PageArgs, Refusals, Result, UserError, caller, outcome};
use primitives::{DateTime, SessionId};

use super::store::Criterion;
use super::{model, service};
use crate::Identity;
use crate::account::graphql::User;
use crate::role::graphql::Role;

/// One sign-in, for as long as it is continued.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Session {
    /// The session's id.
    id: SessionId,
    /// The device as it called itself when signing in.
    device: Option<String>,
    /// When the user signed in.
    created_at: DateTime,
    /// When the session was last continued.
    last_seen_at: DateTime,
    /// When it ends if nobody ends it earlier.
    expires_at: DateTime,
    /// When it was ended early; null when it was not.
    revoked_at: Option<DateTime>,
}

#[ComplexObject]
impl Session {
    /// Whether it is the session of the token that asks.
    async fn is_current(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(caller(ctx)?.session == Some(self.id))
    }
}

impl From<model::Session> for Session {
    fn from(session: model::Session) -> Self {
        Self {
            id: session.id,
            device: session.device,
            created_at: session.created_at.into(),
            last_seen_at: session.last_seen_at.into(),
            expires_at: session.expires_at.into(),
            revoked_at: session.revoked_at.map(DateTime::from),
        }
    }
}

/// In which order to list sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "super::store::SortedBy")]
pub(crate) enum SessionSort {
    /// Begun last first.
    #[default]
    CreatedAtDesc,
    /// Begun first first.
    CreatedAtAsc,
    /// Used last first.
    LastSeenAtDesc,
}

/// Which sessions. Conditions side by side must all hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct SessionWhere {
    /// Still going on, or ended.
    active: Option<bool>,
    /// On these devices.
    devices: Option<Vec<String>>,
    /// All of these hold.
    and: Option<Vec<SessionWhere>>,
    /// At least one of these holds.
    or: Option<Vec<SessionWhere>>,
    /// This does not hold.
    not: Option<Box<SessionWhere>>,
}

impl Filter for SessionWhere {
    type Criterion = Criterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        check_values(self.devices.as_ref(), &format!("{at}.devices"), refusals);
        let criteria = [self.active.map(Criterion::Alive), self.devices.map(Criterion::Device)];
        criteria.into_iter().flatten().map(Criteria::Is).collect()
    }
}

/// The tokens of somebody who signed in or stayed signed in.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct LoginPayload {
    /// Sent as bearer token with every request.
    access_token: Option<String>,
    /// Exchanged for new tokens by `refresh`, once. Keep it as safe as a password.
    refresh_token: Option<String>,
    /// When the access token ends.
    expires_at: Option<DateTime>,
    /// Who signed in.
    user: Option<User>,
    /// What the caller can mend.
    user_errors: Vec<UserError>,
}

/// The outcome of signing out.
#[derive(Debug, SimpleObject)]
pub(crate) struct LogoutPayload {
    /// How many sessions ended.
    revoked_sessions: Option<i32>,
    /// What the caller can mend.
    user_errors: Vec<UserError>,
}

fn payload(result: Result<service::SignedIn>) -> Result<LoginPayload> {
    let (signed_in, user_errors) = outcome(result)?;
    let Some(signed_in) = signed_in else {
        return Ok(LoginPayload { user_errors, ..LoginPayload::default() });
    };
    let roles = signed_in.roles.into_iter().map(Role::from).collect();
    Ok(LoginPayload {
        access_token: Some(signed_in.access_token),
        refresh_token: Some(signed_in.refresh_token.reveal()),
        expires_at: Some(signed_in.expires_at.into()),
        user: Some(User::signed_in(signed_in.account, roles)),
        user_errors,
    })
}

/// The questions about sessions.
#[derive(Debug, Default)]
pub(crate) struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The caller's own sessions.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions.")] r#where: Option<SessionWhere>,
        #[graphql(desc = "In which order.", default)] sort: SessionSort,
        #[graphql(desc = "How many, from the beginning or after `after`; 10 when neither size is given.")]
        first: Option<i32>,
        #[graphql(desc = "The cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "How many, from the end or before `before`.")] last: Option<i32>,
        #[graphql(desc = "The cursor before which the page ends.")] before: Option<String>,
    ) -> Result<Option<Connection<Session>>> {
        let page = PageArgs::new(first, after, last, before);
        let criteria = Criteria::read(r#where, None)?;
        let app: &Identity = ctx.data_unchecked();
        let sessions = service::list_own(app, caller(ctx)?, &criteria, sort.into(), page).await?;
        Ok(Some(sessions.map(Session::from)))
    }
}

/// Signing in and out.
#[derive(Debug, Default)]
pub(crate) struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Signs in. A wrong name or password, and an account closed after too many attempts, all answer UNAUTHENTICATED.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The name of the account; letter case does not matter.")] username: String,
        #[graphql(desc = "The account's password.", secret)] password: String,
        #[graphql(desc = "What to call this device in the list of sessions.")] device: Option<String>,
    ) -> Result<LoginPayload> {
        let app: &Identity = ctx.data_unchecked();
        payload(service::login(app, &username, &password, device).await)
    }

    /// Exchanges a refresh token for new tokens. Each token works once; a used one ends its whole session.
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token of the last sign-in or refresh.", secret)] token: String,
    ) -> Result<LoginPayload> {
        let app: &Identity = ctx.data_unchecked();
        payload(service::refresh(app, &token).await)
    }

    /// Ends the caller's session, or all of the caller's sessions. Access tokens already handed out end by themselves
    /// within five minutes.
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether all of the caller's sessions end.", default)] all: bool,
    ) -> Result<LogoutPayload> {
        let app: &Identity = ctx.data_unchecked();
        let (count, user_errors) = outcome(service::logout(app, caller(ctx)?, all).await)?;
        let revoked_sessions = count.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
        Ok(LogoutPayload { revoked_sessions, user_errors })
    }
}
