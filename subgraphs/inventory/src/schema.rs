//! The schema merged from the folders, and what lies beside each request. Nothing else.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::{Context, Data, ID, MergedObject, MergedSubscription, Object};
use chassis::{Caller, Environment, RequestScope, Result, Subgraph};
use primitives::{
    Decimal, InventoryItemId, LocationId, LotId, ProductId, PurchaseRequestId, ReservationId,
    StockAdjustmentId, StockCountId, StockMovementId, StockTransferId, StoreRequisitionId,
};

use crate::adjustment::graphql::{
    self as adjustment_api, AdjustmentLines, AdjustmentMutation, AdjustmentQuery, StockAdjustment,
};
use crate::feed::graphql::{FeedQuery, FeedSubscription};
use crate::foreign::{self, Product, PurchaseRequest};
use crate::ledger::graphql::{self as ledger_api, LedgerQuery, StockMovement};
use crate::location::graphql::{self as location_api, Location, LocationMutation, LocationQuery};
use crate::lot::graphql::{self as lot_api, Lot, LotMutation, LotQuery, LotsOfMovement};
use crate::period::graphql::{PeriodMutation, PeriodQuery};
use crate::posting::graphql::PostingMutation;
use crate::requisition::graphql::{
    self as requisition_api, RequisitionLines, RequisitionMutation, RequisitionQuery, StoreRequisition,
};
use crate::reservation::graphql::{
    self as reservation_api, Reservation, ReservationMutation, ReservationQuery,
};
use crate::stock::graphql::{
    self as stock_api, InventoryItem, ProductStock, StockMutation, StockQuery, layer as layers,
};
use crate::stocktake::graphql::{self as stocktake_api, StockCount, StocktakeMutation, StocktakeQuery};
use crate::transfer::graphql::{
    self as transfer_api, StockTransfer, TransferLines, TransferMutation, TransferQuery,
};
use crate::{
    Inventory, adjustment, ledger, location, lot, purchasing, requisition, reservation, stock, stocktake,
    transfer,
};

chassis::backoffice!("inventoryAuditEntries", "inventoryDeadLetters", "replayInventoryDeadLetter");
chassis::sagas!("inventorySaga", "inventorySagas");

/// Everything that can be asked.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(
    LocationQuery,
    StockQuery,
    LedgerQuery,
    LotQuery,
    ReservationQuery,
    PeriodQuery,
    StocktakeQuery,
    RequisitionQuery,
    AdjustmentQuery,
    TransferQuery,
    FeedQuery,
    Entities,
    BackofficeQuery,
    SagaQuery,
);

/// Everything that can be done.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(
    PostingMutation,
    LotMutation,
    ReservationMutation,
    PeriodMutation,
    StocktakeMutation,
    RequisitionMutation,
    AdjustmentMutation,
    TransferMutation,
    StockMutation,
    LocationMutation,
    BackofficeMutation,
);

/// Everything that can be followed.
#[derive(Debug, Default, MergedSubscription)]
pub(crate) struct Subscription(FeedSubscription);

/// What other services refer to. A reference that cannot be read names nothing: it resolves to null like a row that
/// is not there, because an error would spoil the whole batch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entities;

#[Object]
impl Entities {
    #[graphql(entity)]
    async fn find_product_by_id(&self, id: ID) -> Option<Product> {
        id.parse().ok().map(Product::new)
    }

    #[graphql(entity)]
    async fn find_location_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Location>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        location_api::load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_inventory_item_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<InventoryItem>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        stock_api::load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_inventory_item_at(
        &self,
        ctx: &Context<'_>,
        product_id: ID,
        location_id: ID,
    ) -> Result<Option<InventoryItem>> {
        let (Ok(product), Ok(location)) = (product_id.parse(), location_id.parse()) else { return Ok(None) };
        stock_api::load_at(ctx, (product, location)).await
    }

    #[graphql(entity)]
    async fn find_stock_movement_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<StockMovement>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        ledger_api::load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_reservation_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Reservation>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        reservation_api::load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_lot_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Lot>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        lot_api::load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_purchase_request_by_id(&self, id: ID) -> Option<PurchaseRequest> {
        id.parse().ok().map(PurchaseRequest::new)
    }

    #[graphql(entity)]
    async fn find_stock_adjustment_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<StockAdjustment>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        adjustment_api::load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_stock_count_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<StockCount>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        stocktake_api::load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_store_requisition_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<StoreRequisition>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        requisition_api::load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_stock_transfer_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<StockTransfer>> {
        let Ok(id) = id.parse() else { return Ok(None) };
        transfer_api::load(ctx, id).await
    }
}

/// The running subgraph.
pub(crate) fn subgraph(app: Inventory, environment: Environment) -> Subgraph {
    let schema = chassis::schema(Query::default(), Mutation::default(), Subscription::default())
        .data(app.clone())
        .finish();
    let handlers = crate::handlers(&environment.clock);
    Subgraph::builder(crate::NAME, schema, environment)
        .consuming(handlers)
        .per_request(move |scope, data| lay_loaders(&app, scope, data))
        .finish()
}

/// The use cases' context.
pub(crate) fn app<'a>(ctx: &Context<'a>) -> &'a Inventory {
    ctx.data_unchecked::<Inventory>()
}

