//! Speaking with other servers: signatures, fetching, the inbox and delivery.
//!
//! What belongs here: everything that decides whether a request of a peer counts, and everything that turns our
//! activities into requests. What does not: wire types (`wire`), use cases (`services`), the HTTP client (`net`),
//! and anything about matching or private data.

pub mod delivery;
pub mod keys;
pub mod signatures;
