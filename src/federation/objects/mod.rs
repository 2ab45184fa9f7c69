//! From documents of other servers to what is stored here.

pub mod actor;
pub mod event;
pub mod note;
