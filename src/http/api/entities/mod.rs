//! The JSON that clients read: one struct for each entity, made from what `services::reading` gives.
//!
//! Here belongs the shape and nothing else; who may see what was decided before. Remote HTML is sanitised here, at output.

pub(super) mod about;
pub(super) mod account;
pub(super) mod event;
pub(super) mod filter;
pub(super) mod grouped;
pub(super) mod instance;
pub(super) mod instance_v1;
pub(super) mod list;
pub(super) mod media;
pub(super) mod notification;
pub(super) mod poll;
pub(super) mod profile;
pub(super) mod quote;
pub(super) mod report;
pub(super) mod scheduled;
pub(super) mod settings;
pub(super) mod status;
pub(super) mod tag;
#[cfg(test)]
mod tests;
pub(super) mod version;

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::ids::ActorId;
use crate::domain::uris::Uris;
use crate::services::reading::Counts;

use super::caches::Caches;
use super::openapi::shapes::anything;

/// What entities are written with.
pub(super) struct Desk<'a> {
    pub(super) uris: &'a Uris,
    pub(super) caches: &'a Caches,
    /// The numbers beside the accounts that will be shown.
    pub(super) counts: HashMap<ActorId, Counts>,
}

/// A list with nothing in it: clients look for it, and there is nothing of the kind here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Empty;

impl Serialize for Empty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [(); 0].serialize(serializer)
    }
}

impl ToSchema for Empty {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Empty")
    }
}

impl PartialSchema for Empty {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new()
            .items(anything())
            .max_items(Some(0))
            .description(Some("There is nothing of the kind here."))
            .into()
    }
}

/// The answer to what is done and needs no words.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct Nothing {}

/// The picture of an actor, or the one we show for those without. Pictures of other servers are not passed on: loading
/// them would tell those servers who reads what.
fn picture(uris: &Uris, address: Option<&str>, fallback: &str) -> String {
    let own = |address: &&str| url::Url::parse(address).is_ok_and(|url| uris.is_local(&url));
    match address.filter(own) {
        Some(address) => address.to_owned(),
        None => uris.at(fallback),
    }
}

/// The page of an actor for people; an address that is no web address is not passed on.
fn page(actor: &Actor) -> String {
    web(actor.url.as_deref()).unwrap_or_else(|| actor.uri.clone())
}

/// `address`, if it is one that browsers open safely.
fn web(address: Option<&str>) -> Option<String> {
    let parsed = url::Url::parse(address?).ok()?;
    matches!(parsed.scheme(), "https" | "http").then(|| parsed.into())
}

/// RFC 3339 at the start of that day: when exactly somebody signed up is nobody's business.
fn day(at: Timestamp) -> String {
    format!("{}T00:00:00.000Z", at.to_datetime().format("%Y-%m-%d"))
}
