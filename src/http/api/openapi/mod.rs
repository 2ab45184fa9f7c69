//! The description of the API in the words of `OpenAPI` 3.1, from the routes and the types of their handlers.
//!
//! A route is registered with [`Routes`] and nowhere else, beside a line on what it is for. Its parameters, body and
//! answers follow from the handler: what an extractor takes says [`Asks`], what an answer holds [`Answers`]. So nothing
//! is served that is not described. What types do not know, the scope and the errors of a service, stands beside the route;
//! tests compare all of it with what is answered.

mod answers;
mod asks;
mod document;
mod handler;
pub(super) mod inputs;
mod operation;
mod parameters;
mod routes;
pub(super) mod shapes;
mod show;
#[cfg(test)]
mod tests;

pub(super) use answers::{All, Answers};
pub(super) use asks::Asks;
pub(super) use operation::Operation;
pub(super) use routes::{Routes, doc};
pub(super) use show::show_openapi;
