//! What other services own and this one only points at.

use async_graphql::SimpleObject;
use primitives::{DepartmentId, LocationId, ProductId, PropertyId, UserId, VendorId};

macro_rules! stubs {
    ($($(#[$doc:meta])* $name:ident($id:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, SimpleObject)]
        #[graphql(unresolvable = "id")]
        pub(crate) struct $name {
            /// Identity.
            id: $id,
        }

        impl From<$id> for $name {
            fn from(id: $id) -> Self {
                Self { id }
            }
        }
    )+};
}

stubs! {
    /// A part of the house that spends money of its own. The users service describes it.
    Department(DepartmentId),
    /// A place where stock lies. The inventory service describes it.
    Location(LocationId),
    /// What is bought. The product service describes it.
    Product(ProductId),
    /// A hotel, a restaurant. The users service describes it.
    Property(PropertyId),
    /// A person. The users service describes it.
    User(UserId),
    /// Who sells. The vendor service describes it.
    Vendor(VendorId),
}
