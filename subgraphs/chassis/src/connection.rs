//! Lists as clients see them: Relay connections with `nodes` and a lazy `totalCount`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use async_graphql::{Object, OutputType, SimpleObject, TypeName};
use futures::future::{BoxFuture, FutureExt};

use crate::error::Result;

type Count = Arc<dyn Fn() -> BoxFuture<'static, Result<u64>> + Send + Sync>;

/// One page of a list. Its GraphQL types are shareable: two services may list things of one kind, each its own.
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    page_info: PageInfo,
    count: Count,
}

/// One entry of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge<T> {
    /// Where the entry stands in its list.
    pub cursor: String,
    /// The entry itself.
    pub node: T,
}

/// Where a page lies in its list.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct PageInfo {
    /// Whether entries follow after this page.
    pub has_next_page: bool,
    /// Whether entries precede this page.
    pub has_previous_page: bool,
    /// The cursor of the first entry; null when the page is empty.
    pub start_cursor: Option<String>,
    /// The cursor of the last entry; null when the page is empty.
    pub end_cursor: Option<String>,
}

impl<T> Connection<T> {
    /// A page of `edges`; `count` counts the whole list when a client asks for it.
    pub fn new<F, Fut>(edges: Vec<Edge<T>>, page_info: PageInfo, count: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<u64>> + Send + 'static,
    {
        Self { edges, page_info, count: Arc::new(move || count().boxed()) }
    }

    /// The same page of other things: rows become models, models become GraphQL objects.
    pub fn map<U>(self, mut convert: impl FnMut(T) -> U) -> Connection<U> {
        let edges = self.edges.into_iter().map(|edge| Edge { cursor: edge.cursor, node: convert(edge.node) });
        Connection { edges: edges.collect(), page_info: self.page_info, count: self.count }
    }

    /// Like [`map`](Self::map), for conversions that can fail.
    ///
    /// # Errors
    /// The first failure of `convert`.
    pub fn try_map<U, E>(self, mut convert: impl FnMut(T) -> Result<U, E>) -> Result<Connection<U>, E> {
        let edges = self
            .edges
            .into_iter()
            .map(|edge| Ok(Edge { cursor: edge.cursor, node: convert(edge.node)? }))
            .collect::<Result<_, E>>()?;
        Ok(Connection { edges, page_info: self.page_info, count: self.count })
    }

    /// The same page of a list whose size is known without reading all of it: `count` tells it.
    #[must_use]
    pub fn counted<F, Fut>(self, count: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<u64>> + Send + 'static,
    {
        Self::new(self.edges, self.page_info, count)
    }

    /// The entries with their cursors.
    pub fn as_edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// Where the page lies.
    pub fn info(&self) -> &PageInfo {
        &self.page_info
    }

    /// The entries alone.
    pub fn into_nodes(self) -> Vec<T> {
        self.edges.into_iter().map(|edge| edge.node).collect()
    }
}

impl<T: Clone> Clone for Connection<T> {
    fn clone(&self) -> Self {
        Self { edges: self.edges.clone(), page_info: self.page_info.clone(), count: Arc::clone(&self.count) }
    }
}

impl<T: fmt::Debug> fmt::Debug for Connection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("edges", &self.edges)
            .field("page_info", &self.page_info)
            .finish_non_exhaustive()
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// One page of a list.
#[Object(name_type, shareable)]
impl<T: OutputType> Connection<T> {
    /// The entries of the page.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// The entries of the page, each with its cursor.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many entries the whole list has; counted only when it is asked for.
    async fn total_count(&self) -> Result<i32> {
        Ok(i32::try_from((self.count)().await?).unwrap_or(i32::MAX))
    }
}

/// One entry of a page.
#[Object(name_type, shareable)]
impl<T: OutputType> Edge<T> {
    /// Where the entry stands in its list; pass it as `after` or `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The entry itself.
    async fn node(&self) -> &T {
        &self.node
    }
}