/// One loader per kind of reference: N of them cost one statement.
fn lay_loaders(app: &Inventory, scope: &RequestScope, data: &mut Data) {
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<LocationId>| {
        let app = inventory.clone();
        async move { Ok(keyed(location::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<InventoryItemId>| {
        let app = inventory.clone();
        async move { Ok(keyed(stock::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, places: Vec<(ProductId, LocationId)>| {
        let app = inventory.clone();
        async move {
            let items = stock::service::by_places(&app, &caller, &places).await?;
            Ok(keyed(items, |row| (row.product, row.location)))
        }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, products: Vec<ProductId>| {
        let app = inventory.clone();
        async move { Ok(by_product(stock::service::by_products(&app, &caller, &products).await?)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StockMovementId>| {
        let app = inventory.clone();
        async move { Ok(keyed(ledger::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, items: Vec<InventoryItemId>| {
        let app = inventory.clone();
        async move { Ok(keyed(ledger::service::last_of(&app, &caller, &items).await?, |row| row.item)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, items: Vec<InventoryItemId>| {
        let app = inventory.clone();
        async move { Ok(layers::by_item(stock::service::layers(&app, &caller, &items).await?)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<ReservationId>| {
        let app = inventory.clone();
        async move { Ok(keyed(reservation::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    lay_document_loaders(app, scope, data);
    lay_lot_loaders(app, scope, data);
}

fn lay_lot_loaders(app: &Inventory, scope: &RequestScope, data: &mut Data) {
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<LotId>| {
        let app = inventory.clone();
        async move { Ok(keyed(lot::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<LotId>| {
        let app = inventory.clone();
        async move { Ok(lot_api::by_lot(lot::service::balances(&app, &caller, &ids).await?)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<InventoryItemId>| {
        let app = inventory.clone();
        async move { Ok(lot_api::by_item(lot::service::shelves(&app, &caller, &ids).await?)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StockMovementId>| {
        let app = inventory.clone();
        async move {
            let moved = lot::service::moved(&app, &caller, &ids).await?.into_iter();
            Ok(moved.map(|(id, parts)| (id, LotsOfMovement(Arc::new(parts)))).collect::<HashMap<_, _>>())
        }
    }));
}

fn lay_purchasing_loaders(app: &Inventory, scope: &RequestScope, data: &mut Data) {
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, places: Vec<(ProductId, LocationId)>| {
        let app = inventory.clone();
        async move {
            let coming = purchasing::service::on_order(&app, &caller, &places).await?;
            Ok(coming
                .into_iter()
                .map(|(place, quantity)| (place, OnOrder(quantity)))
                .collect::<HashMap<_, _>>())
        }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, requests: Vec<PurchaseRequestId>| {
        let app = inventory.clone();
        async move { Ok(foreign::by_request(purchasing::service::promises(&app, &caller, &requests).await?)) }
    }));
}

fn lay_adjustment_loaders(app: &Inventory, scope: &RequestScope, data: &mut Data) {
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StockAdjustmentId>| {
        let app = inventory.clone();
        async move { Ok(keyed(adjustment::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StockAdjustmentId>| {
        let app = inventory.clone();
        async move {
            let lines = adjustment::service::lines_by_ids(&app, &caller, &ids).await?;
            Ok(lines
                .into_iter()
                .map(|(id, lines)| (id, Arc::new(lines)))
                .collect::<HashMap<_, AdjustmentLines>>())
        }
    }));
}

fn lay_requisition_loaders(app: &Inventory, scope: &RequestScope, data: &mut Data) {
    lay_adjustment_loaders(app, scope, data);
    chassis::saga::lay_loader(&app.db, scope, data);
    lay_purchasing_loaders(app, scope, data);
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StoreRequisitionId>| {
        let app = inventory.clone();
        async move { Ok(keyed(requisition::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StoreRequisitionId>| {
        let app = inventory.clone();
        async move {
            let lines = requisition::service::lines_by_ids(&app, &caller, &ids).await?;
            Ok(lines
                .into_iter()
                .map(|(id, lines)| (id, Arc::new(lines)))
                .collect::<HashMap<_, RequisitionLines>>())
        }
    }));
}

fn lay_document_loaders(app: &Inventory, scope: &RequestScope, data: &mut Data) {
    lay_requisition_loaders(app, scope, data);
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StockCountId>| {
        let app = inventory.clone();
        async move { Ok(keyed(stocktake::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StockTransferId>| {
        let app = inventory.clone();
        async move { Ok(keyed(transfer::service::by_ids(&app, &caller, &ids).await?, |row| row.id)) }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, ids: Vec<StockTransferId>| {
        let app = inventory.clone();
        async move {
            let lines = transfer::service::lines_by_ids(&app, &caller, &ids).await?;
            Ok(lines
                .into_iter()
                .map(|(id, lines)| (id, Arc::new(lines)))
                .collect::<HashMap<_, TransferLines>>())
        }
    }));
    let inventory = app.clone();
    data.insert(scope.loader(move |caller: Arc<Caller>, places: Vec<(ProductId, LocationId)>| {
        let app = inventory.clone();
        async move {
            let moving = transfer::service::on_the_way(&app, &caller, &places).await?;
            Ok(moving
                .into_iter()
                .map(|(place, quantity)| (place, OnTheWay(quantity)))
                .collect::<HashMap<_, _>>())
        }
    }));
}

/// What is on order for a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnOrder(pub(crate) Decimal);

/// What is on its way to a place; a type of its own, because loaders are told apart by type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnTheWay(pub(crate) Decimal);

fn keyed<K: Eq + Hash, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, V> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

fn by_product(items: Vec<stock::InventoryItem>) -> HashMap<ProductId, ProductStock> {
    let mut grouped: HashMap<ProductId, Vec<stock::InventoryItem>> = HashMap::new();
    for item in items {
        grouped.entry(item.product).or_default().push(item);
    }
    grouped.into_iter().map(|(product, items)| (product, Arc::new(items))).collect()
}
