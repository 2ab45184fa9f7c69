//! What the public and the admin listener answer.

mod discovery;
mod errors;
mod health;
mod limits;
mod oauth;
mod stopping;
