//! Signing keys: the seal on every access token.
//!
//! A key is NEXT, then CURRENT, then RETIRING, then RETIRED. The next key is published long before it signs, and the
//! last one long after, so verifiers never meet a token whose key they cannot know. When a key retires its private half
//! is erased. Only RSA with SHA-256 is used; the keys belong to the deployment, not to a tenant.

pub(crate) mod model;
mod ring;
mod route;
pub(crate) mod store;

pub(crate) use ring::keep_rotated;
pub(crate) use route::routes;

pub use ring::KeyRing;
