//! Types and rules: no IO, no async, no wire names. Everything that decides is a function of its arguments.

pub mod clock;
pub mod ids;
pub mod uris;
