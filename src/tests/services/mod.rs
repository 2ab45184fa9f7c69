//! Use cases, through their functions.

mod accounts;
mod deletion;
mod documents;
