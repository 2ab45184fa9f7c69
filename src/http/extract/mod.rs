//! Reading requests: what form is wanted, who asks, from where.

pub mod accept;
pub mod client;
pub mod cookies;
