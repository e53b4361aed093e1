//! What every service shows of its own workings in GraphQL: its audit log, its dead letters and its sagas.

/// Defines `BackofficeQuery` and `BackofficeMutation` of a service, to be merged into its roots. A graph has one field of a
/// name, and each service answers for its own data only, so the names are given: those of the list of audit entries, of the
/// list of dead letters, and of the mutation that replays one; the last two only for a service that is [`consuming`](crate::SubgraphBuilder::consuming).
///
/// ```ignore
/// chassis::backoffice!("inventoryAuditEntries", "inventoryDeadLetters", "replayInventoryDeadLetter");
/// ```
#[macro_export]
macro_rules! backoffice {
    ($entries:tt, $letters:tt, $replay:tt) => {
        $crate::backoffice!(@log $entries, {
            /// Events that this service could not act on. They wait to be replayed.
            #[expect(
                clippy::too_many_arguments,
                reason = "a connection field takes four arguments for its page alone"
            )]
            #[graphql(name = $letters)]
            async fn dead_letters(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Which letters.")] r#where: Option<$crate::inbox::DeadLetterWhere>,
                #[graphql(desc = "Those that were replayed, instead of those that wait.")] replayed: Option<bool>,
                #[graphql(desc = "In which order.", default)] sort: $crate::inbox::DeadLetterSort,
                #[graphql(desc = "How many from the beginning; 10 where nothing is said, at most 100.")] first: Option<i32>,
                #[graphql(desc = "The cursor behind which to begin; with `first`.")] after: Option<String>,
                #[graphql(desc = "How many from the end; instead of `first`.")] last: Option<i32>,
                #[graphql(desc = "The cursor before which to end; with `last`.")] before: Option<String>,
            ) -> $crate::Result<$crate::Connection<$crate::inbox::DeadLetter>> {
                let page = $crate::PageArgs::new(first, after, last, before);
                let db = ctx.data_unchecked::<$crate::Db>();
                let which = (r#where, replayed.unwrap_or(false));
                $crate::inbox::list_dead_letters(db, $crate::caller(ctx)?, which, sort, page).await
            }
        });

        /// What can be done about events that failed.
        #[derive(Debug, Default)]
        pub(crate) struct BackofficeMutation;

        #[async_graphql::Object]
        impl BackofficeMutation {
            /// Acts on a dead letter once more.
            #[graphql(name = $replay)]
            async fn replay_dead_letter(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Which letter.")] id: primitives::DeadLetterId,
                #[graphql(desc = "The same key with the same input has one effect and one answer for 24 hours.")]
                idempotency_key: Option<String>,
            ) -> $crate::Result<$crate::inbox::DeadLetterPayload> {
                let (consumers, db) = (ctx.data_unchecked::<$crate::inbox::Consumers>(), ctx.data_unchecked::<$crate::Db>());
                let replayed = consumers.replay(db, $crate::caller(ctx)?, id, idempotency_key.as_deref()).await;
                let (dead_letter, user_errors) = $crate::outcome(replayed)?;
                Ok($crate::inbox::DeadLetterPayload { dead_letter, user_errors })
            }
        }
    };
    ($entries:tt) => { $crate::backoffice!(@log $entries, {}); };
    (@log $entries:tt, { $($letters:tt)* }) => {
        /// What can be asked about this service's own workings.
        #[derive(Debug, Default)]
        pub(crate) struct BackofficeQuery;

        #[async_graphql::Object]
        impl BackofficeQuery {
            /// Who did what here, or tried to.
            #[expect(
                clippy::too_many_arguments,
                reason = "a connection field takes four arguments for its page alone"
            )]
            #[graphql(name = $entries)]
            async fn audit_entries(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Which entries.")] r#where: Option<$crate::audit::AuditWhere>,
                #[graphql(desc = "In which order.", default)] sort: $crate::audit::AuditEntrySort,
                #[graphql(desc = "How many from the beginning; 10 where nothing is said, at most 100.")] first: Option<i32>,
                #[graphql(desc = "The cursor behind which to begin; with `first`.")] after: Option<String>,
                #[graphql(desc = "How many from the end; instead of `first`.")] last: Option<i32>,
                #[graphql(desc = "The cursor before which to end; with `last`.")] before: Option<String>,
            ) -> $crate::Result<$crate::Connection<$crate::audit::AuditEntry>> {
                let page = $crate::PageArgs::new(first, after, last, before);
                let db = ctx.data_unchecked::<$crate::Db>();
                $crate::audit::list_audit_entries(db, $crate::caller(ctx)?, r#where, sort, page).await
            }

            $($letters)*
        }
    };
}

/// Defines `SagaQuery` of a service that begins sagas, to be merged into its root. The names are given, since a graph has one
/// field of a name: that of one saga, and that of the list.
///
/// ```ignore
/// chassis::sagas!("inventorySaga", "inventorySagas");
/// ```
#[macro_export]
macro_rules! sagas {
    ($one:tt, $all:tt) => {
        /// What can be asked about this service's sagas.
        #[derive(Debug, Default)]
        pub(crate) struct SagaQuery;

        #[async_graphql::Object]
        impl SagaQuery {
            /// A saga by its id.
            #[graphql(name = $one)]
            async fn saga(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Which saga.")] id: primitives::SagaId,
            ) -> $crate::Result<Option<$crate::saga::Saga>> {
                $crate::saga::find_saga(ctx.data_unchecked::<$crate::Db>(), $crate::caller(ctx)?, id).await
            }

            /// What documents of this service set in motion elsewhere, step by step.
            #[expect(
                clippy::too_many_arguments,
                reason = "a connection field takes four arguments for its page alone"
            )]
            #[graphql(name = $all)]
            async fn sagas(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Which sagas.")] r#where: Option<$crate::saga::SagaWhere>,
                #[graphql(desc = "In which order.", default)] sort: $crate::saga::SagaSort,
                #[graphql(desc = "How many from the beginning; 10 where nothing is said, at most 100.")]
                first: Option<i32>,
                #[graphql(desc = "The cursor behind which to begin; with `first`.")] after: Option<String>,
                #[graphql(desc = "How many from the end; instead of `first`.")] last: Option<i32>,
                #[graphql(desc = "The cursor before which to end; with `last`.")] before: Option<String>,
            ) -> $crate::Result<$crate::Connection<$crate::saga::Saga>> {
                let page = $crate::PageArgs::new(first, after, last, before);
                let db = ctx.data_unchecked::<$crate::Db>();
                $crate::saga::list_sagas(db, $crate::caller(ctx)?, r#where, sort, page).await
            }
        }
    };
}
