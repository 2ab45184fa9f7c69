//! Use cases, through their functions.

mod accounts;
mod incoming;
