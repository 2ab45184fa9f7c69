//! Use cases, through their functions.

mod accounts;
mod counts;
mod deletion;
mod documents;
mod incoming;
mod polls;
